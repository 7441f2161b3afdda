"""Other codecs, chroma layouts and scans, each with its own way of skipping and of marking keyframes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from assets.asset import Asset
from assets.basic import LARGE, X264, filmed
from assets.recipes import Encoding, Film
from assets.structures import X265
from colors import BT601, BT709_10
from pictures import Look

UNSPECIFIED = {"transfer": 2, "primaries": 2, "matrix": 2}
_OLD = Look(coding=BT601)
_JPEG = Look(coding=replace(BT601, full_range=True))
_OLD_FILM = Film(250, look=_OLD)
INTERLACED = Look((352, 288), interlaced="tff")
INTERLACED_BOTTOM = Look((352, 288), interlaced="bff")


def _deep(name: str, trap: str, layout: str, options: str, **facts: object) -> Asset:
    look = Look(coding=BT709_10, layout=layout)
    return filmed(name, trap, Film(50, look=look), f"{options} -pix_fmt {look.pixel_format}", **facts)


CODECS = (
    filmed(
        "vp8.webm",
        "VP8, whose matrix is always that of BT.601.",
        Film(100, look=_OLD),
        "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 400k -g 50",
        codec="vp8",
        matrix=6,
    ),
    filmed(
        "av1.mp4",
        "AV1 with hidden frames, by SVT.",
        Film(100),
        "-c:v libsvtav1 -preset 8 -crf 20 -g 50 -svtav1-params lp=2",
        codec="libdav1d",
    ),
    filmed(
        "av1_aom.mkv",
        "AV1 with hidden frames, by libaom.",
        Film(40, look=Look((192, 108))),
        "-c:v libaom-av1 -cpu-used 8 -threads 1 -crf 30 -g 30 -lag-in-frames 16",
        codec="libdav1d",
    ),
    filmed("hevc.mp4", "HEVC with closed groups.", Film(100), f"{X265}:keyint=50:open-gop=0:bframes=4", codec="hevc"),
    filmed("mpeg4.mp4", "MPEG-4 part 2 with B-frames.", Film(100), "-c:v mpeg4 -q:v 4 -bf 2 -g 40", codec="mpeg4"),
    filmed(
        "mjpeg.avi",
        "Motion JPEG: full range, BT.601.",
        Film(50, look=_JPEG),
        "-c:v mjpeg -q:v 3 -pix_fmt yuvj420p",
        codec="mjpeg",
        **{**UNSPECIFIED, "matrix": 5},
    ),
    filmed("gif.gif", "GIF: 256 colours, hundredths of a second.", Film(60), "-c:v gif", codec="gif", **UNSPECIFIED),
    filmed("ffv1.mkv", "A lossless archive.", Film(50), "-c:v ffv1 -level 3 -g 1", codec="ffv1"),
    filmed(
        "theora.ogv",
        "Ogg with Theora, which does not tell its colours.",
        Film(100, look=Look(LARGE.size, coding=BT601)),
        "-c:v libtheora -q:v 7 -g 32",
        codec="theora",
        **UNSPECIFIED,
    ),
    filmed(
        "vorbis.ogv",
        "Of the last packet of Vorbis, libav tells a length below zero in bits without a sign.",
        _OLD_FILM,
        "",
        recipe=Encoding(_OLD_FILM, "-c:v libtheora -q:v 8 -c:a libvorbis", sound_seconds=_OLD_FILM.seconds),
        codec="theora",
        audio="vorbis",
        **UNSPECIFIED,
    ),
)

LAYOUTS = (
    filmed("h264_444.mp4", "Chroma at full size.", Film(50, look=Look(layout="yuv444p")), f"{X264} -g 25"),
    _deep("h264_422_10bit.mp4", "Broadcast H.264: 4:2:2 in 10 bits.", "yuv422p", f"{X264} -g 25"),
    _deep("hevc_10bit.mp4", "HEVC Main 10, standard range.", "yuv420p", f"{X265}:keyint=25", codec="hevc"),
    _deep("prores.mov", "ProRes 422 HQ.", "yuv422p", "-c:v prores_ks -profile:v 3", codec="prores"),
)

SCANS = (
    filmed(
        "mpeg2_top_first.ts",
        "Interlaced MPEG-2, 25 frames of two fields, top field first.",
        Film(100, look=INTERLACED),
        "-c:v mpeg2video -q:v 4 -bf 2 -g 12 -flags +ildct+ilme",
        codec="mpeg2video",
        start=Fraction(36, 25),
    ),
    filmed(
        "mpeg2_bottom_first.mpg",
        "Interlaced MPEG-2 as from a DV camera, bottom field first.",
        Film(100, look=INTERLACED_BOTTOM),
        "-c:v mpeg2video -q:v 4 -bf 2 -g 12 -flags +ildct+ilme",
        codec="mpeg2video",
        start=Fraction(27, 50),
    ),
    filmed(
        "h264_top_first.mp4",
        "Interlaced H.264 (MBAFF), top field first.",
        Film(100, look=INTERLACED),
        f"{X264} -g 50 -flags +ildct+ilme -x264-params tff=1",
    ),
    filmed(
        "h264_bottom_first.ts",
        "Interlaced H.264 (MBAFF), bottom field first.",
        Film(100, look=INTERLACED_BOTTOM),
        f"{X264} -g 50 -flags +ildct+ilme -x264-params bff=1",
        start=Fraction(37, 25),
    ),
)

ASSETS = (*CODECS, *LAYOUTS, *SCANS)
