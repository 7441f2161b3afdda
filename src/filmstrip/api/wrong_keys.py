"""Guards API keys against guessing: answers to wrong ones come later and later, by address.

Every key is looked up, and a right one is never held up: behind one address there may be many clients. What is slowed
down is a client that sends wrong ones. Keys that the service makes have 128 random bits, which no rate of guessing
reaches.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

import structlog

from filmstrip.api.errors import TooManyWrongKeysError

_MOST_ADDRESSES = 10_000
_FORGOTTEN_SECONDS = 900.0
_MOST_WAITING = 8
"""How many answers to one address are held back at a time; to more, the answer is a refusal."""
_MOST_DOUBLINGS = 20

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Attempts:
    count: int = 0
    last: float = 0.0
    waiting: int = 0


class WrongKeys:
    """Counts wrong keys by address; for use in one event loop."""

    def __init__(self, allowed: int, longest_pause_seconds: float) -> None:
        """Count from zero.

        Args:
            allowed: How many wrong keys of an address are answered at once.
            longest_pause_seconds: Up to which the pause grows.
        """
        self._allowed = allowed
        self._longest = longest_pause_seconds
        self._attempts: OrderedDict[str, _Attempts] = OrderedDict()
        self._released = asyncio.Event()

    async def hold_back(self, address: str) -> None:
        """Note a wrong key of an address, and wait before it is answered.

        Raises:
            TooManyWrongKeysError: As many answers to this address as may wait are waiting.
        """
        attempts = self._of(address)
        attempts.count += 1
        pause = self._pause(attempts.count)
        log.info("wrong_api_key", address=address, count=attempts.count, pause_seconds=pause)
        if not pause:
            return
        if attempts.waiting >= _MOST_WAITING:
            raise TooManyWrongKeysError(
                f"Too many wrong API keys came from this address: wait {pause:g} seconds, and check the key", pause
            )
        attempts.waiting += 1
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._released.wait(), pause)
        finally:
            attempts.waiting -= 1

    def release(self) -> None:
        """Let all answers go that are held back: the service stops."""
        self._released.set()

    def _pause(self, count: int) -> float:
        over = count - self._allowed
        return min(self._longest, float(2 ** min(over - 1, _MOST_DOUBLINGS))) if over > 0 else 0.0

    def _of(self, address: str) -> _Attempts:
        now = time.monotonic()
        found = self._attempts.pop(address, _Attempts())
        if now - found.last > _FORGOTTEN_SECONDS:
            found.count = 0
        found.last = now
        self._attempts[address] = found
        if len(self._attempts) > _MOST_ADDRESSES:
            self._attempts.popitem(last=False)
        return found
