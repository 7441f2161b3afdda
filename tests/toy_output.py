"""An output for tests of what runs outputs: it makes files of zeros, writes down what it made, and gets into trouble.

It works in the data folder that the work folder lies in: `rendered` there names each file that was begun, `processes`
for how many outputs each child process was, `parsed` what was parsed, a folder `gates` lets a test hold it at a file
("hold-<name>") until the test lets it go on ("go").
"""

import os
import resource
import signal
import sys
import time
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from filmstrip.domain.artifact import Artifact, MediaKind, OutputResult
from filmstrip.domain.errors import FilmstripError, OutputError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.outputs._base import Group, Output, OutputPlan
from filmstrip.outputs._rendering import Workbench

CONTENT_TYPE = "application/x-toy"
DEADLINE_SECONDS = 60.0


def data_folder() -> Path:
    """The folder in which the work folder of this process lies."""
    return next(parent.parent for parent in Path.cwd().parents if parent.name == "work")


def note_parsed(folder: Path, what: str) -> None:
    """Write down in the data folder that something of a query was parsed."""
    with (folder / "parsed").open("a") as log:
        log.write(f"{what}\n")


def wait_at_gate(name: str) -> None:
    """Wait here if a test holds this gate, and tell it so."""
    gates = data_folder() / "gates"
    if (gates / f"hold-{name}").exists():
        (gates / f"at-{name}").touch()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not (gates / "go").exists() and time.monotonic() < deadline:
            time.sleep(0.01)


class ToyOutput(Output):
    """Files of zeros.

    Attributes:
        groups: Names of the files, group by group.
        trouble: What happens instead of making a file, by its name; "plan" fails before any is made.
        frames: Names the frames that are taken: outputs with the same ones are made together, but for the last group.
        size: Bytes of each file.
        whole: Whether the source is copied first.
        has_pieces: Whether all groups but the last one need nothing of one another.
    """

    kind: ClassVar[MediaKind] = MediaKind.IMAGE

    groups: tuple[tuple[str, ...], ...] = (("a", "b"), ("c",))
    trouble: dict[str, str] = Field(default_factory=dict)
    frames: str | None = None
    size: int = 1000
    whole: bool = False
    has_pieces: bool = False

    @property
    def is_folder(self) -> bool:
        return True

    @property
    def reads_whole_source(self) -> bool:
        return self.whole

    def temporary_name(self) -> str:
        return "toy"

    def plan(self, info: MediaInfo, *, upscale: bool = False) -> OutputPlan:
        del info, upscale
        if "plan" in self.trouble:
            raise OutputError("toys have no plan")
        joinable = len(self.groups) - 1 if self.frames else 0
        last = len(self.groups) - 1
        groups = (
            Group(
                f"group {number}",
                names,
                is_joinable=number < joinable,
                needs_all=not self.has_pieces or number == last,
            )
            for number, names in enumerate(self.groups)
        )
        return OutputPlan(tuple(groups), ("it is a toy",))

    def shared_decode(self, info: MediaInfo) -> Hashable:
        del info
        return self.frames

    def result(self, info: MediaInfo, artifacts: Sequence[Artifact], *, upscale: bool = False) -> OutputResult:
        del info, upscale
        names = tuple(artifact.name for artifact in artifacts)
        size = sum(artifact.size_bytes for artifact in artifacts)
        return OutputResult(self.kind, "toy", names[-1], names, size, "toy")


def render(output: ToyOutput, bench: Workbench) -> Iterator[Artifact]:
    """Make the files of a group."""
    names = bench.rendering.group.artifact_names
    for position, name in enumerate(names):
        if name in bench.rendering.finished:
            continue
        with (data_folder() / "rendered").open("a") as log:
            log.write(f"{name}\n")
        wait_at_gate(name)
        trouble = output.trouble.get(name, "")
        if trouble == "forget":
            continue
        _TROUBLES.get(trouble, lambda _bench: None)(bench)
        with bench.path(name).open("wb") as file:
            file.truncate(output.size)
        bench.on_progress((position + 1) / len(names))
        yield Artifact("other" if trouble == "rename" else name, CONTENT_TYPE, output.size)


def render_together(
    parts: Sequence[tuple[ToyOutput, Workbench]],
) -> Iterator[tuple[int, Artifact | FilmstripError]]:
    """Make the files of several outputs, one output after the other."""
    for position, (output, bench) in enumerate(parts):
        names = bench.rendering.group.artifact_names
        if any(output.trouble.get(name) == "left out" for name in names):
            yield position, OutputError("toys break in company")
            continue
        for artifact in render(output, bench):
            yield position, artifact


def _crash(_bench: Workbench) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _hang(_bench: Workbench) -> None:
    # As a library that hangs would, it also ignores the request to end.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(1000)


def _exhaust_memory(bench: Workbench) -> None:
    bytearray(bench.settings.memory_limit_mb << 21)


def _exhaust_processor(_bench: Workbench) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    assert soft < hard
    while True:
        sum(range(1000))


def _exhaust_disk(bench: Workbench) -> None:
    with bench.path("filler").open("wb") as file:
        while True:
            file.write(bytes(1 << 20))


def _fail(_bench: Workbench) -> None:
    raise OutputError("toys break")


def _fail_unexpectedly(_bench: Workbench) -> None:
    raise ZeroDivisionError("a mistake of ours")


def _print(bench: Workbench) -> None:
    sys.stdout.write("a library prints something\n")
    sys.stdout.flush()
    os.write(1, b"so does its C part\n")
    bench.warn("it printed")


_TROUBLES = {
    "crash": _crash,
    "hang": _hang,
    "memory": _exhaust_memory,
    "processor": _exhaust_processor,
    "disk": _exhaust_disk,
    "error": _fail,
    "mistake": _fail_unexpectedly,
    "print": _print,
}
