"""Names the source in errors of a media process, which does not know whose source it works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filmstrip.domain.errors import FilmstripError, SourceError, SourceUnreadableError
from filmstrip.domain.hosts import host_of
from filmstrip.params.query import NamedSource
from filmstrip.storage.shown_source import shown_source

_NAMELESS = "The source cannot "


@contextmanager
def naming_source(url: str) -> Iterator[None]:
    """Name the source, by the client's URL, in an error of the block that says that it cannot be read."""
    try:
        yield
    except SourceUnreadableError as error:
        if not str(error).startswith(_NAMELESS):
            raise
        named = f'The source "{shown_source(url)}" cannot {str(error).removeprefix(_NAMELESS)}'
        raise SourceUnreadableError(named) from None


@contextmanager
def naming_one(source: NamedSource) -> Iterator[None]:
    """Say in errors of the block which of several sources they are about, and note its host."""
    try:
        yield
    except FilmstripError as error:
        error.args = (f"{source.name}: {error}",)
        if isinstance(error, SourceError):
            error.host = error.host or host_of(source.url)
        raise
