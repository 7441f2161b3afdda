"""Do the longest playlists hold nobody up while they are read?"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from filmstrip.domain.errors import FilmstripError, SourceUnreadableError
from filmstrip.storage.playlists.hls_list import parse_hls
from filmstrip.storage.playlists.hls_runs import clocks_of
from filmstrip.storage.playlists.mpd import Element
from filmstrip.storage.playlists.mpd_plan import dash_plan
from filmstrip.storage.playlists.reading import Text
from measured_service import Profile, longest

MOST_SECONDS = 0.05
COUNT = 1000
BASE = "http://h.example/film"
MPD = '<?xml version="1.0"?><MPD type="static" mediaPresentationDuration="PT1H"><Period>{}</Period></MPD>'
ONE = '<AdaptationSet mimeType="video/mp4"><Representation id="v">{}</Representation></AdaptationSet>'
SETS = '<AdaptationSet mimeType="{}">{}</AdaptationSet>'
HEAD, END = "#EXTM3U\n", "#EXT-X-ENDLIST\n"

HLS = {
    "addresses": "".join(f"#EXTINF:4,\nhttp://h.example/{number:080d}.ts\n" for number in range(COUNT)),
    "ranges": "#EXTINF:4,\n#EXT-X-BYTERANGE:1@0\na\n" + "#EXTINF:4,\n#EXT-X-BYTERANGE:1\na\n" * COUNT,
    "keys": "".join(f'#EXT-X-KEY:METHOD=AES-128,URI="{n}"\n#EXTINF:4,\n{n}\n' for n in range(COUNT)),
    "headers": "".join(f'#EXT-X-MAP:URI="{n}"\n#EXTINF:4,\n{n}\n' for n in range(COUNT)),
    "clocks": "#EXT-X-DISCONTINUITY\n#EXTINF:4,\na\n" * COUNT,
    "sounds": '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="a"\n' * COUNT + "#EXTINF:4,\na\n",
    "attributes": ("#EXT-X-MEDIA:" + ",".join(f"A{n}=1" for n in range(8000)) + "\n") * 3 + "#EXTINF:4,\na\n",
    "folders": ("#EXTINF:4,\n" + "a/" * 8000 + "\n") * 3,
    "tags": "".join(f"#EXT-{n}\n" for n in range(5 * COUNT)) + "#EXTINF:4,\na\n",
    "one line": "#" + "x" * (16 << 20),
}
DASH = {
    "list": ONE.format("<SegmentList>" + '<SegmentURL media="a"/>' * COUNT + "</SegmentList>"),
    "timeline": ONE.format(
        '<SegmentTemplate media="$Time$"><SegmentTimeline>'
        + '<S d="1"/>' * COUNT
        + "</SegmentTimeline></SegmentTemplate>"
    ),
    "template": ONE.format('<SegmentTemplate media="$Number%090d$" duration="1" timescale="1"/>'),
    "attributes": ONE.format("<A " + " ".join(f'a{n}="1"' for n in range(5000)) + "/>") * 3,
    "text": ONE.format(f"<BaseURL>{'x' * (4 << 20)}</BaseURL>"),
    "sounds": SETS.format("audio/mp4", "<Role/>" * COUNT + '<Representation codecs="a,b"/>' * COUNT),
    "pictures": SETS.format(
        "video/mp4",
        "".join(f'<ContentProtection schemeIdUri="{n}"/>' for n in range(COUNT)) + "<Representation/>" * COUNT,
    ),
    "sets": SETS.format("audio/mp4", "<Role/><Representation/>") * COUNT,
    "periods": (ONE.format('<SegmentTemplate media="$Number$" duration="1"/>') + "</Period><Period>") * 100,
}


def _hls(text: str) -> None:
    clocks_of(parse_hls(text.encode(), "list"), BASE, "list")


def _dash(text: str) -> None:
    dash_plan(Text(text.encode(), BASE, "list"), None)


@pytest.fixture
def without_garbage() -> Iterator[None]:
    """A search for garbage may fall into any call: it is no work of that one."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_garbage")
@pytest.mark.parametrize("kind", [*(f"hls {name}" for name in HLS), *(f"dash {name}" for name in DASH)])
def test_no_call_holds_the_interpreter(kind: str) -> None:
    """However a long list is made, other threads get their turn: no call of C code takes long."""
    family, _, name = kind.partition(" ")
    longest.clear()
    sys.setprofile(Profile())
    try:
        with suppress(FilmstripError):  # what is refused was read as well
            _hls(HEAD + HLS[name] + END) if family == "hls" else _dash(MPD.format(DASH[name]))
    finally:
        sys.setprofile(None)
    assert longest["call"][0] < MOST_SECONDS, longest


@pytest.mark.parametrize("name", ["sounds", "pictures", "sets", "list", "periods"])
def test_work_grows_with_the_length_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said once of many is looked at once, not once for each of them."""
    looked_at = 0

    def counted(self: Element, kind: str) -> list[Element]:
        nonlocal looked_at
        looked_at += len(self.children)
        return [child for child in self.children if child.name == kind]

    monkeypatch.setattr(Element, "all", counted)
    with suppress(SourceUnreadableError):
        _dash(MPD.format(DASH[name]))
    assert 0 < looked_at < 20 * COUNT
