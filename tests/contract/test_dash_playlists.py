"""Are manifests of DASH read as the film that they name, by the rules for sources?"""

from __future__ import annotations

from pathlib import Path

import pytest

from filmstrip.domain.errors import (
    FilmstripError,
    HostNotAllowedError,
    LimitExceededError,
    SourceNotFoundError,
    SourceUnreadableError,
)
from filmstrip.storage.lender import NOBODY
from filmstrip.storage.playlist_source import PlaylistCopy, PlaylistSource
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import check_source, copy_playlist
from filmstrip.testing.range_server import RangeServer
from playlists import ALL, made, shown

DASH = "-f dash -seg_duration 0.48 -use_timeline"
FORMS = {
    "numbers and a timeline": f"-an {DASH} 1",
    "numbers and a length": f"-an {DASH} 0",
    "times": f"-an {DASH} 1 -media_seg_name chunk-$RepresentationID$-$Time$.m4s",
    "one file": f"-an {DASH} 1 -single_file 1",
    "one file without an index": f"-an {DASH} 0 -single_file 1",
}


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(tmp_path, private_hosts=("127.0.0.1",), retries=2, retry_pause_seconds=0.01)


def fetch(url: str, settings: StorageSettings, short_side: int | None = None) -> PlaylistCopy:
    """Fetch what a manifest names."""
    assert check_source(url, settings).is_playlist
    path = settings.temporary_root / "source"
    return copy_playlist(PlaylistSource(url, NOBODY, short_side=short_side), settings, path, lambda _fraction: None)


def lay(server: RangeServer, text: str) -> str:
    """Lay a manifest beside segments of single letters and digits, and return its URL."""
    for name in "ihabc12345":
        (server.folder / f"{name}.m4s").write_bytes(name.encode() * 3)
    (server.folder / "film.mpd").write_text(text)
    return server.url_of("film.mpd")


def manifest(inner: str, more: str = 'mediaPresentationDuration="PT7.9S"') -> str:
    head = '<?xml version="1.0"?>\n<!-- made by hand --><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"'
    return f'{head} xmlns:xlink="http://www.w3.org/1999/xlink" {more}>{inner}</MPD>'


def period(inner: str, more: str = "") -> str:
    representation = f'<Representation id="v" bandwidth="9" width="160" height="90">{inner}</Representation>'
    return f'<Period {more}><AdaptationSet mimeType="video/mp4">{representation}</AdaptationSet></Period>'


@pytest.mark.parametrize("form", FORMS)
def test_a_finished_film_is_the_frames_of_its_segments(
    form: str, range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """Segments of each form are one film, whose thumbnails are exact."""
    made(FORMS[form], "film.mpd").lay(range_server.folder)
    assert fetch(range_server.url_of("film.mpd?token=secret"), settings).tracks == ()
    assert shown(tmp_path / "source", tmp_path / "out") == ALL


def test_sound_for_itself_is_fetched_beside_the_pictures(range_server: RangeServer, settings: StorageSettings) -> None:
    """Pictures and sound, which DASH has in files of their own, are to be joined."""
    made(f"{DASH} 1", "film.mpd").lay(range_server.folder)
    (tracks,) = fetch(range_server.url_of("film.mpd"), settings).tracks
    assert tracks.sound is not None
    assert b"vide" in tracks.pictures.read_bytes()
    assert b"soun" in tracks.sound.read_bytes()


FOUND = {
    "numbers": (
        '<SegmentTemplate initialization="i.m4s" media="$Number$.m4s" duration="2" startNumber="2"/>',
        "iii222333444555",
    ),
    "an end": ('<SegmentTemplate media="$Number$.m4s" duration="2" startNumber="2" endNumber="3"/>', "222333"),
    "a format": (
        (
            '<SegmentTemplate media="$Number%01d$.m4s"><SegmentTimeline><S t="0" d="4" r="1"/></SegmentTimeline>'
            "</SegmentTemplate>"
        ),
        "111222",
    ),
    "times": (
        (
            '<SegmentTemplate media="$Time$.m4s" timescale="1"><SegmentTimeline><S t="1" d="1"/><S d="1" r="1"/>'
            "</SegmentTimeline></SegmentTemplate>"
        ),
        "111222333",
    ),
    "to the end": (
        (
            '<SegmentTemplate media="$Number$.m4s"><SegmentTimeline><S t="0" d="4" r="-1"/></SegmentTimeline>'
            "</SegmentTemplate>"
        ),
        "111222",
    ),
    "a list": (
        (
            '<SegmentList><Initialization sourceURL="h.m4s" range="1-2"/><SegmentURL media="a.m4s"/>'
            '<SegmentURL media="b.m4s" mediaRange="0-0"/></SegmentList>'
        ),
        "hhaaab",
    ),
    "a file": ('<BaseURL>c.m4s</BaseURL><SegmentBase indexRange="0-9"/>', "ccc"),
    "a list of one file": (
        (
            '<BaseURL>c.m4s</BaseURL><SegmentList><SegmentURL mediaRange="0-0"/><SegmentURL mediaRange="2-2"/>'
            "</SegmentList>"
        ),
        "cc",
    ),
    "a folder of its own": (
        '<BaseURL>deep/down/../</BaseURL><SegmentTemplate media="../$Number$.m4s" endNumber="2"/>',
        "111222",
    ),
    # The last one follows from a rounded length alone.
    "a rounded length": ('<SegmentTemplate media="$Number$.m4s" duration="1590" timescale="1000"/>', "111222333444555"),
}


@pytest.mark.parametrize("form", FOUND)
def test_segments_are_those_that_the_standard_means(
    form: str, range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """Templates, lists and files, with what stands before the segments."""
    inner, content = FOUND[form]
    fetch(lay(range_server, manifest(period(inner))), settings)
    assert (tmp_path / "source").read_text() == content


def test_periods_come_one_after_the_other(range_server: RangeServer, settings: StorageSettings, tmp_path: Path) -> None:
    """Each period is a clock of its own, as long as it says or to the beginning of the next one."""
    template = '<SegmentTemplate initialization="{0}.m4s" media="$Number$.m4s" duration="2"/>'
    inner = period(template.format("a"), 'duration="PT4S"') + period(
        template.format("b"), 'start="PT4S" duration="PT3.7S"'
    )
    fetch(lay(range_server, manifest(inner)), settings)
    assert (tmp_path / "source").read_text() == "aaa111222bbb111222"


def test_the_picture_that_is_enough_is_fetched(
    range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """The best picture is taken, or the smallest that is large enough; tracks for seeking are none."""
    rates = "".join(
        f'<Representation id="{name}" bandwidth="9" width="{width}" height="{height}"><BaseURL>{name}.m4s</BaseURL>'
        "</Representation>"
        for name, width, height in (("a", 160, 90), ("b", 640, 360), ("c", 320, 180))
    )
    seeking = '<EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode"/>'
    inner = (
        f'<Period><AdaptationSet contentType="video">{rates}</AdaptationSet>'
        f'<AdaptationSet contentType="video">{seeking}'
        '<Representation id="h" width="1920" height="1080"><BaseURL>h.m4s</BaseURL></Representation></AdaptationSet>'
        '<AdaptationSet mimeType="image/jpeg"><Representation id="i" width="3000" height="2000"/></AdaptationSet>'
        "</Period>"
    )
    url = lay(range_server, manifest(inner))
    for short_side, letter in ((None, "b"), (90, "a"), (91, "c"), (1080, "b")):
        fetch(url, settings, short_side)
        assert (tmp_path / "source").read_text() == letter * 3


LAUGHS = '<!DOCTYPE MPD [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
PROTECTED = '<ContentProtection schemeIdUri="urn:uuid:EDEF8BA9-79D6-4ACE-A3C8-27DCD51D21ED"/><BaseURL>a.m4s</BaseURL>'
TEMPLATE = '<SegmentTemplate media="$Number$.m4s" {0}/>'
TIMELINE = '<SegmentTemplate media="$Number$.m4s"><SegmentTimeline><S {0}/></SegmentTimeline></SegmentTemplate>'

REFUSED: dict[str, tuple[str, type[FilmstripError], str]] = {
    "live": (manifest(period(""), 'type="dynamic"'), SourceUnreadableError, "is of a live stream, or of a recording"),
    "protected": (manifest(period(PROTECTED)), SourceUnreadableError, "is encrypted (Widevine)"),
    "elsewhere": (
        manifest(period("", 'xlink:href="http://169.254.169.254/"')),
        SourceUnreadableError,
        "parts that are elsewhere",
    ),
    "itself": (manifest(period("")), SourceUnreadableError, "names no address but its own"),
    "nothing": (manifest("<Period/>"), SourceUnreadableError, "names no film and no sound"),
    "damaged": ("<?xml version='1.0'?><MPD><Period>", SourceUnreadableError, "is damaged: it is no XML"),
    "laughs": (f"{LAUGHS}]><MPD>&j;</MPD>", SourceUnreadableError, "has a document type"),
    "outside": (
        '<!DOCTYPE MPD [<!ENTITY a SYSTEM "file:///etc/passwd">]><MPD>&a;</MPD>',
        SourceUnreadableError,
        "has a document type",
    ),
    "deep": ("<MPD>" * 100_000, LimitExceededError, "is too long"),
    "many elements": (manifest("<a/>" * 160_000), LimitExceededError, "is too long (limit 150000 elements)"),
    "many segments": (
        manifest(period(TIMELINE.format('d="1" r="2000000000"'))),
        LimitExceededError,
        "more than 100000",
    ),
    "many attributes": (
        manifest(period(""), " ".join(f'a{number}="1>"' for number in range(9000))),
        LimitExceededError,
        "a tag that is too long",
    ),
    "many periods of many segments": (
        manifest(period(TIMELINE.format('d="1" r="99000"')) * 900),
        LimitExceededError,
        "more than 200000",
    ),
    "long names": (
        manifest(period(TEMPLATE.format('duration="1"').replace("$Number$", "$RepresentationID$$Number$" * 2000))),
        SourceUnreadableError,
        "which is too long",
    ),
    "long addresses": (
        manifest(f"<BaseURL>{'a' * 9000}/</BaseURL>" + period(TIMELINE.format('d="1" r="99000"'))),
        LimitExceededError,
        "99001 segments at an address that is too long for so many",
    ),
    "long": (
        manifest(period(TEMPLATE.format('duration="1" timescale="999999999"'))),
        LimitExceededError,
        "more than 100000 segments",
    ),
    "no time": (
        manifest(period(TEMPLATE.format('duration="1" timescale="0"'))),
        SourceUnreadableError,
        "makes no sense",
    ),
    "no step": (manifest(period(TIMELINE.format('d="0" r="9"'))), SourceUnreadableError, "makes no sense"),
    "no name": (manifest(period("<SegmentTemplate/>")), SourceUnreadableError, "a SegmentTemplate without media"),
    "file": (manifest(period("<BaseURL>file:///etc/passwd</BaseURL>")), HostNotAllowedError, "file:///etc/passwd"),
    "internal": (
        manifest(period("<BaseURL>http://169.254.169.254/latest</BaseURL>")),
        HostNotAllowedError,
        "169.254.169.254",
    ),
    "absent": (manifest(period("<BaseURL>absent.mp4?sig=secret</BaseURL>")), SourceNotFoundError, "/absent.mp4"),
    "absent in the middle": (
        manifest(period(TEMPLATE.format('duration="1"'))),
        SourceNotFoundError,
        "/6.m4s",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_finished_film_of_its_client_is_refused(
    what: str, range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """A manifest that is live, protected, malformed, too long, or leads elsewhere is an error that says so."""
    text, error, words = REFUSED[what]
    with pytest.raises(error) as raised:
        fetch(f"{lay(range_server, text)}?sig=secret", settings)
    assert words in str(raised.value)
    assert "secret" not in str(raised.value)
    assert not (tmp_path / "source").exists()
