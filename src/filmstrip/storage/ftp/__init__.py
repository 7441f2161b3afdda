"""Files on FTP servers, plain or over TLS, as stores and as sources.

Others use:

- `address`: what an `ftp://` or `ftps://` URL means
- `source`: `FtpSource`
- `store`: `FtpStore`
"""
