"""Which processes survive when one of them is killed? None that was started by it, or for it."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from assets import ASSETS
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.sample_video import make_sample
from filmstrip.testing.filmstrip_server import filmstrip_program
from filmstrip.testing.manners import Manners
from filmstrip.testing.range_server import running_range_server
from process_tree import ROLES, Process, await_death, eventually, find_role, started_by

pytestmark = pytest.mark.timeout(180)
SECONDS = 10
ENCODING = ("fork server", "media child", "ffmpeg")
FETCHING = ("fork server", "fetch server", "media child", "fetching process")


@pytest.fixture(scope="session")
def long_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video that takes much longer to encode than a test waits."""
    path = tmp_path_factory.mktemp("long") / "video.mp4"
    make_sample(path, MediaSettings(), lambda _fraction: None, duration_seconds=SECONDS)
    return path


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    environment = os.environ | {"TMPDIR": str(folder), "FILMSTRIP_DATA_DIR": str(folder / "data")}
    command = [filmstrip_program(), *arguments]
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def encoding(folder: Path, video: Path) -> Iterator["subprocess.Popen[str]"]:
    """A command line in the middle of an encoding."""
    entry = {"output": "mp4", "destination": f"file://{folder}/out.mp4", "height": 2160, "width": 3840}
    slow = {"video_codec_parameters": {"preset": "placebo"}}
    query = {"source": video.as_uri(), "upscale": 1, "format": [entry | slow]}
    (folder / "query.json").write_text(json.dumps({"query": query}))
    with running(folder, "encode", str(folder / "query.json")) as process:
        eventually(lambda: find_role("ffmpeg", process.pid), "ffmpeg runs")
        yield process


@contextmanager
def fetching(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A command line that waits for bytes of its source."""
    (folder / "served").mkdir()
    shutil.copy(ASSETS["plain.mp4"].path, folder / "served" / "source.mp4")
    with running_range_server(folder / "served", Manners(latency_seconds=3)) as server:
        url = server.url_of("source.mp4")
        with running(folder, "thumbnails", url, str(folder / "out"), "--interval", "1") as process:
            eventually(lambda: find_role("fetching process", process.pid), "a process fetches")
            server.manners.latency_seconds = 60  # however busy the machine is, nothing is fetched before all is killed
            # It is begun after what fetches for it; a server that is killed before is only asked again.
            eventually(lambda: find_role("media child", process.pid), "a media process waits for it")
            yield process


def kill(process: "subprocess.Popen[str]", role: str) -> None:
    """Kill the process that has a role, and see to it that nothing that it started survives."""
    tree = started_by(process.pid)
    victim = found(process, role)
    below = started_by(victim.pid)
    os.kill(victim.pid, signal.SIGKILL)
    await_death(below)
    if role == "media child":
        await_death([each for each in tree if ROLES["fetching process"] in each.command and each.parent != process.pid])


def found(process: "subprocess.Popen[str]", role: str) -> Process:
    if role == "command line":
        return started_by(process.pid)[0]
    return eventually(lambda: find_role(role, process.pid), role)


def end(process: "subprocess.Popen[str]", role: str) -> str:
    """Kill the process that has a role, and tell what the command line says, of which nothing survives."""
    tree = started_by(process.pid)
    kill(process, role)
    _, said = process.communicate(timeout=60)
    await_death(tree)
    return said


def test_a_killed_command_line_while_encoding(tmp_path: Path, long_video: Path) -> None:
    """Nothing that the command line started survives it."""
    with encoding(tmp_path, long_video) as process:
        end(process, "command line")


@pytest.mark.parametrize("role", ENCODING)
def test_each_kill_while_encoding(tmp_path: Path, long_video: Path, role: str) -> None:
    """Whatever is killed, what it started ends; the work is begun once more, and the second kill is told."""
    with encoding(tmp_path, long_video) as process:
        kill(process, role)
        found(process, "ffmpeg")
        assert "killed" in end(process, role)
    assert process.returncode == 1
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("role", ["fork server", "media child"])
def test_nobody_needs_to_end_ffmpeg(tmp_path: Path, long_video: Path, role: str) -> None:
    """A killed parent takes ffmpeg with it also where whoever started it all can do nothing any more."""
    with encoding(tmp_path, long_video) as process:
        child, ffmpeg = find_role("media child", process.pid), find_role("ffmpeg", process.pid)
        os.kill(process.pid, signal.SIGSTOP)
        os.kill(find_role(role, process.pid).pid, signal.SIGKILL)
        await_death([child, ffmpeg])


def test_all_killed_at_once_but_ffmpeg(tmp_path: Path, long_video: Path) -> None:
    """Not even the death of all its ancestors leaves ffmpeg behind."""
    with encoding(tmp_path, long_video) as process:
        tree, ffmpeg = started_by(process.pid), find_role("ffmpeg", process.pid)
        for each in tree:
            if each.pid != ffmpeg.pid:
                # Some end with those that were killed before them.
                with suppress(ProcessLookupError):
                    os.kill(each.pid, signal.SIGKILL)
        await_death(tree)


def test_a_killed_command_line_while_fetching(tmp_path: Path) -> None:
    """Nothing that the command line started survives it, also not what waits for a source."""
    with fetching(tmp_path) as process:
        end(process, "command line")


@pytest.mark.parametrize("role", FETCHING)
def test_each_kill_while_fetching(tmp_path: Path, role: str) -> None:
    """The process that fetches ends with the one that it fetches for, and the other way round; both begin once more."""
    with fetching(tmp_path) as process:
        kill(process, role)
        for again in ("media child", "fetching process"):
            found(process, again)
        said = end(process, role)
    assert process.returncode == 1
    assert ("The process that fetches the source ended" if "fetch" in role else "killed") in said


def test_the_processor_time_fits_the_work(tmp_path: Path, long_video: Path) -> None:
    """The kernel ends a media process that takes several times what its source could need."""
    with encoding(tmp_path, long_video) as process:
        for role in ("media child", "ffmpeg"):
            limits = Path(f"/proc/{find_role(role, process.pid).pid}/limits").read_text()
            (line,) = [line for line in limits.splitlines() if line.startswith("Max cpu time")]
            soft = int(line.split()[3])
            frames = SECONDS * 25
            assert soft == pytest.approx(125 + frames * (640 * 360 / 5e6 + 3840 * 2160 / 1e6), rel=0.05)
