"""JSON of clients to frozen types, parsed once, every mistake collected."""
