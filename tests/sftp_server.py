"""Real SSH servers on loopback: Debian's OpenSSH for the user who runs the tests, and asyncssh's with a password.

OpenSSH: `apt-get install --no-install-recommends openssh-server`. It takes the key of a client; a password would have
to be that of a user of the system.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filmstrip.testing.running_program import RunningProgram, free_ports

USER, PASSWORD = "vid@example.com", "s3/cr%t@word"

_OPENSSH = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/client_key.pub
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
ForceCommand internal-sftp{options}
AllowTcpForwarding no
MaxStartups 100
UseDNS no
"""

_ASYNCSSH = """
import asyncio, sys
import asyncssh
port, key, folder, user, password = sys.argv[1:]
class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True
    def password_auth_supported(self):
        return True
    def validate_password(self, username, given):
        return (username, given) == (user, password)
async def main():
    files = lambda channel: asyncssh.SFTPServer(channel, chroot=folder)
    await asyncssh.listen(
        "127.0.0.1", int(port), server_host_keys=[key], server_factory=Server, sftp_factory=files, config=None
    )
    await asyncio.Event().wait()
asyncio.run(main())
"""


@dataclass(frozen=True)
class SftpServer:
    """A running one.

    Attributes:
        host: Where it listens.
        port: The same.
        folder: A folder for files.
        root: What lies before the path of that folder in URLs: "" where its user sees it as the root.
        user: Its user.
        secret: The password of that user, or a private key.
        host_key: Its public key, as a file of known hosts has it.
    """

    host: str
    port: int
    folder: Path
    root: str
    user: str
    secret: str
    host_key: str


def missing_openssh() -> str | None:
    """Say what has to be installed for OpenSSH's server, None if nothing has."""
    return None if _sshd() else "sshd missing: apt-get install --no-install-recommends openssh-server"


def _sshd() -> str | None:
    return shutil.which("sshd") or shutil.which("/usr/sbin/sshd")


@contextmanager
def running_openssh(folder: Path, options: str = "") -> Iterator[SftpServer]:
    """Run OpenSSH until the block ends; `options` are those of its sftp-server(8)."""
    files = folder / "files"
    files.mkdir()
    for name in ("host_key", "client_key"):
        _make_key(folder / name)
    (port,) = free_ports(1)
    configuration = folder / "configuration"
    configuration.write_text(_OPENSSH.format(port=port, folder=folder, options=options))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where it separates its privileges
    secret, host_key = (folder / "client_key").read_text(), (folder / "host_key.pub").read_text().strip()
    with RunningProgram([str(_sshd()), "-D", "-e", "-f", str(configuration)], folder / "sshd.log") as program:
        program.wait_until(lambda: _greets(port), 15)
        yield SftpServer("127.0.0.1", port, files, str(files), getpass.getuser(), secret, host_key)


@contextmanager
def running_sftp(folder: Path) -> Iterator[SftpServer]:
    """Run asyncssh's server until the block ends."""
    files = folder / "files"
    files.mkdir()
    _make_key(folder / "host_key")
    (port,) = free_ports(1)
    arguments = [sys.executable, "-c", _ASYNCSSH, str(port), str(folder / "host_key"), str(files), USER, PASSWORD]
    host_key = (folder / "host_key.pub").read_text().strip()
    with RunningProgram(arguments, folder / "sftp.log") as program:
        program.wait_until(lambda: _greets(port), 30)
        yield SftpServer("127.0.0.1", port, files, "", USER, PASSWORD, host_key)


def _make_key(path: Path) -> None:
    import asyncssh

    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(path))
    key.write_public_key(f"{path}.pub")
    path.chmod(0o600)


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False
