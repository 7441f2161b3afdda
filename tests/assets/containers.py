"""The same film in containers with and without an index, and with clocks that wrap."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import evenly
from assets.basic import AAC, FRAGMENTED, LARGE_PLAIN, PLAIN, PLAIN_TS, X264, derived, filmed, repack
from assets.recipes import Encoding, Film, Surgery, tags
from assets.surgery import record_dav, replace_bytes
from assets.transport import append_to, start_late
from pictures import Look

_PART_ONE = filmed("part_one.ts", "160x90.", Film(100), f"{X264} -g 25")
_PART_TWO = filmed(
    "part_two.ts", "640x360.", Film(100, look=Look((640, 360)), first=100), f"{X264} -g 25 -output_ts_offset 4.08"
)
_SOUND_FILM = Film(100, first=100)
_WITH_SOUND = filmed(
    "with_sound.ts",
    "Pictures and sound.",
    _SOUND_FILM,
    "",
    recipe=Encoding(
        _SOUND_FILM,
        f"{X264} -g 25 {tags(_SOUND_FILM.look)} {AAC} -output_ts_offset 4.08",
        sound_seconds=_SOUND_FILM.seconds,
    ),
)
_LARGE_TS = repack(LARGE_PLAIN, "large.ts", "MPEG-TS.", start=PLAIN_TS.start)
_MPEG2 = "-c:v mpeg2video -q:v 4 -bf 2 -g 12"
_STUDIO_FILM = Film(50, look=Look((720, 576)))
_BARE = filmed("bare.h264", "Pictures without a container.", Film(100), f"{X264} -g 25 -bf 0 -f h264")
_TITLED = repack(PLAIN, "titled.mkv", "A title.", "-metadata title=Café")
WRAP_SECONDS = Fraction(1 << 33, 90_000)

ASSETS = (
    repack(PLAIN, "moov_at_end.mp4", "The index stands behind the media.", "-movflags -faststart"),
    FRAGMENTED,
    repack(
        PLAIN,
        "fragmented_sidx.mp4",
        "Fragments with a segment index in front.",
        "-movflags frag_keyframe+empty_moov+default_base_moof+dash+global_sidx",
        start=Fraction(2, 25),
    ),
    repack(PLAIN, "no_cues.mkv", "Matroska as a live recorder leaves it: no cues, no duration.", "-live 1"),
    repack(PLAIN, "cues_first.mkv", "Matroska with the cues in front.", "-cues_to_front 1"),
    repack(
        PLAIN,
        "wrap.ts",
        "MPEG-TS whose 33-bit clock wraps in the middle; libav counts from before zero.",
        f"-output_ts_offset {float(WRAP_SECONDS - 5):.6f}",
        start=Fraction(-18, 5),
    ),
    repack(PLAIN, "bluray.m2ts", "TS packets with four bytes more each.", "-mpegts_m2ts_mode 1", start=PLAIN_TS.start),
    repack(PLAIN, "plain.mov", "QuickTime."),
    filmed("plain.wtv", "Windows' television recorder.", Film(100), _MPEG2, codec="mpeg2video", start=Fraction(1, 25)),
    filmed("plain.gxf", "A broadcaster's server.", _STUDIO_FILM, _MPEG2, codec="mpeg2video", timestamps=False),
    derived(
        _BARE,
        "plain.dav",
        "A surveillance recorder, whose clock is the time of day.",
        Surgery(_BARE, record_dav, (25,)),
        start=Fraction(1_700_000_000),
    ),
    repack(PLAIN, "plain.flv", "Flash video: milliseconds.", start=Fraction(2, 25)),
    filmed(
        "plain.mpg",
        "MPEG program stream.",
        Film(100),
        "-c:v mpeg2video -q:v 4 -bf 2 -g 12",
        codec="mpeg2video",
        start=Fraction(27, 50),
    ),
    filmed(
        "b_frames.avi",
        "AVI has no presentation times, and there are B-frames.",
        Film(100),
        f"{X264} -bf 2 -g 40",
        timestamps=False,
        start=Fraction(1, 25),
    ),
    filmed("raw.h264", "A bare stream, no timestamps.", Film(100), f"{X264} -bf 2 -g 40", timestamps=False),
    derived(
        PLAIN,
        "size_change.ts",
        "A broadcast that changes the size of its pictures after 4 s.",
        Surgery(_PART_TWO, append_to, (_PART_ONE,)),
        times=evenly(200, 25),
        end=Fraction(8),
        numbers=range(200),
        look=_PART_ONE.look,
        frame=(640, 360),
        audio=None,
        start=Fraction(37, 25),
    ),
    derived(
        _PART_ONE,
        "sound_joins.ts",
        "A broadcast whose sound is switched on after 4 s: a stream that the beginning knows nothing of.",
        Surgery(_WITH_SOUND, append_to, (_PART_ONE,)),
        times=evenly(200, 25),
        end=Fraction(8),
        numbers=range(200),
        audio="aac",
        start=Fraction(37, 25),
    ),
    derived(
        _TITLED,
        "latin_title.mkv",
        "A title in Latin-1, as in files from before UTF-8.",
        Surgery(_TITLED, replace_bytes, ("Café".encode(), b"Caf\xe9s")),
    ),
    derived(
        _LARGE_TS,
        "mid_gop.ts",
        "MPEG-TS cut out of a broadcast: starts in the middle of a group, the first whole picture is number 100.",
        Surgery(_LARGE_TS, start_late, (3.0,)),
        times=PLAIN_TS.times[:150],
        numbers=range(100, 250),
        end=Fraction(6),
        start=PLAIN_TS.start + 4,
    ),
)
