"""Which arguments make the ffmpeg program transcode a local file? Pure lists, with the reason above each flag."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from filmstrip.domain.clocks import MPEG_CLOCK_HZ
from filmstrip.media.containers.kinds import FORMATS
from filmstrip.media.containers.opening import local_address
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.cut import Cut
from filmstrip.media.transcoding.join_graph import join_graph
from filmstrip.media.transcoding.joined_parts import JoinedPart
from filmstrip.media.transcoding.sound_times import WITHOUT_REPEATED_SILENCE, sound_times

# FFmpeg's times have microseconds; pictures are further apart than this.
_HALF_MILLISECOND = Fraction(1, 2000)
_FINE_TIME_BASE = f"1/{MPEG_CLOCK_HZ}"
_NEVER_SECONDS = "1000000000"


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """A video stream of the result.

    Attributes:
        source_index: Number of the source's stream.
        filters: Filter chain that prepares the pictures.
        encoder: Arguments of the encoder.
        has_constant_rate: Whether the filters make a constant frame rate.
    """

    source_index: int
    filters: str
    encoder: tuple[str, ...]
    has_constant_rate: bool


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """An audio stream of the result.

    Attributes:
        source_index: Number of the source's stream.
        encoder: Arguments of the encoder.
        is_muted: Whether it is silent.
        language: ISO 639 code, None if unknown.
    """

    source_index: int
    encoder: tuple[str, ...]
    is_muted: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Transcode:
    """One run of ffmpeg, or two with the same choices.

    Attributes:
        source: The file that is read, or the part of it.
        target: The file that is written.
        cut: Which part of the source is used.
        video: The video of the result.
        audio: The sound of the result, None for none.
        threads: Threads of decoders, filters and encoders each; 0 for one per core.
        max_pixels: Largest picture that is decoded.
        demuxer: What the file is read with, None to find that out.
        parts: What the source is made of where whole files lie one behind the other; else empty.
        part_list: A list of them that is read in place of the source, where they are too many.
    """

    source: LocalFile
    target: Path
    cut: Cut
    video: VideoTrack
    audio: AudioTrack | None
    threads: int = 0
    max_pixels: int = 8192 * 8192
    demuxer: str | None = None
    parts: tuple[JoinedPart, ...] = ()
    part_list: Path | None = None


def transcode_arguments(job: Transcode) -> list[str]:
    """Write the arguments that encode in one pass."""
    return [*_run_arguments(), *_input_arguments(job), *_video_arguments(job), *_audio_arguments(job), *_target(job)]


def first_pass_arguments(job: Transcode, statistics: Path) -> list[str]:
    """Write the arguments of the first of two passes: the video is only measured."""
    return [
        *_run_arguments(),
        *_input_arguments(job),
        *_video_arguments(job, with_sound=False),
        *_pass_arguments(1, statistics),
        # Nothing is kept but the statistics.
        *("-f", "null", "-"),
    ]


def second_pass_arguments(job: Transcode, statistics: Path) -> list[str]:
    """Write the arguments of the second of two passes, which uses what the first one measured."""
    return [
        *_run_arguments(),
        *_input_arguments(job),
        *_video_arguments(job),
        *_pass_arguments(2, statistics),
        *_audio_arguments(job),
        *_target(job),
    ]


def _run_arguments() -> list[str]:
    return [
        # Only what matters, each line with its level, so that reasons of failure can be told from chatter.
        *("-hide_banner", "-loglevel", "repeat+level+warning"),
        # Nobody types.
        "-nostdin",
        # Progress for programs on standard output, instead of a status line for people.
        *("-nostats", "-progress", "pipe:1", "-stats_period", "0.5"),
        # What is left of an attempt that was killed is overwritten.
        "-y",
    ]


def _input_arguments(job: Transcode) -> list[str]:
    sources = [part.source for part in job.parts] or [job.source]
    return [argument for source in sources for argument in _one_input(job, source)]


def _one_input(job: Transcode, source: LocalFile) -> list[str]:
    is_whole = source.part is None and job.part_list is None
    return [
        # What the source says cannot make ffmpeg open an address: only files and pipes exist for it.
        *("-protocol_whitelist", "file,pipe" if is_whole else "file,pipe,subfile"),
        # A playlist that calls itself video.mp4 could name other files: only demuxers that read just their input.
        *("-format_whitelist", FORMATS if job.part_list is None else f"concat,{FORMATS}"),
        # A small file can unfold to pictures that fill the memory.
        *("-max_pixels", str(job.max_pixels)),
        *("-threads", str(job.threads)),
        # Otherwise ffmpeg takes a picture that stays for ten seconds, and the run-up of a clip, for a jump of a clock.
        *(() if _has_jumps(job) else ("-dts_delta_threshold", _NEVER_SECONDS)),
        *_seek(job.cut),
        *(() if job.demuxer is None else ("-f", job.demuxer)),
        # The prefix keeps ffmpeg from reading a protocol or an option out of the name. The list is our own.
        *(("-i", local_address(source)) if job.part_list is None else _list_arguments(job.part_list)),
    ]


def _has_jumps(job: Transcode) -> bool:
    return job.cut.follows_jumps and not job.parts and job.part_list is None


def _list_arguments(part_list: Path) -> list[str]:
    return ["-safe", "0", "-f", "concat", "-i", f"file:{part_list}"]


def _seek(cut: Cut) -> list[str]:
    arguments = []
    if cut.run_up_seconds > 0:
        # The run-up gets times below 0. It is not dropped here, where also a picture would go that is still on screen
        # when the clip begins, but by the filters.
        arguments += ["-noaccurate_seek", "-itsoffset", _seconds(-cut.run_up_seconds)]
    if cut.seek_seconds is not None and cut.seek_origin_seconds is not None:
        arguments += ["-ss", _seconds(cut.seek_seconds - cut.seek_origin_seconds)]
    elif cut.seek_seconds is not None:
        # In the container's own time, as ffmpeg and we may differ in what we take for its first moment.
        arguments += ["-seek_timestamp", "1", "-ss", _seconds(cut.seek_seconds)]
    return arguments


def _video_arguments(job: Transcode, *, with_sound: bool = True) -> list[str]:
    track = job.video
    return [
        *_pictures(job, with_sound=with_sound),
        *_frame_times(job),
        *track.encoder,
        # Of filters and encoder; x264 alone would take one and a half per core.
        *("-filter_threads", str(job.threads), "-threads:v", str(job.threads)),
        *_part(job.cut),
    ]


def _pictures(job: Transcode, *, with_sound: bool) -> list[str]:
    track = job.video
    if job.parts:
        sound = _muted(job.audio, "anull") if job.audio is not None and with_sound else None
        return ["-filter_complex", join_graph(job.parts, track.filters, sound), "-map", "[v]"]
    # Exactly the stream that was probed: never cover art, never a second camera.
    return ["-map", f"0:{track.source_index}", "-filter:v", _start(job.cut) + track.filters]


def _muted(track: AudioTrack, filters: str) -> str:
    # Silence, not absence: players show the same controls, and files can be joined.
    return f"{filters},volume=volume=0" if track.is_muted else filters


def _start(cut: Cut) -> str:
    if cut.run_up_seconds == 0:
        return ""
    # AVI counts in whole frames, also where a clip begins in the middle of one.
    exact = f"settb={_FINE_TIME_BASE},setpts=PTS+({_seconds(cut.picture_shift_seconds)}/TB),"
    shift = exact if cut.picture_shift_seconds else ""
    # The picture on screen at the clip's start appeared before it: everything earlier goes, and that one appears at 0.
    return f"{shift}trim=start={_seconds(-cut.lead_seconds - _HALF_MILLISECOND)},setpts='if(lt(T,0),0,PTS)',"


def _frame_times(job: Transcode) -> list[str]:
    # Frames keep their times, so that a variable frame rate stays in step with the sound.
    vfr = ["-fps_mode:v", "vfr"]
    if job.video.has_constant_rate:
        return vfr
    # In the source's own units: ffmpeg would round times to its guess of a frame rate, and drop frames that collide.
    is_fine = job.cut.picture_shift_seconds or job.parts
    return [*vfr, "-enc_time_base:v", _FINE_TIME_BASE.replace("/", ":") if is_fine else "demux"]


def _part(cut: Cut) -> list[str]:
    arguments = []
    if cut.skip_seconds > 0:
        # After the input: decodes all of it and throws it away.
        arguments += ["-ss", _seconds(cut.skip_seconds)]
    if cut.duration_seconds is not None:
        arguments += ["-t", _seconds(cut.duration_seconds)]
    ends = [end for end in (cut.duration_seconds, cut.end_seconds) if end is not None]
    if ends:
        # The last picture may stay for hours in the source, by its own account: here it ends with the clip, or with the
        # source. Times have to be named too: ffmpeg 9 takes each picture's decoding time for both of them otherwise,
        # which reorders what B-frames show.
        last = f"max(1,{_seconds(min(ends))}/TB-PTS)"
        arguments += ["-bsf:v", f"setts=pts=PTS:dts=DTS:duration='min(DURATION,{last})'"]
    return arguments


def _audio_arguments(job: Transcode) -> list[str]:
    track = job.audio
    if track is None:
        return []
    language = ["-metadata:s:a:0", f"language={track.language}"] if track.language else []
    if job.parts:
        return ["-map", "[a]", *track.encoder, *language]
    filters = _muted(track, sound_times(job.cut))
    sound = ["-map", f"0:{track.source_index}", "-filter:a", filters, *track.encoder, *language]
    return sound if job.cut.has_sound_at_start else [*sound, "-bsf:a", WITHOUT_REPEATED_SILENCE]


def _pass_arguments(number: int, statistics: Path) -> list[str]:
    return ["-pass:v", str(number), "-passlogfile:v", str(statistics)]


def _target(job: Transcode) -> list[str]:
    return [
        # Titles stay with the source, and so does the place where a phone took it. Chapters would name wrong times.
        *("-map_metadata", "-1", "-map_chapters", "-1"),
        # A source whose sound begins minutes after its pictures needs a long queue before the file can be begun.
        *("-max_muxing_queue_size", "9999"),
        # The index first: players begin before the whole file is loaded.
        *("-movflags", "+faststart"),
        *("-f", "mp4", f"file:{job.target}"),
    ]


def _seconds(value: Fraction) -> str:
    return f"{float(value):.6f}"
