"""Do the outputs of sound and of moving pictures hold on what users of other encoders had trouble with?"""

from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image, ImageSequence

from assets import ASSETS
from filmstrip.media.probing.probe import probe
from filmstrip.media.source.media_source import LocalFile
from mp4_bench import generate
from output_runs import SETTINGS, run_output

_SECOND = "-f lavfi -i testsrc2=size=64x64:rate=25:duration=1 -f lavfi -i sine=duration=1:sample_rate=48000"


@pytest.mark.parametrize(("layout", "codec"), [("5.1(side)", "ac3"), ("7.1(wide)", "flac")])
@pytest.mark.parametrize(
    ("output", "audio_codec"),
    [("webm", "opus"), ("webm", "vorbis"), ("mp4", "aac"), ("m4a", None), ("flac", None)],
)
def test_layouts_that_an_encoder_does_not_know_are_mixed(
    layout: str, codec: str, output: str, audio_codec: str | None, tmp_path: Path
) -> None:
    """Six channels of another layout become those of the encoder: libopus ends at "5.1(side)" as it stands."""
    coded = f"{_SECOND} -af aformat=channel_layouts={layout} -c:a {codec} -c:v libx264 -preset ultrafast"
    source = generate(tmp_path / "layout.mkv", *coded.split())
    asked = {"audio_channels_number": 6} | ({} if audio_codec is None else {"audio_codec": audio_codec})
    run = run_output(source, tmp_path / "out", output=output, **asked)
    with av.open(str(run.first)) as container:
        assert container.streams.audio[0].codec_context.layout.name == "5.1"


@pytest.mark.parametrize(("background", "shown"), [({}, (0, 0, 0)), ({"background": "#00ff00"}, (0, 255, 0))])
def test_what_is_seen_through_is_the_background(
    background: dict[str, str], shown: tuple[int, int, int], tmp_path: Path
) -> None:
    """A gif of pictures with transparency shows one colour behind them, black unless another is asked for."""
    run = run_output(ASSETS["alpha.webm"], tmp_path, output="gif", duration="0.3", **background)
    with Image.open(run.first) as gif:
        assert {frame.convert("RGB").getpixel((2, 45)) for frame in ImageSequence.Iterator(gif)} == {shown}


@pytest.mark.parametrize(("framerate", "durations"), [(10, [100] * 10), (1, [1000])])
def test_a_gif_of_one_colour(framerate: int, durations: list[int], tmp_path: Path) -> None:
    """A palette of a single colour, frames that do not differ, and a single frame keep their time."""
    black = generate(tmp_path / "black.mp4", "-f", "lavfi", "-i", "color=black:size=64x64:rate=25:duration=1")
    run = run_output(black, tmp_path / "out", output="gif", framerate=framerate)
    with Image.open(run.first) as gif:
        assert [frame.info["duration"] for frame in ImageSequence.Iterator(gif)] == durations
        assert gif.convert("RGB").getcolors() == [(64 * 64, (0, 0, 0))]


@pytest.mark.parametrize(
    ("entry", "size"),
    [
        ({"output": "webm"}, (320, 180)),
        ({"output": "webm", "video_codec": "libsvtav1", "size": "16x16"}, (16, 16)),
        ({"output": "webm", "size": "81x45"}, (82, 46)),
        ({"output": "gif"}, (321, 181)),
        ({"output": "gif", "size": "1x1"}, (1, 1)),
        ({"output": "animated_preview", "image_format": "mp4", "duration": "0.3"}, (320, 180)),
    ],
    ids=str,
)
def test_sizes_that_are_odd_or_tiny(entry: dict[str, object], size: tuple[int, int], tmp_path: Path) -> None:
    """Videos get even sides, as their colours have half the lines; pictures keep what is asked for."""
    run = run_output(ASSETS["odd_size.mp4"], tmp_path, **({"duration": "0.3"} | entry))
    made = probe(LocalFile(run.first), SETTINGS)
    assert made.video is not None
    assert (made.video.coded_size.width, made.video.coded_size.height) == size


@pytest.mark.parametrize("output", ["mp3", "m4a", "flac"])
@pytest.mark.parametrize("seconds", ["0.001", "0.03"])
def test_sound_shorter_than_a_frame_of_its_codec(seconds: str, output: str, tmp_path: Path) -> None:
    """A millisecond is a millisecond, not the 26 of an mp3 frame."""
    source = generate(tmp_path / "tiny.wav", *f"-f lavfi -i sine=duration={seconds}:sample_rate=44100".split())
    run = run_output(source, tmp_path / "out", output=output)
    assert run.result.duration_seconds == pytest.approx(float(seconds), abs=0.0001)


@pytest.mark.parametrize("rate", [16000, 24000, 48000])
def test_an_mp3_tells_its_delay_at_each_rate(rate: int, tmp_path: Path) -> None:
    """The header that players read for gapless playing stands in the first frame of each version of MPEG audio."""
    source = generate(tmp_path / "tone.wav", *f"-f lavfi -i sine=duration=0.5:sample_rate={rate}".split())
    run = run_output(source, tmp_path / "out", output="mp3", audio_sample_rate=rate)
    first = run.first.read_bytes()[:4096]
    assert b"Info" in first or b"Xing" in first
    assert run.result.duration_seconds == Fraction(1, 2)


@pytest.mark.parametrize("output", ["mp3", "m4a", "flac"])
def test_fragments_with_one_index_for_all(output: str, tmp_path: Path) -> None:
    """Files as DASH packagers write them hold all of their sound."""
    flags = "-map 0:a -c copy -movflags frag_keyframe+empty_moov+default_base_moof+dash+global_sidx"
    source = generate(
        tmp_path / "sidx.mp4", "-i", str(ASSETS["plain.mp4"].path), *flags.split(), "-frag_duration", "1000000"
    )
    run = run_output(source, tmp_path / "out", output=output, audio_sample_rate=48000)
    assert run.result.duration_seconds == pytest.approx(10.0267, abs=0.001)
