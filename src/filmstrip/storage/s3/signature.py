"""Signs requests to an S3 server: AWS Signature Version 4.

For the few requests that obstore cannot make as we need them. Sections are those of the Amazon S3 API reference,
"Authenticating Requests (AWS Signature Version 4)".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class S3Account:
    """Who signs.

    Attributes:
        key: Access key.
        secret: The secret to it.
        region: Region that is signed for.
        session_token: What goes with temporary credentials, None for lasting ones.
        is_lent: Whether the operator lends it, so that the client knows nothing of it.
    """

    key: str
    secret: str = field(repr=False)
    region: str
    session_token: str | None = field(default=None, repr=False)
    is_lent: bool = False


def signed_url(url: str, query: Mapping[str, str]) -> str:
    """Write a URL with its query as it is signed: sorted, with everything escaped that may be."""
    text = "&".join(f"{quote(name, safe='')}={quote(query[name], safe='')}" for name in sorted(query))
    return f"{url}?{text}" if text else url


def signed_headers(
    method: str, url: str, headers: Mapping[str, str], body: bytes, account: S3Account, now: datetime
) -> dict[str, str]:
    """Add the signature to the headers of a request ("Signature Calculations for the Authorization Header").

    Args:
        method: HTTP method.
        url: As `signed_url` writes it, with an escaped path.
        headers: What else is sent; all of it is signed.
        body: The whole body.
        account: Who signs.
        now: Present time, UTC; servers refuse one that is 15 minutes off.
    """
    parts = urlsplit(url)
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    body_hash = hashlib.sha256(body).hexdigest()
    own = {"host": parts.netloc, "x-amz-content-sha256": body_hash, "x-amz-date": moment}
    if account.session_token is not None:
        own["x-amz-security-token"] = account.session_token
    all_headers = dict(sorted(({name.lower(): value for name, value in headers.items()} | own).items()))
    names = ";".join(all_headers)
    lines = [method, parts.path or "/", parts.query]
    lines += [*(f"{name}:{value.strip()}" for name, value in all_headers.items()), "", names, body_hash]
    scope = f"{moment[:8]}/{account.region}/s3/aws4_request"
    signature = _signature("\n".join(lines), moment, scope, account.secret)
    credential = f"Credential={account.key}/{scope}"
    return all_headers | {
        "authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}"
    }


def _signature(canonical_request: str, moment: str, scope: str, secret: str) -> str:
    request_hash = hashlib.sha256(canonical_request.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{request_hash}".encode(), "sha256").hex()
