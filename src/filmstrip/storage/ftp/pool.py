"""Connections to one FTP server, kept for the next use; as many at a time as the server and our settings allow."""

from __future__ import annotations

import ftplib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from filmstrip.storage.ftp.address import FtpAddress
from filmstrip.storage.ftp.connection import FtpConnection
from filmstrip.storage.settings import StorageSettings

_ANSWERED = (ftplib.error_perm, ftplib.error_temp)


class FtpPool:
    """Connections; may be used by several threads."""

    def __init__(self, address: FtpAddress, settings: StorageSettings) -> None:
        """Begin with none."""
        self._address = address
        self._settings = settings
        self._idle: list[FtpConnection] = []
        self._open_count = 0
        self._most = settings.connections
        self._changed = Condition()

    @contextmanager
    def connection(self) -> Iterator[FtpConnection]:
        """Use a connection in the block; it waits where there are as many as may be.

        Raises:
            HostNotAllowedError: The operator does not allow the host.
            OSError, EOFError, ftplib.Error: The server cannot be reached, or refuses.
        """
        connection = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """End the connections that are not in use."""
        with self._changed:
            idle, self._idle = self._idle, []
            self._open_count -= len(idle)
            self._changed.notify_all()
        for connection in idle:
            connection.end()

    def _take(self) -> FtpConnection:
        while True:
            with self._changed:
                while not self._idle and self._open_count >= self._most:
                    self._changed.wait()
                if self._idle:
                    return self._idle.pop()
                self._open_count += 1
            try:
                return FtpConnection(self._address, self._settings)
            except BaseException as error:
                if not self._is_one_too_many(error):
                    raise

    def _is_one_too_many(self, error: BaseException) -> bool:
        """Count a connection that did not come about; check whether that is as others are open, to be waited for."""
        with self._changed:
            self._open_count -= 1
            self._changed.notify()
            if self._open_count == 0 or not isinstance(error, _ANSWERED):
                return False
            self._most = self._open_count
            return True

    def _give_back(self, connection: FtpConnection) -> None:
        with self._changed:
            if connection.is_usable:
                self._idle.append(connection)
            else:
                self._open_count -= 1
            self._changed.notify()
        if not connection.is_usable:
            connection.end()
            # What was idle for as long as this one may be as dead.
            self.close()
