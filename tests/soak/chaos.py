"""What happens to a fleet: one thing after the other, at random."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from postgresql_server import PostgresqlProcess
from process_tree import await_death
from soak.fleet import Fleet, Member


class Chaos:
    """Kills, stops and ends processes until it is told to stop; all of them run again then."""

    def __init__(self, fleet: Fleet, database: PostgresqlProcess, seed: int, *, live_seconds: float) -> None:
        self._fleet = fleet
        self._database = database
        self._random = random.Random(seed)
        self._live_seconds = live_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos")
        self._failure: BaseException | None = None
        self.done: Counter[str] = Counter()
        self._deeds: list[tuple[int, Callable[[], None]]] = [
            (6, self.kill_a_worker),
            (2, self.kill_two_workers),
            (2, self.stop_a_worker_for_long),
            (2, self.end_a_worker),
            (4, self.kill_a_child),
            (2, self.kill_the_api),
            (1, self.crash_the_database),
            (1, self.stop_the_database),
        ]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let what has begun come to its end.

        Raises:
            BaseException: Something could not be started again.
        """
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    def each_once(self) -> None:
        """Do each thing once, one after the other."""
        for _weight, deed in self._deeds:
            self._do(deed)
            self._pause(1.0)

    def _run(self) -> None:
        weights, deeds = zip(*self._deeds, strict=True)
        try:
            while not self._stopped.is_set():
                self._pause(self._random.uniform(0.5, 4.0))
                (deed,) = self._random.choices(deeds, weights)
                self._do(deed)
        except BaseException as failure:  # noqa: BLE001 - told by `stop`
            self._failure = failure

    def _do(self, deed: Callable[[], None]) -> None:
        deed()
        self.done[deed.__name__.replace("_", " ")] += 1

    def _pause(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def _worker(self) -> Member:
        return self._random.choice(self._fleet.workers)

    def kill_a_worker(self) -> None:
        """As by the kernel when memory runs out."""
        self._kill([self._worker()])

    def kill_two_workers(self) -> None:
        """Of three, at the same time."""
        self._kill(self._random.sample(self._fleet.workers, 2))

    def stop_a_worker_for_long(self) -> None:
        """As a machine that sleeps: it counts as dead when it goes on, and ends itself."""
        worker = self._worker()
        worker.signal_family(signal.SIGSTOP)
        threading.Event().wait(3 * self._live_seconds)
        worker.signal_family(signal.SIGCONT)
        self._pause(2.0)
        self._again(worker)

    def end_a_worker(self) -> None:
        """As an upgrade does."""
        worker = self._worker()
        worker.signal(signal.SIGTERM)
        self._again(worker)

    def kill_a_child(self) -> None:
        """One of those that a worker has started."""
        with suppress(IndexError):
            victim = self._random.choice(self._worker().family()[1:])
            with suppress(ProcessLookupError):
                os.kill(victim.pid, signal.SIGKILL)

    def kill_the_api(self) -> None:
        """Maybe while it answers."""
        self._kill([self._fleet.api])

    def crash_the_database(self) -> None:
        """Its first process, and the others with it."""
        self._database.kill()
        self._pause(self._random.uniform(0, 3))
        self._database.start()

    def stop_the_database(self) -> None:
        """In order, for some seconds."""
        self._database.stop()
        threading.Event().wait(self._random.uniform(1, 2 * self._live_seconds))
        self._database.start()

    def _kill(self, members: list[Member]) -> None:
        """Kill them at the same time, see to it that what they started ends by itself, and start them again."""
        families = [member.family() for member in members]
        for member in members:
            member.signal(signal.SIGKILL)
        for family in families:
            await_death(family)
        self._pause(self._random.uniform(0, 2))
        for member in members:
            self._again(member)

    @staticmethod
    def _again(member: Member) -> None:
        member.end()
        member.start()
