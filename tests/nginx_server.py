"""Debian's nginx on loopback, with the server of a configuration that is documented.

`apt-get install --no-install-recommends nginx-light`
"""

from __future__ import annotations

import getpass
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certificates import Certificates
from filmstrip.testing.running_program import RunningProgram

_CONFIGURATION = """
daemon off;
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{server}
}}
"""


def missing_nginx() -> str | None:
    """Say what has to be installed, None if nothing has."""
    return None if _nginx() else "nginx missing: apt-get install --no-install-recommends nginx-light"


def _nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


@contextmanager
def running_nginx(folder: Path, server: str, port: int, behind: int, certificates: Certificates) -> Iterator[None]:
    """Run nginx until the block ends.

    Args:
        folder: Its files.
        server: Its server, as it is documented.
        port: Where it listens instead, by https, as localhost.
        behind: The port of what it stands in front of.
        certificates: What it has instead of those that are named.
    """
    own = {
        r"listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        r"server_name .*;": "server_name localhost;",
        r"ssl_certificate +\S+;": f"ssl_certificate {certificates.certificate};",
        r"ssl_certificate_key \S+;": f"ssl_certificate_key {certificates.key};",
        r"127\.0\.0\.1:8080": f"127.0.0.1:{behind}",
    }
    for documented, here in own.items():
        server, count = re.subn(documented, here, server)
        assert count, documented
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(user=getpass.getuser(), folder=folder, server=server))
    program = [str(_nginx()), "-c", str(configuration), "-e", "stderr"]
    with RunningProgram(program, folder / "nginx.log") as running:
        running.wait_until(lambda: _listens(port), 15)
        yield


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
