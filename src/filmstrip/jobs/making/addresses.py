"""The addresses that manifests name files by: those of the output's one destination, signed if that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from filmstrip.domain.errors import DestinationRefusedError, Mistake, QueryError
from filmstrip.outputs._base import Addressing, Output
from filmstrip.outputs._rendering import Addresses
from filmstrip.params.destination import Destination
from filmstrip.params.query import Query
from filmstrip.storage._base import Presigns, Store
from filmstrip.storage.lender import Lender, loan_for
from filmstrip.storage.settings import StorageSettings

_UNKNOWN_ADDRESS = (
    "absolute without a destination needs to know the service's address, which its operator sets (setting public_url)"
)


def check_addresses(query: Query[Output], storage: StorageSettings) -> None:
    """Make sure, when a query arrives, that its files can name others by the addresses that it asks for.

    Raises:
        QueryError: It asks for addresses in the temporary store, and it is not known where clients reach that.
    """
    mistakes = [
        Mistake(f"format[{index}].url_mode", _UNKNOWN_ADDRESS)
        for index, output in enumerate(query.formats)
        if output.needs_addresses and not output.destination and not storage.public_url
    ]
    if mistakes:
        raise QueryError(mistakes)


def check_signing(query: Query[Output], lender: Lender) -> None:
    """Make sure, before anything is made, that there are credentials to sign addresses with.

    Raises:
        QueryError: A destination has none, and none are lent to it.
    """
    mistakes = [
        Mistake(f"format[{index}].url_mode", "presigned needs credentials for the destination, to sign addresses with")
        for index, output in enumerate(query.formats)
        if output.signs_addresses and not all(_can_sign(place, lender) for place in output.destination)
    ]
    if mistakes:
        raise QueryError(mistakes)


def _can_sign(place: Destination, lender: Lender) -> bool:
    loan = loan_for(place, lender)
    return (place.key is not None and place.secret is not None) or (loan is not None and loan.read is not None)


def find_addresses(addressing: Addressing | None, stores: Sequence[Store], names: Sequence[str]) -> Addresses:
    """Find the addresses that a group asks for; none where its files go by bare names.

    Raises:
        DestinationRefusedError: The destination has no such addresses.
    """
    if addressing is None:
        return Addresses()
    store = stores[0]
    if addressing.signed_hours is None:
        urls = {name: store.locate(name).url for name in names}
        if not all("://" in url for url in urls.values()):
            raise DestinationRefusedError(f"url_mode: {_UNKNOWN_ADDRESS}")
        return Addresses(urls)
    if not isinstance(store, Presigns):
        raise DestinationRefusedError(
            "url_mode: this destination cannot sign addresses, so that presigned is not possible"
        )
    # Told before signing, so that no address is bad before that.
    expires_at = datetime.now(UTC) + timedelta(hours=addressing.signed_hours)
    return Addresses(store.presign(names, addressing.signed_hours), expires_at.strftime("%Y-%m-%d %H:%M:%S"))
