"""What the operator lends to a task: the stores that the settings name for its API key, and nothing else.

Judged when the query arrives, so that a client learns at once what its query lacks, and again whenever a place is used:
what was taken out of the settings is not lent any more.
"""

from __future__ import annotations

from filmstrip.db.database import Database
from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.domain.schemes import needs_keys
from filmstrip.jobs.making.arrival import places_of
from filmstrip.outputs._base import Output
from filmstrip.params.destination import Destination
from filmstrip.params.query import Query
from filmstrip.storage.lender import NOBODY, Lender, has_own_credentials, loan_for
from filmstrip.storage.lending.named_stores import StoreLender
from filmstrip.storage.settings import StorageSettings


def lender_for(database: Database, storage: StorageSettings, key_id: int | None, *, is_begun: bool = True) -> Lender:
    """Return what lends to the tasks of an API key; blocking.

    Args:
        database: Knows the keys.
        storage: Names the stores.
        key_id: The key, None for a task of the operator's own.
        is_begun: Whether it is for a task that was started: those go on when their key is revoked, and none begins.
    """
    if not storage.stores or key_id is None:
        return NOBODY
    key = database.keys.read_key(key_id)
    if key is None or (key.revoked_at is not None and not is_begun):
        return NOBODY
    return StoreLender(storage.stores, key.name)


def check_credentials(query: Query[Output], lender: Lender) -> None:
    """Make sure that each place of a query that needs credentials has some, its own or lent ones.

    Raises:
        QueryError: Some have none. Whether there is such a store for others is not told.
    """
    mistakes = [Mistake(field, problem) for field, place in places_of(query) if (problem := _problem(place, lender))]
    if mistakes:
        raise QueryError(mistakes)


def _problem(place: Destination, lender: Lender) -> str | None:
    if place.key is not None and place.secret is not None:
        return None
    if has_own_credentials(place) and (needs_keys(place.url) or place.key is None):
        return f"has a {'key without a secret' if place.key is not None else 'secret without a key'}; it needs both"
    if needs_keys(place.url) and loan_for(place, lender) is None:
        name = place.url.partition("://")[0].lower()
        return f"has no credentials: {name}:// needs a key and a secret, in fields or as {name}://KEY:SECRET@HOST/…"
    return None
