"""How does the program get on with the shell and the file system?"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from filmstrip.cli.main import run
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.sample_video import make_sample
from filmstrip.testing.filmstrip_server import filmstrip_program

_PROGRAM = filmstrip_program()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    make_sample(path, MediaSettings(), lambda _fraction: None, duration_seconds=5)
    return path


def outcome(command: str, folder: Path, clip: Path) -> tuple[int, str, str]:
    """Run a line of the shell, in which `$F` is the program and `$V` a video."""
    environment = {**os.environ, "F": _PROGRAM, "V": str(clip), "TMPDIR": str(folder / "tmp")}
    (folder / "tmp").mkdir(exist_ok=True)
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=50
    )
    assert list((folder / "tmp").iterdir()) == []
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (f"$F probe {'a' * 300}", "the name is too long"),
        ("mkfifo pipe; $F probe file://$PWD/pipe", "is a pipe"),
        ("cat $V | $F probe -", '"-" is a pipe'),
        ("cat $V | $F probe /dev/stdin", '"/dev/stdin" is a pipe'),
        ("mkdir gone; cd gone; rmdir ../gone; $F probe clip.mp4", "The current folder is gone"),
        ("mkdir gone; cd gone; rmdir ../gone; $F thumbnails $V out", "The current folder is gone"),
        ("$F probe $V >/dev/full", "Standard output cannot be written"),
        ("$F --help >/dev/full", "Standard output cannot be written"),
        ("$F thumbnails $V out --interval 4 >/dev/full", "Standard output cannot be written"),
    ],
)
def test_the_file_systems_refusals_are_sentences(command: str, sentence: str, tmp_path: Path, clip: Path) -> None:
    """Whatever the file system refuses is one line that says what and why, with exit code 1, and soon."""
    code, _, errors = outcome(command, tmp_path, clip)
    check_refusal(code, errors, sentence)


@pytest.mark.usefixtures("shared_media")
@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (("", ["thumbnails", "$V", "/proc/nope/"]), "there is no such place"),
        (("", ["thumbnails", "$V", "a" * 300]), "the name is too long"),
        (("mkdir folder", ["probe", "folder"]), "is a folder"),
        (("mkfifo pipe", ["probe", "pipe"]), '"pipe" is a pipe'),
        (("mkfifo pipe; ln -s pipe link", ["thumbnails", "link", "out"]), '"link" is a pipe'),
        (("", ["probe", "/dev/null"]), "is a device"),
        (("ln -s loop loop", ["probe", "loop"]), "circle"),
        (("ln -s loop loop", ["thumbnails", "$V", "loop"]), "circle"),
        (("", ["thumbnails", "$V", "$V/out", "--interval", "4"]), "lies below a file"),
        (("", ["probe", "nope.mp4"]), "There is no file"),
        (("", ["probe", ""]), "A path has at least one character"),
    ],
)
def test_what_names_lead_to_is_refused_in_sentences(
    lines: tuple[str, list[str]],
    sentence: str,
    tmp_path: Path,
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The same, of what lies in the file system and not in what the program was given by its shell."""
    prepared, arguments = lines
    subprocess.run(["/bin/sh", "-c", prepared], cwd=tmp_path, check=True)
    (tmp_path / "tmp").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    code = run([argument.replace("$V", str(clip)) for argument in arguments])
    check_refusal(code, capfd.readouterr().err, sentence)
    assert list((tmp_path / "tmp").iterdir()) == []


def check_refusal(code: int, errors: str, sentence: str) -> None:
    assert sentence in errors
    assert errors.startswith("filmstrip: ")
    assert len(errors.splitlines()) == 1
    assert code == 1


@pytest.mark.parametrize("closing", ["2>&-", "<&-", "2>&- <&-"])
def test_a_closed_stream_fails_nothing(closing: str, tmp_path: Path, clip: Path) -> None:
    """Without standard error or input the job is done all the same, and nothing is written into another file."""
    code, output, _ = outcome(f"$F thumbnails $V out --interval 2 {closing}", tmp_path, clip)
    assert (code, output) == (0, f"{tmp_path}/out/thumbnails.vtt\n")
    assert (tmp_path / "out" / "thumbnails.vtt").read_text().startswith("WEBVTT")


@pytest.mark.parametrize(("umask", "mode"), [("077", 0o600), ("027", 0o640), ("022", 0o644)])
def test_the_umask_is_kept(umask: str, mode: int, tmp_path: Path, clip: Path) -> None:
    """Who says that files are private gets private files."""
    code, _, errors = outcome(f"umask {umask}; $F thumbnails $V out --interval 4", tmp_path, clip)
    assert (code, errors) == (0, "")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {mode}


@contextmanager
def started(folder: Path, *arguments: str, prefix: tuple[str, ...] = ()) -> Iterator[subprocess.Popen[str]]:
    (folder / "tmp").mkdir()
    process = subprocess.Popen(
        [*prefix, _PROGRAM, *arguments],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def asked(server: socket.socket) -> socket.socket:
    """Wait for a connection by which something is asked; the first one only looks whether anybody is there."""
    while True:
        connection, _ = server.accept()
        if connection.recv(1, socket.MSG_PEEK):
            return connection
        connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_a_wait_and_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    """Also while a server says nothing, a signal ends the program at once; no work folder stays."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/video.mp4"
        with started(tmp_path, "thumbnails", url, "out") as process, asked(server):
            assert list((tmp_path / "tmp").iterdir())
            process.send_signal(number)
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert len(errors.strip().splitlines()) == 1
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_half_file(number: signal.Signals, tmp_path: Path, clip: Path) -> None:
    """What is put when the signal comes is there whole, or not at all."""
    with started(tmp_path, "thumbnails", str(clip), "out", "--interval", "0.04") as process:
        deadline = time.monotonic() + 40
        while not list(tmp_path.glob("out/thumb_*.png")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        process.communicate(timeout=40)
    assert process.returncode == 128 + number
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list(tmp_path.glob("out/.*")) == []
    assert all(path.read_bytes().endswith(b"IEND\xaeB`\x82") for path in tmp_path.glob("out/*.png"))


@pytest.mark.parametrize("ignored", [signal.SIGHUP, signal.SIGINT])
def test_what_is_ignored_stays_so_and_keeps_nothing_else_out(ignored: signal.Signals, tmp_path: Path) -> None:
    """What `nohup` began goes on when the terminal closes; what a script began with `&` ignores Ctrl-C, not SIGTERM."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/video.mp4"
        ignoring = (
            "import os,signal,sys; signal.signal(int(sys.argv[1]), signal.SIG_IGN); os.execv(sys.argv[2], sys.argv[2:])"
        )
        prefix = (sys.executable, "-c", ignoring, str(int(ignored)))
        with started(tmp_path, "thumbnails", url, "out", prefix=prefix) as process, asked(server):
            process.send_signal(ignored)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert list((tmp_path / "tmp").iterdir()) == []
