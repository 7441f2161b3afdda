"""Bars that show how far each output is: from when it is begun, full when it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _FilesColumn(ProgressColumn):
    """How many files are at their destination, and how many come a second."""

    def render(self, task: Task) -> Text:
        files = int(task.fields.get("files", 0))
        if not files:
            return Text("")
        rate = f", {files / task.elapsed:.1f} a second" if files > 1 and task.elapsed else ""
        return Text(f"{files} {'file' if files == 1 else 'files'}{rate}")


class OutputBars:
    """A bar for the source while it is copied, and one for each output from when it is begun."""

    def __init__(self, progress: Progress, names: Sequence[str]) -> None:
        """Show nothing yet: the source may not be there."""
        self._progress = progress
        self._source = progress.add_task("source", total=1.0, visible=False, start=False)
        self._outputs = [progress.add_task(name, total=1.0, visible=False, start=False, files=0) for name in names]

    def on_fetch(self, fraction: float) -> None:
        """Show how much of the source is copied."""
        self._begin(self._source)
        self._progress.update(self._source, completed=fraction)

    def on_output(self, index: int, fraction: float) -> None:
        """Show how much of an output is finished."""
        self._begin(self._outputs[index])
        self._progress.update(self._outputs[index], completed=fraction)

    def on_files(self, index: int, count: int) -> None:
        """Show how many files of an output are at their destination."""
        self._begin(self._outputs[index])
        self._progress.update(self._outputs[index], files=count)

    def finish(self, indices: Sequence[int]) -> None:
        """Fill the bars of what was made."""
        for index in indices:
            self.on_output(index, 1.0)

    def _begin(self, bar: TaskID) -> None:
        if not self._progress.tasks[bar].started:
            self._progress.start_task(bar)
            self._progress.update(bar, visible=True)


@contextmanager
def output_bars(console: Console, names: Sequence[str]) -> Iterator[OutputBars]:
    """Show a bar for each output until the block ends."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        _FilesColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        yield OutputBars(progress, names)
