"""Signs the address of one blob: a service SAS (Azure Storage, "Create a service SAS", version 2020-12-06).

obstore signs names as they are escaped in a URL, and Azure compares them unescaped: what has a blank, a percent sign or
a letter that is not ASCII in it could not be read.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from urllib.parse import quote

_VERSION = "2020-12-06"
_READ = "r"
_BLOB = "b"


def is_token(secret: str) -> bool:
    """Check whether a secret is a shared access signature, not a key: it is the query of a URL then."""
    return "sig=" in secret


def signed_query(account: str, key: str, container: str, name: str, expires_at: datetime) -> str:
    """Return the query that lets any client read one blob until a moment.

    Args:
        account: The storage account.
        key: One of its keys, in base64.
        container: The container.
        name: The blob's name, unescaped.
        expires_at: The moment, UTC.
    """
    expiry = expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    resource = f"/blob/{account}/{container}/{name}"
    # Permission, start, expiry, resource, identifier, address, protocol, version, kind, snapshot, scope, five headers.
    lines = [_READ, "", expiry, resource, "", "", "", _VERSION, _BLOB, "", "", "", "", "", "", ""]
    signature = base64.b64encode(hmac.digest(base64.b64decode(key), "\n".join(lines).encode(), "sha256")).decode()
    values = {"sv": _VERSION, "sr": _BLOB, "sp": _READ, "se": expiry, "sig": signature}
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
