"""The demo's servers: a real S3 server and the real service, on free loopback ports, with data thrown away.

The service is one process, or a fleet of an API process and two workers on a PostgreSQL database.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from filmstrip.cli.demo.job import Bucket
from filmstrip.params.destination import Destination
from filmstrip.storage._base import Lists, Store
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.filmstrip_server import FilmstripServer, running_filmstrip
from filmstrip.testing.seaweedfs import S3Server, running_seaweedfs

_SOURCES, _RESULTS = "sources", "results"


@dataclass(frozen=True, slots=True)
class Stage:
    """Running servers, and how to speak to them.

    Attributes:
        service_url: Address of the service.
        api_key: A key that the service accepts.
        source_url: Where the service reads the source.
        bucket: Where the results go.
        folder: Where the service may read and write files.
        workers: Those of a fleet.
    """

    service_url: str
    api_key: str
    source_url: str
    bucket: Bucket
    folder: Path
    workers: tuple[FilmstripServer, ...] = ()

    def names_in_bucket(self) -> tuple[str, ...]:
        """List the keys of all objects in the results' bucket."""
        with closing(_open(self.bucket, self.folder)) as store:
            return tuple(sorted(store.names())) if isinstance(store, Lists) else ()


@contextmanager
def running_stage(source: Path, log: Path, *, is_fleet: bool = False) -> Iterator[Stage]:
    """Start the servers, and put the source where the service can read it.

    Args:
        source: The source, an mp4 file.
        log: File that gets what the service logs; of a fleet, what its API process does.
        is_fleet: Whether the service is several processes.

    Raises:
        RuntimeError: A server does not start.
    """
    api_key = secrets.token_hex(16)
    with TemporaryDirectory(prefix="filmstrip-demo-") as folder, running_seaweedfs() as s3:
        s3.make_bucket(_SOURCES, public=True)
        s3.make_bucket(_RESULTS, public=True)
        _put_source(s3, source, Path(folder))
        host = f"{s3.host}:{s3.port}"
        settings = {
            "FILMSTRIP_API_KEYS": api_key,
            "FILMSTRIP_PRIVATE_HOSTS": host,
            "FILMSTRIP_PLAIN_HTTP_HOSTS": host,
        }
        started = (
            _running_fleet(Path(folder), settings, log) if is_fleet else _running_alone(Path(folder), settings, log)
        )
        with started as (service, *workers):
            source_url = f"{s3.url}/{_SOURCES}/{source.name}"
            yield Stage(service.url, api_key, source_url, _bucket(s3, _RESULTS), Path(folder), tuple(workers))


@contextmanager
def _running_alone(folder: Path, settings: Mapping[str, str], log: Path) -> Iterator[list[FilmstripServer]]:
    with running_filmstrip(folder / "data", settings, log=log) as service:
        yield [service]


@contextmanager
def _running_fleet(folder: Path, settings: Mapping[str, str], log: Path) -> Iterator[list[FilmstripServer]]:
    # Its own library is loaded only for this.
    from filmstrip.testing.postgresql import missing_postgresql, running_postgresql  # noqa: PLC0415

    if missing := missing_postgresql():
        raise RuntimeError(f"There is no {missing}")
    with running_postgresql() as (postgresql, _process), ExitStack() as stack:
        shared = {
            **settings,
            "FILMSTRIP_DATABASE_URL": postgresql.make_database(),
            "FILMSTRIP_SECRET_KEY": secrets.token_hex(32),
            "FILMSTRIP_LIVE_SECONDS": "5",
            "FILMSTRIP_SLOTS": "1",
        }

        def run(name: str, role: str) -> FilmstripServer:
            own = {**shared, "FILMSTRIP_EXECUTOR_NAME": name}
            own_log = log if role == "api" else log.with_name(f"{name}.log")
            return stack.enter_context(running_filmstrip(folder / name, own, log=own_log, role=role))

        yield [run("api", "api"), run("worker-1", "worker"), run("worker-2", "worker")]


def _put_source(s3: S3Server, source: Path, folder: Path) -> None:
    with closing(_open(_bucket(s3, _SOURCES), folder)) as store:
        store.put(source.name, source, "video/mp4")


def _bucket(s3: S3Server, name: str) -> Bucket:
    return Bucket(f"{s3.host}:{s3.port}", name, s3.key, s3.secret)


def _open(bucket: Bucket, folder: Path) -> Store:
    settings = StorageSettings(folder, private_hosts=(bucket.host,), plain_http_hosts=(bucket.host,))
    return open_store(Destination.model_validate(bucket.destination("")), settings, is_folder=True)
