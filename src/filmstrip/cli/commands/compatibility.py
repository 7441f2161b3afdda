"""`filmstrip compatibility`: say what becomes of each attribute of Qencode's API."""

from __future__ import annotations

from itertools import groupby

import click

from filmstrip.outputs.compatibility import Row, rows

_WIDEST = 28


@click.command("compatibility")
@click.argument("attribute", required=False)
def command(attribute: str | None) -> int:
    """Say what becomes of each attribute of Qencode's API, or of ATTRIBUTE.

    An attribute is supported, accepted without effect (which a warning in the status tells), or refused, as the result
    would not be what was asked for. The exit code is 1 if there is no such attribute.
    """
    found = [row for row in rows() if attribute in (None, row.name)]
    if not found:
        click.echo(f'filmstrip: "{attribute}" is none that Qencode publishes, nor one that is added here', err=True)
        return 1
    for place, group in groupby(found, key=lambda row: row.place):
        click.echo(f"{place.value}:")
        for row in group:
            click.echo(f"  {row.name:<{_WIDEST}} {_words(row)}")
    return 0


def _words(row: Row) -> str:
    outputs = "" if row.outputs == "all" else f" ({row.outputs})"
    return f"{row.answer}{outputs}. {row.note}".rstrip()
