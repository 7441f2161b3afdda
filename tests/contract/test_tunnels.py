"""What becomes of the way out to a destination that takes what it is sent no more?"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from filmstrip.domain.errors import DestinationUnreachableError
from filmstrip.params.destination import Destination
from filmstrip.storage.egress import proxy as egress_proxy
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings

DEADLINE_SECONDS = 20


def test_a_destination_that_reads_nothing_leaves_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A put that is given up there gives back its connections and threads, those of the way out too."""
    monkeypatch.setattr(egress_proxy, "_SEND_SECONDS", 1)
    monkeypatch.setattr(egress_proxy, "_LAST_WORDS_SECONDS", 1.0)
    # Its backlog takes the connection, and nobody ever accepts it.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"localhost:{listener.getsockname()[1]}"
        networks = ("127.0.0.0/8", "::1/128")  # a network, not the host's name: each connection is judged
        settings = StorageSettings(
            tmp_path, private_hosts=networks, plain_http_hosts=(host,), put_timeout_seconds=1.0, retries=0
        )
        destination = Destination.model_validate({"url": f"s3://{host}/bucket/a/", "key": "k", "secret": "s"})
        before = threading.active_count()
        store = open_store(destination, settings, is_folder=True)
        with closing(store), pytest.raises(DestinationUnreachableError):
            store.put("a", bytes(12 << 20), "video/mp4")
        deadline = time.monotonic() + DEADLINE_SECONDS
        while threading.active_count() > before:
            assert time.monotonic() < deadline, [thread.name for thread in threading.enumerate()]
            time.sleep(0.01)
