"""How does ffmpeg make one video of files that lie one behind the other? Each is an input; a graph joins them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from filmstrip.media.transcoding.joined_parts import JoinedPart

_HALF_MILLISECOND = Fraction(1, 2000)
_SILENCE = "anullsrc=r=48000:cl=stereo"


def join_graph(parts: tuple[JoinedPart, ...], picture: str, sound: str | None) -> str:
    """Write the graph that plays parts one after the other, with the results `[v]` and, with sound, `[a]`.

    Args:
        parts: The parts, whose inputs have their numbers.
        picture: The filter chain that makes all pictures alike.
        sound: The filter chain behind all sound, None for no sound.
    """
    chains = [chain for number, part in enumerate(parts) for chain in _chains(number, part, picture, sound)]
    inputs = "".join(f"[v{number}]" + ("" if sound is None else f"[a{number}]") for number in range(len(parts)))
    if sound is None:
        return ";".join([*chains, f"{inputs}concat=n={len(parts)}:v=1:a=0[v]"])
    return ";".join([*chains, f"{inputs}concat=n={len(parts)}:v=1:a=1[v][whole]", f"[whole]{sound}[a]"])


def _chains(number: int, part: JoinedPart, picture: str, sound: str | None) -> Iterator[str]:
    begin, end = part.lead_seconds, part.lead_seconds + part.duration_seconds
    length, lead = _seconds(part.duration_seconds), _seconds(begin)
    window = f"trim=start={_seconds(begin - _HALF_MILLISECOND)}:end={_seconds(end)}"
    yield f"[{number}:{part.video_index}]{window},setpts=PTS-{lead}/TB,{picture}[v{number}]"
    if sound is None:
        return
    if part.sound_index is None:
        yield f"{_SILENCE},atrim=end={length}[a{number}]"
        return
    whole = f"aresample=async=1:first_pts=0,atrim=start={lead}:end={_seconds(end)},asetpts=PTS-{lead}/TB"
    yield f"[{number}:{part.sound_index}]{whole},apad=whole_dur={length},aformat=sample_rates=48000[a{number}]"


def _seconds(value: Fraction) -> str:
    return f"{float(value):.6f}"
