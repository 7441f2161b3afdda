"""Where a query wants its events told."""

from __future__ import annotations

from urllib.parse import urlsplit

from filmstrip.db.callback_records import CallbackTarget
from filmstrip.domain.errors import HostNotAllowedError, Mistake, QueryError
from filmstrip.outputs._base import Output
from filmstrip.params.query import Query
from filmstrip.storage.egress.policy import EgressPolicy
from filmstrip.storage.settings import StorageSettings

_PORTS = {"http": 80, "https": 443}


def target_of(query: Query[Output], base_url: str) -> CallbackTarget | None:
    """Return where the events of a query's task are told, None for nowhere.

    Args:
        query: The query.
        base_url: Scheme, host and port under which the client reaches this service.
    """
    if query.callback_url is None:
        return None
    return CallbackTarget(query.callback_url, base_url, query.use_subtask_callback)


def check_receiver(url: str | None, storage: StorageSettings) -> None:
    """Make sure, when a query arrives, that the address it wants to be called at may be called.

    A name is judged when it is called: what it means may change until then.

    Raises:
        QueryError: It is an address that the operator does not allow.
    """
    if url is None:
        return
    parts = urlsplit(url)
    try:
        EgressPolicy(storage.private_hosts).judge_address(
            parts.hostname or "", parts.port or _PORTS[parts.scheme.lower()]
        )
    except HostNotAllowedError as refusal:
        raise QueryError([Mistake("callback_url", f"cannot be called: {refusal}")]) from None
    except OSError:
        raise QueryError([Mistake("callback_url", "cannot be called: there is no such address")]) from None
