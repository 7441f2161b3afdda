"""By which addresses do manifests name files?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.jobs.making.addresses import find_addresses
from filmstrip.outputs._base import Addressing
from filmstrip.storage.own.temporary import open_temporary
from filmstrip.storage.settings import StorageSettings
from unit.jobs.test_perform import MemoryStore


class SigningStore(MemoryStore):
    """Signs by saying so."""

    def presign(self, names: Sequence[str], hours: int) -> dict[str, str]:
        return {name: f"https://example.com/{name}?hours={hours}" for name in names}


def test_by_default_there_are_none() -> None:
    """Files go by bare names unless the output asks for more."""
    addresses = find_addresses(None, [MemoryStore()], ["a"])
    assert (addresses.urls, addresses.expire_at) == ({}, None)


def test_full_addresses_are_those_of_the_store() -> None:
    """The addresses of the status, which last."""
    addresses = find_addresses(Addressing(), [MemoryStore()], ["a", "b"])
    assert (addresses.urls, addresses.expire_at) == ({"a": "file:///a", "b": "file:///b"}, None)


def test_signed_addresses_say_until_when() -> None:
    """What is told is never later than what holds."""
    before = datetime.now(UTC)
    addresses = find_addresses(Addressing(24), [SigningStore()], ["a"])
    assert addresses.urls == {"a": "https://example.com/a?hours=24"}
    assert addresses.expire_at is not None
    told = datetime.strptime(addresses.expire_at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert timedelta(hours=24, seconds=-1) <= told - before <= timedelta(hours=24, seconds=5)


def test_addresses_never_show_by_accident() -> None:
    """A signed address is a secret: no log shows it by showing the object."""
    assert "hours" not in repr(find_addresses(Addressing(24), [SigningStore()], ["a"]))


def test_what_a_place_cannot_do_is_told(tmp_path: Path) -> None:
    """Disks sign nothing, and a service that does not know its own address cannot tell it."""
    with pytest.raises(DestinationRefusedError, match="cannot sign addresses, so that presigned"):
        find_addresses(Addressing(1), [MemoryStore()], ["a"])
    store = open_temporary(StorageSettings(tmp_path, public_url=""), "token", 0, datetime.now(UTC))
    with pytest.raises(DestinationRefusedError, match="setting public_url"):
        find_addresses(Addressing(), [store], ["a"])
