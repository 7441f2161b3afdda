"""How ffmpeg is told to make the tracks of a rendition: which stream, through which filters, by which encoder."""

from __future__ import annotations

from collections.abc import Sequence

from filmstrip.domain.clocks import HALF_MILLISECOND, MPEG_CLOCK_HZ
from filmstrip.media.transcoding.cut import Cut
from filmstrip.media.transcoding.input_arguments import seconds
from filmstrip.media.transcoding.sound_times import WITHOUT_REPEATED_SILENCE, sound_times
from filmstrip.media.transcoding.stretch import Stretch
from filmstrip.media.transcoding.transcode import AudioTrack, SourceClip, VideoTrack

_FINE_TIME_BASE = f"1/{MPEG_CLOCK_HZ}"


def video_arguments(clip: SourceClip, track: VideoTrack, encoder: Sequence[str], label: str | None) -> list[str]:
    """Write the arguments for a video stream.

    Args:
        clip: What is read.
        track: The stream.
        encoder: The arguments of its encoder, in this pass.
        label: What the graph that joins the source's parts calls its pictures; None without such a graph.
    """
    return [
        *_pictures(clip, track, label),
        *_frame_times(clip, track),
        *encoder,
        *(("-tag:v", track.tag) if track.tag is not None else ()),
        # Of filters and encoder; x264 alone would take one and a half per core.
        *("-filter_threads", str(clip.threads), "-threads:v", str(clip.threads)),
        *_last_picture(clip.cut),
    ]


def audio_arguments(clip: SourceClip, track: AudioTrack, label: str | None) -> list[str]:
    """Write the arguments for an audio stream; `label` as above."""
    language = ["-metadata:s:a", f"language={track.language}"] if track.language else []
    if label is not None:
        return ["-map", f"[{label}]", *track.encoder, *language]
    filters = muted(track, sound_times(clip.cut, is_lossless=track.is_lossless))
    sound = ["-map", f"0:{track.source_index}", "-filter:a", filters, *track.encoder, *language]
    return sound if clip.cut.has_sound_at_start else [*sound, "-bsf:a", WITHOUT_REPEATED_SILENCE]


def muted(track: AudioTrack, filters: str) -> str:
    """Write the filters of a track. Silence, not absence: players show the same controls, and files can be joined."""
    return f"{filters},volume=volume=0" if track.is_muted else filters


def clip_arguments(cut: Cut) -> list[str]:
    """Write which part of what is decoded goes into a rendition."""
    arguments = []
    if cut.skip_seconds > 0:
        # After the input: decodes all of it and throws it away.
        arguments += ["-ss", seconds(cut.skip_seconds)]
    if cut.duration_seconds is not None:
        arguments += ["-t", seconds(cut.duration_seconds)]
    return arguments


def of_stream(arguments: Sequence[str], kind: str, number: int, count: int) -> list[str]:
    """Let options for all streams of a kind be those of one of several.

    Args:
        arguments: Options that end in ":v" or ":a" are those of streams.
        kind: "v" or "a".
        number: Number of the stream among those of its kind, from 0.
        count: How many of its kind there are; a single one needs no number.
    """
    if count == 1:
        return list(arguments)
    return [f"{word}:{number}" if word.startswith("-") and word.endswith(f":{kind}") else word for word in arguments]


def _pictures(clip: SourceClip, track: VideoTrack, label: str | None) -> list[str]:
    if label is not None:
        return ["-map", f"[{label}]"]
    # Exactly the stream that was probed: never cover art, never a second camera.
    filters = ",".join(filter(None, (_start(clip.cut) + track.filters, _stretch(track.stretch))))
    return ["-map", f"0:{track.source_index}", "-filter:v", filters]


def _stretch(stretch: Stretch | None) -> str:
    if stretch is None:
        return ""
    ends = {"start": stretch.start_seconds, "end": stretch.end_seconds}
    given = [f"{name}={seconds(end)}" for name, end in ends.items() if end is not None]
    return f"trim={':'.join(given)}" if given else ""


def _start(cut: Cut) -> str:
    if cut.run_up_seconds == 0:
        return ""
    # AVI counts in whole frames, also where a clip begins in the middle of one.
    exact = f"settb={_FINE_TIME_BASE},setpts=PTS+({seconds(cut.picture_shift_seconds)}/TB),"
    shift = exact if cut.picture_shift_seconds else ""
    # The picture on screen at the clip's start appeared before it: everything earlier goes, and that one appears at 0.
    return f"{shift}trim=start={seconds(-cut.lead_seconds - HALF_MILLISECOND)},setpts='if(lt(T,0),0,PTS)',"


def _frame_times(clip: SourceClip, track: VideoTrack) -> list[str]:
    # Frames keep their times, so that a variable frame rate stays in step with the sound.
    vfr = ["-fps_mode:v", "vfr"]
    if track.has_constant_rate:
        return vfr
    # In the source's own units: ffmpeg would round times to its guess of a frame rate, and drop frames that collide.
    is_fine = clip.cut.picture_shift_seconds or clip.parts
    return [*vfr, "-enc_time_base:v", _FINE_TIME_BASE.replace("/", ":") if is_fine else "demux"]


def _last_picture(cut: Cut) -> list[str]:
    ends = [end for end in (cut.duration_seconds, cut.end_seconds) if end is not None]
    if not ends:
        return []
    # The last picture may stay for hours in the source, by its own account: here it ends with the clip, or with the
    # source. Times have to be named too: ffmpeg 9 takes each picture's decoding time for both of them otherwise, which
    # reorders what B-frames show.
    last = f"max(1,{seconds(min(ends))}/TB-PTS)"
    return ["-bsf:v", f"setts=pts=PTS:dts=DTS:duration='min(DURATION,{last})'"]
