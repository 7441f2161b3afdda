"""How ffmpeg makes videos of files that lie one behind the other: each is an input, and a graph joins them.

Each part is decoded once, whatever number of tracks is made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from filmstrip.media.transcoding.joined_parts import JoinedPart

_HALF_MILLISECOND = Fraction(1, 2000)
_SILENCE = "anullsrc=r=48000:cl=stereo"


def join_graph(parts: Sequence[JoinedPart], pictures: Sequence[str], sounds: Sequence[str]) -> str:
    """Write the graph that plays parts one after the other, with the results of `picture_label` and `sound_label`.

    Args:
        parts: The parts, whose inputs have their numbers.
        pictures: The filter chain of each video track, which makes all pictures alike.
        sounds: The filter chain of each audio track, behind all sound.
    """
    chains = [chain for number, part in enumerate(parts) for chain in _chains(number, part, pictures, bool(sounds))]
    inputs = "".join(_inputs(number, len(pictures), bool(sounds)) for number in range(len(parts)))
    results = "".join(f"[{picture_label(track)}]" for track in range(len(pictures)))
    sound = "[whole]" if sounds else ""
    joined = f"{inputs}concat=n={len(parts)}:v={len(pictures)}:a={int(bool(sounds))}{results}{sound}"
    return ";".join([*chains, joined, *sound_tracks(sounds)])


def picture_label(track: int) -> str:
    """Return what the pictures of a track are called in the graph, by its number among all video tracks."""
    return f"picture{track}"


def sound_label(track: int) -> str:
    """Return what the sound of a track is called in the graph, by its number among all audio tracks."""
    return f"sound{track}"


def _inputs(number: int, picture_count: int, has_sound: bool) -> str:  # noqa: FBT001 - private, and read at a glance
    pictures = "".join(f"[v{number}_{track}]" for track in range(picture_count))
    return pictures + (f"[a{number}]" if has_sound else "")


def _chains(number: int, part: JoinedPart, pictures: Sequence[str], has_sound: bool) -> Iterator[str]:  # noqa: FBT001 - as above
    if pictures:
        yield from _picture_chains(number, part, pictures)
    if has_sound:
        yield sound_chain(number, part)


def _picture_chains(number: int, part: JoinedPart, pictures: Sequence[str]) -> Iterator[str]:
    begin, end = part.lead_seconds, part.lead_seconds + part.duration_seconds
    window = f"trim=start={_seconds(begin - _HALF_MILLISECOND)}:end={_seconds(end)}"
    decoded = f"[{number}:{part.video_index}]{window},setpts=PTS-{_seconds(begin)}/TB"
    if len(pictures) == 1:
        yield f"{decoded},{pictures[0]}[v{number}_0]"
        return
    copies = [f"[c{number}_{track}]" for track in range(len(pictures))]
    yield f"{decoded},split={len(pictures)}{''.join(copies)}"
    for track, chain in enumerate(pictures):
        yield f"{copies[track]}{chain}[v{number}_{track}]"


def sound_chain(number: int, part: JoinedPart) -> str:
    """Write the chain that makes the sound of a part, or silence, exactly as long as the part."""
    begin, end = part.lead_seconds, part.lead_seconds + part.duration_seconds
    length, lead = _seconds(part.duration_seconds), _seconds(begin)
    if part.sound_index is None:
        return f"{_SILENCE},atrim=end={length}[a{number}]"
    whole = f"aresample=async=1:first_pts=0,atrim=start={lead}:end={_seconds(end)},asetpts=PTS-{lead}/TB"
    return f"[{number}:{part.sound_index}]{whole},apad=whole_dur={length},aformat=sample_rates=48000[a{number}]"


def sound_tracks(sounds: Sequence[str]) -> Iterator[str]:
    """Write the chains that make the sound of each track of the sound of all parts, which is called `whole`."""
    if len(sounds) == 1:
        yield f"[whole]{sounds[0]}[{sound_label(0)}]"
    elif sounds:
        copies = [f"[whole{track}]" for track in range(len(sounds))]
        yield f"[whole]asplit={len(sounds)}{''.join(copies)}"
        for track, chain in enumerate(sounds):
            yield f"{copies[track]}{chain}[{sound_label(track)}]"


def _seconds(value: Fraction) -> str:
    return f"{float(value):.6f}"
