"""What is looked at when a query arrives: that it can work with the settings, as far as is known without asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from filmstrip.domain.errors import FilmstripError, HostNotAllowedError, Mistake, QueryError
from filmstrip.domain.schemes import carries_keys, is_local, is_upload, scheme_of
from filmstrip.outputs._base import Output
from filmstrip.params.destination import Destination
from filmstrip.params.query import Query
from filmstrip.params.values import shown
from filmstrip.storage.egress.policy import EgressPolicy
from filmstrip.storage.lender import Lender, loan_for
from filmstrip.storage.local import allowed_path
from filmstrip.storage.schemes.registry import server_of
from filmstrip.storage.settings import StorageSettings


def demand_all(*checks: Callable[[], object]) -> None:
    """Do all checks of a query.

    Raises:
        QueryError: With the mistakes that any of them found.
    """
    mistakes: list[Mistake] = []
    for check in checks:
        try:
            check()
        except QueryError as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise QueryError(mistakes)


def places_of(query: Query[Output]) -> Iterator[tuple[str, Destination]]:
    """Yield the places of a query that may carry credentials, each with its path in the query."""
    for source in query.sources:
        if carries_keys(source.url):
            yield source.name, Destination.model_validate(source.url)
    for index, output in enumerate(query.formats):
        several = len(output.destination) > 1
        for number, place in enumerate(output.destination):
            yield f"format[{index}].destination{f'[{number}]' if several else ''}", place


def check_servers(query: Query[Output], storage: StorageSettings, lender: Lender) -> None:
    """Make sure that each place names a server that there may be: a bucket easily stands where a host belongs.

    Raises:
        QueryError: Some name none.
    """
    places = [(field, place.url) for field, place in places_of(query) if loan_for(place, lender) is None]
    plain = [
        (source.name, source.url) for source in query.sources if not (carries_keys(source.url) or is_upload(source.url))
    ]
    mistakes = [
        Mistake(field, problem)
        for field, url in (*plain, *places)
        if not is_local(url) and (problem := _problem(url, storage)) is not None
    ]
    if mistakes:
        raise QueryError(mistakes)


def check_paths(query: Query[Output], storage: StorageSettings) -> None:
    """Make sure that each file and folder of this machine is where the operator allows some; blocking.

    Raises:
        QueryError: Some are elsewhere.
    """
    named = [*((source.name, source.url) for source in query.sources), *((at, to.url) for at, to in places_of(query))]
    mistakes = [Mistake(field, told) for field, url in named if is_local(url) and (told := _not_allowed(url, storage))]
    if mistakes:
        raise QueryError(mistakes)


def _not_allowed(url: str, storage: StorageSettings) -> str | None:
    try:
        allowed_path(url, storage.local_roots)
    except HostNotAllowedError as refusal:
        return f"cannot be used: {refusal}"
    return None


def _problem(url: str, storage: StorageSettings) -> str | None:
    try:
        server = server_of(url, storage)
    except FilmstripError as error:
        return str(error)
    policy = EgressPolicy((*storage.private_hosts, *storage.plain_http_hosts))
    if server is None or server.is_told or policy.can_be(server.host, server.port):
        return None
    scheme = scheme_of(url)
    form = scheme.destination_form if scheme is not None and scheme.destination_form else "http://HOST/PATH"
    return (
        f"names the server {shown(server.host)}, which is no whole name of a server on the internet, and none that the "
        f"operator of this service allows by the setting private_hosts; it is written {form}"
    )
