"""The facts of a source.

Others use:

- `probe`: `probe`, which reads them
"""
