"""The host that a URL names, and what is known of it."""

from __future__ import annotations

from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """Return the host of a URL with its port, in lower case and without credentials; "" if it names none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


_WITHOUT_OBJECT_ACLS = (".r2.cloudflarestorage.com", ".backblazeb2.com")
"""Ends of the names of S3 servers that have no ACLs of objects, as their own documentation says."""


def has_object_acls(host: str) -> bool:
    """Check whether an S3 server may have ACLs of objects, by its name without a port."""
    return not f".{host.lower()}".endswith(_WITHOUT_OBJECT_ACLS)
