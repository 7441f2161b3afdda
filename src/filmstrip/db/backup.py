"""Copies a database to one file, and back, by SQLite's own copy, which sees one moment and stops no reader or writer.

A backup is a database in one file. It may hold the secret key in a table of its own, which is never in a live database.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from filmstrip.db.backends.sqlite import BUSY_TIMEOUT_MS
from filmstrip.domain.errors import DiskFullError, ResourceError

KEY_TABLE = "backup_secret_key"
"""Name of the table that holds the secret key, in a backup that was made with it."""
_TABLES = frozenset({"alembic_version", "api_key", "task"})
"""What every database of Filmstrip has."""


def back_up(database: Path, target: Path, *, secret_key: str | None, overwrite: bool = False) -> None:
    """Copy a database, which may be in use, to a file: whole or not at all, for its owner alone.

    Args:
        database: The database's file.
        target: The file that is made.
        secret_key: The key to put into it, None for none.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        ResourceError: There is no database, it is damaged, or the file cannot be made.
    """
    if not database.is_file():
        raise ResourceError(f"There is no database at {database}: look at data_dir and database_url")
    _refuse_live_files(database, target)
    with (
        _whole_file(target, overwrite=overwrite) as partial,
        _opened(database, "rw") as source,
        _opened(partial, "rw") as copy,
    ):
        source.backup(copy)
        _keep_key(copy, secret_key)
        _demand_soundness(copy, database)
        # One file, readable also if nothing can be written beside it; opening it as a service sets this back.
        copy.execute("PRAGMA journal_mode=DELETE")


def read_key(backup: Path) -> str | None:
    """Read the secret key of a backup; None if it was made without.

    Raises:
        ResourceError: The file is no backup.
    """
    with _opened_backup(backup) as source:
        tables = {name for (name,) in source.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if not tables >= _TABLES:
            raise ResourceError(f"{backup} is not a backup of Filmstrip: its tables are missing")
        found = source.execute(f"SELECT key FROM {KEY_TABLE}").fetchone() if KEY_TABLE in tables else None  # noqa: S608 - a constant
    return None if found is None else str(found[0])


def read_encrypted(backup: Path) -> tuple[tuple[str, bytes], ...]:
    """Read what the secret key has to decrypt: token and encrypted query of each task that is not final."""
    with _opened_backup(backup) as source:
        return tuple(source.execute("SELECT token, query FROM task WHERE query IS NOT NULL"))


def restore(backup: Path, database: Path) -> None:
    """Put a backup in a database's place; the secret key stays out of it. No service may run on it.

    Raises:
        ResourceError: The backup is damaged, or the database is in use.
    """
    with _whole_file(database, overwrite=True) as partial, _opened_backup(backup) as source:
        with _opened(partial, "rw") as copy:
            source.backup(copy)
            _demand_soundness(copy, backup)
            copy.execute("PRAGMA secure_delete=ON")
            copy.execute(f"DROP TABLE IF EXISTS {KEY_TABLE}")
            copy.execute("PRAGMA journal_mode=DELETE")
        _take_away_log(database)


def _refuse_live_files(database: Path, target: Path) -> None:
    live = [database.resolve().with_name(database.resolve().name + end) for end in ("", "-wal", "-shm", ".lock")]
    if target.resolve() in live:
        raise ResourceError(f"{target} is the database itself: name another file for the backup")


def _take_away_log(database: Path) -> None:
    """See to it that the log of the database that is replaced is not taken for that of the new one."""
    if database.exists():
        try:
            # Folds the log into the file and deletes it; refused while another process has the database open.
            with closing(sqlite3.connect(_address(database, "rw"), uri=True, timeout=1)) as old:
                old.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise ResourceError(f"The database {database} is in use: end the commands that use it first") from None
        except sqlite3.DatabaseError:
            pass  # a damaged one is replaced as it is
    for end in ("-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)


def _keep_key(copy: sqlite3.Connection, secret_key: str | None) -> None:
    if secret_key is not None:
        copy.execute(f"CREATE TABLE {KEY_TABLE} (key TEXT NOT NULL)")
        copy.execute(f"INSERT INTO {KEY_TABLE} VALUES (?)", (secret_key,))  # noqa: S608 - a constant
        copy.commit()


def _demand_soundness(copy: sqlite3.Connection, origin: Path) -> None:
    (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise ResourceError(f"{origin} is damaged: {found}")


@contextmanager
def _opened_backup(backup: Path) -> Iterator[sqlite3.Connection]:
    """Open a backup for the block; what was not made as one, and is not whole by itself, is refused."""
    for end in ("-wal", "-journal"):
        log = backup.with_name(backup.name + end)
        if log.exists() and log.stat().st_size:
            raise ResourceError(
                f"{backup} is no backup but a database in use, and not whole without {log.name} beside it: make a "
                f"backup of it, with database_url set to sqlite:///{backup.absolute()}"
            )
    with _opened(backup, "ro") as source:
        yield source


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Open a database for the block, `ro` or `rw`; it is never made."""
    try:
        with closing(sqlite3.connect(_address(path, mode), uri=True, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
            # Only what is read is really opened: what cannot be is named here, not where it is first used.
            connection.execute("PRAGMA schema_version")
            yield connection
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_FULL":
            raise DiskFullError(f"There is no room in {path.parent} for the copy") from None
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
            raise ResourceError(
                f"{path} cannot be opened where SQLite may write nothing beside it: copy it, with {path.name}-wal if "
                "that is there, to where it may"
            ) from None
        raise ResourceError(f"{path} cannot be used as a database: {error}") from None


def _address(path: Path, mode: str) -> str:
    # No process writes a backup, so nothing need be locked or made beside it.
    return f"file:{quote(os.fspath(path.absolute()))}?mode={mode}{'&immutable=1' if mode == 'ro' else ''}"


@contextmanager
def _whole_file(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Let the block fill a file beside the target, which then takes its name; what fails leaves nothing.

    Raises:
        ResourceError: The target is there and may not be replaced, or cannot be made.
    """
    if target.is_dir() or (target.exists() and not target.is_file()):
        raise ResourceError(f"{target} is not an ordinary file: name a file for the copy")
    if target.exists() and not overwrite:
        raise ResourceError(f"{target} is there already: name another file, or say --overwrite")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        os.close(descriptor)
    except OSError as error:
        raise ResourceError(f"{target} cannot be made: {error.strerror}") from None
    partial = Path(name)
    try:
        yield partial
        _flush(partial)
        _give_name(partial, target, overwrite=overwrite)
        _flush(target.parent)
    except OSError as error:
        raise ResourceError(f"{target} cannot be made: {error.strerror}") from None
    finally:
        for end in ("", "-journal"):
            Path(name + end).unlink(missing_ok=True)


def _give_name(partial: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        partial.replace(target)
        return
    try:
        os.link(partial, target)
    except FileExistsError:
        raise ResourceError(f"{target} is there already: name another file, or say --overwrite") from None


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
