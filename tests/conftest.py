"""The servers that tests of several folders share are fixtures of `servers.py`; `no_silent_skips.py` is about CI."""

pytest_plugins = ("pytester", "servers", "no_silent_skips")
