"""How ffmpeg makes one film of several sources: each is an input, and a graph places them on one clock.

    input 0   decoded ─ cut ─ made alike ─ at 0 s ──────┐
    input 1   decoded ─ cut ─ made alike ─ at 10 s ─────┼─ interleave ─ fps ─ up to the end ─▶ pictures
    input 2   decoded ─ cut ─ made alike ─ at 13 s ─────┤
              the first picture once more, at the end ──┘

The filter `concat` would let each part last until its last picture ends, so that a second of film is lost or won over
some dozens of joints. Here each picture is placed by itself, and the sound, which is cut to the sample, as in `concat`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate

from filmstrip.media.transcoding.join_graph import picture_label, sound_chain, sound_tracks
from filmstrip.media.transcoding.joined_parts import JoinedPart
from filmstrip.media.transcoding.transcode import StitchedPictures

_HALF_MILLISECOND = Fraction(1, 2000)


def stitch_graph(parts: Sequence[JoinedPart], pictures: Sequence[StitchedPictures], sounds: Sequence[str]) -> str:
    """Write the graph that shows parts one after the other, with the results of `picture_label` and `sound_label`.

    Args:
        parts: The parts, whose inputs have their numbers.
        pictures: What becomes of the pictures of each video track.
        sounds: The filter chain of each audio track, behind all sound.
    """
    return ";".join([*_picture_chains(parts, pictures), *_sound_chains(parts, sounds)])


def _picture_chains(parts: Sequence[JoinedPart], tracks: Sequence[StitchedPictures]) -> Iterator[str]:
    begins = [*accumulate((part.duration_seconds for part in parts), initial=Fraction(0))]
    for number, part in enumerate(parts if tracks else ()):
        copies = "".join(f"[c{number}_{track}]" for track in range(len(tracks)))
        yield f"[{number}:{part.video_index}]{_window(part)},split={len(tracks)}{copies}"
        for track, made in enumerate(tracks):
            # The clock of the whole counts so finely that no picture moves by it.
            placed = f"settb=1/1000000,setpts=PTS+{_seconds(begins[number])}/TB"
            copied = "" if number else f",split[v0_{track}][f{track}];[f{track}]{_behind_the_end(begins[-1], track)}"
            yield f"[c{number}_{track}]{made.filters[number]},{placed}{copied or f'[v{number}_{track}]'}"
    for track, made in enumerate(tracks):
        inputs = "".join(f"[v{number}_{track}]" for number in range(len(parts)))
        # Rounded up, each moment shows the picture that is on then; the last one stays until the end.
        rate = f"fps=fps={made.frame_rate}:start_time=0:round=up:eof_action=pass"
        end = f"trim=end={_seconds(begins[-1])}"
        yield f"{inputs}[e{track}]interleave=nb_inputs={len(parts) + 1},{rate},{end}[{picture_label(track)}]"


def _behind_the_end(whole_seconds: Fraction, track: int) -> str:
    """Write the filters that put the first picture behind all, without which `fps` would not show the last one."""
    return f"trim=end_frame=1,setpts={_seconds(whole_seconds)}/TB[e{track}]"


def _window(part: JoinedPart) -> str:
    """Write the filters that cut a part out, its first picture at 0 though it may have been on screen before.

    All is a little early, so that a picture that begins with the part is not taken for a later one.
    """
    lead, shown = part.lead_seconds, part.lead_seconds - part.shown_seconds
    window = f"trim=start={_seconds(shown - _HALF_MILLISECOND)}:end={_seconds(lead + part.duration_seconds)}"
    return f"{window},setpts='max(0,PTS-{_seconds(lead + _HALF_MILLISECOND)}/TB)'"


def _sound_chains(parts: Sequence[JoinedPart], sounds: Sequence[str]) -> Iterator[str]:
    if sounds:
        yield from (sound_chain(number, part) for number, part in enumerate(parts))
        inputs = "".join(f"[a{number}]" for number in range(len(parts)))
        yield f"{inputs}concat=n={len(parts)}:v=0:a=1[whole]"
        yield from sound_tracks(sounds)


def _seconds(value: Fraction) -> str:
    return f"{float(value):.6f}"
