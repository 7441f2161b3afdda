"""What the API is, for programs and people: an OpenAPI document, and a page of it.

Each endpoint says what it takes and gives in its `operation`; both are made of these, so neither can be out of date.
Others use `Operation` and `Field` of `operation`.
"""
