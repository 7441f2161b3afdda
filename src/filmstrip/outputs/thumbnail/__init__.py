"""`thumbnail`: one picture of one moment."""
