"""The servers that tests of several folders share are fixtures of `servers.py`."""

pytest_plugins = ("servers",)
