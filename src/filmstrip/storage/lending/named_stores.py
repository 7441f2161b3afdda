"""Which of the operator's stores a place means, and whether this API key may use it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote

import structlog

from filmstrip.domain.errors import CredentialsError, FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.lender import Loan, S3Keys, has_own_credentials
from filmstrip.storage.lending.store_credentials import read_credentials
from filmstrip.storage.named_store import ANY_KEY, NamedStore
from filmstrip.storage.s3.address import S3Address

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StoreLender:
    """Lends the operator's stores to one API key.

    Attributes:
        stores: All that the operator names.
        api_key_name: Name of the API key; None for the operator's own places, which may use each.
    """

    stores: Sequence[NamedStore]
    api_key_name: str | None

    def loan(self, place: Destination) -> Loan | None:
        """Lend the store that a place without credentials lies in; of several the one with the longest prefix."""
        if has_own_credentials(place):
            return None
        found = [store for store in self.stores if self._may_use(store) and lies_in(place.url, store)]
        if not found:
            return None
        store = max(found, key=lambda each: len(each.prefix or ""))
        return Loan(partial(_read, store), store.region, _host_and_port(store), store.is_plain_http)

    def _may_use(self, store: NamedStore) -> bool:
        return self.api_key_name is None or ANY_KEY in store.api_keys or self.api_key_name in store.api_keys


def lies_in(url: str, store: NamedStore) -> bool:
    """Check whether an S3 URL means an object, or a folder of keys, in a store.

    A key that a server may read otherwise than it stands there, as "in/../other" or "in/%2e%2e/other", lies in none.
    """
    try:
        plain = (store.server,) if store.is_plain_http else ()
        place = S3Address.parse(url, plain, FilmstripError)
    except FilmstripError:
        return False
    own = _address(store)
    # Whatever the place's own port would be by other settings: it is spoken to as the store is.
    port = place.port or (80 if store.is_plain_http else 443)
    if (place.host, port, place.bucket) != (own.host, own.connected_port, own.bucket):
        return False
    key = url.partition("://")[2].partition("/")[2].partition("/")[2]
    parts = key.removesuffix("/").split("/") if key else []
    if "" in parts or any(part in {".", ".."} for part in _as_read_otherwise(key)):
        return False
    prefix = store.prefix.split("/") if store.prefix else []
    is_folder = not key or key.endswith("/")
    return parts[: len(prefix)] == prefix and (len(parts) > len(prefix) or is_folder)


def _as_read_otherwise(key: str) -> list[str]:
    """Split a key as a server might that unquotes once too often, or takes a backslash for a slash."""
    return re.split(r"[/\\]", unquote(unquote(key)))


def _address(store: NamedStore) -> S3Address:
    plain = (store.server,) if store.is_plain_http else ()
    return S3Address.parse(f"s3://{store.server}/{store.bucket}", plain, FilmstripError)


def _host_and_port(store: NamedStore) -> str:
    address = _address(store)
    return (
        f"[{address.host}]:{address.connected_port}"
        if ":" in address.host
        else (f"{address.host}:{address.connected_port}")
    )


def _read(store: NamedStore) -> S3Keys:
    try:
        return read_credentials(store)
    except CredentialsError as error:
        # Which variable or profile it is concerns the operator alone.
        _log.error("store_credentials", store=store.name, error=str(error))
        raise CredentialsError(
            "The operator of this service lends credentials for this place, which cannot be read now; its log says why"
        ) from None
