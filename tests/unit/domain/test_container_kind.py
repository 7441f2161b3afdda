"""The table of container formats: what its rows say, and that nothing else asks a format by its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import TypeAdapter

import filmstrip
from filmstrip.domain.container_kind import KINDS, ContainerKind, Layout, TimesTold, kind_named
from filmstrip.domain.media_info import MediaInfo

MP4, MATROSKA, TS, PS = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "mpegts", "mpeg"
ROOT = Path(filmstrip.__file__).parent
TABLE = ROOT / "domain" / "container_kind.py"
# Of names that are those of codecs, extensions or outputs as well, nothing can be said.
NAMES = {
    "mov",
    "ogg",
    MP4,
    MATROSKA,
    TS,
    PS,
    *("matroska", "avi", "flv", "asf", "mxf", "rm", "ivf", "dhav", "gxf", "wtv", "mpegvideo"),
}

BARE_SOUND = {"mp3", "aac", "ac3", "eac3", "dts", "amr"}


@pytest.mark.parametrize(
    ("question", "answer", "formats"),
    [
        ("layout", Layout.ISO_BOXES, {MP4}),
        ("layout", Layout.EBML_ELEMENTS, {MATROSKA}),
        ("layout", Layout.RIFF_CHUNKS, {"avi"}),
        ("layout", Layout.TRANSPORT_PACKETS, {TS}),
        ("layout", Layout.PROGRAM_PACKS, {PS}),
        ("layout", Layout.FLV_TAGS, {"flv"}),
        ("layout", Layout.OGG_PAGES, {"ogg"}),
        ("layout", Layout.ASF_OBJECTS, {"asf"}),
        ("packet_times", TimesTold.ALL, {MP4}),
        ("packet_times", TimesTold.UNLESS_REORDERED, {"avi"}),
        ("packet_times", TimesTold.NONE, {"h264", "hevc", "mpegvideo", "m4v", "obu"}),
        ("has_true_times", True, {TS, PS}),
        ("has_length", False, {"h264", "hevc", "mpegvideo", "m4v", "obu", "ivf", *BARE_SOUND}),
        ("counts_from_zero", True, {MATROSKA}),
        ("describes_streams", True, {MP4}),
        ("describes_pictures", True, {MP4, MATROSKA}),
        ("lists_all_packets", True, {MP4}),
        ("lists_keyframes", True, {MP4, MATROSKA}),
        ("loads_index_by_seeking", True, {MATROSKA}),
        ("seeks_ahead", False, {"dhav", "gxf"}),
        ("seeks_by_dts", True, {TS, PS}),
        ("has_stamps", True, {TS, PS}),
        ("has_programs", True, {TS}),
        ("may_be_joined", True, {TS, PS}),
        ("may_change_size", True, {MATROSKA, TS, PS, "flv", "ogg", "nut"}),
        ("run_up_seconds", 5, {MP4, MATROSKA}),
        ("run_up_seconds", 15, {TS, PS, "avi", "flv", "asf", "mxf", "ogg", "dv", "rm", "ivf"}),
    ],
)
def test_rows_answer_questions(question: str, answer: object, formats: set[str]) -> None:
    """Each answer that is not the usual one is that of these formats and of no others."""
    assert {kind.name for kind in KINDS if getattr(kind, question) == answer} == formats


def test_no_format_has_two_rows() -> None:
    """Each name leads to one row, also the names that libav joins to one."""
    names = [name for kind in KINDS for name in kind.name.split(",")]
    assert len(names) == len(set(names))
    assert {kind_named(kind.name) for kind in KINDS} == set(KINDS)
    assert kind_named("3gp") is kind_named(MP4)


def test_nothing_is_known_of_other_formats() -> None:
    """A name that is in no row, such as one stored by another version, has the answers of an ordinary format."""
    assert kind_named("vapoursynth") == ContainerKind("vapoursynth")


def test_each_question_is_asked() -> None:
    """A field that no code reads would be a claim that nobody has proved."""
    text = "".join(path.read_text() for path in ROOT.rglob("*.py") if path != TABLE)
    assert [field.name for field in fields(ContainerKind) if f".{field.name}" not in text] == []


def _questions_to_names(tree: ast.AST) -> Iterator[int]:
    """List the lines on which something is decided by a container's name."""
    for node in ast.walk(tree):
        if any(_is_name_of_container(part) for asked in _asked(node) for part in ast.walk(asked)):
            yield node.lineno  # type: ignore[attr-defined] - all nodes that ask have one


def _asked(node: ast.AST) -> list[ast.AST]:
    """List what a node decides by."""
    if isinstance(node, (ast.Compare, ast.Subscript, ast.Set)):
        return [node]
    if isinstance(node, ast.Match):
        return [node.subject]
    if isinstance(node, ast.Dict):
        return [key for key in node.keys if key is not None]
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return [node.func.value, *node.args] if is_method and node.func.attr in {"get", "startswith"} else []


def _is_name_of_container(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return node.value in NAMES
    text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
    return text.endswith(("container.format.name", "info.container")) or text == "self.container"


@pytest.mark.parametrize(
    "line",
    [
        'container.format.name == "x"',
        '"x" in self._container.format.name',
        "info.container in JOINABLE",
        "RUN_UP.get(job.info.container)",
        "RUN_UP[info.container]",
        'SEARCHED = {"mpegts", "mpeg"}',
        'name == "matroska,webm"',
        'info.container.startswith("mov")',
    ],
)
def test_a_question_to_a_name_is_seen(line: str) -> None:
    """The next test can fail."""
    assert list(_questions_to_names(ast.parse(line))) == [1]


def test_only_the_table_asks_names() -> None:
    """What is true of a format is in its row; everything else asks the row."""
    asked = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in ROOT.rglob("*.py")
        if path != TABLE
        for line in _questions_to_names(ast.parse(path.read_text()))
    }
    assert asked == set()


def test_a_row_is_not_stored_with_the_facts_of_a_source() -> None:
    """What is stored is the format's name; the row is looked up, so that a table of a later version is asked."""
    info = MediaInfo(container=MP4, duration_seconds=Fraction(1), start_seconds=Fraction(0), size_bytes=1, video=None)
    assert info.kind is kind_named(MP4)
    stored = TypeAdapter(MediaInfo).dump_python(info)
    assert stored["container"] == MP4
    assert "kind" not in stored
