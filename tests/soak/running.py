"""Runs tasks through a fleet while chaos goes on, and looks at what is left."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psycopg
from botocore.config import Config

from filmstrip.testing.seaweedfs import S3Server
from postgresql_server import PostgresqlProcess, PostgresqlServer
from soak.chaos import Chaos
from soak.clients import Client
from soak.fleet import Fleet

KEY = "0123456789abcdef"
LIVE_SECONDS = 3.0
_OPEN_AT_ONCE = 60
_SUBMITTERS = 3
_PATIENCE_SECONDS = 120.0
_TIDY_SECONDS = 60.0
NAMES = ("thumb_0001.jpg", "thumb_0002.jpg", "thumbnails.vtt")
"""What each task puts: the pictures of a film of two seconds."""


@dataclass
class Report:
    """What came of it.

    Attributes:
        tasks: How many were started.
        seconds: How long it took.
        stuck: Tasks that had not ended.
        failed: Why tasks failed.
        wrong: Tasks whose files are not exactly those that they should be, or not whole.
        doubled: Tasks that ended more than once.
        unknown: Tasks in the database that nobody started.
        left: Folders, uploads and locks that are left, by where.
        chaos: What happened, and how often.
        repeated: How often clients had to ask again.
        memory: KiB of each process soon after its start, and at the end.
    """

    tasks: int
    seconds: float = 0.0
    stuck: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    unknown: int = 0
    left: dict[str, list[str]] = field(default_factory=dict)
    chaos: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    memory: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not (self.stuck or self.failed or self.wrong or self.doubled or self.unknown or self.left)


class Soak:
    """One run."""

    def __init__(
        self, folder: Path, video: Path, store: S3Server, database: tuple[PostgresqlServer, PostgresqlProcess]
    ) -> None:
        self._folder = folder
        self._source = video.as_uri()
        self._store = store
        self._bucket = f"soak-{uuid.uuid4().hex[:12]}"
        store.make_bucket(self._bucket)
        self._server, self.database = database
        self._url = self._server.make_database()
        place = f"{store.host}:{store.port}"
        settings = {
            "FILMSTRIP_DATABASE_URL": self._url,
            "FILMSTRIP_SECRET_KEY": "5a" * 32,
            "FILMSTRIP_API_KEYS": KEY,
            "FILMSTRIP_PLAIN_HTTP_HOSTS": place,
            "FILMSTRIP_PRIVATE_HOSTS": place,
            "FILMSTRIP_SHARED_ROOTS": str(video.parent),
            "FILMSTRIP_LIVE_SECONDS": str(LIVE_SECONDS),
            "FILMSTRIP_SLOTS": "2",
        }
        self.fleet = Fleet(folder, settings, workers=3)

    def run(self, count: int, go_on: Callable[[Chaos], object], chaos: Chaos) -> Report:
        """Start tasks, let `go_on` do what it will meanwhile, and look at what came of it."""
        report, began = Report(count), time.monotonic()
        self._submitted: list[str] = []
        self._ended: dict[str, dict[str, Any]] = {}
        failures: list[BaseException] = []

        def submit(share: int) -> None:
            try:
                self._submit(share, report)
            except BaseException as failure:  # noqa: BLE001 - told below
                failures.append(failure)

        shares = [count // _SUBMITTERS + (number < count % _SUBMITTERS) for number in range(_SUBMITTERS)]
        submitters = [threading.Thread(target=submit, args=(share,)) for share in shares]
        first = {member.name: member.resident_kib() for member in self.fleet.members}
        for each in submitters:
            each.start()
        go_on(chaos)
        for each in submitters:
            each.join()
        if failures:
            raise failures[0]
        chaos.stop()
        self._await_ends(report)
        report.seconds = time.monotonic() - began
        report.chaos = chaos.done
        report.memory = {member.name: (first[member.name], member.resident_kib()) for member in self.fleet.members}
        self._judge(report)
        return report

    def _submit(self, count: int, report: Report) -> None:
        client = Client(self.fleet.api.url, KEY, _PATIENCE_SECONDS)
        own: list[str] = []
        for _ in range(count):
            own.append(client.submit(self._query()))
            self._submitted.append(own[-1])
            while len(own) >= _OPEN_AT_ONCE // _SUBMITTERS:
                ended = client.ended(own)
                self._ended |= ended
                own = [token for token in own if token not in ended]
                if not ended:
                    time.sleep(0.1)
        report.repeated += client.repeated

    def _query(self) -> dict[str, Any]:
        place = {
            "url": f"s3://{self._store.host}:{self._store.port}/{self._bucket}/{uuid.uuid4().hex}/",
            "key": self._store.key,
            "secret": self._store.secret,
        }
        output = {"output": "thumbnails", "interval": 1, "width": 64, "image_format": "jpg", "destination": place}
        return {"source": self._source, "format": [output]}

    def _await_ends(self, report: Report) -> None:
        client = Client(self.fleet.api.url, KEY, _PATIENCE_SECONDS)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while missing := [token for token in self._submitted if token not in self._ended]:
            self._ended |= client.ended(missing)
            if time.monotonic() > deadline:
                report.stuck = missing
                return
            time.sleep(0.2)

    def _judge(self, report: Report) -> None:
        report.failed = {
            token: str(state["error_description"]) for token, state in self._ended.items() if state["error"]
        }
        there = self._objects()
        for token, state in self._ended.items():
            if token in report.failed:
                continue
            prefix = state["images"][0]["storage"]["key"].strip("/")
            found = there.pop(prefix, {})
            if sorted(found) != sorted(NAMES) or not all(found.values()):
                report.wrong[token] = f"{prefix}: {found}"
        ends = Counter(
            line.split('"task_token": "')[1][:32]
            for member in self.fleet.members
            for line in member.logs().splitlines()
            if '"event": "task_finished"' in line
        )
        report.doubled = [token for token, times in ends.items() if times > 1]
        report.unknown = self._tasks_in_database() - len(self._submitted)
        report.left = self._left()

    def _tasks_in_database(self) -> int:
        with psycopg.connect(self._url) as connection:
            row = connection.execute("SELECT count(*) FROM task WHERE started_at IS NOT NULL").fetchone()
        return int(row[0]) if row else 0

    def _left(self) -> dict[str, list[str]]:
        """Look for what is left until nothing is, or for a while."""
        deadline = time.monotonic() + _TIDY_SECONDS
        while True:
            left = {member.name: member.left_behind() for member in self.fleet.members}
            left["uploads"] = [
                each["Key"] for each in self._client().list_multipart_uploads(Bucket=self._bucket).get("Uploads", ())
            ]
            if not any(left.values()) or time.monotonic() > deadline:
                return {where: names for where, names in left.items() if names}
            time.sleep(0.5)

    def _objects(self) -> dict[str, dict[str, int]]:
        """List what is in the bucket: sizes by name, by folder."""
        found: dict[str, dict[str, int]] = {}
        for page in self._client().get_paginator("list_objects_v2").paginate(Bucket=self._bucket):
            for entry in page.get("Contents", ()):
                folder, _, name = entry["Key"].partition("/")
                found.setdefault(folder, {})[name] = entry["Size"]
        return found

    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self._store.url,
            aws_access_key_id=self._store.key,
            aws_secret_access_key=self._store.secret,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )
