"""Checks the stores that the settings name before a service starts: no client should find out first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from filmstrip.domain.errors import CredentialsError
from filmstrip.settings.mistakes import SettingsError
from filmstrip.storage.lending.named_stores import lies_in
from filmstrip.storage.lending.store_credentials import read_credentials
from filmstrip.storage.named_store import ANY_KEY, NamedStore
from filmstrip.storage.s3.address import S3Address
from filmstrip.storage.settings import StorageSettings


def check_stores(settings: StorageSettings) -> None:
    """See to it that the credentials of each store, and of the service's own, are where the settings say.

    A machine's role is not asked yet: it may be given after the start.

    Raises:
        SettingsError: With everything that is missing.
    """
    mistakes = [*_equal_names(settings.stores), *_unreadable(settings.stores), *_unusable_own(settings)]
    if mistakes:
        raise SettingsError("\n".join(mistakes))


def unknown_keys(settings: StorageSettings, names: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for each API key that a store is lent to and that does not exist.

    Args:
        settings: Name the stores.
        names: Of the API keys that are in use.
    """
    return tuple(
        f'stores: "{store.name}" is lent to the API key "{name}", and no key in use is called that'
        for store in settings.stores
        for name in store.api_keys
        if name not in {ANY_KEY, *names}
    )


def moved_keys(settings: StorageSettings, names: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for each store that is lent to a name which went over to another API key.

    Args:
        settings: Name the stores.
        names: Those that did (`data_folder.ensure_keys`).
    """
    return tuple(
        f'stores: "{store.name}" is lent to "{name}", which is another key of the setting api_keys than before, as '
        "they are named by their places in it; a key that `filmstrip keys create` makes keeps its name"
        for store in settings.stores
        for name in store.api_keys
        if name in names
    )


def _equal_names(stores: Sequence[NamedStore]) -> Iterator[str]:
    for name, count in Counter(store.name for store in stores).items():
        if count > 1:
            yield f'stores: {count} of them are called "{name}"'


def _unreadable(stores: Sequence[NamedStore]) -> Iterator[str]:
    for store in stores:
        try:
            if not store.instance_role:
                read_credentials(store)
        except CredentialsError as error:
            yield f'stores: "{store.name}": {error}'


def _unusable_own(settings: StorageSettings) -> Iterator[str]:
    keys = (settings.temporary_key, settings.temporary_secret)
    if settings.temporary_url is None:
        if any(keys):
            yield "temporary_key and temporary_secret are for the bucket of temporary_url, which is not set"
        return
    try:
        S3Address.at(settings.temporary_url, settings, SettingsError)
    except SettingsError as error:
        yield f"temporary_url: {error}"
        return
    if (keys[0] is None) != (keys[1] is None):
        yield f"{'temporary_secret' if keys[1] is None else 'temporary_key'} is missing: one of the two is not enough"
    if not any(keys) and not any(lies_in(f"{settings.temporary_url.rstrip('/')}/", each) for each in settings.stores):
        yield (
            "temporary_url has no credentials: set temporary_key and temporary_secret, or describe the bucket by an "
            "entry of stores"
        )
