"""One connection to an FTP server (RFC 959), held to the egress policy and to limits of patience."""

from __future__ import annotations

import ftplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import TextIOWrapper
from typing import cast

from filmstrip.storage.egress.policy import EgressPolicy
from filmstrip.storage.ftp.address import FtpAddress
from filmstrip.storage.http.client import trusted_authorities
from filmstrip.storage.http.guarded_socket import expect_answer, guarded, head_within
from filmstrip.storage.put_deadline import PutDeadline
from filmstrip.storage.settings import StorageSettings

_LONGEST_REPLY_BYTES = 1 << 16
_PIECE_BYTES = 1 << 18
_FIRST_UNPRIVILEGED_PORT = 1024
_BREAK_OFF_SECONDS = 5.0
_LONGEST_LIST_BYTES = 32 << 20
_COLUMNS_BEFORE_NAME = 8
_SIZE = re.compile(r"\d{1,18}")
_LEAVES = "421"  # RFC 959, 4.2.1: "Service not available, closing control connection"

FtpFailure = (ftplib.Error, OSError, EOFError, ValueError)
"""What a connection may raise."""


class FtpConnection(ftplib.FTP_TLS):
    """A connection that is logged in; for one thread at a time."""

    file: TextIOWrapper
    sock: socket.socket

    def __init__(self, address: FtpAddress, settings: StorageSettings) -> None:
        """Connect and log in.

        Raises:
            HostNotAllowedError: The operator does not allow the host.
            OSError, EOFError, ftplib.Error: The server cannot be reached, or refuses.
        """
        # Reading the system's authorities takes some 25 ms, which plain FTP need not wait for.
        context = trusted_authorities(settings) if address.is_encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(context=context, timeout=settings.connect_timeout_seconds)
        # Set before a command or a transfer, and taken back when it came to its end.
        self._is_waiting = self._is_transferring = False
        self._settings = settings
        self._reply_bytes = 0
        self._address = address
        self.set_pasv(address.is_passive)
        place = address.place
        self.host, self.port = place.host, place.port
        self._take(
            EgressPolicy(settings.private_hosts).connect(place.host, place.port, settings.connect_timeout_seconds)
        )
        try:
            self._log_in()
        except BaseException:
            self.close()
            raise

    def _take(self, connected: socket.socket) -> None:
        self.sock = guarded(connected)
        self.sock.settimeout(self._settings.read_timeout_seconds)
        self.af = self.sock.family

    def _log_in(self) -> None:
        if self._address.is_implicit:
            self.sock = self.context.wrap_socket(self.sock, server_hostname=self.host)
        self._read_text()
        self.welcome = self.getresp()
        if self._address.is_encrypted and not self._address.is_implicit:
            self.auth()
            self._read_text()
        place = self._address.place
        self.login(place.user or "", place.secret or "", secure=False)
        if self._address.is_encrypted:
            self.prot_p()
        if not place.path.isascii():
            with suppress(ftplib.error_perm):
                self.voidcmd("OPTS UTF8 ON")  # RFC 2640; some want to be told
        self.voidcmd("TYPE I")

    def _read_text(self) -> None:
        """Read replies: their words, which may be in any encoding, are for people."""
        self.file = self.sock.makefile("r", encoding=self.encoding, errors="replace")

    # What ftplib calls itself

    def getline(self) -> str:
        """Read a line of a reply, which has a limit: a server can go on for ever."""
        line = super().getline()
        self._reply_bytes += len(line)
        if self._reply_bytes > _LONGEST_REPLY_BYTES:
            raise ftplib.error_proto("The reply is too long")
        return line

    def getmultiline(self) -> str:
        """Read a reply, which has to be whole in the time that a source may stay silent."""
        self._reply_bytes = 0
        with head_within(self.sock, self.sock.gettimeout()):
            reply = super().getmultiline()
        self._is_waiting = reply.startswith(_LEAVES)
        return reply

    def putcmd(self, line: str) -> None:
        """Send a command."""
        self._is_waiting = True
        super().putcmd(line)

    def makepasv(self) -> tuple[str, int]:
        """Ask where to connect to for data: the server itself, whatever it names, and no service of the system."""
        host, port = super().makepasv()
        if port < _FIRST_UNPRIVILEGED_PORT:
            raise ftplib.error_proto("The server names a port for data that is none")
        return host, port

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """Begin a transfer; over TLS as a part of the session (RFC 4217, 10.2), which many servers insist on."""
        plain, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        try:
            self._refuse_others(plain)
            data = guarded(plain)
            data.settimeout(self._settings.read_timeout_seconds)
            if not self._address.is_encrypted:
                return data, size
            session = cast("ssl.SSLSocket", self.sock).session
            return self.context.wrap_socket(data, server_hostname=self.host, session=session), size
        except BaseException:
            plain.close()
            raise

    # What others call

    @property
    def is_usable(self) -> bool:
        """Whether the next command may go over it: all before it were answered."""
        return not (self._is_waiting or self._is_transferring)

    def size(self, path: str) -> int | None:
        """Return the size of a file; None from a server that does not tell sizes (RFC 3659, 4)."""
        reply = self._told(f"SIZE {path}")
        return int(reply) if reply is not None and _SIZE.fullmatch(reply) else None

    def changed_at(self, path: str) -> str | None:
        """Return when a file was changed, as the server writes it; None from one that does not tell (RFC 3659, 3)."""
        return self._told(f"MDTM {path}")

    def has(self, path: str) -> bool:
        """Check whether there is a file, as far as the server tells."""
        try:
            return self.size(path) is not None
        except ftplib.error_perm:
            return False

    def restarts(self) -> bool:
        """Check whether a file can be read from any of its bytes on (RFC 3659, 5.3)."""
        with suppress(ftplib.error_perm):
            return self.sendcmd("REST 1").startswith("3") and self.sendcmd("REST 0").startswith("3")
        return False

    def read(self, path: str, start: int | None, end: int | None) -> Iterator[bytes]:
        """Read a file, or a half-open range of it; what is not read to its end makes the connection unusable.

        Args:
            path: The file.
            start: First byte; None for the beginning, of a server that knows no other.
            end: Behind the last byte, None for the end of the file.
        """
        data = self.transfercmd(f"RETR {path}", start)
        self._is_transferring = True
        left = None if end is None else end - (start or 0)
        with data:
            expect_answer(data, self._settings.min_kib_per_second * 1024, self._settings.slow_seconds)
            buffer = memoryview(bytearray(_PIECE_BYTES))
            while left is None or left > 0:
                count = data.recv_into(buffer[:left])
                if not count:
                    break
                left = None if left is None else left - count
                yield bytes(buffer[:count])
        if left is None or left > 0:
            self.voidresp()
        else:
            self._read_last_words()
        self._is_transferring = False

    def entries(self, folder: str) -> list[tuple[str, str]]:
        """List a folder: names, and whether each is a "file", a "dir" or something else.

        Raises:
            ftplib.error_proto: The list is too long.
        """
        try:
            return [_fact(line) for line in self._lines(f"MLSD {folder}")]  # RFC 3659, 7
        except ftplib.error_perm as refusal:
            if str(refusal)[:3] not in _NOT_KNOWN:
                raise
        return [_long(line) for line in self._lines(f"LIST {folder}")]

    def _lines(self, command: str) -> list[str]:
        listed = b""
        data = self.transfercmd(command)
        self._is_transferring = True
        with data:
            expect_answer(data, self._settings.min_kib_per_second * 1024, self._settings.slow_seconds)
            buffer = bytearray(_PIECE_BYTES)
            while count := data.recv_into(buffer):
                listed += buffer[:count]
                if len(listed) > _LONGEST_LIST_BYTES:
                    raise ftplib.error_proto("The list is too long")
        self.voidresp()
        self._is_transferring = False
        return listed.decode(self.encoding, errors="replace").splitlines()

    def write(self, path: str, content: Iterator[bytes], deadline: PutDeadline) -> None:
        """Write a file.

        Args:
            path: The file.
            content: Its bytes.
            deadline: How long it may take.

        Raises:
            TimeoutError: It takes longer.
        """
        data = self.transfercmd(f"STOR {path}")
        self._is_transferring = True
        try:
            with data:
                _send(data, content, deadline)
        except (ConnectionError, ssl.SSLError):
            # A server that has no room ends the transfer, and then says why.
            with suppress(OSError, EOFError, ftplib.error_proto):
                self._read_last_words(demand=self.voidresp)
            raise
        # It is only said now that it is on the disk.
        self.sock.settimeout(deadline.left_seconds())
        self.voidresp()
        self.sock.settimeout(self._settings.read_timeout_seconds)
        self._is_transferring = False

    def end(self) -> None:
        """Take leave, and close the connection whatever the server says."""
        with suppress(*FtpFailure):
            if self.sock is not None:
                self.sock.settimeout(_BREAK_OFF_SECONDS)
                self.putcmd("QUIT")
        with suppress(OSError):
            self.close()

    def _refuse_others(self, data: socket.socket) -> None:
        if data.getpeername()[0] != self.sock.getpeername()[0]:
            raise ftplib.error_proto("Another host than the server connects for data")

    def _told(self, command: str) -> str | None:
        try:
            reply = self.sendcmd(command)
        except ftplib.error_perm as refusal:
            if str(refusal)[:3] in _NOT_KNOWN:
                return None
            raise
        return reply[3:].strip() if reply.startswith("213") else None

    def _read_last_words(self, demand: Callable[[], str] | None = None) -> None:
        """Read what the server says of a transfer that one side ended: that it failed, mostly.

        Args:
            demand: Reads it, and raises what it means; None for whatever it says.
        """
        self.sock.settimeout(min(_BREAK_OFF_SECONDS, self._settings.read_timeout_seconds))
        (demand or self.getmultiline)()
        self.sock.settimeout(self._settings.read_timeout_seconds)


def _send(data: socket.socket, content: Iterator[bytes], deadline: PutDeadline) -> None:
    for piece in content:
        data.settimeout(deadline.silence_seconds())
        data.sendall(piece)
    data.settimeout(deadline.silence_seconds())
    if isinstance(data, ssl.SSLSocket):
        data.unwrap()


def _fact(line: str) -> tuple[str, str]:
    """Read an entry such as `type=file;size=1024; name`."""
    facts, _blank, name = line.partition(" ")
    kinds = (value for fact, _is, value in (each.partition("=") for each in facts.split(";")) if fact.lower() == "type")
    return name, next(kinds, "").lower()


def _long(line: str) -> tuple[str, str]:
    """Read an entry as `ls -l` writes it, which nearly all servers do for people; another one is nothing."""
    name = (line.split(maxsplit=_COLUMNS_BEFORE_NAME) or [""])[-1]
    return name, {"d": "dir", "-": "file"}.get(line[:1], "")


_NOT_KNOWN = {"500", "501", "502", "504"}
"""Replies to a command that a server has not, or not so (RFC 959, 4.2.1)."""
