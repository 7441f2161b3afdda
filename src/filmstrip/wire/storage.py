"""Qencode's `storage` object: where the status says that an output's files are."""

from __future__ import annotations

from datetime import UTC

from filmstrip.db.task_records import OutputRecord
from filmstrip.domain.artifact import Location, OutputResult


def with_base(url: str, base_url: str) -> str:
    """Complete the URL of an object that this service itself serves."""
    return base_url + url if url.startswith("/") else url


def storage(output: OutputRecord) -> dict[str, object]:
    """Describe the place of an output; empty while nothing is there.

    Of several destinations the first one is described and the others are listed in `copies`.
    """
    result = output.result
    if result is None or not output.locations:
        return {}
    first, *copies = [_place(location, result) for location in output.locations]
    if copies:
        urls = (location.url for location in output.locations[1:])
        first["copies"] = [{"url": url} | copy for url, copy in zip(urls, copies, strict=True)]
    if output.finished_at is not None:
        first["timestamp"] = output.finished_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return first


def _place(location: Location, result: OutputResult) -> dict[str, object]:
    place: dict[str, object] = {
        "type": location.kind,
        "bucket": location.bucket,
        "key": _key(location, result),
        "format": result.storage_format,
        "expire": location.expires_at,
    }
    if location.host is not None:
        place |= {"scheme": location.scheme, "host": location.host, "port": location.port}
    if result.main_name:
        place["names"] = list(result.names)
    return place


def _key(location: Location, result: OutputResult) -> str:
    """Return the object's key, or for an output of several files that of their folder.

    Qencode writes keys on Amazon S3 with a leading slash and all others without.
    """
    key = location.key.removesuffix(result.main_name).rstrip("/") if result.main_name else location.key
    return f"/{key}" if location.kind == "amazon_s3" else key
