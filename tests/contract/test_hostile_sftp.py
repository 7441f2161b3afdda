"""What if an SSH server breaks off, refuses, stays silent, or is another than the one that is meant?"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from cutting_relay import running_cutting_relay
from filmstrip.domain.errors import (
    DestinationForbiddenError,
    DestinationUnreachableError,
    HostNotAllowedError,
    SourceForbiddenError,
    SourceNotFoundError,
    SourceUnreachableError,
    SourceUnreadableError,
)
from filmstrip.params.destination import Destination
from filmstrip.storage._base import Store
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sftp.store import SftpStore
from filmstrip.storage.sources import check_source, copy_source, open_source
from raw_server import RawServer, running_raw_server
from servers import need
from sftp_server import SftpServer, missing_openssh, running_openssh

CONTENT = os.urandom(1 << 20)


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(tmp_path, private_hosts=("127.0.0.1",), retries=2, retry_pause_seconds=0.01)


def _url(server: SftpServer, name: str, port: int | None = None, secret: str | None = None) -> str:
    login = f"{quote(server.user, safe='')}:{quote(secret or server.secret, safe='')}"
    return f"sftp://{login}@{server.host}:{port or server.port}{server.root}/{name}"


def _store(server: SftpServer, name: str, settings: StorageSettings, **changes: object) -> Store:
    url = f"sftp://{server.host}:{changes.pop('port', server.port)}{server.root}/{name}/"
    place = {"url": url, "key": server.user, "secret": server.secret} | changes
    return open_store(Destination.model_validate(place), settings, is_folder=True)


def _ranges(url: str, settings: StorageSettings) -> SourceRanges:
    opened = open_source(url, settings)
    assert isinstance(opened, SourceRanges)
    return opened


def test_a_source_whose_connection_breaks_is_read_on(sftp: SftpServer, settings: StorageSettings) -> None:
    """A session that ended is begun again, as often as something arrives in between."""
    (sftp.folder / "broken.mp4").write_bytes(CONTENT)
    with running_cutting_relay(sftp.port) as relay:
        relay.answer_cuts = [200_000, 300_000, 500_000]
        with closing(_ranges(_url(sftp, "broken.mp4", relay.port), settings)) as opened:
            assert opened.read_range(0, len(CONTENT)) == CONTENT
        assert relay.done == 3


def test_a_file_whose_connection_breaks_is_put_whole(sftp: SftpServer, settings: StorageSettings) -> None:
    """It is tried again, and appears whole or not at all."""
    with running_cutting_relay(sftp.port) as relay:
        relay.cuts = [300_000]
        with closing(_store(sftp, "whole", settings, port=relay.port)) as store:
            store.put("a.mp4", CONTENT, "video/mp4")
        relay.cuts = [100_000, 100_000, 100_000]
        with (
            closing(_store(sftp, "never", settings, port=relay.port)) as store,
            pytest.raises(DestinationUnreachableError, match="the connection broke"),
        ):
            store.put("a.mp4", CONTENT, "video/mp4")
    assert (sftp.folder / "whole" / "a.mp4").read_bytes() == CONTENT
    assert not (sftp.folder / "never" / "a.mp4").exists()


def test_a_session_that_ended_is_made_anew(sftp: SftpServer, settings: StorageSettings) -> None:
    """The server's process for it may die while the connection stays."""
    with closing(_store(sftp, "ended", settings)) as store:
        store.put("a.mp4", b"one", "video/mp4")
        assert isinstance(store, SftpStore)
        session = store._session
        assert session._loop is not None
        assert session._connection is not None
        session._loop.call_soon_threadsafe(session.client().exit)
        session.run(session._connection.wait_closed(), 30)
        store.put("b.mp4", b"two", "video/mp4")
    assert (sftp.folder / "ended" / "b.mp4").read_bytes() == b"two"


def test_a_wrong_password_is_told(sftp_by_password: SftpServer, settings: StorageSettings) -> None:
    """As that, for sources and destinations, without showing it."""
    with pytest.raises(SourceForbiddenError, match="refuses user and password or key") as told:
        check_source(_url(sftp_by_password, "a.mp4", secret="wrong-4711"), settings)
    with (
        closing(_store(sftp_by_password, "x", settings, secret="wrong-4711")) as store,
        pytest.raises(DestinationForbiddenError, match="refuses user and password or key") as refused,
    ):
        store.put("a.mp4", b"x", "video/mp4")
    assert "4711" not in str(told.value) + str(refused.value)


def test_a_key_that_is_none_is_told(sftp: SftpServer, settings: StorageSettings) -> None:
    """With what it has to be, and without showing it."""
    broken = sftp.secret.replace("A", "!")
    with (
        closing(_store(sftp, "x", settings, secret=broken)) as store,
        pytest.raises(DestinationForbiddenError, match="has to be in PEM form and without a passphrase") as told,
    ):
        store.put("a.mp4", b"x", "video/mp4")
    assert broken.split("\n")[1] not in str(told.value)


def test_the_operators_own_keys_are_not_offered(
    sftp: SftpServer, settings: StorageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client has no rights of the user that the service runs as."""
    folder = tmp_path / ".ssh"
    folder.mkdir(mode=0o700)
    (folder / "id_ed25519").write_text(sftp.secret)
    (folder / "id_ed25519").chmod(0o600)
    (folder / "config").write_text(f"Host *\n  IdentityFile {folder}/id_ed25519\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SourceForbiddenError, match="refuses user and password or key"):
        check_source(_url(sftp, "a.mp4", secret="some-password"), settings)


def test_only_known_hosts_are_talked_to_if_the_operator_names_them(
    sftp: SftpServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """A server with another key than the one in the file gets neither a password nor a file."""
    (sftp.folder / "known.mp4").write_bytes(CONTENT)
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{sftp.port} {sftp.host_key}\n")
    strict = replace(settings, sftp_known_hosts=known)
    assert check_source(_url(sftp, "known.mp4"), strict).version.size_bytes == len(CONTENT)
    import asyncssh

    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    known.write_text(f"[127.0.0.1]:{sftp.port} {other}")
    with pytest.raises(SourceForbiddenError, match=r"the host key of \"127.0.0.1\" .* sftp_known_hosts"):
        check_source(_url(sftp, "known.mp4"), strict)


def test_a_host_that_is_not_allowed_gets_no_connection(tmp_path: Path) -> None:
    """The address that is connected to is judged."""
    heard: list[str] = []
    with running_raw_server(first=lambda _server, _connection: heard.append("a connection")) as server:
        place = Destination.model_validate({"url": f"sftp://localhost:{server.port}/a/", "key": "u", "secret": "p"})
        settings = StorageSettings(tmp_path, retries=0)
        with closing(open_store(place, settings, is_folder=True)) as store, pytest.raises(HostNotAllowedError):
            store.put("a", b"x", "video/mp4")
    assert heard == []


def _silent(server: RawServer, _connection: socket.socket) -> None:
    server.ended.wait(60)


def _dripping(server: RawServer, connection: socket.socket) -> None:
    server.trickle(connection, b"SSH-2.0-" + b"x" * 10_000, 0.05)


def _endless(server: RawServer, connection: socket.socket) -> None:
    while not server.ended.is_set():
        connection.sendall(b"and so on\r\n" * 1000)


def _web(_server: RawServer, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize("first", [_silent, _dripping, _endless, _web])
def test_no_server_is_waited_for_for_ever(
    settings: StorageSettings, first: Callable[[RawServer, socket.socket], None]
) -> None:
    """One that stays silent, drips, goes on without an end or speaks something else is given up."""
    hasty = replace(settings, read_timeout_seconds=0.5, retries=0)
    with running_raw_server(first=first) as server:
        with pytest.raises(SourceUnreachableError):
            check_source(f"sftp://u:p@127.0.0.1:{server.port}/a.mp4", hasty)
        place = Destination.model_validate({"url": f"sftp://127.0.0.1:{server.port}/a/", "key": "u", "secret": "p"})
        with closing(open_store(place, hasty, is_folder=True)) as store, pytest.raises(DestinationUnreachableError):
            store.put("a", b"x", "video/mp4")


def test_a_user_without_rights_is_told(settings: StorageSettings) -> None:
    """Where a user may only read."""
    need(missing_openssh())
    with (
        tempfile.TemporaryDirectory(prefix="sftp-") as folder,
        running_openssh(Path(folder), " -R") as server,
        closing(_store(server, "new", settings)) as store,
        pytest.raises(DestinationForbiddenError, match="may not be written to by this user"),
    ):
        store.put("a.mp4", b"x", "video/mp4")


def test_what_is_no_file_is_told(sftp: SftpServer, settings: StorageSettings) -> None:
    """Nothing at all, or a folder."""
    (sftp.folder / "folder").mkdir(exist_ok=True)
    with pytest.raises(SourceNotFoundError, match=f"sftp://127.0.0.1:{sftp.port}.*/gone.mp4"):
        check_source(_url(sftp, "gone.mp4"), settings)
    with pytest.raises(SourceUnreadableError, match="is not a file"):
        check_source(_url(sftp, "folder"), settings)


def test_a_path_may_count_from_where_the_login_leads_to(
    sftp_by_password: SftpServer, settings: StorageSettings
) -> None:
    """`/~/`, as other clients write it."""
    (sftp_by_password.folder / "home.mp4").write_bytes(CONTENT)
    assert check_source(_url(sftp_by_password, "~/home.mp4"), settings).version.size_bytes == len(CONTENT)


def test_a_copy_is_whole(sftp: SftpServer, settings: StorageSettings, tmp_path: Path) -> None:
    """Read by several ranges at a time over one connection."""
    (sftp.folder / "large.mp4").write_bytes(CONTENT * 20)
    copy_source(_url(sftp, "large.mp4"), settings, tmp_path / "copy", lambda _fraction: None)
    assert (tmp_path / "copy").read_bytes() == CONTENT * 20
