"""Where an output goes: to its destinations, or into the temporary store if the client named none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime

from filmstrip.outputs._base import Output
from filmstrip.storage._base import Store
from filmstrip.storage.lender import NOBODY, Lender
from filmstrip.storage.opening import open_store
from filmstrip.storage.own.temporary import open_temporary
from filmstrip.storage.settings import StorageSettings


@contextmanager
def open_stores(
    output: Output,
    settings: StorageSettings,
    token: str,
    index: int,
    begins_at: datetime,
    lender: Lender = NOBODY,
) -> Iterator[tuple[Store, ...]]:
    """Open all stores of an output, and close them at the end of the block.

    Args:
        output: What is asked for, with its destinations.
        settings: What the operator allows.
        token: Token of the task.
        index: Place of the output in the task.
        begins_at: When the life of temporary objects begins.
        lender: Whose credentials sign where a destination has none.

    Raises:
        DestinationRefusedError: A URL does not fit.
        HostNotAllowedError: The operator does not allow a host or folder.
        CredentialsError: What is lent cannot be read.
    """
    with ExitStack() as opened:
        if not output.destination:
            name = None if output.is_folder else output.temporary_name()
            yield (opened.enter_context(closing(open_temporary(settings, token, index, begins_at, file_name=name))),)
            return
        stores: list[Store] = []
        for place in output.destination:
            store = open_store(place, settings, is_folder=output.is_folder, lender=lender)
            stores.append(opened.enter_context(closing(store)))
        yield tuple(stores)
