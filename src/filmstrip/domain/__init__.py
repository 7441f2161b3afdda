"""The words and laws of the field: frozen types and pure functions, no I/O, no dependency."""
