"""Says that work goes on while one step of it takes long: whoever listens takes silence for a hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from filmstrip.domain.progress import ProgressListener

_EVERY_SECONDS = 3.0


class Pulse:
    """Passes progress on, and repeats what was told last as long as a step may take: one that hangs falls silent.

    The steps are calls of libav that let go of the interpreter's lock, and cannot say how far they are.
    """

    def __init__(
        self,
        listener: ProgressListener,
        step_seconds: float,
        *,
        every_seconds: float = _EVERY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Pass nothing on yet.

        Args:
            listener: Told each fraction, now and then from another thread.
            step_seconds: How long a step may take on a slow core.
            every_seconds: The pause between two repetitions.
            clock: Tells seconds.
        """
        self._listener = listener
        self._step_seconds = step_seconds
        self._every_seconds = every_seconds
        self._clock = clock
        self._told = 0.0
        self._told_at = clock()
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __call__(self, fraction: float) -> None:
        """Say what fraction is finished."""
        with self._lock:
            self._told, self._told_at = fraction, self._clock()
            self._listener(fraction)

    def repeat(self) -> None:
        """Repeat the last fraction, unless the step after it has taken longer than it may."""
        with self._lock:
            if self._clock() - self._told_at <= self._step_seconds:
                self._listener(self._told)

    def _beat(self) -> None:
        while not self._is_over.wait(self._every_seconds):
            self.repeat()

    def __enter__(self) -> Self:
        """Begin to repeat."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Repeat nothing more; nothing is told behind the end."""
        self._is_over.set()
        self._thread.join()
