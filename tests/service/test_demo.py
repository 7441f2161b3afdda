"""Does `make demo` show what it promises, and would it notice if something were wrong?"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from filmstrip.cli.demo.checks import check_results
from filmstrip.cli.demo.results import Results, StoredFile
from filmstrip.domain.geometry import FrameSize
from filmstrip.media.pictures.picture_check import picture_size
from filmstrip.media.transcoding.sample_video import DURATION_SECONDS
from filmstrip.testing.filmstrip_server import filmstrip_program
from filmstrip.testing.postgresql import missing_postgresql
from filmstrip.testing.running_program import RunningProgram
from servers import need

pytestmark = pytest.mark.timeout(300)

_DEMO_SECONDS = 200
_JOB_SECONDS = 60


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The output folder of a demo whose servers still run; what it printed is beside it."""
    folder = tmp_path_factory.mktemp("demo")
    log = folder / "printed"
    with RunningProgram([filmstrip_program(), "demo", "--keep", "--output", str(folder / "out")], log) as program:
        program.wait_until(lambda: "/status -d task_tokens=" in log.read_text(), _DEMO_SECONDS)
        yield folder / "out"


def test_all_of_it_is_right(demo: Path) -> None:
    """The whole job runs on this machine, and every check of its result is passed."""
    printed = demo.with_name("printed").read_text()
    assert "All of it is right." in printed
    assert printed.count("✓") == 9
    assert "✗" not in printed


def test_results_are_left(demo: Path) -> None:
    """The folder holds the source, the clip, the thumbnails with their track, and one picture of all of them."""
    names = {path.name for path in demo.iterdir()}
    assert {"source.mp4", "bbb.mp4", "thumbnails", "contact.png", "filmstrip.log"} <= names
    assert len(list((demo / "thumbnails").iterdir())) == 8
    size = picture_size((demo / "contact.png").read_bytes())
    assert size.width > 4 * 320
    assert size.height > 2 * 240


def test_the_printed_requests_can_be_pasted(demo: Path) -> None:
    """The curl commands that it prints run the same job again against its servers; here with a clip of a second."""
    printed = demo.with_name("printed").read_text()
    script = printed[printed.index("  BASE=") :]
    assert '"duration": 60' in script
    script = script.replace('"duration": 60', '"duration": 1')
    done = subprocess.run(["/bin/bash", "-e", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert '"error": 0, "status_url"' in done.stdout
    token = re.findall(r'"([0-9a-f]{32})": {"status"', done.stdout)[0]
    base = re.findall(r"BASE=(\S+)", script)[0]
    deadline = time.monotonic() + _JOB_SECONDS
    while (state := _status(base, token))["status"] != "completed":
        assert time.monotonic() < deadline, state
        time.sleep(0.2)
    assert state["error"] == 0


def _status(base: str, token: str) -> dict[str, object]:
    with urllib.request.urlopen(f"{base}/status", f"task_tokens={token}".encode(), timeout=10) as answer:
        state: dict[str, object] = json.load(answer)["statuses"][token]
        return state


def _results(demo: Path, folder: Path) -> Results:
    shutil.copytree(demo, folder)
    pictures = sorted((folder / "thumbnails").glob("*.png"))
    names = ["bbb.mp4", *(f"thumb/bbb/{path.name}" for path in (folder / "thumbnails").iterdir())]
    return Results(
        mp4=StoredFile(folder / "bbb.mp4", "video/mp4"),
        pictures=tuple(StoredFile(picture, "image/png") for picture in pictures),
        track=StoredFile(folder / "thumbnails" / "thumbnails.vtt", "text/vtt"),
        names_in_bucket=tuple(f"test/{name}" for name in names),
    )


def _broken(results: Results) -> list[str]:
    return [check.promise for check in check_results(results, Fraction(DURATION_SECONDS)) if not check.is_kept]


def test_right_results_pass(demo: Path, tmp_path: Path) -> None:
    """The checks find nothing wrong with what is right."""
    assert _broken(_results(demo, tmp_path / "copy")) == []


def _too_much(results: Results) -> Results:
    return replace(results, names_in_bucket=(*results.names_in_bucket, "test/more"))


def _picture_missing(results: Results) -> Results:
    return replace(results, pictures=results.pictures[:-1], names_in_bucket=results.names_in_bucket[:-1])


def _pictures_swapped(results: Results) -> Results:
    first, second, *others = results.pictures
    return replace(results, pictures=(second, first, *others))


def _picture_of_another_size(results: Results) -> Results:
    Image.new("RGB", (320, 180)).save(results.pictures[3].path)
    return results


def _half_a_picture(results: Results) -> Results:
    path = results.pictures[3].path
    path.write_bytes(path.read_bytes()[:5000] + path.read_bytes()[-100:])
    return results


def _other_line_ends(results: Results) -> Results:
    results.track.path.write_bytes(results.track.path.read_bytes().replace(b"\n", b"\r\n"))
    return results


def _wrong_type(results: Results) -> Results:
    return replace(results, track=replace(results.track, content_type="application/octet-stream"))


def _the_source_instead_of_the_clip(results: Results) -> Results:
    return replace(results, mp4=replace(results.mp4, path=results.mp4.path.with_name("source.mp4")))


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (_too_much, ["nothing else"]),
        (_picture_missing, ["nothing else", "frame of its time"]),
        (_pictures_swapped, ["frame of its time"]),
        (_picture_of_another_size, [str(FrameSize(320, 240)), "frame of its time"]),
        (_other_line_ends, ["right to the byte"]),
        (_wrong_type, ["content type"]),
        (_the_source_instead_of_the_clip, ["mp4 is 320x240", "mp4 lasts 60 s"]),
    ],
)
def test_what_is_wrong_is_noticed(
    demo: Path, tmp_path: Path, spoil: Callable[[Results], Results], broken: list[str]
) -> None:
    """Each thing that could be wrong fails its own check and no other."""
    found = _broken(spoil(_results(demo, tmp_path / "copy")))
    assert len(found) == len(broken)
    assert all(words in promise for words, promise in zip(broken, found, strict=True))


def test_a_damaged_picture_is_noticed(demo: Path, tmp_path: Path) -> None:
    """A picture that does not decode to its end is no PNG of the right size."""
    broken = _broken(_half_a_picture(_results(demo, tmp_path / "copy")))
    assert any("each picture is a PNG" in promise for promise in broken)


def test_a_fleet_of_which_a_worker_is_killed(tmp_path: Path) -> None:
    """The other worker goes on, and every check is passed; what all of them logged is left."""
    need(missing_postgresql())
    out = tmp_path / "out"
    command = [filmstrip_program(), "demo", "--fleet", "--output", str(out)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=_DEMO_SECONDS, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("✓") == 9
    logs = [(out / f"worker-{number}.log").read_text() for number in (1, 2)]
    # The one that was at work has no end in its log.
    (dead,) = (log for log in logs if '"event": "stopped"' not in log)
    assert "source_fetched" in dead
