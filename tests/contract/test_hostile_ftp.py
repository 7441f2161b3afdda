"""What if an FTP server breaks off, lies, goes on for ever, or leads elsewhere?"""

from __future__ import annotations

import ftplib
import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from certificates import Certificates
from filmstrip.domain.errors import (
    DestinationError,
    DestinationForbiddenError,
    DestinationRefusedError,
    DestinationUnreachableError,
    HostNotAllowedError,
    SourceForbiddenError,
    SourceNotFoundError,
    SourceUnreachableError,
)
from filmstrip.params.destination import Destination
from filmstrip.storage._base import Store
from filmstrip.storage.ftp import address
from filmstrip.storage.ftp.connection import FtpConnection
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import check_source, copy_source, open_source
from ftp_server import PASSWORD, USER, FtpServer, missing_vsftpd, running_ftp, running_vsftpd
from scripted_ftp import ScriptedFtp, running_scripted_ftp
from servers import need
from sftp_server import missing_openssh, running_openssh

CONTENT = os.urandom(1 << 20)


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(
        tmp_path, private_hosts=("127.0.0.1",), retries=2, retry_pause_seconds=0.01, read_timeout_seconds=5
    )


def _url(server: ScriptedFtp) -> str:
    return f"ftp://user:pass-4711@{server.place}/film.mp4"


def _copied(url: str, settings: StorageSettings, path: Path) -> bytes:
    copy_source(url, settings, path, lambda _fraction: None)
    return path.read_bytes()


def _store(server: ScriptedFtp, settings: StorageSettings) -> Store:
    place = {"url": f"ftp://{server.place}/out/", "key": "user", "secret": "pass-4711"}
    return open_store(Destination.model_validate(place), settings, is_folder=True)


def test_a_transfer_that_breaks_off_goes_on_where_it_was(settings: StorageSettings) -> None:
    """What arrived is not asked for again."""
    with running_scripted_ftp(ScriptedFtp(content=CONTENT, cuts=[1 << 16, 300_000, 200_000])) as server:
        opened = open_source(_url(server), settings)
        assert isinstance(opened, SourceRanges)
        with closing(opened):
            assert opened.read_range(0, len(CONTENT)) == CONTENT
            assert opened.bytes_read == len(CONTENT)


@pytest.mark.parametrize("missing", [["REST"], ["SIZE"], ["REST", "SIZE", "MDTM"]])
def test_a_server_that_knows_less_is_copied_from(settings: StorageSettings, tmp_path: Path, missing: list[str]) -> None:
    """Without ranges, sizes or dates a source is read as a whole."""
    replies = dict.fromkeys(missing, "502 not here")
    with running_scripted_ftp(ScriptedFtp(content=CONTENT, replies=dict(replies))) as server:
        assert not check_source(_url(server), settings).supports_ranges
        assert _copied(_url(server), settings, tmp_path / "copy") == CONTENT


def test_a_copy_that_breaks_off_without_ranges_is_begun_again(settings: StorageSettings, tmp_path: Path) -> None:
    """It is whole in the end."""
    scripted = ScriptedFtp(content=CONTENT, replies={"REST": "502 no"}, cuts=[10, 300_000])
    with running_scripted_ftp(scripted) as server:
        assert _copied(_url(server), settings, tmp_path / "copy") == CONTENT


def _drip(server: ScriptedFtp, control: socket.socket, text: bytes) -> None:
    with suppress(OSError):
        for byte in text:
            control.sendall(bytes([byte]))
            if server.ended.wait(0.05):
                return


def _flood(server: ScriptedFtp, control: socket.socket) -> None:
    with suppress(OSError):
        while not server.ended.is_set():
            control.sendall(b"220-and so on\r\n" * 1000)


@pytest.mark.parametrize("command", ["greeting", "PASS", "SIZE", "PASV", "RETR"])
@pytest.mark.parametrize("way", ["silent", "drip", "flood"])
def test_no_reply_is_waited_for_for_ever(settings: StorageSettings, command: str, way: str) -> None:
    """A reply that does not come, byte by byte or without an end, is given up."""
    server = ScriptedFtp(content=CONTENT)
    ways = {
        "silent": lambda _control: server.ended.wait(60),
        "drip": lambda control: _drip(server, control, b"220-" + b"x" * 10_000),
        "flood": lambda control: _flood(server, control),
    }
    server.replies[command] = ways[way]
    hasty = replace(settings, read_timeout_seconds=0.3, retries=0)
    with running_scripted_ftp(server), pytest.raises(SourceUnreachableError):
        open_source(_url(server), hasty)


def test_data_that_trickles_is_given_up(settings: StorageSettings, tmp_path: Path) -> None:
    """A source has the same least pace as by http."""
    server = ScriptedFtp(content=CONTENT)

    def trickle(control: socket.socket) -> None:
        control.sendall(b"150 coming\r\n")
        with session[0].accept()[0] as data:
            _drip(server, data, b"x" * 10_000)

    session: list[socket.socket] = []

    def passive(control: socket.socket) -> None:
        session.insert(0, socket.create_server(("127.0.0.1", 0)))
        high, low = divmod(session[0].getsockname()[1], 256)
        control.sendall(f"227 entering (127,0,0,1,{high},{low})\r\n".encode())

    server.replies |= {"PASV": passive, "RETR": trickle}
    hasty = replace(settings, retries=0, slow_seconds=0.5, min_kib_per_second=10)
    with running_scripted_ftp(server), pytest.raises(SourceUnreachableError, match="too slowly"):
        copy_source(_url(server), hasty, tmp_path / "copy", lambda _fraction: None)
    for listener in session:
        listener.close()


def test_an_address_that_a_server_names_for_data_is_not_connected_to(settings: StorageSettings) -> None:
    """Data is fetched from the server itself, whose address was judged: the scripted one names 10.0.0.1."""
    with running_scripted_ftp(ScriptedFtp(content=CONTENT)) as server:
        opened = open_source(_url(server), settings)
        assert isinstance(opened, SourceRanges)
        with closing(opened):
            assert opened.read_range(100_000, 100_010) == CONTENT[100_000:100_010]


def test_a_server_leads_to_no_service_of_the_system(settings: StorageSettings) -> None:
    """Ports below 1024 are no ports for data."""
    with running_scripted_ftp(ScriptedFtp(content=CONTENT, replies={"PASV": "227 (127,0,0,1,0,25)"})) as server:
        with pytest.raises(SourceUnreachableError, match="does not answer as an FTP server does"):
            open_source(_url(server), settings)
        assert server.count("RETR") == 0


def test_a_host_that_is_not_allowed_gets_no_connection(tmp_path: Path) -> None:
    """The address that is connected to is judged, for sources and destinations."""
    with running_scripted_ftp(ScriptedFtp(content=CONTENT)) as server:
        settings = StorageSettings(tmp_path, retries=0)
        with pytest.raises(HostNotAllowedError):
            open_source(_url(server).replace("127.0.0.1", "localhost"), settings)
        with closing(_store(server, settings)) as store, pytest.raises(HostNotAllowedError):
            store.put("a.png", b"a", "image/png")
        assert server.commands == []


def test_a_file_that_did_not_arrive_whole_is_not_there(settings: StorageSettings) -> None:
    """Though the server says that it has it: its size is compared, and it does not get its name."""
    with running_scripted_ftp(ScriptedFtp(cuts=[1000] * 3)) as server:
        with closing(_store(server, settings)) as store, pytest.raises(DestinationUnreachableError, match="1000 bytes"):
            store.put("a.mp4", CONTENT, "video/mp4")
        assert server.received == {}


def test_a_put_is_tried_again(settings: StorageSettings) -> None:
    """What did not arrive whole once does a little later."""
    with running_scripted_ftp(ScriptedFtp(cuts=[1000])) as server:
        with closing(_store(server, settings)) as store:
            store.put("a.mp4", CONTENT, "video/mp4")
        assert server.received == {"out/a.mp4": CONTENT}


@pytest.mark.parametrize(
    ("command", "reply", "kind", "words"),
    [
        (
            "PASS",
            "530 pass-4711 is wrong",
            DestinationForbiddenError,
            "refuses user and password (530; if it wants TLS",
        ),
        ("PASS", "421 too many users", DestinationUnreachableError, "(421)"),
        ("STOR", "552 quota", DestinationRefusedError, "has no room"),
        ("STOR", "452 full", DestinationRefusedError, "has no room"),
        ("STOR", "553 no pass-4711 here", DestinationRefusedError, "may not write there"),
        ("RNTO", "550 no", DestinationRefusedError, "(550)"),
        ("STOR", "pass-4711", DestinationUnreachableError, "does not answer as an FTP server does"),
    ],
)
def test_a_refusal_is_told_in_our_words(
    settings: StorageSettings, command: str, reply: str, kind: type[DestinationError], words: str
) -> None:
    """By its number: the server's words may hold anything, a password too."""
    with running_scripted_ftp(ScriptedFtp(replies={command: reply})) as server:
        hasty = replace(settings, retries=0)
        with closing(_store(server, hasty)) as store, pytest.raises(kind) as told:
            store.put("a.mp4", b"film", "video/mp4")
    assert words in str(told.value)
    assert "4711" not in str(told.value)


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        ("552 disk full", DestinationRefusedError, "has no room for the file"),
        ("452 quota", DestinationRefusedError, "has no room for the file"),
        ("426 broken off", DestinationUnreachableError, "(426)"),
        ("", DestinationUnreachableError, "the connection broke"),
    ],
)
def test_a_server_that_fills_up_says_so(
    settings: StorageSettings, reply: str, kind: type[DestinationError], words: str
) -> None:
    """It ends the connection for data first and gives its reason then; one that gives none broke off."""
    scripted = ScriptedFtp(room=1 << 16, full_reply=reply)
    hasty = replace(settings, retries=0, read_timeout_seconds=1)
    with running_scripted_ftp(scripted) as server, closing(_store(server, hasty)) as store, pytest.raises(kind) as told:
        store.put("a.mp4", CONTENT * 8, "video/mp4")
    assert words in str(told.value)


@pytest.mark.parametrize("scheme", ["ftps", "sftp"])
def test_a_disk_that_is_full(certificates: Certificates, settings: StorageSettings, scheme: str) -> None:
    """What really happens then: servers say it in their ways, and no part of the file is left to be taken for it."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root; what servers say is tested without")
    with small_disk() as disk, full_server(scheme, disk, certificates) as (place, folder):
        allowed = replace(settings, private_hosts=("localhost", "127.0.0.1"), ca_file=certificates.authority, retries=1)
        with closing(open_store(Destination.model_validate(place), allowed, is_folder=True)) as store:
            with pytest.raises(DestinationError, match="full"):
                store.put("a.mp4", CONTENT * 2, "video/mp4")
            assert [path.name for path in folder.rglob("*") if path.is_file()] == []
            store.put("a.mp4", b"small", "video/mp4")
            assert [path.name for path in folder.rglob("*") if path.is_file()] == ["a.mp4"]


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of a megabyte."""
    with tempfile.TemporaryDirectory(prefix="disk-") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "none", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def full_server(scheme: str, disk: Path, certificates: Certificates) -> Iterator[tuple[dict[str, str], Path]]:
    """A server on that disk: a place there, and its folder."""
    if scheme == "sftp":
        need(missing_openssh())
        with running_openssh(disk) as ssh:
            url = f"sftp://127.0.0.1:{ssh.port}{ssh.root}/out/"
            yield {"url": url, "key": ssh.user, "secret": ssh.secret}, ssh.folder
        return
    need(missing_vsftpd())
    with running_vsftpd(disk, certificates) as ftp:
        url = f"{ftp.scheme}://{ftp.host}:{ftp.port}/out/"
        yield {"url": url, "key": ftp.user, "secret": ftp.password}, ftp.folder


def test_a_destination_that_takes_nothing_is_given_up(settings: StorageSettings) -> None:
    """A server that does not read what is sent, or does not say that it has it, is not waited for for ever."""
    server = ScriptedFtp()
    server.replies["STOR"] = lambda _control: server.ended.wait(60) and None
    hasty = replace(settings, retries=0, put_timeout_seconds=0.3, read_timeout_seconds=0.3)
    with (
        running_scripted_ftp(server),
        closing(_store(server, hasty)) as store,
        pytest.raises(DestinationUnreachableError, match="silent"),
    ):
        store.put("a.mp4", CONTENT, "video/mp4")


def test_a_line_end_in_a_path_is_no_command(settings: StorageSettings) -> None:
    """Nothing that a client writes becomes a second command."""
    with running_scripted_ftp(ScriptedFtp(content=CONTENT)) as server:
        with pytest.raises(SourceForbiddenError):
            open_source(f"ftp://u:p@{server.place}/a%0d%0aDELE%20b", settings)
        assert server.commands == []


def test_a_wrong_password_is_told(ftp: FtpServer, settings: StorageSettings) -> None:
    """As that, for sources and destinations, without showing it."""
    url = f"{ftp.host}:{ftp.port}/a.mp4"
    with pytest.raises(SourceForbiddenError, match="refuses user and password") as told:
        check_source(f"ftp://vid%40example.com:wrong-4711@{url}", settings)
    assert "4711" not in str(told.value)
    place = Destination.model_validate({"url": f"ftp://{url}", "key": ftp.user, "secret": "wrong-4711"})
    with (
        closing(open_store(place, settings, is_folder=False)) as store,
        pytest.raises(DestinationForbiddenError, match="refuses user and password") as refused,
    ):
        store.put("", b"x", "video/mp4")
    assert "4711" not in str(refused.value)


def test_a_user_without_rights_is_told(tmp_path: Path, settings: StorageSettings) -> None:
    """Where a user may only read, or may not make the folder that is missing."""
    with running_ftp(tmp_path, permissions="elr") as server:
        place = {"url": f"ftp://{server.host}:{server.port}/new/a.mp4", "key": USER, "secret": PASSWORD}
        with (
            closing(open_store(Destination.model_validate(place), settings, is_folder=False)) as store,
            pytest.raises(DestinationRefusedError, match="may not write there"),
        ):
            store.put("", b"x", "video/mp4")
        assert list(server.folder.iterdir()) == []


def test_a_server_that_allows_few_connections_is_used_with_these(tmp_path: Path, settings: StorageSettings) -> None:
    """What it refuses beyond them is waited for."""
    with running_ftp(tmp_path, most=2) as server:
        (server.folder / "a.mp4").write_bytes(CONTENT * 20)
        url = f"ftp://vid%40example.com:s3%2Fcr%25t%40word@{server.host}:{server.port}/a.mp4"
        assert _copied(url, settings, tmp_path / "copy") == CONTENT * 20


def test_a_connection_that_was_closed_meanwhile_is_made_anew(settings: StorageSettings) -> None:
    """Servers end connections that are idle."""
    with running_scripted_ftp(ScriptedFtp(content=CONTENT)) as server:
        opened = open_source(_url(server), settings)
        assert isinstance(opened, SourceRanges)
        with closing(opened):
            server.replies["SIZE"] = lambda control: control.shutdown(socket.SHUT_RDWR)
            with pytest.raises(SourceUnreachableError):
                opened.read_range(200_000, 200_100)
            del server.replies["SIZE"]
            assert opened.read_range(200_000, 200_100) == CONTENT[200_000:200_100]


def test_what_is_not_there_is_told(ftp: FtpServer, settings: StorageSettings) -> None:
    """With the address, and without the credentials."""
    url = f"ftp://vid%40example.com:s3%2Fcr%25t%40word@{ftp.host}:{ftp.port}/no/film.mp4"
    with pytest.raises(SourceNotFoundError, match=f"ftp://{ftp.host}:{ftp.port}/no/film.mp4") as told:
        check_source(url, settings)
    assert "word" not in str(told.value)


def test_active_mode_takes_data_from_the_server_alone(ftp: FtpServer, settings: StorageSettings) -> None:
    """With is_passive off the server connects for data, as a few old ones want."""
    place = {
        "url": f"ftp://{ftp.host}:{ftp.port}/active/a.mp4",
        "key": ftp.user,
        "secret": ftp.password,
        "is_passive": 0,
    }
    with closing(open_store(Destination.model_validate(place), settings, is_folder=False)) as store:
        store.put("", b"film", "video/mp4")
    assert (ftp.folder / "active" / "a.mp4").read_bytes() == b"film"


def test_a_certificate_that_is_not_trusted_is_told(ftps: FtpServer, settings: StorageSettings) -> None:
    """With the setting that mends it; nothing is sent."""
    strict = replace(settings, private_hosts=("localhost",))
    with pytest.raises(SourceForbiddenError, match=r"certificate of \"localhost\" is not trusted .* ca_file"):
        check_source(f"ftps://u:p@localhost:{ftps.port}/a.mp4", strict)


def test_plain_ftp_to_a_server_that_wants_tls_is_told(ftps: FtpServer, settings: StorageSettings) -> None:
    """As a refusal, not as a server that is away."""
    place = {"url": f"ftp://localhost:{ftps.port}/a.mp4", "key": "anonymous", "secret": ftps.password}
    allowed = replace(settings, private_hosts=("localhost",))
    with (
        closing(open_store(Destination.model_validate(place), allowed, is_folder=False)) as store,
        pytest.raises(DestinationForbiddenError, match="530"),
    ):
        store.put("", b"x", "video/mp4")


def test_tls_may_begin_with_the_connection(
    tmp_path: Path, certificates: Certificates, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Implicit TLS, at the port that is for it: files are put, listed and read."""
    need(missing_vsftpd())
    allowed = replace(settings, private_hosts=("localhost",), ca_file=certificates.authority)
    with running_vsftpd(tmp_path, certificates, is_implicit=True) as server:
        monkeypatch.setattr(address, "_IMPLICIT_PORT", server.port)
        place = {"url": f"ftps://localhost:{server.port}/in/", "key": server.user, "secret": server.password}
        with closing(open_store(Destination.model_validate(place), allowed, is_folder=True)) as store:
            store.put("a.mp4", CONTENT, "video/mp4")
            assert list(store.names()) == ["a.mp4"]
        login = f"{server.user}:{quote(server.password, safe='')}"
        url = f"ftps://{login}@localhost:{server.port}/in/a.mp4"
        assert _copied(url, allowed, tmp_path / "copy") == CONTENT


def test_use_tls_encrypts_what_begins_with_ftp(
    ftps: FtpServer, certificates: Certificates, settings: StorageSettings
) -> None:
    """As `ftps://` does, in Qencode's words."""
    place = {"url": "ftp://localhost/tls/a.mp4", "key": ftps.user, "secret": ftps.password}
    manners = {"use_tls": "true", "tcp_port": ftps.port}
    allowed = replace(settings, private_hosts=("localhost",), ca_file=certificates.authority)
    with closing(open_store(Destination.model_validate(place | manners), allowed, is_folder=False)) as store:
        store.put("", b"film", "video/mp4")
        assert store.locate("").url == f"ftp://localhost:{ftps.port}/tls/a.mp4"
    assert (ftps.folder / "tls" / "a.mp4").read_bytes() == b"film"


def test_a_folder_that_two_miss_is_there_for_both(
    ftp: FtpServer, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is refused as a folder is missing writes into it, also if another thread has made it by then."""
    write, both_refused, one_is_done = FtpConnection.write, threading.Barrier(2), threading.Event()

    def refused_together(connection: FtpConnection, *arguments: Any) -> None:
        try:
            write(connection, *arguments)
        except ftplib.error_perm:
            if both_refused.wait(20) == 0:
                one_is_done.wait(20)
            raise

    monkeypatch.setattr(FtpConnection, "write", refused_together)
    place = {"url": f"ftp://{ftp.host}:{ftp.port}/missed-by-two/", "key": ftp.user, "secret": ftp.password}
    store = open_store(Destination.model_validate(place), settings, is_folder=True)

    def put(name: str) -> None:
        store.put(name, b"film", "video/mp4")
        one_is_done.set()

    with closing(store), ThreadPoolExecutor(2) as pool:
        list(pool.map(put, ["a.mp4", "b.mp4"]))
    assert sorted(path.name for path in (ftp.folder / "missed-by-two").iterdir()) == ["a.mp4", "b.mp4"]
