"""Which addresses do manifests name files by? Those of the output's one destination, signed where that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.outputs._base import Addressing
from filmstrip.storage._base import Presigns, Store


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses by the names of the files; whoever has a signed one can read its file.

    Attributes:
        urls: The addresses.
        expire_at: Until when they are good, as `YYYY-MM-DD HH:MM:SS` UTC; None if they last.
    """

    urls: dict[str, str] = field(default_factory=dict, repr=False)
    expire_at: str | None = None


def find_addresses(addressing: Addressing | None, stores: Sequence[Store], names: Sequence[str]) -> Addresses:
    """Find the addresses that a group asks for; none where its files go by bare names.

    Raises:
        DestinationRefusedError: The destination has no such addresses.
    """
    if addressing is None:
        return Addresses()
    store = stores[0]
    if addressing.signed_hours is None:
        urls = {name: store.locate(name).url for name in names}
        if not all("://" in url for url in urls.values()):
            raise DestinationRefusedError("url_mode: absolute needs to know the service's address (setting public_url)")
        return Addresses(urls)
    if not isinstance(store, Presigns):
        raise DestinationRefusedError("url_mode: this destination cannot sign addresses; presigned needs S3")
    # Told before signing, so that no address is bad before that.
    expires_at = datetime.now(UTC) + timedelta(hours=addressing.signed_hours)
    return Addresses(store.presign(names, addressing.signed_hours), expires_at.strftime("%Y-%m-%d %H:%M:%S"))
