"""Are the pictures the right ones? Reads the frame number of each and compares it with the one that is played."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from benchmarks.peers import Task
from benchmarks.scenery import read_number


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the pictures of a run are worth.

    Attributes:
        images: How many there are.
        exact: How many show the frame that is played at their target.
        worst_frames: By how many frames the worst one is wrong; None if one cannot be read.
    """

    images: int
    exact: int
    worst_frames: int | None


def judge(task: Task) -> Verdict:
    """Compare the pictures in the folder of a task, in the order of their names, with the truth."""
    files = sorted(path for path in task.folder.iterdir() if path.suffix in {".jpg", ".png"})
    errors = [
        _error(task, index, read_number(np.asarray(Image.open(path).convert("RGB"))))
        for index, path in enumerate(files[: task.count])
    ]
    known = [abs(error) for error in errors if error is not None]
    worst = max(known, default=0) if len(known) == len(errors) else None
    return Verdict(len(files), sum(error == 0 for error in errors), worst)


def _error(task: Task, index: int, number: int | None) -> int | None:
    """Tell by how many frames a picture is late; segments repeat, so the nearest explanation is taken."""
    if number is None:
        return None
    period = task.source.segment_frames
    late = (number - task.source.number_at(index * task.interval)) % period
    return late - period if late > period // 2 else late
