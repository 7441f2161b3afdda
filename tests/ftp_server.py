"""Real FTP servers on loopback: pyftpdlib with a user, and Debian's vsftpd over TLS, which insists on one session.

vsftpd: `apt-get install --no-install-recommends vsftpd`. It runs as whoever runs the tests, without users of the
system: the login "anonymous" has a list of passwords.
"""

from __future__ import annotations

import getpass
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from certificates import Certificates
from filmstrip.testing.running_program import RunningProgram, free_ports

USER, PASSWORD = "vid@example.com", "s3/cr%t@word"

_PYFTPDLIB = """
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, ThrottledDTPHandler
from pyftpdlib.servers import FTPServer
port, folder, user, password, most, permissions, rate = sys.argv[1:]
handler = FTPHandler
handler.authorizer = DummyAuthorizer()
handler.authorizer.add_user(user, password, folder, perm=permissions)
handler.auth_failed_timeout = 0
if int(rate):
    handler.dtp_handler = ThrottledDTPHandler
    ThrottledDTPHandler.read_limit = int(rate)
server = FTPServer(("127.0.0.1", int(port)), handler)
server.max_cons_per_ip = int(most)
server.serve_forever()
"""

_VSFTPD = """
listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
run_as_launching_user=YES
ftp_username={system_user}
anonymous_enable=YES
local_enable=NO
anon_root={folder}
allow_writeable_chroot=YES
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_world_readable_only=NO
anon_umask=022
secure_email_list_enable=YES
email_password_file={passwords}
delay_failed_login=0
ssl_enable=YES
implicit_ssl={implicit}
rsa_cert_file={certificate}
rsa_private_key_file={key}
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse=YES
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
secure_chroot_dir={empty}
xferlog_enable=NO
"""


@dataclass(frozen=True)
class FtpServer:
    """A running one.

    Attributes:
        host: Where it listens; the name that its certificate is for.
        port: The same.
        folder: What its user sees as the root.
        user: Its user.
        password: Of that user.
        scheme: How it is spoken to.
    """

    host: str
    port: int
    folder: Path
    user: str
    password: str
    scheme: str = "ftp"


@contextmanager
def running_ftp(
    folder: Path, *, most: int = 100, permissions: str = "elradfmwMT", port: int | None = None, rate: int = 0
) -> Iterator[FtpServer]:
    """Run pyftpdlib until the block ends; `rate` is how many bytes of a file it takes in a second, 0 for all."""
    files = folder / "files"
    files.mkdir(exist_ok=True)
    port = port or free_ports(1)[0]
    login = [USER, PASSWORD, str(most), permissions, str(rate)]
    arguments = [sys.executable, "-c", _PYFTPDLIB, str(port), str(files), *login]
    with RunningProgram(arguments, folder / "ftp.log") as program:
        program.wait_until(lambda: _listens(port), 15)
        yield FtpServer("127.0.0.1", port, files, USER, PASSWORD)


def missing_vsftpd() -> str | None:
    """Say what has to be installed for vsftpd, None if nothing has."""
    return None if _vsftpd() else "vsftpd missing: apt-get install --no-install-recommends vsftpd"


def _vsftpd() -> str | None:
    return shutil.which("vsftpd") or shutil.which("/usr/sbin/vsftpd")


@contextmanager
def running_vsftpd(folder: Path, certificates: Certificates, *, is_implicit: bool = False) -> Iterator[FtpServer]:
    """Run vsftpd until the block ends; if it is implicit, TLS begins with the connection."""
    files, empty, passwords, configuration = (
        folder / name for name in ("files", "empty", "passwords", "configuration")
    )
    files.mkdir()
    empty.mkdir()
    passwords.write_text(f"{PASSWORD}\n")
    (port,) = free_ports(1)
    configuration.write_text(
        _VSFTPD.format(
            port=port,
            system_user=getpass.getuser(),
            folder=files,
            passwords=passwords,
            implicit="YES" if is_implicit else "NO",
            certificate=certificates.certificate,
            key=certificates.key,
            empty=empty,
        )
    )
    configuration.chmod(0o600)
    with RunningProgram([str(_vsftpd()), str(configuration)], folder / "vsftpd.log") as program:
        program.wait_until(lambda: _listens(port), 15)
        yield FtpServer("localhost", port, files, "anonymous", PASSWORD, "ftps")


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
