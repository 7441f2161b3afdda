"""Signed requests that administer an S3 server, for what storage itself never does."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime

from filmstrip.storage.s3.signature import S3Account, signed_headers, signed_url


def send_signed(
    method: str, url: str, account: S3Account, *, query: Mapping[str, str] | None = None, body: bytes = b""
) -> int:
    """Send a signed request and return the status of the answer, whatever it is.

    Raises:
        OSError: There is no answer.
    """
    target = signed_url(url, query or {})
    headers = signed_headers(method, target, {}, body, account, datetime.now(UTC))
    request = urllib.request.Request(target, body or None, headers, method=method)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code
