"""The order of flags in help: by what they are about, each group under a heading of its own."""

from __future__ import annotations

from typing import Any

import click


class GroupedOption(click.Option):
    """A flag that belongs to a group."""

    def __init__(self, *arguments: Any, heading: str, **attributes: Any) -> None:
        """Make it as click does, below a heading."""
        super().__init__(*arguments, **attributes)
        self.heading = heading


class GroupedCommand(click.Command):
    """A command whose help shows its flags by their groups, in the order in which those come."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the groups; flags of none are a group too, in the place of the first of them."""
        groups: dict[str | None, list[tuple[str, str]]] = {}
        for flag in self.get_params(ctx):
            record = flag.get_help_record(ctx) if isinstance(flag, click.Option) else None
            if record is not None:
                groups.setdefault(flag.heading if isinstance(flag, GroupedOption) else None, []).append(record)
        for number, (heading, records) in enumerate(groups.items()):
            with formatter.section(heading or ("Other options" if number else "Options")):
                formatter.write_dl(records)
