"""Is a server that a test run shares started once, and ended when nobody uses it any more?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filmstrip.testing.seaweedfs import S3Server
from one_for_all import Share


def servers(log: list[str]) -> Callable[[], AbstractContextManager[S3Server]]:
    """Give each start another port, and note starts and ends."""

    @contextmanager
    def running() -> Iterator[S3Server]:
        port = len(log)
        log.append(f"start {port}")
        yield S3Server("127.0.0.1", port, "key", "secret")
        log.append(f"end {port}")

    return running


def test_the_second_finds_the_first_one(tmp_path: Path) -> None:
    """Both have the same server, with its secret, which nobody else may read."""
    log: list[str] = []
    with (
        Share(tmp_path, "s3", S3Server, servers(log)).server() as one,
        Share(tmp_path, "s3", S3Server, servers(log)).server() as other,
    ):
        assert one == other
        assert (tmp_path / "s3.json").stat().st_mode & 0o777 == 0o600
    assert log == ["start 0", "end 0"]
    with Share(tmp_path, "s3", S3Server, servers(log)).server() as again:
        assert again.port == 2


def test_its_starter_waits_for_the_others(tmp_path: Path) -> None:
    """Who is done first leaves it to those who are not; who comes while it ends gets another one."""
    log: list[str] = []
    starter, user = (Share(tmp_path, "s3", S3Server, servers(log)).server() for _ in range(2))
    starter.__enter__()
    user.__enter__()
    leaving = threading.Thread(target=starter.__exit__, args=(None, None, None))
    leaving.start()
    assert log == ["start 0"]
    user.__exit__(None, None, None)
    leaving.join(30)
    assert log == ["start 0", "end 0"]
