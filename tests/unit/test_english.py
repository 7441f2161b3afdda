"""Sentences that users read begin alike, and docstrings say what a thing is or does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from source_trees import MODULES, source_trees

# A name that is typed as it is: `database_url: …`, `interval: …`, `format[0] was …`, `start_time is …`.
_BEGINS_WITH_A_NAME = re.compile(r"[a-z0-9]*(_\w+[ :]|\[|:)")
_SENTENCE = re.compile(r'["\'{A-Z0-9]')

# Modules whose errors are no sentences by themselves.
END_OF_A_SENTENCE = {
    "domain/picture_limits.py": "told behind the name of the parameter that asks for it: `size: images have …`",
    "media/pictures/picture_check.py": "told behind the name of the picture, as what is wrong with it",
    "outputs/child/fetcher.py": "told behind `nonsense was asked for: `, in the log",
    "outputs/child/range_protocol.py": "told behind `nonsense was asked for: `, in the log",
    "params/json_text.py": "told behind what the text is: `query: is not JSON`, `The body is not JSON`",
    "params/values.py": "the kind of a mistake of pydantic's; its words follow the name of the field",
    "storage/http/posting.py": "told behind the address that is called, as the reason why that failed",
    "settings/values.py": "told behind the name of the setting: `port: … is not a port`",
}

# The rooms whose docstrings have been gone through.
STATED = (
    "api",
    "cli",
    "db",
    "domain",
    "isolation",
    "jobs",
    "manifest",
    "media/containers",
    "media/frames",
    "media/pictures",
    "media/probing",
    "media/sampling",
    "media/source",
    "media/timeline",
    "media/transcoding",
    "outputs",
    "params",
    "service",
    "settings",
    "storage",
    "testing",
    "wire",
)
DOCUMENTED = [name for name in MODULES if name.startswith(tuple(f"{room}/" for room in STATED))]


def _sentences(tree: ast.Module) -> Iterator[str]:
    """Yield the beginnings of errors, warnings and reasons of lint rules that are written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = 3 if name == "Rule" else 0
            if re.search("Error$|^BadParameter$|^[wW]arn$|^Warned$|^Rule$", name) and len(node.args) > place:
                yield from _beginning(node.args[place])
        elif isinstance(node, ast.FunctionDef) and "warning" in node.name:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Yield | ast.Return) and inner.value is not None:
                    yield from _beginning(inner.value)


def _beginning(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.BinOp):
        yield from _beginning(argument.left)
    elif isinstance(argument, ast.BoolOp | ast.IfExp):
        branches = argument.values if isinstance(argument, ast.BoolOp) else (argument.body, argument.orelse)
        for branch in branches:
            yield from _beginning(branch)
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in argument.values)


def _begins_low(name: str) -> list[str]:
    told = _sentences(source_trees()[name])
    return [words for words in told if not _SENTENCE.match(words) and not _BEGINS_WITH_A_NAME.match(words)]


def _documented(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def test_a_sentence_begins_with_a_capital() -> None:
    """Also if it is a warning or the reason of a lint rule; what is typed as it is stays as it is."""
    low = {name: _begins_low(name) for name in MODULES if name not in END_OF_A_SENTENCE}
    assert {name: words for name, words in low.items() if words} == {}


@pytest.mark.parametrize("name", END_OF_A_SENTENCE)
def test_each_exception_is_needed(name: str) -> None:
    """A module whose errors are sentences by now is held to it."""
    assert _begins_low(name)


def test_a_module_says_what_is_in_it() -> None:
    """Its docstring is a statement, no question."""
    heads = {name: (ast.get_docstring(source_trees()[name]) or "").partition("\n")[0] for name in DOCUMENTED}
    assert {name: head for name, head in heads.items() if "?" in head} == {}


def test_a_function_returns_or_checks() -> None:
    """It never "tells" what it returns."""
    telling = {
        name: [text for text in _documented(source_trees()[name]) if re.match("Tells? ", text)] for name in DOCUMENTED
    }
    assert {name: texts for name, texts in telling.items() if texts} == {}
