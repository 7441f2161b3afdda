"""Finds what a larger earlier run left beside the files of an output: nothing points at it; it is told, not deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from filmstrip.domain.errors import DestinationError, HostNotAllowedError
from filmstrip.outputs._base import Output, OutputPlan
from filmstrip.storage._base import Lists, Store

_MOST_LISTED = 200_000
_MOST_NAMED = 5


def leftover_warnings(output: Output, plan: OutputPlan, stores: Sequence[Store]) -> list[str]:
    """Return how many files of earlier runs stay at each destination, and the first of them; blocking."""
    planned = {name for group in plan.groups for name in group.artifact_names}
    lists = [store for store in stores if isinstance(store, Lists)] if output.is_folder else []
    found = [_names(store, lambda name: output.is_own_name(name) and name not in planned) for store in lists]
    return [_sentence(names) for names in found if names]


def _names(store: Lists, is_left_over: Callable[[str], bool]) -> list[str]:
    try:
        return sorted(filter(is_left_over, islice(store.names(), _MOST_LISTED)))
    except (DestinationError, HostNotAllowedError):
        return []  # many keys may put and not list


def _sentence(names: Sequence[str]) -> str:
    named = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
    if len(names) == 1:
        return f"1 file of an earlier run stays at the destination, and nothing points at it any more: {named}"
    return f"{len(names)} files of an earlier run stay at the destination, and nothing points at them any more: {named}"
