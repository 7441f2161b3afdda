"""SQL and nothing but: what must survive a crash."""
