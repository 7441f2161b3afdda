"""Sources on http servers, whole or in ranges, with patience for bad ones; and messages that are posted to others.

Others use:

- `addressing`: how URLs are shown
- `client`: `make_http_client`, held to the egress policy
- `posting`: posts a message within a deadline
- `remote_source`: whether a source is there; how it is opened or copied
- `source_ranges`: `SourceRanges`, random access
- `source_pace`: how long a slow source is waited for
"""
