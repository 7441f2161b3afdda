"""Files on SSH servers, by SFTP, as stores and as sources.

The client library is asynchronous; `session` runs it in a thread of its own, so that all others block as every store
and source does.

Others use:

- `address`: what an `sftp://` URL means
- `source`: `SftpSource`
- `store`: `SftpStore`
"""
