"""Checks of the demo job's result. Each is a promise, kept or not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.cli.demo.job import CLIP_SECONDS, FOLDER_KEY, INTERVAL_SECONDS, MP4_KEY, SIZE
from filmstrip.cli.demo.results import Results, StoredFile
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.containers.mp4_boxes import is_faststart
from filmstrip.media.pictures.picture_check import picture_facts
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.sample_video import FRAME_RATE, shown_frame_number

_CLIP_TOLERANCE = Fraction(1, 10)  # a frame of video or audio more or less


@dataclass(frozen=True, slots=True)
class Check:
    """A promise about the result.

    Attributes:
        promise: What should be so.
        found: What is so.
        is_kept: Whether that is right.
    """

    promise: str
    found: str
    is_kept: bool


def check_results(results: Results, source_seconds: Fraction) -> Iterator[Check]:
    """Check everything that the job should have made of a source that lasts `source_seconds`."""
    count = math.ceil(source_seconds / INTERVAL_SECONDS)
    yield _names(results, count)
    yield from _mp4(results.mp4)
    yield from _pictures(results.pictures, count)
    yield _track(results.track, count, source_seconds)
    kept = all(file.content_type == _expected_content_type(file) for file in results.files)
    yield Check("each file has its content type", _listed({file.content_type for file in results.files}), kept)


def _names(results: Results, count: int) -> Check:
    pictures = {f"{FOLDER_KEY}thumb_{number:04}.png" for number in range(1, count + 1)}
    expected = pictures | {MP4_KEY, f"{FOLDER_KEY}thumbnails.vtt"}
    difference = _listed(expected ^ set(results.names_in_bucket))
    found = f"differs by {difference}" if difference else f"{len(expected)} files"
    return Check(f"mp4, {count} pictures, track, nothing else", found, not difference)


def _mp4(file: StoredFile) -> Iterator[Check]:
    info = probe(LocalFile(file.path), MediaSettings())
    codecs = _codecs(info)
    yield Check("mp4 is H.264 with AAC", "+".join(codecs), codecs == ["h264", "aac"])
    size = info.video.display_size if info.video else None
    yield Check(f"mp4 is {SIZE}", str(size), size == SIZE)
    kept = abs(info.duration_seconds - CLIP_SECONDS) <= _CLIP_TOLERANCE
    yield Check(f"mp4 lasts {CLIP_SECONDS} s", f"{float(info.duration_seconds):.3f} s", kept)
    first = is_faststart(file.path)
    yield Check("mp4 plays while it loads", "index first" if first else "index last", first)


def _codecs(info: MediaInfo) -> list[str]:
    return ([info.video.codec] if info.video else []) + [stream.codec for stream in info.audio]


def _pictures(pictures: Sequence[StoredFile], count: int) -> Iterator[Check]:
    kinds = {_kind(file) for file in pictures}
    are_whole = kinds == {f"image/png {SIZE}"}
    yield Check(f"each picture is a PNG of exactly {SIZE}", _listed(kinds), are_whole)
    numbers = [shown_frame_number(file.path) for file in pictures] if are_whole else []
    expected = [int(index * INTERVAL_SECONDS * FRAME_RATE) for index in range(count)]
    shown = " ".join(str(number) for number in numbers) or "not looked at"
    yield Check("each picture shows the frame of its time", shown, numbers == expected)


def _kind(picture: StoredFile) -> str:
    try:
        facts = picture_facts(picture.path.read_bytes())
    except ValueError as error:
        return f"{picture.path.name}: {error}"
    return f"{facts.content_type} {facts.size}"


def _track(file: StoredFile, count: int, source_seconds: Fraction) -> Check:
    starts = [index * INTERVAL_SECONDS * 1000 for index in range(count)]
    # Players show nothing at the end of the bar if the last cue ends with the video, so it ends a little later.
    ends = [*starts[1:], (math.floor(source_seconds) + 1) * 1000]
    cues = [
        f"{_timestamp(start)} --> {_timestamp(end)}\nthumb_{number:04}.png#xywh=0,0,{SIZE.width},{SIZE.height}\n"
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    ]
    kept = file.path.read_bytes() == ("WEBVTT\n\n" + "\n".join(cues)).encode()
    return Check("track is right to the byte", f"{count} cues" if kept else "another text", kept)


def _timestamp(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _expected_content_type(file: StoredFile) -> str:
    return {".mp4": "video/mp4", ".png": "image/png", ".vtt": "text/vtt"}[file.path.suffix]


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words))
