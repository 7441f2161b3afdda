"""The servers that tests of several folders talk to, on loopback; what takes long to start is started once per run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from azurite_server import AzuriteServer, missing_azurite, running_azurite
from ceph_gateway import missing_programs, running_ceph_gateway
from certificates import Certificates, make_certificates
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.testing.range_server import RangeServer, running_range_server
from filmstrip.testing.seaweedfs import S3Server, running_seaweedfs
from ftp_server import FtpServer, missing_vsftpd, running_ftp, running_vsftpd
from one_for_all import alone, common_folder, share
from postgresql_server import PostgresqlServer, missing_postgresql, running_postgresql
from sftp_server import SftpServer, missing_openssh, running_openssh, running_sftp


@pytest.fixture(scope="session")
def certificates(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates for https on loopback: the same in all processes of the run, as the servers are."""
    folder = common_folder(request, tmp_path_factory)
    with alone(folder, "certificates"):
        return make_certificates(folder / "certificates")


@pytest.fixture(scope="session")
def seaweedfs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, certificates: Certificates
) -> S3Server:
    """SeaweedFS, by http and https."""
    pair = (certificates.certificate, certificates.key)
    return share(request, tmp_path_factory, "seaweedfs", S3Server, lambda: running_seaweedfs(certificate=pair))


@pytest.fixture(scope="session")
def ceph(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> S3Server:
    """A Ceph gateway, which honours canned ACLs."""
    missing = missing_programs()
    if missing:
        need(f"{', '.join(missing)} missing: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd")
    return share(request, tmp_path_factory, "ceph", S3Server, _running_ceph)


@contextmanager
def _running_ceph() -> Iterator[S3Server]:
    # Its sockets need a path that is shorter than those of pytest's folders.
    with tempfile.TemporaryDirectory(prefix="ceph-") as folder, running_ceph_gateway(Path(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def ftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtpServer]:
    """An FTP server without TLS, which has a user."""
    with running_ftp(tmp_path_factory.mktemp("ftp")) as server:
        yield server


@pytest.fixture(scope="session")
def ftps(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[FtpServer]:
    """An FTP server over TLS, which wants data in the session of the commands."""
    need(missing_vsftpd())
    with running_vsftpd(tmp_path_factory.mktemp("ftps"), certificates) as server:
        yield server


@pytest.fixture(scope="session")
def sftp() -> Iterator[SftpServer]:
    """OpenSSH, which takes a key."""
    need(missing_openssh())
    # It reads keys as the user who logs in, who need not see pytest's folders.
    with tempfile.TemporaryDirectory(prefix="sftp-") as folder, running_openssh(Path(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def sftp_by_password(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    """Another SSH server, which takes a password."""
    with running_sftp(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture(scope="session")
def azblob(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzuriteServer]:
    """Microsoft's emulator of Azure Blob Storage."""
    need(missing_azurite())
    with running_azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PostgresqlServer:
    """PostgreSQL; each test makes a database of its own in it."""
    need(missing_postgresql())
    return share(request, tmp_path_factory, "postgresql", PostgresqlServer, _running_postgresql)


@contextmanager
def _running_postgresql() -> Iterator[PostgresqlServer]:
    with running_postgresql() as (server, _process):
        yield server


def need(missing: str | None) -> None:
    """Skip the test if a program is missing, or in CI let it fail."""
    if missing is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture(scope="session")
def media_processes() -> Iterator[ForkServer]:
    """A server of media processes."""
    from shared_media import running_media_server

    with running_media_server() as server:
        yield server


@pytest.fixture
def shared_media(media_processes: ForkServer) -> Iterator[None]:
    """Commands of this test start no media server of their own: how one comes to be is not what the test is about."""
    from shared_media import used_by_commands

    with used_by_commands(media_processes):
        yield


@pytest.fixture
def range_server(tmp_path: Path) -> Iterator[RangeServer]:
    """A file server whose manners can be changed; its folder is empty."""
    folder = tmp_path / "served"
    folder.mkdir()
    with running_range_server(folder) as server:
        yield server
