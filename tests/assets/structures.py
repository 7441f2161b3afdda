"""How pictures depend on one another: open and endless groups of pictures, no keyframes at all, deep pyramids."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import evenly
from assets.basic import LARGE_FILM, X264, derived, filmed, repack
from assets.recipes import Film, Surgery
from assets.transport import start_late

X265 = "-c:v libx265 -preset superfast -tag:v hvc1 -x265-params log-level=none:pools=1:frame-threads=1:rc-lookahead=10"

_INTRA_REFRESH = filmed(
    "intra_refresh.mp4",
    "One keyframe, then a column of intra blocks that wanders: recovery points look like keyframes and are not.",
    Film(250),
    f"{X264} -bf 0 -x264-params intra-refresh=1:keyint=50:scenecut=0",
)

_INTRA_REFRESH_TS = filmed(
    "intra_refresh.ts",
    "The same as a broadcast.",
    LARGE_FILM,
    f"{X264} -bf 0 -x264-params intra-refresh=1:keyint=50:scenecut=0:ref=1",
    start=Fraction(7, 5),
)

ASSETS = (
    filmed(
        "open_gop.mp4",
        "Open groups of pictures: pictures after a keyframe in decoding order are shown before it.",
        Film(200),
        f"{X264} -x264-params open-gop=1:keyint=40:bframes=4:b-pyramid=normal:scenecut=0",
    ),
    filmed(
        "endless_gop.mp4",
        "One keyframe for the whole film.",
        Film(400),
        f"{X264} -x264-params keyint=infinite:scenecut=0:bframes=3",
    ),
    _INTRA_REFRESH,
    repack(_INTRA_REFRESH, "intra_refresh.mkv", "The same; the cues name recovery points."),
    derived(
        _INTRA_REFRESH_TS,
        "no_keyframe.ts",
        "Intra refresh, cut out of a broadcast: no keyframe at all; number 118 is the first that is whole.",
        Surgery(_INTRA_REFRESH_TS, start_late, (3.0,)),
        times=evenly(132, 25),
        end=Fraction(132, 25),
        numbers=range(118, 250),
        start=Fraction(7, 5) + Fraction(118, 25),
    ),
    filmed(
        "deep_pyramid.mp4",
        "Eight B-frames in a row, five reference frames.",
        Film(200),
        f"{X264} -x264-params keyint=80:bframes=8:b-pyramid=normal:ref=5:b-adapt=0:scenecut=0",
    ),
    filmed(
        "sixteen_b_frames.mp4",
        "Sixteen B-frames in a row: between a frame and the one shown next come more than any buffer holds.",
        Film(120),
        f"{X264} -x264-params keyint=infinite:bframes=16:b-adapt=0:b-pyramid=normal:scenecut=0",
    ),
    filmed(
        "baseline.mp4", "No B-frames: decoding order is presentation order.", Film(100), f"{X264} -profile baseline"
    ),
    filmed(
        "all_keyframes.mp4",
        "Every picture is a keyframe.",
        Film(60),
        f"{X264} -g 1",
    ),
    filmed(
        "hevc_open_gop.mp4",
        "HEVC with open groups: leading pictures cannot be decoded after a seek to their keyframe.",
        Film(150),
        f"{X265}:open-gop=1:keyint=30:min-keyint=30:bframes=4:b-pyramid=1:scenecut=0",
        codec="hevc",
    ),
    filmed(
        "hevc_layers.mp4",
        "HEVC with temporal layers.",
        Film(100),
        f"{X265}:keyint=50:bframes=7:b-adapt=0:temporal-layers=3:open-gop=0",
        codec="hevc",
    ),
)
