"""Names of the scripts of tasks, and of their runs. They are in the database as long as a task runs."""

from __future__ import annotations

TASK, BUNDLE, OUTPUT, PIECE = "run_task", "run_bundle", "run_output", "run_piece"

FORMER_SCRIPTS = ("task", "output")
"""Scripts of versions before: their tasks are begun again by `TASK`."""


def task_run(token: str, run: int = 1) -> str:
    """Name a run of the script of a task."""
    return f"{token}.{run}"


def output_run(token: str, index: int, run: int) -> str:
    """Name a run of the script of an output."""
    return f"{token}.{index}.{run}"


def piece_run(token: str, index: int, output_run: int, name: str, run: int) -> str:
    """Name a run of the script of a piece of an output, which a run of that output's script began."""
    return f"{token}.{index}.{output_run}.{name}.{run}"
