"""Is everything that can be asked for in the reference?"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from filmstrip.api.errors import ApiError, error_code
from filmstrip.cli.main import program
from filmstrip.domain.errors import FilmstripError, UploadError
from filmstrip.outputs.registry import output_types
from filmstrip.settings.catalog import all_settings
from filmstrip.settings.reading import COMMAND_VARIABLES, CONFIG_VARIABLE

DOCS = Path(__file__).parents[2] / "docs"


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The program that writes the reference."""
    return _load(DOCS / "generate.py")


def _page(name: str) -> str:
    return (DOCS / "reference" / name).read_text(encoding="utf-8")


def test_the_reference_is_up_to_date(generate: ModuleType) -> None:
    """What the code can do and what the reference says is the same; `make docs` makes it so."""
    for name, text in generate.pages().items():
        assert _page(name) == text, f"docs/reference/{name} is out of date: run `make docs`"


def test_every_parameter_is_documented() -> None:
    """Each parameter of each output is a row of the reference."""
    text = _page("parameters.md")
    for kind in output_types().values():
        for name in kind.wire_names():
            assert f"| `{name}` |" in text


def test_every_setting_is_documented() -> None:
    """Each setting is a row with its environment variable."""
    text = _page("settings.md")
    for setting in all_settings().values():
        assert f"| `{setting.name}`<br>`{setting.variable}` |" in text


def test_every_command_is_documented() -> None:
    """Each command and each of its options is on the page of commands."""
    text = _page("commands.md")
    context = click.Context(program)
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        assert command is not None
        assert f"## filmstrip {name}\n" in text
        for parameter in command.params:
            assert all(option in text for option in parameter.opts if option.startswith("--"))


def test_every_error_code_is_documented() -> None:
    """Each error that the API answers has its row with its code."""
    text = _page("errors.md")
    for kind in ApiError.__subclasses__():
        assert f"| {error_code(kind.__new__(kind))} | `{kind.__name__}` |" in text


def test_every_failure_of_a_task_says_what_to_do() -> None:
    """Each kind of error that is the end of its branch is explained, with what to do about it."""
    text = _page("errors.md").partition("## In a task")[2]
    not_in_tasks = {
        "ApiKeyNotFoundError",
        "TokenNotFoundError",
        "QueryError",
        "RangesNotSupportedError",
        "TaskStateError",
    }
    kinds = [kind for kind in _leaves(FilmstripError) if kind.__module__ == "filmstrip.domain.errors"]
    assert len(kinds) > 15
    for kind in kinds:
        if kind.__name__ not in not_in_tasks and not issubclass(kind, UploadError):
            row = next(line for line in text.splitlines() if f"`{kind.__name__}`" in line)
            assert all(len(cell) > 10 for cell in row.split(" | ")[:2]), row


def _leaves(kind: type[FilmstripError]) -> Iterator[type[FilmstripError]]:
    children = [child for child in kind.__subclasses__() if child.__module__ == "filmstrip.domain.errors"]
    yield from [kind] if not children else [leaf for child in children for leaf in _leaves(child)]


def test_pages_name_only_settings_that_exist() -> None:
    """Each variable that a page tells a reader to set is one that is read."""
    known = {setting.variable for setting in all_settings().values()} | {CONFIG_VARIABLE} | COMMAND_VARIABLES
    pages = [DOCS.parent / "README.md", DOCS.parent / "CHANGELOG.md", *DOCS.rglob("*.md")]
    named = {
        (page.name, name) for page in pages for name in re.findall(r"\bFILMSTRIP_[A-Z_]+[A-Z]\b", page.read_text())
    }
    assert len(named) > 50
    assert {name for _, name in named} <= known
