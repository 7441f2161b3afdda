"""What a media process is shut off from: everything but its source, its folder, and the one program that encodes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filmstrip.domain.errors import MediaProcessError
from filmstrip.isolation.waiting_program import fork_waiting
from filmstrip.isolation.walls import Doors, restrict_calls, restrict_to
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.ffmpeg_process import WaitingFfmpeg, ffmpeg_environment
from filmstrip.media.transcoding.ffmpeg_program import find_ffmpeg


@dataclass(frozen=True, slots=True)
class Seclusion:
    """What holds in this process now.

    Attributes:
        landlock: The version of Landlock that holds, 0 for none.
        filters_calls: Whether its system calls are filtered.
        ffmpeg: The runs of ffmpeg that it may make.
    """

    landlock: int
    filters_calls: bool
    ffmpeg: WaitingFfmpeg


def seclude(
    settings: MediaSettings, *, read: Sequence[Path] = (), work: Sequence[Path] = (), ffmpeg_runs: int = 0
) -> Seclusion:
    """Shut this process off. It must have one thread, and all that it begins later is shut off with it.

    Args:
        settings: Whether all of it is required.
        read: Files that it reads.
        work: Folders that it makes files in.
        ffmpeg_runs: How often it will run ffmpeg.

    Raises:
        MediaProcessError: It is required, and the system does not have all of it; or there is no ffmpeg to be run.
    """
    program = runnable_program(find_ffmpeg(settings)) if ffmpeg_runs else None
    landlock = restrict_to(Doors(tuple(read), tuple(work), program))
    runs = [fork_waiting(program, ffmpeg_environment()) for _ in range(ffmpeg_runs)] if program else []
    filters_calls = restrict_calls(started=tuple(run.pid for run in runs))
    if settings.isolation == "required":
        _demand(landlock=landlock > 0, filters_calls=filters_calls)
    return Seclusion(landlock, filters_calls, WaitingFfmpeg(runs))


def runnable_program(program: str) -> Path:
    """Return the path of a program that can be run behind the walls.

    Raises:
        MediaProcessError: It is a script, whose interpreter would be a second program.
    """
    path = Path(shutil.which(program) or program).absolute()
    with path.open("rb") as file:
        if file.read(2) == b"#!":
            raise MediaProcessError(
                "The ffmpeg program is a script, which media processes may not run: name in ffmpeg_path the program "
                "that it starts"
            )
    return path


def _demand(*, landlock: bool, filters_calls: bool) -> None:
    missing = [
        words
        for words, holds in {
            "Landlock (Linux 5.13 or newer, switched on)": landlock,
            "system-call filters (seccomp, on x86_64 or aarch64)": filters_calls,
        }.items()
        if not holds
    ]
    if missing:
        raise MediaProcessError(
            f'The setting isolation is "required", but this system has no {" and no ".join(missing)}'
        )
