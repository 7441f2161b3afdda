"""Names of the scripts of tasks, and of their runs. They are in the database as long as a task runs."""

from __future__ import annotations

TASK, BUNDLE, OUTPUT = "run_task", "run_bundle", "run_output"

FORMER_SCRIPTS = ("task", "output")
"""Scripts of versions before: their tasks are begun again by `TASK`."""


def task_run(token: str, run: int = 1) -> str:
    """Name a run of the script of a task."""
    return f"{token}.{run}"
