"""How does progress get into the database?"""

import asyncio
from collections.abc import Mapping

import pytest

from filmstrip.db.database import Database
from filmstrip.jobs.tasks.progress_board import ProgressBoard


def fractions(database: Database, token: str) -> list[float]:
    return [output.progress for output in database.tasks.read_tasks([token])[token].outputs]


async def test_progress_is_written_together(database: Database, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What many outputs tell many times is one transaction, with the last word of each."""
    written = []
    write = database.outputs.record_progress
    monkeypatch.setattr(database.outputs, "record_progress", lambda told: (write(told), written.append(told)))
    board = ProgressBoard(database, seconds=0.05)
    board.start()
    for step in range(50):
        board.tell(token, 0, step / 100)
        board.tell(token, 1, step / 50)
    async with asyncio.timeout(10):
        while not written:  # noqa: ASYNC110 - it is written by a thread
            await asyncio.sleep(0.01)
    assert written == [{(token, 0): 0.49, (token, 1): 0.98}]
    board.tell(token, 2, 1.0)
    await board.stop()
    assert fractions(database, token) == [0.49, 0.98, 1.0]


async def test_a_database_that_fails_stops_no_work(
    database: Database, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Progress that cannot be written is lost; the next is not."""
    board = ProgressBoard(database, seconds=0.01)
    failures = [RuntimeError("the disk is full")]
    write = database.outputs.record_progress

    def write_later(told: Mapping[tuple[str, int], float]) -> None:
        if failures:
            raise failures.pop()
        write(told)

    monkeypatch.setattr(database.outputs, "record_progress", write_later)
    board.start()
    async with asyncio.timeout(10):
        while fractions(database, token)[0] != 0.5:
            board.tell(token, 0, 0.5)
            await asyncio.sleep(0.01)
    await board.stop()
    assert not failures
