"""How many requests in a time are answered: of an address before a request is read, of an API key after that.

What comes too early is refused at once, so that a client in a loop costs little and keeps nobody out. Numbers are kept
in memory, by `limits`: a sliding window, so that a limit of 60 a minute never lets 120 through within one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from aiohttp import web
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from filmstrip.api.client_address import client_of, counted_as
from filmstrip.api.errors import TooManyRequestsError
from filmstrip.api.parts import PARTS

_SLOTS = 8192
"""Addresses are counted in so many places, by a hash that nobody outside knows: a flood of addresses takes no more
memory than that, and the library, which looks at all places while requests come, no more time."""

_ADDRESS = "address"
_KEY = "key"
_STATUS = "status"


class Rates:
    """Counts requests; for use in one event loop."""

    def __init__(self, per_address: str, per_key: str) -> None:
        """Count from zero.

        Args:
            per_address: Limits such as "100/second; 5000/minute" for all requests of one address, or "none".
            per_key: The same for one API key.
        """
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._limits = {_ADDRESS: _parsed(per_address), _KEY: _parsed(per_key), _STATUS: _parsed(per_key)}

    def count_address(self, address: str) -> None:
        """Count a request of an address.

        Raises:
            TooManyRequestsError: It is one too many.
        """
        self._count(_ADDRESS, str(hash(address) % _SLOTS), f"the address {address}")

    def count_key(self, key_id: int) -> None:
        """Count a request that is made with an API key.

        Raises:
            TooManyRequestsError: It is one too many.
        """
        self._count(_KEY, str(key_id), "this API key")

    def count_status(self, key_id: int) -> None:
        """Count a request for the status of a key's tasks, apart from its others: whoever has a token may ask.

        Raises:
            TooManyRequestsError: It is one too many.
        """
        self._count(_STATUS, str(key_id), "the status of this API key's tasks")

    def _count(self, kind: str, who: str, shown: str) -> None:
        for limit in self._limits[kind]:
            if not self._limiter.hit(limit, kind, who):
                free_at = self._limiter.get_window_stats(limit, kind, who).reset_time
                seconds = max(1, math.ceil(free_at - time.time()))
                raise TooManyRequestsError(
                    f"Too many requests of {shown}: at most {limit.amount} per {limit.GRANULARITY.name} are answered; "
                    f"try again in {seconds} seconds",
                    seconds,
                )


RATES: web.AppKey[Rates] = web.AppKey("rates", Rates)


def count_address(request: web.Request) -> None:
    """Count a request as one of the client's address.

    Raises:
        TooManyRequestsError: It is one too many.
    """
    client = client_of(request, request.app[PARTS].settings.trusted_proxies)
    request.app[RATES].count_address(counted_as(client))


def _parsed(limits: str) -> Sequence[RateLimitItem]:
    return () if limits == "none" else parse_many(limits)
