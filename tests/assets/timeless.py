"""Containers that do not say when pictures are shown, or not as libav understands it."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from assets.asset import Asset
from assets.basic import PLAIN, X264, derived, filmed, repack
from assets.recipes import Encoding, Film, Remux, Surgery, tags
from assets.surgery import forget_frame_count, repeat_fields
from colors import BT601, BT709_10
from pictures import Look

NTSC = Fraction(30_000, 1001)
_SLIDES_PER_MINUTE = Film(4, rate=Fraction(1, 60))
_EVERY_TWO_SECONDS = Film(5, rate=Fraction(1, 2))
_LOOP = Film(30)

_AVI = filmed("with_b.avi", "AVI with B-frames.", Film(100), f"{X264} -bf 2 -g 40")
_IVF = filmed(
    "counted.ivf",
    "VP8 alone.",
    Film(100, look=Look(coding=BT601)),
    "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 800k -g 40",
    codec="vp8",
)

ONE_TIME_A_PACKET = (
    repack(
        _AVI,
        "copied_avi.mp4",
        "Copied from an AVI: an MP4 with B-frames whose pictures have their decoding times only.",
        timestamps=False,
    ),
    derived(
        _IVF,
        "piped.ivf",
        "Written into a pipe: the header counts four milliards of frames.",
        Surgery(_IVF, forget_frame_count),
        transfer=2,
        primaries=2,
        matrix=2,
    ),
    filmed(
        "vc2.mkv",
        "Matroska without a packet that is marked as a keyframe: every seek fails.",
        Film(100, look=Look(layout="yuv422p", coding=BT709_10)),
        "-c:v vc2 -pix_fmt yuv422p10le",
        codec="dirac",
    ),
    repack(PLAIN, "plain.asf", "ASF with B-frames: its times are in decode order.", timestamps=False),
    repack(
        PLAIN, "plain.mxf", "MXF with B-frames: its times are in decode order.", "-an", timestamps=False, audio=None
    ),
    derived(
        PLAIN,
        "late_pictures.avi",
        "AVI whose pictures begin long after the sound; it has no presentation times, and there are B-frames.",
        Remux((PLAIN, PLAIN), "-map 0:v -map 1:a -c copy", "-itsoffset 1.5"),
        timestamps=False,
        lead_in=Fraction(889, 600),
    ),
    filmed(
        "raw.m2v",
        "A bare stream of MPEG-2, whose first picture libav puts after time 0.",
        Film(100),
        "-c:v mpeg2video -q:v 4 -bf 2 -g 15",
        codec="mpeg2video",
        timestamps=False,
    ),
)

_FILM = filmed("film.m2v", "Not telecined yet.", Film(96, rate=NTSC), "-c:v mpeg2video -q:v 3 -g 12")
_TELECINED = derived(_FILM, "telecine.m2v", "Fields are repeated.", Surgery(_FILM, repeat_fields))
_FIELD = Fraction(1001, 60_000)
_FIELD_TIMES = tuple((5 * (number // 2) + 3 * (number % 2)) * _FIELD for number in range(96))
TELECINE = derived(
    _TELECINED,
    "telecine.ts",
    "Soft telecine: three and two fields in turn. The first picture stores no decode time: no search finds it.",
    Remux((_TELECINED,), "-c copy -bsf:v 'setts=ts=(5*floor(N/2)+3*mod(N\\,2))*1001/60000/TB'"),
    times=tuple(math.floor(time * 90_000 + Fraction(1, 2)) / Fraction(90_000) for time in _FIELD_TIMES),
    end=240 * _FIELD,
    codec="mpeg2video",
    start=Fraction(7, 5),
)

FEW_PICTURES = (
    filmed("single_frame.flv", "One picture in Flash video: a seek loses it.", Film(1), X264),
    filmed(
        "slides.ts",
        "One picture a minute, as a broadcast: no seek lands before the first one, and the length is not told.",
        _SLIDES_PER_MINUTE,
        X264,
        start=Fraction(607, 5),
    ),
    filmed(
        "two_seconds_each.ts",
        "A picture every two seconds; the last one shown is not the last one in the file.",
        _EVERY_TWO_SECONDS,
        X264,
        start=Fraction(27, 5),
    ),
)


def _animation(name: str, trap: str, options: str, **facts: object) -> Asset:
    asset = filmed(name, trap, _LOOP, "", **facts)
    return replace(asset, recipe=Encoding(_LOOP, options))


ANIMATIONS = (
    _animation(
        "animation.avif",
        "A still picture beside the animation that it stands for.",
        f"-c:v libsvtav1 -preset 8 -crf 20 -svtav1-params lp=2 {tags(Look())}",
        codec="libdav1d",
        stream_index=1,
    ),
    _animation(
        "animation.apng",
        "An animated PNG.",
        "-vf scale=in_color_matrix=bt709:in_range=tv,format=rgb24 -c:v apng -plays 0",
        codec="apng",
        transfer=2,
        primaries=2,
        matrix=0,
    ),
)

ASSETS = (*ONE_TIME_A_PACKET, TELECINE, *FEW_PICTURES, *ANIMATIONS)
