"""What if a destination stays silent, or a value for it breaks the client library?"""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from filmstrip.domain.errors import DestinationError, DestinationUnreachableError
from filmstrip.params.destination import Destination
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings
from raw_server import RawServer, running_raw_server


@pytest.mark.parametrize("size", [10, 17 << 20])
def test_a_destination_that_never_answers(tmp_path: Path, size: int) -> None:
    """A server that takes the request and stays silent is given up after the time for that size, and soon."""

    def stay_silent(server: RawServer, connection: socket.socket, _head: str) -> None:
        del connection
        server.ended.wait(60)

    with running_raw_server(stay_silent) as server:
        host = f"127.0.0.1:{server.port}"
        settings = StorageSettings(
            tmp_path, private_hosts=("127.0.0.1",), plain_http_hosts=(host,), put_timeout_seconds=0.5, retries=0
        )
        place = {"url": f"s3://{host}/bucket/a/", "key": "k", "secret": "s", "permissions": "public-read"}
        for changes in ({}, {"permissions": None}):
            destination = Destination.model_validate(place | changes)
            store = open_store(destination, settings, is_folder=True)
            with closing(store), pytest.raises(DestinationUnreachableError):
                store.put("a", bytes(size), "video/mp4")


@pytest.mark.parametrize("field", ["cache_control", "storage_class", "region", "key"])
def test_what_native_code_cannot_take_is_an_error(tmp_path: Path, field: str) -> None:
    """A value that makes the client library panic fails the put with a sentence that holds no value."""
    place = {"url": "s3://127.0.0.1:9/bucket/a/", "key": "k", "secret": "s", "region": "r"}
    destination = Destination.model_validate(place)
    value = "a\nSECRET-4711"
    poisoned = destination.model_copy(update={field: SecretStr(value) if field == "key" else value})
    settings = StorageSettings(
        tmp_path, private_hosts=("127.0.0.1",), plain_http_hosts=("127.0.0.1:9",), retries=0, put_timeout_seconds=1
    )
    with closing(open_store(poisoned, settings, is_folder=True)) as store, pytest.raises(DestinationError) as told:
        store.put("a", b"a", "video/mp4")
    assert "4711" not in str(told.value)
