"""Backup and restore of everything that must survive: the database, and the key to what is encrypted in it."""

from __future__ import annotations

import hmac
from contextlib import ExitStack
from pathlib import Path

from cryptography.exceptions import InvalidTag

from filmstrip.db.backends.file_ownership import FileOwnership
from filmstrip.db.backup import back_up, read_encrypted, read_key, restore
from filmstrip.db.encryption import Cipher, key_put_in_place, parse_key
from filmstrip.domain.errors import FilmstripError, ResourceError
from filmstrip.service.data_folder import database_file, key_file
from filmstrip.settings.service_settings import ServiceSettings


def make_backup(settings: ServiceSettings, target: Path, *, with_key: bool, overwrite: bool = False) -> None:
    """Copy the database to a file, also while a service runs on it.

    Args:
        settings: Where the database and its key are.
        target: The file that is made.
        with_key: Whether the secret key is put into it.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        FilmstripError: It cannot be made; nothing is left of it.
    """
    back_up(
        database_file(settings), target, secret_key=_present_key(settings) if with_key else None, overwrite=overwrite
    )


def restore_backup(settings: ServiceSettings, backup: Path, *, overwrite: bool = False) -> None:
    """Put a backup in the place of the database, and the key that it holds in that of the service's.

    Args:
        settings: Where the database and its key belong.
        backup: The file that `make_backup` made.
        overwrite: Whether a database, and a key, that are there already are replaced.

    Raises:
        FilmstripError: It cannot be restored; what is there stays as it is.
    """
    if not backup.is_file():
        raise ResourceError(f"There is no file {backup}")
    database = database_file(settings)
    kept = read_key(backup)
    _demand_fitting_key(settings, backup, kept, overwrite=overwrite)
    if database.exists() and not overwrite:
        raise ResourceError(f"There is a database at {database} already: say --overwrite to replace it")
    _put_in_place(settings, backup, database, kept)


def _put_in_place(settings: ServiceSettings, backup: Path, database: Path, kept: str | None) -> None:
    try:
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = FileOwnership(database)
        owner.take()
        with ExitStack() as stack:
            stack.callback(owner.release)
            if kept is not None and not settings.secret_key:
                # Last, and only if all went well: the key before it is nowhere else, this one is in the backup still.
                stack.enter_context(key_put_in_place(key_file(settings), kept))
            restore(backup, database)
    except OSError as error:
        raise FilmstripError(f"The data folder {database.parent} cannot be used: {error.strerror}") from None


def _present_key(settings: ServiceSettings) -> str:
    path = key_file(settings)
    try:
        text = settings.secret_key or path.read_text().strip()
    except OSError as error:
        raise ResourceError(f"The secret key {path} cannot be read: {error.strerror}") from None
    return _checked_key(text, "secret_key" if settings.secret_key else str(path))


def _checked_key(text: str, origin: str) -> str:
    try:
        return parse_key(text, origin).hex()
    except ValueError as error:
        raise ResourceError(str(error)) from None


def _demand_fitting_key(settings: ServiceSettings, backup: Path, kept: str | None, *, overwrite: bool) -> None:
    """Check that the service will have the key that encrypted what is in the backup."""
    is_there = bool(settings.secret_key) or key_file(settings).exists()
    present = _present_key(settings) if is_there else None
    if kept is not None and present is not None and not hmac.compare_digest(kept, present):
        if settings.secret_key:
            raise ResourceError("The setting secret_key is not the key of this backup: set that one, or none")
        if not overwrite:
            raise ResourceError(f"{key_file(settings)} is not the key of this backup: say --overwrite to replace it")
    unreadable = _count_unreadable(backup, kept or present)
    if unreadable:
        raise ResourceError(
            f"The secret key does not fit this backup: {unreadable} unfinished tasks in it cannot be read. Put the "
            f"key that was in use when it was made into {key_file(settings)}, or into the setting secret_key"
        )


def _count_unreadable(backup: Path, key: str | None) -> int:
    encrypted = read_encrypted(backup)
    if key is None:
        return len(encrypted)
    cipher = Cipher(bytes.fromhex(key))
    return sum(not _is_readable(cipher, data, token) for token, data in encrypted)


def _is_readable(cipher: Cipher, data: bytes, token: str) -> bool:
    try:
        cipher.decrypt(data, token)
    except InvalidTag:
        return False
    return True
