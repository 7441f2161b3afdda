"""Finds when a remote MP4 of fragments ends, by its last fragments, without reading those between."""

from __future__ import annotations

from fractions import Fraction
from statistics import median_high

from av.container import InputContainer

from filmstrip.media.containers.fragments.fragment_boxes import FragmentSample
from filmstrip.media.containers.fragments.fragment_film import FragmentFilm


def fragments_end(film: FragmentFilm, container: InputContainer) -> tuple[Fraction | None, Fraction | None]:
    """Return when the last stream ends by its fragments, and by the samples that the file holds, in container time.

    They differ if the file is cut off in a fragment.
    """
    said = [_sound_end(film, container), pictures_end(film, container)]
    held_to = film.size_bytes
    held = [_sound_end(film, container, held_to), pictures_end(film, container, held_to)]
    # Where nothing of the last fragments is left, the film breaks off with their first sample.
    return max((end for end in said if end is not None), default=None), max(
        (end for end in held if end is not None), default=_tail_begin(film, container)
    )


def _tail_begin(film: FragmentFilm, container: InputContainer) -> Fraction | None:
    begins = [
        _container_time(film, container, track, min(sample.pts for sample in samples))
        for track in film.movie.tracks
        if (samples := _tail_samples(film, track, None))
    ]
    return min(begins, default=None)


def pictures_end(film: FragmentFilm, container: InputContainer, held_to: int | None = None) -> Fraction | None:
    """Return when the last picture is over, None if the last fragments hold none.

    The last one is not taken to stay longer than is usual: its length is the step to the next one in the file.
    """
    track = film.movie.video
    samples = _tail_samples(film, track, held_to)
    if not samples:
        return None
    usual = median_high([sample.duration for sample in samples])
    end = max(sample.pts + min(sample.duration, usual) for sample in samples)
    return _container_time(film, container, track, end)


def decoded_end(film: FragmentFilm) -> Fraction | None:
    """Return when the last picture is over in decoding time, from time 0, as libav does."""
    samples = _tail_samples(film, film.movie.video, None)
    return (samples[-1].dts + samples[-1].duration) * film.movie.time_bases[film.movie.video] if samples else None


def _sound_end(film: FragmentFilm, container: InputContainer, held_to: int | None = None) -> Fraction | None:
    """Return when the last sample of all other streams is over."""
    ends = []
    for track in film.movie.tracks:
        samples = _tail_samples(film, track, held_to) if track != film.movie.video else []
        if samples:
            ends.append(_container_time(film, container, track, samples[-1].dts + samples[-1].duration))
    return max(ends, default=None)


def _tail_samples(film: FragmentFilm, track: int, held_to: int | None) -> list[FragmentSample]:
    return [
        sample
        for fragment in film.tail
        for sample in fragment.samples.get(track, ())
        if held_to is None or sample.end <= held_to
    ]


def _container_time(film: FragmentFilm, container: InputContainer, track: int, moment: int) -> Fraction:
    """Count a moment of a track as libav counts it: after the edit list, which moves the first sample."""
    base = film.movie.time_bases[track]
    stream = next((stream for stream in container.streams if stream.id == track), None)
    first = film.first.samples.get(track)
    shift = Fraction(0)
    if stream is not None and stream.start_time is not None and first and stream.time_base is not None:
        shift = stream.start_time * stream.time_base - min(sample.pts for sample in first) * base
    return moment * base + shift
