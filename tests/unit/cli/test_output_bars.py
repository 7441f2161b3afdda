"""What does a person see of a run?"""

import io

from rich.console import Console

from filmstrip.cli.output_bars import OutputBars, output_bars


def shown(act: object) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)
    with output_bars(console, ["thumbnails", "mp4"]) as bars:
        assert callable(act)
        act(bars)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_nothing_is_shown_before_the_source_was_found() -> None:
    """A run that fails on its source has shown no bar."""
    text = shown(lambda _bars: None)
    assert "thumbnails" not in text
    assert "source" not in text


def test_what_is_made_ends_full_with_its_count() -> None:
    """However little was reported on the way, the bar of an output that is made ends at 100 %, with its files."""

    def act(bars: OutputBars) -> None:
        bars.on_output(0, 0.25)
        bars.on_files(0, 12)
        bars.finish([0])

    last = [line for line in shown(act).splitlines() if "thumbnails" in line][-1]
    assert "100%" in last
    assert "12 files, " in last
    assert "mp4" not in shown(act)


def test_what_failed_does_not_end_full() -> None:
    """A bar at its end means that the output is there."""
    assert "100%" not in shown(lambda bars: bars.on_output(1, 0.5))
