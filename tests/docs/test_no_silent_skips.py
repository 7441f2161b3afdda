"""Are tests skipped in CI?"""

from pathlib import Path

import pytest

_SKIPPED = """
import pytest

def test_runs():
    pass

@pytest.mark.skip(reason="nobody installed it")
def test_skipped():
    pass

def test_fails_as_expected():
    pytest.xfail("known")
"""


_SKIPPED_AS_A_WHOLE = """
import pytest
pytest.skip("nobody installed the whole", allow_module_level=True)
"""


@pytest.fixture(autouse=True)
def _plugin_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


@pytest.mark.parametrize(("ci", "outcomes"), [("true", {"errors": 2}), ("", {"skipped": 2})])
def test_what_is_skipped_fails_in_ci_only(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcomes: dict[str, int]
) -> None:
    """In CI a skipped test is an error, and so is a module that skips itself as a whole; elsewhere they may be skipped,
    and say why.
    """
    monkeypatch.setenv("CI", ci)
    pytester.makepyfile(test_one=_SKIPPED, test_whole=_SKIPPED_AS_A_WHOLE)
    plugins = ["-p", "no_silent_skips", "-p", "no:schemathesis"]
    result = pytester.runpytest_subprocess("-ra", "--continue-on-collection-errors", *plugins)
    result.assert_outcomes(passed=1, xfailed=1, **outcomes)
    result.stdout.fnmatch_lines_random(["*nobody installed it*", "*nobody installed the whole*"])
