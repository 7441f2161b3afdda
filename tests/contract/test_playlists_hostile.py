"""What if a playlist is live, protected, endless, or names what is not for its client?"""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from filmstrip.domain.errors import (
    FilmstripError,
    HostNotAllowedError,
    LimitExceededError,
    RangesNotSupportedError,
    SourceChangedError,
    SourceForbiddenError,
    SourceNotFoundError,
    SourceUnreachableError,
    SourceUnreadableError,
)
from filmstrip.storage.lender import NOBODY
from filmstrip.storage.playlist_source import PlaylistSource
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceVersion
from filmstrip.storage.sources import check_source, copy_playlist
from filmstrip.testing.range_server import RangeServer, running_range_server
from raw_server import RawServer, running_raw_server

HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
END = "#EXT-X-ENDLIST\n"


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    quick = {"retries": 2, "retry_pause_seconds": 0.01, "read_timeout_seconds": 5.0, "slow_seconds": 0.3}
    return StorageSettings(tmp_path, private_hosts=("127.0.0.1",), local_roots=(tmp_path / "served",), **quick)


def fetch(
    url: str,
    settings: StorageSettings,
    on_progress: Callable[[float], None] = lambda _fraction: None,
    expected: SourceVersion | None = None,
) -> bytes:
    """Fetch what a playlist names, and read it."""
    path = settings.temporary_root / "source"
    copy_playlist(PlaylistSource(url, NOBODY), settings, path, on_progress, expected)
    return path.read_bytes()


def lay(server: RangeServer, text: str, name: str = "film.m3u8", **others: bytes) -> str:
    """Lay a playlist and segments of single letters, and return its URL."""
    for letter in "abc":
        (server.folder / f"{letter}.ts").write_bytes(letter.encode() * 100)
    for other, content in others.items():
        (server.folder / other).write_bytes(content)
    (server.folder / name).write_text(text)
    return server.url_of(name)


def listed(*uris: str) -> str:
    return HEAD + "".join(f"#EXTINF:4,\n{uri}\n" for uri in uris) + END


REFUSED: dict[str, tuple[str, type[FilmstripError], str]] = {
    "live": (HEAD + "#EXTINF:4,\na.ts\n", SourceUnreadableError, "is of a live stream, or of a recording"),
    "event": (
        HEAD + "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF:4,\na.ts\n",
        SourceUnreadableError,
        "is of a live stream, or of a recording",
    ),
    "empty": (HEAD + END, SourceUnreadableError, "names no segments"),
    "keyframes": (
        HEAD + "#EXT-X-I-FRAMES-ONLY\n#EXTINF:4,\na.ts\n" + END,
        SourceUnreadableError,
        "holds keyframes only",
    ),
    "gap": (HEAD + "#EXTINF:4,\na.ts\n#EXT-X-GAP\n#EXTINF:4,\nb.ts\n" + END, SourceUnreadableError, "1 of its 2 segm"),
    "sample": (
        HEAD
        + '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k",KEYFORMAT="com.apple.streamingkeydelivery"\n#EXTINF:4,\na.ts\n'
        + END,
        SourceUnreadableError,
        "is encrypted (SAMPLE-AES, com.apple.streamingkeydelivery)",
    ),
    "foreign key": (
        HEAD + '#EXT-X-KEY:METHOD=AES-128,URI="k",KEYFORMAT="urn:uuid:edef8ba9"\n#EXTINF:4,\na.ts\n' + END,
        SourceUnreadableError,
        "is encrypted (AES-128, urn:uuid:edef8ba9)",
    ),
    "wrong key": (
        HEAD + '#EXT-X-KEY:METHOD=AES-128,URI="a.ts"\n#EXTINF:4,\na.ts\n' + END,
        LimitExceededError,
        "is too long (limit 64 bytes)",
    ),
    "no sense": (HEAD + "#EXT-X-BYTERANGE:9@-1\n#EXTINF:4,\na.ts\n" + END, SourceUnreadableError, "SIZE or SIZE@START"),
    "range of nothing": (HEAD + "#EXT-X-BYTERANGE:9\n#EXTINF:4,\na.ts\n" + END, SourceUnreadableError, "follows none"),
    "range behind the end": (
        HEAD + "#EXT-X-BYTERANGE:200@50\n#EXTINF:4,\na.ts\n" + END,
        SourceUnreadableError,
        "is shorter than its playlist says",
    ),
    "absent": (listed("a.ts", "absent.ts?token=secret"), SourceNotFoundError, '/absent.ts" (404'),
    "file": (listed("file:///etc/passwd"), HostNotAllowedError, 'names "file:///etc/passwd"'),
    "internal": (listed("http://169.254.169.254/latest"), HostNotAllowedError, "169.254.169.254"),
    "data": (listed("data:video/mp2t;base64,AAAA"), HostNotAllowedError, 'names "data:video/mp2t;base64,AAAA"'),
    "gopher": (listed("gopher://u:secret@h/x?secret"), HostNotAllowedError, 'names "gopher://h/x"'),
    "bad host": (listed("http://[::1"), SourceUnreadableError, "names an address that is none"),
    "key of the metadata": (
        HEAD + '#EXT-X-KEY:METHOD=AES-128,URI="http://169.254.169.254/key"\n#EXTINF:4,\na.ts\n' + END,
        HostNotAllowedError,
        "169.254.169.254",
    ),
    "map of a file": (
        HEAD + '#EXT-X-MAP:URI="file:///etc/passwd"\n#EXTINF:4,\na.ts\n' + END,
        HostNotAllowedError,
        "file:///etc/passwd",
    ),
    "itself": (
        HEAD + "#EXT-X-STREAM-INF:BANDWIDTH=1\nfilm.m3u8\n",
        SourceUnreadableError,
        "is named as a playlist of segments, and names playlists",
    ),
    "list as segment": (listed("a.ts", "film.m3u8"), SourceUnreadableError, "is named as a segment, and is a playlist"),
    "no list": (HEAD + "#EXT-X-STREAM-INF:BANDWIDTH=1\na.ts\n", SourceUnreadableError, "is named by a playlist of HLS"),
    "long line": (HEAD + "#EXT-X-STREAM-INF:" + " " * (2 << 20) + "\n", LimitExceededError, "is too long"),
    "many lines": (HEAD + "#\n" * 700_000, LimitExceededError, "is too long"),
    "many segments": (HEAD + "#EXTINF:4,\na\n" * 100_001 + END, LimitExceededError, "has more than 100000 segments"),
    "huge": ("#EXTM3U\n" + ("#" + "x" * 60_000 + "\n") * 300, LimitExceededError, "is too long (limit"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_finished_film_of_its_client_is_refused(
    what: str, range_server: RangeServer, settings: StorageSettings
) -> None:
    """A list that is live, protected, malformed, too long, or leads elsewhere is an error that says so."""
    text, error, words = REFUSED[what]
    with pytest.raises(error) as raised:
        fetch(f"{lay(range_server, text)}?sig=secret", settings)
    assert words in str(raised.value)
    assert "secret" not in str(raised.value)
    assert not (settings.temporary_root / "source").exists()


def test_attributes_of_blanks_take_no_time(range_server: RangeServer, settings: StorageSettings) -> None:
    """A line of blanks within an attribute list is read once, not once for each of them."""
    line = "#EXT-X-STREAM-INF:A=" + " " * 60_000 + '"' + "\na.ts\n"
    with pytest.raises(SourceUnreadableError, match="is named by a playlist of HLS"):
        fetch(lay(range_server, HEAD + line * 20), settings)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://169.254.169.254/latest"])
def test_a_segment_that_redirects_is_judged_again(
    target: str, range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """Where a segment's server sends us on to is judged as a source's redirect is."""
    other = tmp_path / "other"
    other.mkdir()
    with running_range_server(other) as leading:
        leading.manners.redirect = target
        with pytest.raises((HostNotAllowedError, SourceForbiddenError)):
            fetch(lay(range_server, listed("a.ts", leading.url_of("b.ts"))), settings)


def test_a_segment_on_a_private_host_is_not_read(
    range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """What a playlist names is held to the operator's hosts as the playlist itself is, port by port."""
    other = tmp_path / "other"
    other.mkdir()
    with running_range_server(other) as internal:
        (other / "b.ts").write_bytes(b"secret")
        allowed = range_server.url.partition("//")[2]
        with pytest.raises(HostNotAllowedError):
            fetch(
                lay(range_server, listed("a.ts", internal.url_of("b.ts"))), replace(settings, private_hosts=(allowed,))
            )
        assert internal.requests == []


def test_credentials_go_to_the_server_of_the_playlist_alone(
    range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """User and password of the playlist's URL are sent for its segments, and to no other server that it names."""
    other = tmp_path / "other"
    other.mkdir()
    range_server.manners.credentials = "Basic dXNlcjpwYXNz"
    with running_range_server(other) as elsewhere:
        (other / "b.ts").write_bytes(b"b" * 100)
        absolute = range_server.url_of("c.ts")
        url = lay(range_server, listed("a.ts", elsewhere.url_of("b.ts"), absolute))
        assert fetch(url.replace("://", "://user:pass@"), settings) == b"a" * 100 + b"b" * 100 + b"c" * 100
        assert all("authorization" not in request.headers for request in elsewhere.requests)


def test_names_are_relative_to_where_a_redirect_led(
    range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """Relative names count from the address at which the playlist was found."""
    front = tmp_path / "front"
    front.mkdir()
    (range_server.folder / "deep").mkdir()
    lay(range_server, listed("../b.ts"), "deep/film.m3u8")
    with running_range_server(front) as leading:
        leading.manners.redirect = range_server.url_of("deep/film.m3u8")
        assert fetch(leading.url_of("film.m3u8"), settings) == b"b" * 100


def test_what_broke_off_goes_on(range_server: RangeServer, settings: StorageSettings) -> None:
    """Connections that break and servers that are busy for a moment cost no segment, and no byte twice."""
    url = lay(range_server, listed("a.ts", "b.ts", "c.ts"))
    range_server.manners.cut, range_server.manners.refuse, range_server.manners.reset = 2, 1, 1
    assert fetch(url, replace(settings, retries=6)) == b"a" * 100 + b"b" * 100 + b"c" * 100


def test_an_outage_is_one_that_is_waited_for(range_server: RangeServer, settings: StorageSettings) -> None:
    """A server that is down in the middle of the list is an outage, as that of a plain source, and nothing is left."""
    url = lay(range_server, listed("a.ts", "b.ts"))
    fetch(url, settings)
    (settings.temporary_root / "source").unlink()

    def answer(_server: RawServer, connection: socket.socket, head: str) -> None:
        if ".m3u8" in head:
            body = listed("a.ts").encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    with running_raw_server(answer) as server, pytest.raises(SourceUnreachableError):
        fetch(server.url().replace("mp4", "m3u8"), settings)
    assert [path.name for path in settings.temporary_root.iterdir()] == ["served"]


def test_segments_that_drip_are_given_up(settings: StorageSettings) -> None:
    """A byte now and then is no segment: the least rate of a source counts for each connection."""

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        body = listed("a.ts").encode() if ".m3u8" in head else b"x" * 10_000
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
        server.trickle(connection, body, 0.0 if ".m3u8" in head else 0.05)

    patient = replace(settings, retries=0)
    with running_raw_server(answer) as server, pytest.raises(SourceUnreachableError, match="/a"):
        fetch(server.url().replace("film.mp4", "film.m3u8"), patient)


def test_the_size_counts_over_the_whole(range_server: RangeServer, settings: StorageSettings) -> None:
    """The largest source is a limit of all segments together."""
    url = lay(range_server, listed("a.ts", "b.ts", "c.ts"))
    with pytest.raises(LimitExceededError, match="is too large"):
        fetch(url, replace(settings, max_source_gb=250 / 1e9))


def test_a_listener_ends_it(range_server: RangeServer, settings: StorageSettings) -> None:
    """Who is told how far it is can end it, which leaves nothing behind."""

    def object_to(_fraction: float) -> None:
        raise DiskAlarmError

    with pytest.raises(DiskAlarmError):
        fetch(lay(range_server, listed("a.ts", "b.ts")), settings, object_to)
    assert [path.name for path in settings.temporary_root.iterdir()] == ["served"]


class DiskAlarmError(Exception):
    """What a listener raises."""


def test_ranges_of_a_server_that_has_none(range_server: RangeServer, settings: StorageSettings) -> None:
    """A playlist of byte ranges on a server without them is refused, not read as something else."""
    range_server.manners.ranges = False
    with pytest.raises(RangesNotSupportedError, match="which its playlist needs"):
        fetch(lay(range_server, HEAD + "#EXT-X-BYTERANGE:10@50\n#EXTINF:4,\na.ts\n" + END), settings)


def test_byte_ranges_are_what_they_name(range_server: RangeServer, settings: StorageSettings) -> None:
    """Ranges with a start, and those that follow, in one file and in another."""
    ranged = [("3@1", "d.ts"), ("2", "d.ts"), ("1@0", "d.ts"), ("4@50", "a.ts")]
    text = HEAD + "".join(f"#EXTINF:4,\n#EXT-X-BYTERANGE:{part}\n{uri}\n" for part, uri in ranged) + END
    url = lay(range_server, text, **{"d.ts": b"0123456789"})
    assert fetch(url, settings) == b"12345" + b"0" + b"aaaa"


@pytest.mark.parametrize(
    ("map_uri", "first"), [("d.ts", "4@2"), ("e.ts", "4@2"), ("d.ts", "4")], ids=["same", "other", "behind"]
)
def test_a_range_goes_on_behind_the_segment_before_it(
    map_uri: str, first: str, range_server: RangeServer, settings: StorageSettings
) -> None:
    """Also where what stands before segments is repeated between both; a range of no bytes is nothing."""
    text = (
        f'{HEAD}#EXT-X-MAP:URI="{map_uri}",BYTERANGE="2@0"\n#EXTINF:4,\n#EXT-X-BYTERANGE:{first}\nd.ts\n'
        "#EXTINF:0,\n#EXT-X-BYTERANGE:0\nd.ts\n"
        f"#EXT-X-DISCONTINUITY\n#EXTINF:4,\n#EXT-X-BYTERANGE:3\nd.ts\n{END}"
    )
    url = lay(range_server, text, **{"d.ts": b"0123456789", "e.ts": b"EF"})
    header = b"EF" if map_uri == "e.ts" else b"01"
    assert fetch(url, settings) == header + b"2345" + header + b"678"


def test_a_list_that_takes_too_long_is_given_up(range_server: RangeServer, settings: StorageSettings) -> None:
    """The patience with a source counts while its list is read, before anything that it names is asked for."""
    url = lay(range_server, listed("a.ts"))
    with pytest.raises(LimitExceededError, match="takes too long to read"):
        fetch(url, replace(settings, fetch_hours=1e-12))
    assert {request.path for request in range_server.requests} == {"/film.m3u8"}


def test_what_clients_meet_in_the_wild_is_read(range_server: RangeServer, settings: StorageSettings) -> None:
    """A byte order mark, CRLF, blank lines, unknown tags, and durations that make no sense harm nobody."""
    text = (
        "\ufeff#EXTM3U\r\n\r\n#EXT-X-VERSION:99\r\n#EXT-X-NEW:THING=1\r\n#EXT-X-PROGRAM-DATE-TIME:yesterday\r\n"
        "#EXTINF:\r\n a.ts \r\n# a comment\r\n#EXTINF:nan,title, with comma\r\nb.ts\r\n#EXT-X-ENDLIST"
    )
    assert fetch(lay(range_server, text), settings) == b"a" * 100 + b"b" * 100


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["#EXTINF:6.0,", '#EXT-X-MAP:URI="i.ts"', "a.ts"], "ia"),  # the header between a length and its address
        (["#EXT-X-BYTERANGE:2@1", "#EXTINF:1,", "d.ts", "#EXTINF:1,", "#EXT-X-BYTERANGE:2", "d.ts"], "1234"),
        (["#EXTINF:1,", "#EXT-X-BYTERANGE:3@4", "d.ts", '#EXT-X-MAP:URI="i.ts"', "#EXTINF:1,", "a.ts"], "456ia"),
        (['#EXT-X-MAP:URI="i.ts",BYTERANGE="1@0"', "#EXTINF:1,", "a.ts", "#EXTINF:1,", "a.ts"], "iaa"),
        (["#EXTINF:1,", "a.ts", '#EXT-X-KEY:METHOD=NONE,URI=""', "#EXTINF:1,", "a.ts?x=#y"], "aa"),
        (["#EXTINF:1,", "./sub/../a.ts", "#EXTINF:1,", "//HOST/a.ts"], "aa"),
        (["#EXTINF:1,", "a.ts", "#EXTINF:1,", "#EXT-X-GAP-NOT:1", "#EXT-X-CUE-OUT:30", "a.ts"], "aa"),
    ],
)
def test_what_stumbled_over_elsewhere_is_read(
    lines: list[str], expected: str, range_server: RangeServer, settings: StorageSettings
) -> None:
    """Orders and forms of tags that readers of playlists took wrongly, by reports of their users."""
    host = range_server.url.partition("://")[2]
    url = lay(range_server, HEAD + "\n".join(lines).replace("HOST", host) + "\n" + END, **{"d.ts": b"0123456789"})
    (range_server.folder / "a.ts").write_bytes(b"a")
    (range_server.folder / "i.ts").write_bytes(b"i")
    assert fetch(url, settings).decode() == expected


def test_a_packed_playlist_is_unpacked(settings: StorageSettings) -> None:
    """A server that packs its lists, as many do, though it was asked not to."""

    def answer(_server: RawServer, connection: socket.socket, head: str) -> None:
        packed = gzip.compress(listed("a.ts").encode())
        if ".m3u8" in head:
            start = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
            connection.sendall(start % len(packed) + packed)
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")

    with running_raw_server(answer) as server:
        url = server.url().replace("film.mp4", "film.m3u8")
        assert check_source(url, settings).is_playlist
        assert fetch(url, settings) == b"abc"


def test_another_list_under_the_same_address_is_another_state(
    range_server: RangeServer, settings: StorageSettings
) -> None:
    """The state of a playlist is what it names, so that other signatures are the same and other segments are not."""
    url, path = lay(range_server, listed("a.ts?sig=1", "b.ts?sig=1")), settings.temporary_root / "source"
    copied = copy_playlist(PlaylistSource(url, NOBODY), settings, path, lambda _: None)
    state = copied.version(path.stat().st_size)
    assert state.size_bytes == path.stat().st_size == 200
    lay(range_server, listed("a.ts?sig=2", "b.ts?sig=2"))
    fetch(url, settings, expected=state)
    lay(range_server, listed("a.ts?sig=2", "c.ts?sig=2"))
    with pytest.raises(SourceChangedError):
        fetch(url, settings, expected=state)


@pytest.mark.parametrize(
    ("uri", "words"),
    [("../../etc/passwd", "outside the folders"), ("file:///etc/passwd", "names"), ("/etc/passwd", "is none")],
)
def test_a_local_playlist_stays_where_its_client_may_read(
    uri: str, words: str, range_server: RangeServer, settings: StorageSettings
) -> None:
    """A playlist on this machine names what is beside it, in the folders that the operator allows."""
    lay(range_server, listed("a.ts", uri))
    with pytest.raises((HostNotAllowedError, SourceUnreadableError), match=words):
        fetch((range_server.folder / "film.m3u8").as_uri(), settings)
    lay(range_server, listed("a.ts", "./b.ts"))
    assert fetch((range_server.folder / "film.m3u8").as_uri(), settings) == b"a" * 100 + b"b" * 100
    # A segment may lie on a web server.
    lay(range_server, listed(range_server.url_of("c.ts")))
    assert fetch((range_server.folder / "film.m3u8").as_uri(), settings) == b"c" * 100
