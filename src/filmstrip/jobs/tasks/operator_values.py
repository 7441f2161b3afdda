"""The values of the operator that a query gets before it is run: those of the settings, if it names none itself.

They are written into its text once, when it comes: a setting that is changed later changes no task that is under way.
"""

from __future__ import annotations

from collections.abc import Callable

from filmstrip.domain.sprite_grid import DEFAULT_MAX_SIDE
from filmstrip.jobs.settings import JobSettings
from filmstrip.outputs._base import Output
from filmstrip.outputs.registry import output_types
from filmstrip.params.absent_keys import fill_in
from filmstrip.params.query import Query


def with_operator_values(
    query: Query[Output], settings: JobSettings, parse: Callable[[str], Query[Output]]
) -> Query[Output]:
    """Complete a query; `parse` parses the text of a query."""
    if settings.max_sprite_side == DEFAULT_MAX_SIDE:
        return query
    return parse(fill_in(query.text, output_types(), {"max_sprite_side": settings.max_sprite_side}))
