"""How ffmpeg is told to read a source: with which limits, and from where on."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from filmstrip.media.containers.kinds import FORMATS
from filmstrip.media.containers.opening import local_address
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.cut import Cut
from filmstrip.media.transcoding.transcode import SourceClip

_NEVER_SECONDS = "1000000000"


def input_arguments(clip: SourceClip) -> list[str]:
    """Write the arguments for all inputs: one, or one for each of several parts."""
    sources = [part.source for part in clip.parts] or [clip.source]
    return [argument for source in sources for argument in _one_input(clip, source)]


def input_count(clip: SourceClip) -> int:
    """Return how many inputs there are; what else is read has the numbers behind them."""
    return len(clip.parts) or 1


def seconds(value: Fraction) -> str:
    """Write a time as ffmpeg reads it; its times have microseconds."""
    return f"{float(value):.6f}"


def _one_input(clip: SourceClip, source: LocalFile) -> list[str]:
    is_whole = source.part is None and clip.part_list is None
    return [
        # What the source says cannot make ffmpeg open an address: only files and pipes exist for it.
        *("-protocol_whitelist", "file,pipe" if is_whole else "file,pipe,subfile"),
        # A playlist that calls itself video.mp4 could name other files: only demuxers that read just their input.
        *("-format_whitelist", FORMATS if clip.part_list is None else f"concat,{FORMATS}"),
        # A small file can unfold to pictures that fill the memory.
        *("-max_pixels", str(clip.max_pixels)),
        *("-threads", str(clip.threads)),
        # Otherwise ffmpeg takes a picture that stays for ten seconds, and the run-up of a clip, for a jump of a clock.
        *(() if _has_jumps(clip) else ("-dts_delta_threshold", _NEVER_SECONDS)),
        *_seek_of(clip),
        *(() if clip.demuxer is None else ("-f", clip.demuxer)),
        # The prefix keeps ffmpeg from reading a protocol or an option out of the name. The list is our own.
        *(("-i", local_address(source)) if clip.part_list is None else _list_arguments(clip.part_list)),
    ]


def _has_jumps(clip: SourceClip) -> bool:
    return clip.cut.follows_jumps and not clip.parts and clip.part_list is None


def _list_arguments(part_list: Path) -> list[str]:
    return ["-safe", "0", "-f", "concat", "-i", f"file:{part_list}"]


def _seek_of(clip: SourceClip) -> list[str]:
    stretch = clip.stretch
    if stretch is None or stretch.seek_seconds is None:
        return _seek(clip.cut)
    # ffmpeg counts from where it seeks: what it counts from in the whole clip is put in the place of it.
    offset = stretch.seek_seconds - stretch.origin_seconds
    target = ("-seek_timestamp", "1", "-ss", seconds(stretch.seek_seconds))
    return ["-noaccurate_seek", "-itsoffset", seconds(offset), *target]


def _seek(cut: Cut) -> list[str]:
    arguments = []
    if cut.run_up_seconds > 0:
        # The run-up gets times below 0. It is not dropped here, where also a picture would go that is still on screen
        # when the clip begins, but by the filters.
        arguments += ["-noaccurate_seek", "-itsoffset", seconds(-cut.run_up_seconds)]
    if cut.seek_seconds is not None and cut.seek_origin_seconds is not None:
        arguments += ["-ss", seconds(cut.seek_seconds - cut.seek_origin_seconds)]
    elif cut.seek_seconds is not None:
        # In the container's own time, as ffmpeg and we may differ in what we take for its first moment.
        arguments += ["-seek_timestamp", "1", "-ss", seconds(cut.seek_seconds)]
    return arguments
