"""What goes with an object in addition to its bytes: attributes as obstore and S3 name them, and the canned ACL."""

from __future__ import annotations

from filmstrip.domain.manifest_kind import MANIFEST_TYPES
from filmstrip.params.destination import Destination


def attributes_of(destination: Destination, content_type: str) -> dict[str, str]:
    """Return the attributes of an object, by the names that obstore has for them."""
    cache = destination.cache_control
    if content_type in MANIFEST_TYPES and destination.manifest_cache_control is not None:
        cache = destination.manifest_cache_control
    given = {"Cache-Control": cache, "Storage-Class": destination.storage_class, "Content-Type": content_type}
    return {name: value for name, value in given.items() if value is not None}


def headers_of(attributes: dict[str, str]) -> dict[str, str]:
    """Name attributes of an object as the headers of S3 do."""
    return {("x-amz-storage-class" if name == "Storage-Class" else name): value for name, value in attributes.items()}


def acl_header(destination: Destination) -> dict[str, str]:
    """Return the header of a canned ACL (Amazon S3 API, PutObject), or none."""
    # "private" is what an object is anyway; servers with ACLs switched off would refuse to be told.
    if destination.permissions in {None, "private"}:
        return {}
    return {"x-amz-acl": str(destination.permissions)}
