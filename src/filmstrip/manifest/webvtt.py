"""The WebVTT thumbnail track in the one form that all players accept.

WebVTT (W3C) allows much more than players read. Each of these was tried in real players, and each makes at least one
of them show nothing: CR LF, cue identifiers, NOTE blocks, text or metadata in the header, cue settings, two blank
lines, cues without a picture. Cues without `#xywh=` break several players even if the whole file is the picture,
so every cue has it, in plain integer pixels (W3C Media Fragments, 4.2.2; the `pixel:` prefix is read by no player).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from filmstrip.manifest.material import Material
from filmstrip.manifest.picture import Cue, end_for_players

_MILLISECONDS = 1000
_HALF = Fraction(1, 2)


def write(material: Material) -> str:
    """Write the thumbnail track of finished thumbnails."""
    return webvtt(material.cues())


def webvtt(cues: Sequence[Cue]) -> str:
    """Write a thumbnail track.

    Cues that touch each other still do so in the text. The last one ends late, as `end_for_players` says why.

    Args:
        cues: In order of time, each at least a millisecond long, without overlap; at least one.

    Returns:
        The file's text, UTF-8 (in fact ASCII) with LF line ends.

    Raises:
        ValueError: There is no cue, or one of them does not start after the one before it has ended.
    """
    if not cues:
        raise ValueError("A thumbnail track has at least one cue")
    starts = [_round_to_milliseconds(cue.span.start) for cue in cues]
    ends = [_round_to_milliseconds(cue.span.end) for cue in cues[:-1]]
    ends.append(end_for_players(cues[-1].span.end) * _MILLISECONDS)
    _check_order(starts, ends)
    blocks = (
        f"{timestamp(start)} --> {timestamp(end)}\n{cue.picture.reference}\n"
        for start, end, cue in zip(starts, ends, cues, strict=True)
    )
    return "WEBVTT\n\n" + "\n".join(blocks)


def timestamp(milliseconds: int) -> str:
    """Write a WebVTT timestamp, always with hours, of two digits or more (W3C WebVTT, 4.1)."""
    seconds, rest = divmod(milliseconds, _MILLISECONDS)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _round_to_milliseconds(seconds: Fraction) -> int:
    return int((seconds * _MILLISECONDS + _HALF) // 1)


def _check_order(starts: Sequence[int], ends: Sequence[int]) -> None:
    previous_end = 0
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        if not previous_end <= start < end:
            raise ValueError(
                f"Cue {number} ({start} to {end} ms) does not follow the one that ends at {previous_end} ms"
            )
        previous_end = end
