"""Folders of this machine: which of them may be used, and one of them as a store."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import DestinationForbiddenError, DestinationRefusedError, HostNotAllowedError
from filmstrip.storage.file_errors import reason_of
from filmstrip.storage.object_name import checked_name
from filmstrip.storage.whole_file import PARTIAL_PREFIX, write_whole


def allowed_path(url: str, roots: Sequence[Path]) -> Path:
    """Return which path a `file://` URL (RFC 8089) means, with every symbolic link followed.

    Raises:
        HostNotAllowedError: It names another machine, or leads out of the folders that the operator allows.
    """
    host, slash, rest = url.partition("://")[2].partition("/")
    if host.lower() not in {"", "localhost"} or not slash or "\0" in unquote(rest):
        raise HostNotAllowedError(f'"{url}" is not a path of this machine; that is written file:///PATH')
    path = _followed(path_of_url(url))
    if not any(path.is_relative_to(_followed(root)) for root in roots):
        raise HostNotAllowedError(
            f'"{path}" is outside the folders that the operator allows (local_roots; shared_roots on PostgreSQL)'
        )
    return path


def path_of_url(url: str) -> Path:
    """Read the path out of a `file://` URL, in the bytes that the file system has, UTF-8 or not."""
    # Not urlsplit(): a path may hold "?", "#", brackets and line ends, which mean nothing in it.
    rest = url.partition("://")[2].partition("/")[2]
    return Path("/" + os.fsdecode(unquote_to_bytes(os.fsencode(rest))))


def _followed(path: Path) -> Path:
    try:
        return path.resolve()
    except OSError as error:
        raise HostNotAllowedError(f'"{path}" cannot be used: {reason_of(error)}') from None
    except RuntimeError:
        # What Python says of a loop before 3.13
        raise HostNotAllowedError(f'"{path}" cannot be used: its symbolic links lead in a circle') from None


class LocalStore:
    """A folder, or one file, of this machine."""

    def __init__(self, path: Path, *, is_folder: bool) -> None:
        self._path = path
        self._is_folder = is_folder

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:  # noqa: ARG002 - files keep no type
        """Write the file under another name and rename it."""
        try:
            write_whole(self._path_of(name), data)
        except PermissionError as error:
            raise DestinationForbiddenError(f'"{self._path}" may not be written to: {reason_of(error)}') from None
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            raise DestinationRefusedError(f'"{self._path_of(name)}" is a folder, or lies below a file') from None
        except OSError as error:
            if isinstance(data, Path) and error.filename in {data, str(data)}:
                raise  # it is the content that cannot be read
            raise DestinationRefusedError(f'"{self._path}" cannot be written to: {reason_of(error)}') from None

    def locate(self, name: str) -> Location:
        """Return the file's path, and as its URL the `file://` form of it."""
        path = self._path_of(name)
        # What is no UTF-8 cannot be shown; the URL has it byte by byte.
        shown = os.fsencode(path).decode(errors="replace")
        return Location(kind="local", url=path.as_uri(), key=shown.lstrip("/"))

    def names(self) -> Iterator[str]:
        """Yield the relative paths of all files."""
        if not self._is_folder:
            yield from [""] if self._path.is_file() else []
            return
        for path in self._path.rglob("*"):
            if path.is_file() and not path.name.startswith(PARTIAL_PREFIX):
                yield path.relative_to(self._path).as_posix()

    def names_put(self, since: datetime, until: datetime) -> Iterator[str]:
        """Yield those of them that were written between two moments."""
        for name in self.names():
            with suppress(OSError):
                written_at = datetime.fromtimestamp(self._path_of(name).stat().st_mtime, UTC)
                if since.replace(microsecond=0) <= written_at <= until:
                    yield name

    def delete(self, name: str) -> None:
        """Remove the file."""
        path = self._path_of(name)
        try:
            path.unlink(missing_ok=True)
        except NotADirectoryError:
            pass  # there is nothing below a file
        except IsADirectoryError:
            raise DestinationRefusedError(f'"{path}" is a folder, which is not removed') from None
        except PermissionError as error:
            raise DestinationForbiddenError(f'"{path}" may not be removed: {reason_of(error)}') from None
        except OSError as error:
            raise DestinationRefusedError(f'"{path}" cannot be removed: {reason_of(error)}') from None

    def close(self) -> None:
        """Do nothing: no connection is held."""

    def _path_of(self, name: str) -> Path:
        if not name:
            return self._path
        if not self._is_folder:
            raise DestinationRefusedError(f'"{self._path}" is one file and cannot hold "{name}"')
        path = self._path / checked_name(name)
        if not path.parent.resolve().is_relative_to(self._path):
            raise DestinationRefusedError(f'"{name}" leads out of "{self._path}" by a symbolic link')
        return path
