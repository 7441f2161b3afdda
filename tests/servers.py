"""The servers that tests of several folders talk to; each runs once per test run, on loopback."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ceph_gateway import missing_programs, running_ceph_gateway
from certificates import Certificates, make_certificates
from filmstrip.testing.range_server import RangeServer, running_range_server
from filmstrip.testing.seaweedfs import S3Server, running_seaweedfs


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates for https on loopback."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def seaweedfs(certificates: Certificates) -> Iterator[S3Server]:
    """SeaweedFS, by http and https."""
    with running_seaweedfs(certificate=(certificates.certificate, certificates.key)) as server:
        yield server


@pytest.fixture(scope="session")
def ceph() -> Iterator[S3Server]:
    """A Ceph gateway, which honours canned ACLs."""
    missing = missing_programs()
    if missing:
        need = f"{', '.join(missing)} missing: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd"
        if os.environ.get("CI") == "true":
            pytest.fail(need)
        pytest.skip(need)
    # Its sockets need a path that is shorter than those of pytest's folders.
    with tempfile.TemporaryDirectory(prefix="ceph-") as folder, running_ceph_gateway(Path(folder)) as server:
        yield server


@pytest.fixture
def range_server(tmp_path: Path) -> Iterator[RangeServer]:
    """A file server whose manners can be changed; its folder is empty."""
    folder = tmp_path / "served"
    folder.mkdir()
    with running_range_server(folder) as server:
        yield server
