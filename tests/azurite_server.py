"""Microsoft's emulator of Azure Blob Storage on loopback, in memory, with an account of its own.

It is an npm package (`make test` installs it into `tests/azure`).
"""

from __future__ import annotations

import base64
import hmac
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.client import HTTPMessage
from pathlib import Path
from urllib.parse import quote

from filmstrip.testing.running_program import RunningProgram, free_ports

ACCOUNT = "filmstriptest"
KEY = base64.b64encode(b"a key of thirty-two bytes / + = ").decode()
_PROGRAM = Path(__file__).parent / "azure" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
_VERSION = "2021-12-02"


@dataclass(frozen=True)
class AzuriteServer:
    """A running one; the account is a part of the path.

    Attributes:
        host: Where it listens.
        port: The same.
    """

    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/{ACCOUNT}"

    def make_container(self, name: str) -> None:
        self.request("PUT", f"/{name}", {"restype": "container"})

    def get(self, container: str, key: str) -> tuple[bytes, HTTPMessage] | None:
        """Fetch a blob and its headers, past any code of ours; None if it is not there."""
        try:
            return self.request("GET", f"/{container}/{quote(key)}", {})
        except urllib.error.HTTPError as refusal:
            with refusal:
                return None

    def request(self, method: str, path: str, query: dict[str, str]) -> tuple[bytes, HTTPMessage]:
        """Send a request that is signed with the key (Azure, "Authorize with Shared Key")."""
        date = format_datetime(datetime.now(UTC), usegmt=True)
        headers = {"x-ms-date": date, "x-ms-version": _VERSION}
        resource = f"/{ACCOUNT}/{ACCOUNT}{path}" + "".join(f"\n{name}:{value}" for name, value in sorted(query.items()))
        lines = [method, *[""] * 11, *(f"{name}:{value}" for name, value in sorted(headers.items())), resource]
        signature = base64.b64encode(hmac.digest(base64.b64decode(KEY), "\n".join(lines).encode(), "sha256")).decode()
        headers["Authorization"] = f"SharedKey {ACCOUNT}:{signature}"
        text = "&".join(f"{name}={value}" for name, value in query.items())
        request = urllib.request.Request(f"{self.url}{path}?{text}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read(), answer.headers


def missing_azurite() -> str | None:
    """Say what has to be installed, None if nothing has."""
    if shutil.which("node") is None or not _PROGRAM.exists():
        return "azurite missing: npm ci --prefix tests/azure"
    return None


@contextmanager
def running_azurite(folder: Path) -> Iterator[AzuriteServer]:
    """Run it until the block ends."""
    (port,) = free_ports(1)
    where = ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
    quiet = ["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"]
    program = [str(shutil.which("node")), str(_PROGRAM), *where, *quiet]
    server = AzuriteServer("127.0.0.1", port)
    with RunningProgram(program, folder / "azurite.log", {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"}) as running:
        running.wait_until(lambda: _answers(server), 60)
        yield server


def _answers(server: AzuriteServer) -> bool:
    try:
        server.request("GET", "/", {"comp": "list"})
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return False
    except OSError:
        return False
    return True
