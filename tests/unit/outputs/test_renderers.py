"""What makes the files of an output is found by the output's name, in a child process alone."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

import pytest

import filmstrip.outputs
from filmstrip.outputs import registry
from filmstrip.outputs._base import Output
from filmstrip.outputs._rendering import JointRenderer
from filmstrip.outputs.registry import joint_renderer, output_types, renderer


@pytest.mark.parametrize("name", sorted(output_types()))
def test_each_output_has_a_renderer(name: str) -> None:
    """Its module has what the protocol asks for, with the same parameters."""
    found = renderer(name)
    assert list(inspect.signature(found.render).parameters) == ["output", "bench"]
    if isinstance(found, JointRenderer):
        assert list(inspect.signature(found.render_together).parameters) == ["parts"]


@pytest.mark.parametrize("name", ["", "child", "_base", "../outputs/mp4", "avi"])
def test_nothing_else_is_loaded(name: str) -> None:
    """A name may come from a client."""
    with pytest.raises(KeyError):
        renderer(name)


def test_an_output_knows_nothing_of_its_making() -> None:
    """What is parsed and planned imports nothing late, and has no function that makes files."""
    sources = [path.read_text() for path in Path(filmstrip.outputs.__file__).parent.rglob("output.py")]
    assert len(sources) == len(output_types())
    assert not [text for text in sources if ".render" in text or "PLC0415" in text]
    assert not [name for name in dir(Output) if name.startswith("render")]


def test_together_is_made_what_has_one_function_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs of different names may share it; others are never made by one that does not know them."""
    assert joint_renderer(["thumbnails", "thumbnails"]) is renderer("thumbnails")
    with pytest.raises(TypeError, match="made alone"):
        joint_renderer(["contact_sheet", "contact_sheet"])
    with pytest.raises(TypeError, match="different functions"):
        joint_renderer(["thumbnails", "contact_sheet"])
    alike, another = ModuleType("alike"), ModuleType("another")
    vars(alike).update(vars(renderer("thumbnails")))
    vars(another).update(vars(alike), render_together=iter)
    found = {"alike": alike, "another": another, "thumbnails": renderer("thumbnails")}
    monkeypatch.setattr(registry, "renderer", found.__getitem__)
    assert joint_renderer(["alike", "thumbnails"]) is alike
    with pytest.raises(TypeError, match="different functions"):
        joint_renderer(["thumbnails", "another"])
