"""Finds how the places of a URL are opened; only what is asked for is loaded."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar, cast, runtime_checkable

from filmstrip.domain.errors import DestinationRefusedError, FilmstripError, SourceForbiddenError
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.schemes import SCHEMES, destination_forms, scheme_of, source_forms
from filmstrip.params.destination import Destination
from filmstrip.storage._base import Store
from filmstrip.storage.lender import Lender
from filmstrip.storage.schemes.server import Server
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceReference

if TYPE_CHECKING:
    from filmstrip.storage.http.source_ranges import SourceRanges  # what speaks to servers is loaded by their module

_MODULES = __name__.rpartition(".")[0]
T = TypeVar("T")


@runtime_checkable
class OpensStores(Protocol):
    """A module whose kind of URL destinations may have."""

    def open_store(
        self, destination: Destination, settings: StorageSettings, *, is_folder: bool, lender: Lender
    ) -> Store:
        """Open the store, as `opening.open_store`."""


@runtime_checkable
class RefersToSources(Protocol):
    """A module whose kind of URL sources may have."""

    def refer_to_source(
        self, url: str, settings: StorageSettings, lender: Lender, region: str | None
    ) -> SourceReference:
        """Make the reference, as `sources.refer_to_source`."""


@runtime_checkable
class OpensSources(Protocol):
    """A module whose kind of URL references to sources may have."""

    def check_source(self, reference: SourceReference, settings: StorageSettings) -> SourceFacts:
        """Ask for its first bytes, as `sources.check_source`."""

    def open_source(self, reference: SourceReference, settings: StorageSettings) -> Path | SourceRanges:
        """Open it for random access, as `sources.open_source`."""

    def copy_source(
        self, reference: SourceReference, settings: StorageSettings, path: Path, on_progress: ProgressListener
    ) -> None:
        """Copy it, as `sources.copy_source`."""


@runtime_checkable
class NamesServers(Protocol):
    """A module whose kind of URL means a place on another machine."""

    def server_of(self, url: str, settings: StorageSettings) -> Server | None:
        """Return its server, None if that follows from credentials; `FilmstripError` if the URL names none."""


def stores_of(destination: Destination) -> OpensStores:
    """Return what opens the store of a destination.

    Raises:
        DestinationRefusedError: It is of no such kind.
    """
    module = _module_of(destination.url)
    if isinstance(module, OpensStores):
        return module
    name = destination.url.partition("://")[0]
    raise DestinationRefusedError(f'"{name}" is not a kind of destination: give a URL such as {destination_forms()}')


def references_of(url: str) -> RefersToSources:
    """Return what makes references to a client's source.

    Raises:
        SourceForbiddenError: It is of no such kind.
    """
    return _checked(url, lambda module: module if isinstance(module, RefersToSources) else None)


def sources_of(reference: SourceReference) -> OpensSources:
    """Return what opens a source that is referred to.

    Raises:
        SourceForbiddenError: It is of no such kind.
    """
    return _checked(reference.url, lambda module: module if isinstance(module, OpensSources) else None)


def server_of(url: str, settings: StorageSettings) -> Server | None:
    """Return the server that a URL of a place on another machine names; None if that follows from its credentials.

    Raises:
        FilmstripError: It names none.
    """
    module = _module_of(url)
    if isinstance(module, NamesServers):
        return module.server_of(url, settings)
    raise FilmstripError("The URL names no server")


def load_sources() -> None:
    """Load what opens sources on other machines; else it is loaded when it is first needed."""
    for scheme in SCHEMES:
        if scheme.is_source and not scheme.referred_by and not scheme.is_local:
            importlib.import_module(f"{_MODULES}.{scheme.name}")


def _checked(url: str, able: Callable[[object], T | None]) -> T:
    found = able(_module_of(url))
    if found is None:
        raise SourceForbiddenError(f"The source cannot be read: its URL has to begin with {source_forms()}")
    return found


def _module_of(url: str) -> object:
    scheme = scheme_of(url)
    return None if scheme is None else cast("object", importlib.import_module(f"{_MODULES}.{scheme.name}"))
