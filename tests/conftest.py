"""The servers that tests of several folders share are fixtures of `servers.py`; `no_silent_skips.py` is about CI."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ("pytester", "servers", "no_silent_skips")

# Whether a run passes is no matter of luck: the same examples each time, however busy the machine is. What `make fuzz`
# finds is kept as an `@example`.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
