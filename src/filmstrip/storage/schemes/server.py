"""The server that a URL of a place names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """A server.

    Attributes:
        host: Its name or address.
        port: Its port.
        is_https: Whether it is spoken to by https.
        http_advice: What to set if it speaks http only, for a sentence.
        is_told: Whether the operator says where it is.
    """

    host: str
    port: int
    is_https: bool
    http_advice: str
    is_told: bool = False

    @property
    def place(self) -> str:
        """Host and port, as a URL has them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
