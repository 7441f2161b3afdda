"""How places are opened, a module a kind of URL, named as its row in `domain.schemes`.

A module has `open_store` if destinations are of this kind, and `refer_to_source` if sources are. What a source is
referred to by is opened by `check_source`, `open_source` and `copy_source` of the module of the reference's own URL: a
kind whose references are of another kind, as a signed URL is, has none of them. `server_of` names the server, if there
is one.

Others use:

- `registry`: finds the module of a URL
"""
