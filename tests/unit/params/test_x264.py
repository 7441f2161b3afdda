"""Which of x264's knobs may clients turn, and in which spelling?"""

from fractions import Fraction

import pytest
from pydantic import ValidationError

from filmstrip.params.x264 import X264Parameters


@pytest.mark.parametrize(
    "text", ["-bpyramid+fastpskip-dct8x8", "-bpyramid fastpskip-dct8x8", " -bpyramid+fastpskip -dct8x8 "]
)
def test_flags_survive_form_decoding(text: str) -> None:
    """A plus sign that became a space on its way is still a plus sign."""
    assert X264Parameters.model_validate({"flags2": text}).flags2 == {
        "bpyramid": False,
        "fastpskip": True,
        "dct8x8": False,
    }


@pytest.mark.parametrize("text", ["+partp8x8+parti4x4", " partp8x8 parti4x4", "partp8x8,parti4x4"])
def test_partitions_may_be_listed_in_any_way(text: str) -> None:
    """Plus signs, spaces and commas all list partitions."""
    assert X264Parameters.model_validate({"partitions": text}).partitions == {"partp8x8": True, "parti4x4": True}


def test_the_published_list_is_accepted_as_strings() -> None:
    """The example of the old documentation, all strings, is understood to the last value."""
    x264 = X264Parameters.model_validate(
        {
            "vprofile": "baseline",
            "level": "31",
            "coder": "0",
            "flags2": "-bpyramid+fastpskip-dct8x8",
            "partitions": "+partp8x8+partp4x4+partb8x8",
            "bf": "16",
            "directpred": "1",
            "me_method": "hex",
            "subq": "7",
            "trellis": "1",
            "refs": "3",
            "cmp": "256",
            "me_range": "16",
            "sc_threshold": "40",
            "i_qfactor": "0.71",
            "b_strategy": "1",
            "qcomp": "0.6",
            "qmin": "10",
            "qmax": "51",
            "qdiff": "4",
            "rc_lookahead": "40",
            "max_rate": "1.5",
            "min_rate": "0.5",
            "bufsize": "3",
            "sws_flags": "lanczos",
            "preset": "slow",
            "flags": "+loop+cgop",
        }
    )
    assert all(value is not None for value in dict(x264).values())
    assert (x264.max_rate, x264.i_qfactor, x264.flags) == (
        Fraction(3, 2),
        Fraction(71, 100),
        {"loop": True, "cgop": True},
    )


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("refs", 17, "17 is not a whole number from 0 to 16"),
        ("max_rate", 4500, "4500 is not a number of Mbit/s above 0 and at most 2000 (libx264 counts in Mbit/s)"),
        ("me_method", "best", '"best" is not one of epzs, hex, umh, full, dia, esa, tesa'),
        (
            "flags2",
            "+warp",
            '"+warp" is not a list such as +bpyramid, of bpyramid, wpred, mixed_refs, dct8x8, fastpskip, aud',
        ),
        (
            "partitions",
            "+partp8x8:crf=0",
            '"+partp8x8:crf=0" is not a list such as +partp8x8, of partp8x8, partp4x4, partb8x8, parti8x8, parti4x4',
        ),
    ],
)
def test_mistakes_name_the_value_and_what_is_allowed(field: str, value: object, message: str) -> None:
    """Whoever reads the error knows what to write instead; nothing unknown gets through to the encoder."""
    with pytest.raises(ValidationError) as caught:
        X264Parameters.model_validate({field: value})
    assert [(error["loc"], error["msg"]) for error in caught.value.errors()] == [((field,), message)]


def test_no_object_is_a_mistake() -> None:
    """A value of the wrong kind is told, not guessed at; PHP's empty list stands for an empty object."""
    assert X264Parameters.model_validate([]) == X264Parameters()
    with pytest.raises(ValidationError, match='"slow" is not an object such as'):
        X264Parameters.model_validate("slow")


def test_parameters_survive_json() -> None:
    """What is stored between two steps of a job is what the client asked for."""
    x264 = X264Parameters.model_validate(
        {"flags2": "-bpyramid", "partitions": "+parti4x4", "cmp": "+chroma", "max_rate": "0.7"}
    )
    assert X264Parameters.model_validate_json(x264.model_dump_json()) == x264
