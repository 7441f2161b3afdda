"""The kinds of databases, each opened so that nothing is lost: SQLite and PostgreSQL.

`opening.open_backend` finds the one of a URL; `_base` says what each of them does in its own way.
"""
