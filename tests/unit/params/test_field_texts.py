"""What do fields mean, in words?"""

from filmstrip.params.clip import Clip
from filmstrip.params.field_texts import field_texts
from filmstrip.params.frame_size import FrameSizing


class _Both(Clip, FrameSizing):
    """A class with fields of its own and inherited ones.

    Attributes:
        color: What it looks like: a text that goes on
            in the next line.
        width: A new text for an inherited field.

    Not an attribute: this line.
    """

    color: str = "red"


def test_own_and_inherited_fields_are_described() -> None:
    """Every field has its text, whichever class defines it."""
    texts = field_texts(_Both)
    assert set(_Both.model_fields) == set(texts)
    assert texts["start_time"].startswith("Where it begins")


def test_continued_lines_are_joined() -> None:
    """A description of several lines becomes one sentence."""
    assert field_texts(_Both)["color"] == "What it looks like: a text that goes on in the next line."


def test_a_subclass_has_the_last_word() -> None:
    """A class that describes an inherited field anew replaces its text."""
    assert field_texts(_Both)["width"] == "A new text for an inherited field."


def test_a_class_without_attributes_has_no_texts() -> None:
    """Where no docstring has such a section, nothing is found."""
    assert field_texts(int) == {}
