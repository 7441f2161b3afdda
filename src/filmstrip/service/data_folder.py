"""The service's data: opens the database, as the server and `filmstrip keys` do, for those who may use it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog

from filmstrip.db.backends.opening import POSTGRESQL_SCHEMES
from filmstrip.db.backends.sqlite import database_path
from filmstrip.db.database import Database
from filmstrip.db.encryption import Cipher, parse_key, read_or_make_key
from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.scope import USUAL_SCOPES, Scope
from filmstrip.settings.mistakes import SettingsError
from filmstrip.settings.service_settings import ServiceSettings
from filmstrip.storage.named_store import ANY_KEY

log = structlog.get_logger(__name__)
_FROM_SETTINGS = re.compile(r"settings-\d+")


@contextmanager
def open_database(settings: ServiceSettings, *, alone: bool = False) -> Iterator[Database]:
    """Open the database until the block ends, its tables in the shape of this version.

    Args:
        settings: Where it is.
        alone: Whether to run a service on it: it is refused, and not touched, while another one does.

    Raises:
        SettingsError: `data_dir`, `database_url` or `secret_key` is not what it may be.
        FilmstripError: The folder cannot be used, or another service runs on the database.
    """
    with _naming_mistakes(settings.data_dir.absolute()):
        database = _opened(settings)
        database.tasks.cell = settings.cell
    try:
        with _naming_mistakes(settings.data_dir.absolute()):
            if alone:
                database.claim()
            database.migrate()
            if database.is_shared:
                database.secret_keys.demand(is_kept=alone)
        yield database
    finally:
        database.close()


def database_file(settings: ServiceSettings) -> Path:
    """Return where the database's file is, or would be.

    Raises:
        SettingsError: `database_url` names none.
    """
    if is_shared(settings):
        raise SettingsError(
            "database_url: it is no file: back PostgreSQL up by pg_dump, and keep the secret key beside it"
        )
    try:
        return database_path(_url(settings))
    except ValueError as error:
        raise SettingsError(str(error)) from None


def is_shared(settings: ServiceSettings) -> bool:
    """Return whether several processes may run the service on the database."""
    return _url(settings).startswith(POSTGRESQL_SCHEMES)


def key_file(settings: ServiceSettings) -> Path:
    """Return where the secret key is, or would be, if the settings do not give it."""
    return settings.data_dir.absolute() / "secret.key"


def _url(settings: ServiceSettings) -> str:
    return settings.database_url or f"sqlite:///{settings.data_dir.absolute()}/filmstrip.db"


def _opened(settings: ServiceSettings) -> Database:
    settings.data_dir.absolute().mkdir(mode=0o700, parents=True, exist_ok=True)
    return Database(_url(settings), _cipher(settings))


@contextmanager
def _naming_mistakes(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = Path(os.fsdecode(error.filename or folder))
        is_own = place.is_relative_to(folder) or folder.is_relative_to(place)
        what = f"The data folder {folder}" if is_own else f"{place}, where database_url leads,"
        raise FilmstripError(f"{what} cannot be used: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(str(error)) from None


def ensure_keys(database: Database, plaintexts: Sequence[str]) -> tuple[str, ...]:
    """See to it that the keys of the settings are good, and that those which were taken out of them are not.

    Where several processes share the database, keys are only added: those of another one's settings are good too.

    Returns:
        The names that went over to a key which had another one before: keys of the settings are named by their places.
    """
    if database.is_shared:
        _add_keys(database, plaintexts)
        return ()
    wanted = {f"settings-{number}": plaintext for number, plaintext in enumerate(plaintexts, 1)}
    before = {key.id: key.name for key in database.keys.list_keys() if key.revoked_at is None}
    for name in before.values():
        if _FROM_SETTINGS.fullmatch(name) and name not in wanted:
            database.keys.revoke_key(name)
    keys = [database.keys.ensure_key(plaintext, name) for name, plaintext in wanted.items()]
    return tuple(key.name for key in keys if before.get(key.id, key.name) != key.name)


def _add_keys(database: Database, plaintexts: Sequence[str]) -> None:
    own = {database.keys.ensure_one_of(plaintext, number).name for number, plaintext in enumerate(plaintexts, 1)}
    others = [name for name in names_in_use(database) if _FROM_SETTINGS.fullmatch(name) and name not in own]
    if others:
        log.warning("keys_of_other_settings", names=others, advice="`filmstrip keys revoke NAME` ends one")


def make_key(database: Database, name: str, scopes: Sequence[Scope] = (), expires_at: datetime | None = None) -> str:
    """Make an API key of a name that means nothing else, and return its text.

    Args:
        database: Where it is kept.
        name: What the operator calls it.
        scopes: What it may be used for; the usual ones if none is named.
        expires_at: From when on it opens nothing any more, UTC; None if that never comes.

    Raises:
        ValueError: The name is one that keys of the settings have, or that stands for all keys; the moment is over;
            or as `Database.create_key`.
    """
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise ValueError(f"expires: {expires_at:%Y-%m-%d %H:%M} UTC is over; a key that expires does so later")
    if _FROM_SETTINGS.fullmatch(name) or name == ANY_KEY:
        raise ValueError(f'name: {name!r} is kept for keys of the setting api_keys, or for "all"; choose another')
    return database.keys.create_key(name.strip(), scopes or USUAL_SCOPES, expires_at)[1]


def names_in_use(database: Database) -> tuple[str, ...]:
    """Return the names of the API keys that are good."""
    return tuple(key.name for key in database.keys.list_keys() if key.revoked_at is None)


def _cipher(settings: ServiceSettings) -> Cipher:
    own = parse_key(settings.secret_key) if settings.secret_key else read_or_make_key(key_file(settings))
    return Cipher(own, *(parse_key(each, "old_secret_keys") for each in settings.old_secret_keys))
