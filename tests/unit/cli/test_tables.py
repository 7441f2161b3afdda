"""Are lists of the command line whole, wherever they are read?"""

from __future__ import annotations

import io
from unittest.mock import patch

import pytest
from rich.console import Console

from filmstrip.cli import tables
from filmstrip.cli.tables import print_table, table_of

LONG = "/srv/" + "folder/" * 40


def test_a_row_is_a_line_for_other_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe nothing is folded or cut off, whatever the width of the terminal is said to be."""
    table = table_of("setting", "value", "set by")
    table.add_row("data_dir", LONG, "FILMSTRIP_DATA_DIR, a variable with a long name " * 4)
    print_table(table)
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["setting", "value", "set", "by"]
    assert LONG in row
    assert row.rstrip().endswith("with a long name")


def test_a_narrow_terminal_loses_nothing() -> None:
    """What is too long goes on in the next line; what is to be copied is in one."""
    screen = io.StringIO()
    table = table_of("id", "value")
    table.add_row("0123456789abcdef", LONG)
    with patch.object(
        tables, "Console", lambda: Console(file=screen, force_terminal=True, width=40, color_system=None)
    ):
        print_table(table)
    text = screen.getvalue()
    assert "0123456789abcdef" in text
    assert "".join(line.removeprefix(" 0123456789abcdef").strip() for line in text.splitlines()[1:]) == LONG
