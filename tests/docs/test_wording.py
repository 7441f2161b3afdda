"""The documentation for users speaks of what they see, and names nothing of the inside."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from source_trees import source_trees

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted(page for page in (*DOCS.glob("*.md"), *DOCS.glob("reference/*.md")) if page.name != "errors.md"),
]

_INSIDE = re.compile(r"\b(floors?|None|filmstrip\.[a-z_]+\.[a-z_]+|[a-z_]+\.py)\b")
_ODD = re.compile(r"\b(anew|graver|gone on with|of every day|cannot be had|in earnest)\b", re.IGNORECASE)


@cache
def _classes() -> set[str]:
    return {
        node.name
        for tree in source_trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and re.search("[a-z][A-Z]", node.name)
    }


def _words(page: Path) -> str:
    """Return a page without addresses of links, and without the text of the one that leads to contributors' pages."""
    text = "\n".join(line for line in page.read_text().splitlines() if not line.startswith("- Changing it:"))
    return re.sub(r"\]\([^)]*\)|<!--.*?-->", "", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_nothing_of_the_inside_is_named(page: Path) -> None:
    """No floor, class, module or value of Python's; the list of errors alone has the classes that the log names."""
    words = _words(page)
    assert sorted(_classes() & set(re.findall(r"\w+", words))) == []
    assert _INSIDE.findall(words) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_words_are_common_ones(page: Path) -> None:
    """Words that a reader would have to look up have a plain one instead."""
    assert _ODD.findall(_words(page)) == []
