"""What the addresses of servers that keep objects have in common."""

from __future__ import annotations

from typing import Protocol


class ObjectAddress(Protocol):
    """A place on a server that keeps objects."""

    @property
    def bucket_kind(self) -> str:
        """What the server calls a bucket."""

    @property
    def bucket(self) -> str:
        """The bucket, or whatever the server calls it."""

    @property
    def host(self) -> str:
        """Host name or address of the server."""

    @property
    def connected_host(self) -> str:
        """The host that is connected to."""

    @property
    def connected_port(self) -> int:
        """The port that is connected to."""

    @property
    def label(self) -> str:
        """The address as it is shown to the client."""
