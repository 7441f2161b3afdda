"""Prints tables: nothing is cut off at a narrow terminal, and in a file or a pipe each row is one line."""

from __future__ import annotations

from rich.console import Console
from rich.table import Column, Table

_WIDTH_OF_FILES = 10_000


def table_of(first: str, *others: str) -> Table:
    """Make a table of columns that fold what is too long for them; the first one is to be copied, and stays whole."""
    return Table(Column(first, no_wrap=True), *(Column(name, overflow="fold") for name in others), box=None)


def print_table(table: Table) -> None:
    """Print a table to standard output."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_OF_FILES)
    console.print(table)
