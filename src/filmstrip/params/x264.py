"""The x264 encoder's options that a client may set: `video_codec_parameters` for libx264.

The names are those of FFmpeg 0.x, which clients have kept since.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from filmstrip.params.codec_parameters import CodecParameters, Switches, switches, words
from filmstrip.params.values import number, one_of, whole_number
from filmstrip.params.video_stream import H264Level, H264Profile

PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo")
MOTION_SEARCHES = ("epzs", "hex", "umh", "full", "dia", "esa", "tesa")
COMPARISONS = ("sad", "sse", "satd", "dct", "psnr", "bit", "rd", "zero", "vsad", "vsse", "nsse", "chroma")
_CODEC_FLAGS = (
    *("mv4", "qpel", "loop", "qscale", "pass1", "pass2", "gray", "emu_edge", "psnr", "truncated", "ildct"),
    *("low_delay", "global_header", "bitexact", "aic", "cbp", "qprd", "ilme", "cgop"),
)
_X264_FLAGS = ("bpyramid", "wpred", "mixed_refs", "dct8x8", "fastpskip", "aud")
_PARTITIONS = ("partp8x8", "partp4x4", "partb8x8", "parti8x8", "parti4x4")

_parse_flags, _show_flags = switches(_CODEC_FLAGS)
_parse_flags2, _show_flags2 = switches(_X264_FLAGS)
_parse_partitions, _show_partitions = switches(_PARTITIONS)

Megabits = Annotated[
    Fraction, number("a number of Mbit/s above 0 and at most 2000 (libx264 counts in Mbit/s)", above=0, most=2000)
]


class X264Parameters(CodecParameters):
    """Settings of x264, by FFmpeg's old names. What is absent follows from the preset.

    Attributes:
        vprofile: H.264 profile: baseline, main or high; `profile` of the output wins.
        level: H.264 level such as 41 for 4.1; `level` of the output wins.
        preset: Speed against size: ultrafast to placebo; medium if absent.
        coder: Entropy coder: 1 is CABAC, 0 is CAVLC.
        flags: Codec flags such as "+loop-cgop".
        flags2: x264 switches such as "-bpyramid+fastpskip-dct8x8".
        partitions: Block partitions to try such as "+partp8x8+parti4x4"; no others are.
        directpred: Direct motion vectors: 0 none, 1 spatial, 2 temporal, 3 auto.
        me_method: Motion search: epzs, hex, umh or full.
        me_range: Reach of the motion search in pixels.
        subq: Quality of sub-pixel motion search.
        bf: Most B-frames in a row.
        b_strategy: How B-frames are placed: 0 fixed, 1 fast, 2 best.
        refs: Reference frames.
        trellis: Trellis quantisation: 0 off, 1 at the end, 2 always.
        cmp: How blocks are compared, such as "chroma"; also FFmpeg's number for it.
        sc_threshold: Sensitivity of scene cut detection, 0 is off.
        i_qfactor: Quantiser factor between P- and I-frames.
        qcomp: Quantiser curve compression, 0 to 1.
        qmin: Smallest quantiser, -1 leaves it to x264.
        qmax: Largest quantiser, -1 leaves it to x264.
        qdiff: Largest step of the quantiser between frames.
        rc_lookahead: Frames that rate control looks ahead.
        max_rate: Highest bitrate in Mbit/s, as an average over `bufsize`.
        min_rate: Lowest bitrate in Mbit/s.
        bufsize: Size of the decoder's buffer in Mbit; twice `max_rate` if absent.
    """

    vprofile: H264Profile | None = None
    level: H264Level | None = None
    preset: Annotated[str, one_of(PRESETS)] | None = None
    coder: Annotated[int, whole_number(0, 1)] | None = None
    flags: Annotated[Switches, _parse_flags, _show_flags] | None = None
    flags2: Annotated[Switches, _parse_flags2, _show_flags2] | None = None
    partitions: Annotated[Switches, _parse_partitions, _show_partitions] | None = None
    directpred: Annotated[int, whole_number(0, 3)] | None = None
    me_method: Annotated[str, one_of(MOTION_SEARCHES)] | None = None
    me_range: Annotated[int, whole_number(4, 1024)] | None = None
    subq: Annotated[int, whole_number(0, 11)] | None = None
    bf: Annotated[int, whole_number(0, 16)] | None = None
    b_strategy: Annotated[int, whole_number(0, 2)] | None = None
    refs: Annotated[int, whole_number(0, 16)] | None = None
    trellis: Annotated[int, whole_number(0, 2)] | None = None
    cmp: Annotated[str, words((*COMPARISONS, "0", "1", "2", "256"))] | None = None
    sc_threshold: Annotated[int, whole_number(0, 10**6)] | None = None
    i_qfactor: Annotated[Fraction, number("a number above 0 and at most 10", above=0, most=10)] | None = None
    qcomp: Annotated[Fraction, number("a number from 0 to 1", least=0, most=1)] | None = None
    qmin: Annotated[int, whole_number(-1, 69)] | None = None
    qmax: Annotated[int, whole_number(-1, 1024)] | None = None
    qdiff: Annotated[int, whole_number(0, 1024)] | None = None
    rc_lookahead: Annotated[int, whole_number(0, 250)] | None = None
    max_rate: Megabits | None = None
    min_rate: Megabits | None = None
    bufsize: Megabits | None = None
