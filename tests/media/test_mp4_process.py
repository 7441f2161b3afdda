"""Is the ffmpeg program kept on a short leash? Seen with small programs that misbehave in its place."""

import os
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from filmstrip.domain.errors import MediaProcessError
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.ffmpeg_process import run_ffmpeg
from filmstrip.media.transcoding.ffmpeg_program import ffmpeg_version, find_ffmpeg


def _program(folder: Path, body: str) -> str:
    path = folder / "program"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_progress_never_goes_back(tmp_path: Path) -> None:
    """ffmpeg tells the time of one stream or another: what was written stays written, also in what it leaves behind."""
    told: list[Fraction] = []
    report = "print(f'frame={number}\\nout_time_us={number}000000\\nprogress=continue', flush=True)"
    body = f"for number in (1, 3, 2):\n    {report}\n    time.sleep(0.05)"
    run = run_ffmpeg(_program(tmp_path, body), [], [tmp_path / "target"], told.append)
    assert told == sorted(told)
    assert run.written_seconds == 3


def test_progress_is_told_only_when_it_gets_on(tmp_path: Path) -> None:
    """Reports in which nothing changes are silence to the caller, so that a hang is noticed."""
    reports = ["out_time_us=N/A", "out_time_us=500000", "out_time_us=500000", "out_time_us=1000000"]
    body = "\n".join(f"print('frame=1\\n{line}\\nprogress=continue', flush=True); time.sleep(0.05)" for line in reports)
    told: list[Fraction] = []
    run = run_ffmpeg(_program(tmp_path, body), [], [tmp_path / "target"], told.append)
    assert told == [0, Fraction(1, 2), 1]
    assert (run.exit_code, run.written_seconds) == (0, 1)


def test_writing_the_target_is_getting_on(tmp_path: Path) -> None:
    """While the index is moved to the front nothing is reported, but the file changes."""
    body = (
        "for number in range(3):\n"
        "    open(sys.argv[1], 'a').write('x')\n"
        "    print('frame=1\\nprogress=continue', flush=True)\n"
        "    time.sleep(0.05)"
    )
    told: list[Fraction] = []
    target = tmp_path / "target"
    run_ffmpeg(_program(tmp_path, body), [str(target)], [target], told.append)
    assert len(told) == 3


def test_only_the_end_of_what_it_says_is_kept(tmp_path: Path) -> None:
    """A program that talks without end fills no memory, also without ever ending a line."""
    body = (
        "sys.stderr.write('x' * 5_000_000 + '\\n')\n"
        "for number in range(1000): print('line', number, file=sys.stderr)\n"
        "sys.exit(3)"
    )
    run = run_ffmpeg(_program(tmp_path, body), [], [tmp_path / "target"], lambda _written: None)
    assert run.exit_code == 3
    assert run.messages[-1] == "line 999"
    assert sum(map(len, run.messages)) < 250_000


def test_it_sees_no_secret_and_reads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment, where secrets may be, is not handed down; standard input is empty."""
    monkeypatch.setenv("FILMSTRIP_API_KEYS", "made-up-secret")
    body = "print(dict(os.environ), repr(sys.stdin.read()), file=sys.stderr)"
    run = run_ffmpeg(_program(tmp_path, body), [], [tmp_path / "target"], lambda _written: None)
    assert "made-up-secret" not in run.messages[0]
    assert run.messages[0].endswith("''")


def test_it_stays_in_our_process_group(tmp_path: Path) -> None:
    """Who kills the media process by its group kills ffmpeg with it."""
    body = "print(os.getpgrp(), file=sys.stderr)"
    run = run_ffmpeg(_program(tmp_path, body), [], [tmp_path / "target"], lambda _written: None)
    assert run.messages == (str(os.getpgrp()),)


def test_the_program_can_be_chosen(tmp_path: Path) -> None:
    """ffmpeg_path is taken if it can be run; without it the program of imageio-ffmpeg is."""
    chosen = _program(tmp_path, "print('ffmpeg version 5.1.9 of somebody')")
    assert find_ffmpeg(MediaSettings(ffmpeg_path=chosen)) == chosen
    assert ffmpeg_version(chosen) == "5.1.9"
    assert any(character.isdigit() for character in ffmpeg_version(find_ffmpeg(MediaSettings())))


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A wrong setting is named."""
    with pytest.raises(MediaProcessError, match="ffmpeg_path"):
        find_ffmpeg(MediaSettings(ffmpeg_path=str(tmp_path / "nothing")))


def test_another_program_is_told(tmp_path: Path) -> None:
    """What does not answer as ffmpeg does is not taken for it."""
    with pytest.raises(MediaProcessError, match="another program"):
        ffmpeg_version(_program(tmp_path, "print('hello')"))
    with pytest.raises(MediaProcessError, match="does not run"):
        ffmpeg_version(_program(tmp_path, "sys.exit(1)"))
