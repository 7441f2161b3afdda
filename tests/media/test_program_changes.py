"""Is a broadcast followed whose video goes on in another codec, or in another PID?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

import barcode
from assets import ASSETS
from assets.basic import X264
from assets.recipes import Encoding, Film, tags
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.timeline.program_changes import find_program_changes
from mp4_bench import encode
from output_runs import run_output

SECONDS = 2
COUNT = 25 * SECONDS
H264 = f"{X264} -g 25 -bf 0"
H265 = "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=0:keyint=25"
MPEG2 = "-c:v mpeg2video -q:v 3 -g 12 -bf 0"
OTHER_PID = "-mpegts_start_pid 0x200"
SOUND = "-map 0:v -map 1:a -c:a mp2"


def broadcast(folder: Path, options: Sequence[str], *, goes_on: bool) -> Path:
    """Put programmes of two seconds one behind the other, each with a clock of its own or all with one."""
    data = b""
    for number, more in enumerate(options):
        film = Film(COUNT, first=number * COUNT)
        offset = f"-output_ts_offset {number * SECONDS}" if goes_on else ""
        part = folder / f"{number}.ts"
        sound = film.seconds if SOUND in more else None
        Encoding(film, f"{more} {tags(film.look)} -muxdelay 0 {offset}", sound)(part)
        data += part.read_bytes()
    path = folder / "broadcast.ts"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("goes_on", [True, False])
@pytest.mark.parametrize(
    "options",
    [
        (MPEG2, H264),
        (H264, MPEG2, H264),
        (H264, H265),
        (H264, f"{H264} {OTHER_PID}"),
        (f"{MPEG2} {SOUND}", f"{H264} {SOUND} {OTHER_PID}"),
    ],
)
def test_pictures_go_on_in_another_form(options: Sequence[str], tmp_path: Path, *, goes_on: bool) -> None:
    """Thumbnails and mp4 show all programmes, whether the clock goes on or begins anew."""
    source = broadcast(tmp_path, options, goes_on=goes_on)
    seconds = SECONDS * len(options)
    run = run_output(source, tmp_path / "thumbnails", output="thumbnails", interval=1)
    assert float(run.info.duration_seconds) == pytest.approx(seconds, abs=0.15)
    names = [f"thumb_{at + 1:04}.png" for at in range(seconds)]
    taken = [barcode.read_number(Image.open(tmp_path / "thumbnails" / name)) for name in names]
    assert taken == pytest.approx([at * 25 for at in range(seconds)], abs=1)
    encoded = encode(source, tmp_path / "video")
    times = encoded.numbers()
    shown = [[number for time, number in times if time <= at + Fraction(1, 50)][-1] for at in range(seconds)]
    assert shown == pytest.approx(taken, abs=1)
    assert len(times) == COUNT * len(options)


@pytest.mark.parametrize("name", ["plain.ts", "size_change.ts", "sound_joins.ts", "bluray.m2ts", "clock_back.ts"])
def test_nothing_changes_where_the_video_stays_the_same(name: str) -> None:
    """Other sizes, sound that joins and other clocks are none of it."""
    assert find_program_changes(LocalFile(ASSETS[name].path)) == []


@pytest.mark.parametrize("name", ["text.mp4", "plain.mkv", "empty.mp4"])
def test_other_files_have_no_programmes(name: str) -> None:
    """Whatever is no transport stream has no tables."""
    assert find_program_changes(LocalFile(ASSETS[name].path)) == []
