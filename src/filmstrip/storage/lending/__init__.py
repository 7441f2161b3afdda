"""Stores that the operator names, and whose credentials sign there.

Others use:

- `named_stores`: `StoreLender`, which lends them
- `aws_profiles`: credentials of a profile
- `store_credentials`: credentials of a named store
"""
