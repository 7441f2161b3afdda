"""Sources on http servers: whole or in ranges, with patience for bad ones.

Others use:

- `client`: `make_http_client`, held to the egress policy
- `remote_source`: whether a source is there; how it is opened or copied
- `source_ranges`: `SourceRanges`, random access
- `source_pace`: how long a slow source is waited for
"""
