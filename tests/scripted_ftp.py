"""An FTP server of which a test writes the replies: for what no proper server does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class ScriptedFtp:
    """A running one.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        content: The one file that it has.
        replies: What is replied to a command, by its first word, instead of what a proper server says; a function
            gets the control connection and writes by itself.
        cuts: How many bytes of the next transfers arrive, one each.
        room: How many bytes there is room for, None for all; a transfer of more ends with a reset.
        full_reply: What is said then.
        commands: All that came.
        received: What was stored, by its name.
        ended: Set when the test is over: who waits, waits for this.
    """

    port: int = 0
    content: bytes = b""
    replies: dict[str, str | Callable[[socket.socket], None]] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    room: int | None = None
    full_reply: str = ""
    commands: list[str] = field(default_factory=list)
    received: dict[str, bytes] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def count(self, command: str) -> int:
        """Tell how often a command came."""
        return sum(line.split(" ")[0] == command for line in self.commands)


class _Session:
    def __init__(self, server: ScriptedFtp, control: socket.socket) -> None:
        self.server = server
        self.control = control
        self.start = 0
        self.renamed = ""
        self.listener: socket.socket | None = None

    def serve(self) -> None:
        self.say(self.server.replies.get("greeting", "220 here"))
        with self.control.makefile("r", encoding="utf-8", newline="\r\n") as lines:
            for line in lines:
                command, _, argument = line.strip().partition(" ")
                self.server.commands.append(line.strip())
                scripted = self.server.replies.get(command)
                if scripted is not None:
                    self.say(scripted)
                    continue
                getattr(self, f"do_{command.lower()}", self.unknown)(argument)

    def close(self) -> None:
        if self.listener is not None:
            self.listener.close()

    def say(self, reply: str | Callable[[socket.socket], None]) -> None:
        if callable(reply):
            reply(self.control)
        else:
            self.control.sendall(f"{reply}\r\n".encode())

    def unknown(self, _argument: str) -> None:
        self.say("500 unknown")

    def do_user(self, _name: str) -> None:
        self.say("331 password")

    def do_pass(self, _password: str) -> None:
        self.say("230 in")

    def do_type(self, _kind: str) -> None:
        self.say("200 binary")

    def do_size(self, path: str) -> None:
        content = self.server.received.get(path, self.server.content)
        self.say(f"213 {len(content)}")

    def do_mdtm(self, _path: str) -> None:
        self.say("213 20310502101500")

    def do_rest(self, start: str) -> None:
        self.start = int(start)
        self.say("350 ready")

    def do_pasv(self, _nothing: str) -> None:
        self.close()
        self.listener = socket.create_server(("127.0.0.1", 0))
        high, low = divmod(self.listener.getsockname()[1], 256)
        self.say(f"227 entering (10,0,0,1,{high},{low})")  # an address that no client of ours may follow

    def do_retr(self, _path: str) -> None:
        end = self.start + self.server.cuts.pop(0) if self.server.cuts else None
        part, self.start = self.server.content[self.start : end], 0
        with self._data() as data, suppress(OSError):
            data.sendall(part)
        self.say("226 sent" if end is None else "426 broken off")

    def do_stor(self, path: str) -> None:
        got, cut = b"", self.server.cuts.pop(0) if self.server.cuts else None
        with self._data() as data:
            while (self.server.room is None or len(got) < self.server.room) and (piece := data.recv(1 << 16)):
                got += piece
            if self.server.room is not None:
                # A reset: what was sent was not all taken.
                data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if self.server.room is not None:
            self.say(self.server.full_reply)
            return
        self.server.received[path] = got[:cut]
        self.say("226 stored")

    def do_rnfr(self, path: str) -> None:
        self.renamed = path
        self.say("350 to what")

    def do_rnto(self, path: str) -> None:
        self.server.received[path] = self.server.received.pop(self.renamed)
        self.say("250 renamed")

    def do_dele(self, path: str) -> None:
        self.server.received.pop(path, None)
        self.say("250 deleted")

    def _data(self) -> socket.socket:
        assert self.listener is not None
        with self.listener as listener:
            data, _ = listener.accept()
        self.say("150 coming")
        return data


@contextmanager
def running_scripted_ftp(server: ScriptedFtp) -> Iterator[ScriptedFtp]:
    """Run a server until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        controls: list[socket.socket] = []

        def serve(control: socket.socket) -> None:
            with control, suppress(OSError, ValueError), closing(_Session(server, control)) as session:
                session.serve()

        def accept() -> None:
            with suppress(OSError):
                while True:
                    control, _ = listener.accept()
                    controls.append(control)
                    threading.Thread(target=serve, args=(control,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for control in controls:
                with suppress(OSError):
                    control.shutdown(socket.SHUT_RDWR)
