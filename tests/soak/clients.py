"""Clients that submit tasks and wait for their ends, whatever becomes of the process that answers them."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_LATER = {8}
"""Error 8: ask again later."""
_NOT_FOUND = "Token not found"
_UNAVAILABLE = 503
_AT_ONCE = 250


class Client:
    """Speaks to the API, and asks again if it does not answer."""

    def __init__(self, url: str, key: str, patience_seconds: float) -> None:
        self._url = url
        self._patience_seconds = patience_seconds
        self.repeated = 0
        self.session = str(self.call("access_token", api_key=key)["token"])

    def call(self, method: str, **fields: str) -> dict[str, Any]:
        """Call a method until it answers."""
        return self._patiently(lambda: self._once(method, fields))

    def submit(self, query: dict[str, Any]) -> str:
        """Start a task. A lost answer may have been that it is started: then it is not there to be started again."""
        token = str(self.call("create_task", token=self.session)["task_token"])
        before = self.repeated
        answer = self.call("start_encode2", task_token=token, query=json.dumps({"query": query}))
        if answer["error"]:
            assert answer["message"] == _NOT_FOUND, answer
            assert self.repeated > before, f"{token}: {answer}"
        return token

    def ended(self, tokens: list[str]) -> dict[str, dict[str, Any]]:
        """Return the states of those tasks that have ended."""
        found: dict[str, dict[str, Any]] = {}
        for first in range(0, len(tokens), _AT_ONCE):
            some = ",".join(tokens[first : first + _AT_ONCE])
            states = self.call("status", task_tokens=some)["statuses"]
            found |= {token: state for token, state in states.items() if state["status"] == "completed"}
        return found

    def _once(self, method: str, fields: dict[str, str]) -> dict[str, Any] | None:
        body = urllib.parse.urlencode(fields).encode()
        try:
            with urllib.request.urlopen(f"{self._url}/v1/{method}", body, timeout=60) as answer:
                told: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                if error.code != _UNAVAILABLE:
                    raise
            return None
        except (OSError, ValueError):
            return None
        return None if told["error"] in _LATER else told

    def _patiently(self, ask: Callable[[], T | None]) -> T:
        deadline = time.monotonic() + self._patience_seconds
        while (answer := ask()) is None:
            self.repeated += 1
            assert time.monotonic() < deadline, "the API does not answer"
            time.sleep(0.2)
        return answer
