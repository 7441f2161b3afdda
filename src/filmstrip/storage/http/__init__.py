"""Sources on servers, whole or in ranges, with patience for bad ones; how web servers are asked, and posted to.

Others use:

- `addressing`: how URLs are shown
- `answer`: what a web server's answer says about a source
- `client`: `make_http_client`, held to the egress policy; `trusted_authorities`
- `posting`: posts a message within a deadline
- `guarded_socket`: sockets that give up on a sender that trickles
- `source`: `HttpSource`
- `remote_answer`: `RemoteSource`, what can be asked, by whatever protocol
- `remote_source`: whether a source is there; how it is opened or copied
- `source_copy`: how the pace and the size of a copy are judged
- `source_ranges`: `SourceRanges`, random access
- `source_pace`: how long a slow source is waited for
"""
