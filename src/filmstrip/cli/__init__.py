"""The `filmstrip` program: a file per command."""
