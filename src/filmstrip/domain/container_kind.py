"""Container formats, a row each: what a reader can count on, in one table.

Questions are asked to a row, never to a format's name: what is true of a format is written here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Layout(Enum):
    """How the bytes of a container are laid out: which reader understands what libav does not hand out."""

    ISO_BOXES = "boxes of ISO/IEC 14496-12: MP4, QuickTime"
    EBML_ELEMENTS = "elements of RFC 8794: Matroska, WebM"
    RIFF_CHUNKS = "chunks of AVI"
    TRANSPORT_PACKETS = "packets of an MPEG-2 transport stream, ISO/IEC 13818-1, 2.4.3"
    PROGRAM_PACKS = "packs of an MPEG program stream, ISO/IEC 13818-1, 2.5"
    FLV_TAGS = "tags of Flash video"
    OGG_PAGES = "pages of RFC 3533"
    ASF_OBJECTS = "objects of ASF: WMV, WMA"
    OTHER = "anything else, which libav alone reads"


class TimesTold(Enum):
    """Which packets of a container say when they are shown."""

    ALL = "each, truly or not"
    UNLESS_REORDERED = "each, in decoding order: true of streams without B-frames only"
    NONE = "none: pictures are counted"
    VARIOUS = "as its muxer wrote it: the first packets have to be looked at"


@dataclass(frozen=True, slots=True)
class ContainerKind:
    """What can be counted on in a container format. The defaults are those of a format of which nothing is known.

    Attributes:
        name: FFmpeg's name of its demuxer.
        layout: How its bytes are laid out.
        packet_times: Which packets say when they are shown.
        has_true_times: Whether times, where there are any, are those at which pictures are shown, as in broadcasts.
        has_length: Whether what its header says of its length counts; else it is a guess.
        counts_from_zero: Whether its length counts from time 0, else from the first time stamp.
        describes_streams: Whether its header says all of its streams, so that nothing has to be decoded to know them.
        describes_pictures: Whether its header can say what to cut off pictures, and that they are Dolby Vision.
        lists_all_packets: Whether its index lists all packets, where it has one.
        lists_keyframes: Whether its index, where it has one, lists the keyframes.
        loads_index_by_seeking: Whether libav reads its index at the first seek only, and may fail to seek at all.
        seeks_ahead: Whether libav finds moments that it has not passed yet.
        seeks_by_dts: Whether libav searches it for decoding times, and passes over packets that store none.
        has_stamps: Whether its packets can be found by their time stamps at any place of the file.
        has_programs: Whether it can hold several programmes side by side, each with a clock of its own.
        may_be_joined: Whether ffmpeg reads on where another file of the kind was appended, in the same stream.
        may_change_size: Whether decoders are told a new size of pictures by the stream itself.
        run_up_seconds: How much earlier than wanted ffmpeg's seek has to aim; None where it finds no way at all.
    """

    name: str
    layout: Layout = Layout.OTHER
    packet_times: TimesTold = TimesTold.VARIOUS
    has_true_times: bool = False
    has_length: bool = True
    counts_from_zero: bool = False
    describes_streams: bool = False
    describes_pictures: bool = False
    lists_all_packets: bool = False
    lists_keyframes: bool = False
    loads_index_by_seeking: bool = False
    seeks_ahead: bool = True
    seeks_by_dts: bool = False
    has_stamps: bool = False
    has_programs: bool = False
    may_be_joined: bool = False
    may_change_size: bool = False
    run_up_seconds: int | None = None


# An index leads to a keyframe before the target, but some count in decoding order, which runs ahead of what is shown.
# Without one, a seek lands somewhere near, and decoding waits for the next keyframe.
_BY_INDEX, _WITHOUT_INDEX = 5, 15

_MP4 = ContainerKind(
    "mov,mp4,m4a,3gp,3g2,mj2",
    Layout.ISO_BOXES,
    packet_times=TimesTold.ALL,  # ISO/IEC 14496-12, 8.6.1
    describes_streams=True,
    describes_pictures=True,
    lists_all_packets=True,
    lists_keyframes=True,
    run_up_seconds=_BY_INDEX,
)
_MATROSKA = ContainerKind(
    "matroska,webm",
    Layout.EBML_ELEMENTS,
    counts_from_zero=True,  # RFC 9559, 5.1.2.10
    describes_pictures=True,
    lists_keyframes=True,
    loads_index_by_seeking=True,
    may_change_size=True,
    run_up_seconds=_BY_INDEX,
)
_TRANSPORT_STREAM = ContainerKind(
    "mpegts",
    Layout.TRANSPORT_PACKETS,
    has_true_times=True,
    seeks_by_dts=True,
    has_stamps=True,
    has_programs=True,
    may_be_joined=True,
    may_change_size=True,
    run_up_seconds=_WITHOUT_INDEX,
)
_PROGRAM_STREAM = ContainerKind(
    "mpeg",
    Layout.PROGRAM_PACKS,
    has_true_times=True,
    seeks_by_dts=True,
    has_stamps=True,
    may_be_joined=True,
    may_change_size=True,
    run_up_seconds=_WITHOUT_INDEX,
)
_AVI = ContainerKind("avi", Layout.RIFF_CHUNKS, packet_times=TimesTold.UNLESS_REORDERED, run_up_seconds=_WITHOUT_INDEX)
_FLV = ContainerKind("flv", Layout.FLV_TAGS, may_change_size=True, run_up_seconds=_WITHOUT_INDEX)
_OGG = ContainerKind("ogg", Layout.OGG_PAGES, may_change_size=True, run_up_seconds=_WITHOUT_INDEX)
_ASF = ContainerKind("asf", Layout.ASF_OBJECTS, run_up_seconds=_WITHOUT_INDEX)
# Bare streams have neither time stamps nor an index: libav guesses their length from the bit rate.
_BARE = ("h264", "hevc", "mpegvideo", "m4v", "obu")
# Those of sound, whose blocks are all of one length that is known, get times from libav as it reads them.
_BARE_SOUND = ("mp3", "aac", "ac3", "eac3", "dts", "amr")
# What IVF's header counts are frames, of which a writer into a pipe never learned how many.
_IVF = ContainerKind("ivf", has_length=False, run_up_seconds=_WITHOUT_INDEX)
_SOUGHT_NEARBY = ("mxf", "dv", "rm")
_PASSED_ONLY = ("dhav", "gxf")
_PLAIN = (
    *("wav", "flac", "gif", "yuv4mpegpipe", "mjpeg", "apng", "wtv"),
    *("aiff", "caf", "w64", "au", "wv", "tta"),
    *("png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe"),
)

KINDS = (
    *(_MP4, _MATROSKA, _TRANSPORT_STREAM, _PROGRAM_STREAM, _AVI, _FLV, _OGG, _ASF, _IVF),
    *(ContainerKind(name, packet_times=TimesTold.NONE, has_length=False) for name in _BARE),
    *(ContainerKind(name, has_length=False) for name in _BARE_SOUND),
    *(ContainerKind(name, run_up_seconds=_WITHOUT_INDEX) for name in _SOUGHT_NEARBY),
    *(ContainerKind(name, seeks_ahead=False) for name in _PASSED_ONLY),
    ContainerKind("nut", may_change_size=True),
    *(ContainerKind(name) for name in _PLAIN),
)
"""All formats that are read. Their demuxers read nothing but the bytes they are given; not among them are hls, dash,
concat, sdp, image2 and lavfi."""

_BY_NAME = {name: kind for kind in KINDS for name in kind.name.split(",")}


def kind_named(name: str) -> ContainerKind:
    """Look a format up.

    Args:
        name: FFmpeg's name of its demuxer, or one of several, such as "mov,mp4,m4a,3gp,3g2,mj2".

    Returns:
        Its row; for a name that is not in the table, one of which nothing is known.
    """
    return next((_BY_NAME[part] for part in name.split(",") if part in _BY_NAME), ContainerKind(name))
