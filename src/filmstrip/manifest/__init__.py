"""Text or small binaries that point players at media, made of values; no I/O."""
