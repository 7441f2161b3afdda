"""Does every link of the documentation lead somewhere?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)#\s]+)(?:#(?P<anchor>[^)\s]+))?\)|<img src=\"(?P<image>[^\"]+)\"")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _anchors(page: Path) -> set[str]:
    # GitHub's rule: lower case, spaces to hyphens, other punctuation dropped.
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", _pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A link within the repository names a file that is there, and a heading in it if it says so."""
    for match in _LINK.finditer(page.read_text(encoding="utf-8")):
        target = match["target"] or match["image"]
        if "://" in target or target.startswith("mailto:"):
            continue
        path = (page.parent / target).resolve()
        assert path.exists(), f"{page.name} links to {target}, which is not there"
        if match["anchor"]:
            assert match["anchor"] in _anchors(path), f"{page.name} links to {target}#{match['anchor']}"


def test_every_decision_is_in_the_index() -> None:
    """Each record of a decision is listed with its own title, and numbers are not used twice."""
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    records = sorted(folder.glob("[0-9]*.md"))
    assert len({record.name[:4] for record in records}) == len(records)
    for record in records:
        title = record.read_text(encoding="utf-8").splitlines()[0].partition(". ")[2]
        assert f"- [{record.name[:4]}: {title}]({record.name})" in index


def test_pictures_are_small() -> None:
    """The documentation loads quickly: no picture is larger than 150 kB."""
    for picture in (ROOT / "docs" / "pictures").glob("*"):
        assert picture.stat().st_size < 150_000, picture.name


@pytest.mark.parametrize(("page", "least"), [("ARCHITECTURE.md", 50), ("SECURITY.md", 25)])
def test_every_path_of_the_maps_is_there(page: str, least: int) -> None:
    """Modules and tests that the floor plan and the threat model name exist, so that they are maps and not memories."""
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w/])((?:[a-z_]+/)+[a-z0-9_]+\.py)", text))
    assert len(named) > least
    missing = [path for path in named if not any((root / path).exists() for root in (ROOT, ROOT / "src" / "filmstrip"))]
    assert not missing
