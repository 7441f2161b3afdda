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


@pytest.fixture(autouse=True)
def _plugin_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


@pytest.mark.parametrize(("ci", "outcomes"), [("true", {"errors": 1}), ("", {"skipped": 1})])
def test_a_skipped_test_fails_in_ci_only(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcomes: dict[str, int]
) -> None:
    """In CI a skipped test is an error; elsewhere it may be skipped, and says why."""
    monkeypatch.setenv("CI", ci)
    pytester.makepyfile(_SKIPPED)
    result = pytester.runpytest_subprocess("-ra", "-p", "no_silent_skips")
    result.assert_outcomes(passed=1, xfailed=1, **outcomes)
    result.stdout.fnmatch_lines(["*nobody installed it*"])


@pytest.mark.parametrize(("ci", "outcomes"), [("true", {"errors": 1}), ("", {"skipped": 1})])
def test_a_skipped_module_fails_in_ci_only(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcomes: dict[str, int]
) -> None:
    """A module that skips itself as a whole does not get away either."""
    monkeypatch.setenv("CI", ci)
    pytester.makepyfile("import pytest\npytest.skip('nobody installed it', allow_module_level=True)")
    pytester.runpytest_subprocess("-ra", "-p", "no_silent_skips").assert_outcomes(**outcomes)
