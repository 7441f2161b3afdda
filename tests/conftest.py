"""The servers that tests of several folders share are fixtures of `servers.py`; `no_silent_skips.py` is about CI."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ("pytester", "one_for_all", "servers", "no_silent_skips")

# Whether a run passes is no matter of luck: the same examples each time, however busy the machine is. What `make fuzz`
# finds is kept as an `@example`.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# A shell that runs tests in the background, or `nohup`, has programs ignore these, which they hand on: what is tested
# is how programs of ours answer them.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Files of these folders take longest, a real service or browser each: begun first, none of them is left to the end.
_LONGEST = ("service", "browser", "docs", "isolation", "qencode", "contract", "media")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; within a folder the order is as random as pytest-randomly makes it."""
    tests = config.rootpath / "tests"

    def place(item: pytest.Item) -> int:
        parts = item.path.relative_to(tests).parts if item.path.is_relative_to(tests) else ("",)
        return _LONGEST.index(parts[0]) if parts[0] in _LONGEST else len(_LONGEST)

    items.sort(key=place)
