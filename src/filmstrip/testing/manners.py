"""How the file server of the tests misbehaves."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus


@dataclass
class Manners:
    """How the server behaves; may be changed while it runs.

    Attributes:
        latency_seconds: Before each answer.
        bytes_per_second: Of each connection, None for as fast as it goes.
        ranges: Whether range requests are answered with ranges.
        tells_size: Whether answers have a Content-Length; the end of the connection ends the body if not.
        etags: Whether answers have an ETag, and If-Match is obeyed.
        dates: Whether answers have a Last-Modified.
        refuse: So many requests that come next are refused with `refusal`.
        refuse_only: How the paths end that are refused, "" for all.
        refusal: The status of a refusal.
        cut: So many bodies that come next are broken off in their middle.
        reset: So many connections that come next are closed without an answer.
        redirect: Where every request is sent on to, None for nowhere.
        credentials: What the Authorization header has to be, None for no matter what.
        allow_origin: The header Access-Control-Allow-Origin of each answer, None for none.
    """

    latency_seconds: float = 0.0
    bytes_per_second: float | None = None
    ranges: bool = True
    tells_size: bool = True
    etags: bool = True
    dates: bool = True
    refuse: int = 0
    refuse_only: str = ""
    refusal: int = HTTPStatus.SERVICE_UNAVAILABLE
    cut: int = 0
    reset: int = 0
    redirect: str | None = None
    credentials: str | None = None
    allow_origin: str | None = None
