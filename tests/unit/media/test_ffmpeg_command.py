"""Which arguments make ffmpeg transcode?"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from filmstrip.media.containers.kinds import FORMATS
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.cut import Cut
from filmstrip.media.transcoding.ffmpeg_command import first_pass_arguments, transcode_arguments
from filmstrip.media.transcoding.muxers.registry import muxer_named
from filmstrip.media.transcoding.transcode import AudioTrack, Rendition, SourceClip, Transcode, VideoTrack

_CLIP = SourceClip(LocalFile(Path("/in/source")), Cut(duration_seconds=Fraction(60), has_sound_at_start=True))
_VIDEO = VideoTrack(0, "scale=w=320:h=240", ("-codec:v", "libx264"), has_constant_rate=False)
_AUDIO = AudioTrack(1, ("-codec:a", "aac"), language="eng")
_RENDITION = Rendition(Path("/out/output.part"), muxer_named("mp4"), (_VIDEO,), (_AUDIO,))
_JOB = Transcode(_CLIP, (_RENDITION,))
_RUN = "-hide_banner -loglevel repeat+level+warning -nostdin -nostats -progress pipe:1 -stats_period 0.5 -y"
_INPUT = f"-protocol_whitelist file,pipe -format_whitelist {FORMATS} -max_pixels 67108864 -threads 0"
_STEPS = "aresample=async=1:min_comp=0.01:max_soft_comp=0.005:flags=+res"
_SOUND = f"-map 0:1 -filter:a {_STEPS},atrim=start=0 -codec:a aac -metadata:s:a language=eng"
_TARGET = "-map_metadata -1 -map_chapters -1 -max_muxing_queue_size 9999 -movflags +faststart -f mp4"


def _with_cut(cut: Cut) -> Transcode:
    return replace(_JOB, clip=replace(_CLIP, cut=cut))


def _with(**changes: object) -> Transcode:
    return replace(_JOB, renditions=(replace(_RENDITION, **changes),))  # type: ignore[arg-type] # fields as they are


def test_the_whole_list() -> None:
    """The arguments of the plainest job, to the letter."""
    assert " ".join(transcode_arguments(_JOB)) == (
        f"{_RUN} {_INPUT} -dts_delta_threshold 1000000000 -i file:/in/source"
        " -map 0:0 -filter:v scale=w=320:h=240 -fps_mode:v vfr -enc_time_base:v demux -codec:v libx264"
        " -filter_threads 0 -threads:v 0"
        " -bsf:v setts=pts=PTS:dts=DTS:duration='min(DURATION,max(1,60.000000/TB-PTS))'"
        f" {_SOUND} -t 60.000000 {_TARGET} file:/out/output.part"
    )


def test_without_sound() -> None:
    """A source without sound makes a file without sound."""
    arguments = transcode_arguments(_with(audio=()))
    assert "-map 0:1" not in " ".join(arguments)
    assert "aac" not in arguments


def test_muted_sound_is_silence() -> None:
    """A muted track is there, and silent."""
    job = _with(audio=(AudioTrack(1, (), is_muted=True),))
    assert any(argument.endswith(",volume=volume=0") for argument in transcode_arguments(job))


def test_late_sound_begins_with_silence() -> None:
    """Silence up to the first sample, once, however often ffmpeg makes its filters anew."""
    text = " ".join(transcode_arguments(_with_cut(Cut())))
    assert f" -filter:a {_STEPS}:first_pts=0 " in text
    assert " -bsf:a noise=amount=0:drop=" in text


def test_a_constant_rate_has_its_own_times() -> None:
    """Where the filters make a constant frame rate, the source's time stamps no longer matter."""
    job = _with(video=(replace(_VIDEO, has_constant_rate=True),))
    assert "-enc_time_base:v" not in transcode_arguments(job)


def test_two_passes_differ_only_in_what_they_write() -> None:
    """The first pass sees the same pictures as the second, keeps only statistics, and leaves out the sound."""
    track = replace(_VIDEO, encoder=("-pass:v", "2"), first_pass=("-pass:v", "1"))
    job = _with(video=(track,))
    first, second = first_pass_arguments(job), transcode_arguments(job)
    assert first[-5:] == ["-t", "60.000000", "-f", "null", "-"]
    common = first.index("-pass:v")
    assert second[:common] == first[:common]
    assert (first[common + 1], second[common + 1]) == ("1", "2")
    assert second[-1] == "file:/out/output.part"
    assert "0:1" not in first


def test_the_picture_on_screen_at_the_start_is_kept() -> None:
    """The run-up has times below 0; of it, only the picture that is still shown stays, and appears at 0."""
    cut = Cut(Fraction(26), Fraction(5), lead_seconds=Fraction("0.02"))
    text = " ".join(transcode_arguments(_with_cut(cut)))
    assert " -noaccurate_seek -itsoffset -5.000000 -seek_timestamp 1 -ss 26.000000 -i file:" in text
    assert " -filter:v trim=start=-0.020500,setpts='if(lt(T,0),0,PTS)',scale=w=320:h=240 " in text
    assert " -t " not in text


def test_bare_streams_are_cut_behind_the_decoder() -> None:
    """Where nothing can be sought, what comes before the clip is decoded and thrown away."""
    arguments = transcode_arguments(_with_cut(Cut(skip_seconds=Fraction("12.5"))))
    assert arguments.index("-ss") > arguments.index("-i")
    assert arguments[arguments.index("-ss") + 1] == "12.500000"
