"""Are the fields of a frame recognised in their slice headers?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.field_coding import Frame, frames_in_decode_order, parameter_sets
from filmstrip.media.containers.field_flags import FieldFlagReader
from pictures import Look

LOOKS = {"tff": Look((192, 128), interlaced="tff"), "bff": Look((192, 128), interlaced="bff")}
# Progressive: what x264 writes for 320x180.
WHOLE_FRAMES = bytes.fromhex("000000016764000cacd941419f9e6a020202800000030080000019078a14cb")


def frames(order: str) -> list[Frame]:
    return list(frames_in_decode_order(6, LOOKS[order]))


def boxed(unit: bytes) -> bytes:
    """Put a length in the place of a start code."""
    return len(unit[4:]).to_bytes(4, "big") + unit[4:]


def configuration(sets: bytes) -> bytes:
    """Put a sequence parameter set into an `avcC` box."""
    sequence = sets.split(b"\0\0\0\1")[1]
    return b"\1\x4d\0\x1e\xff\xe1" + len(sequence).to_bytes(2, "big") + sequence + b"\1"


@pytest.mark.parametrize("order", LOOKS)
def test_two_fields_of_a_frame_belong_together(order: str) -> None:
    """Both fields have one frame number and opposite parity, the first as the stream's field order says."""
    reader = FieldFlagReader(parameter_sets(LOOKS[order]))
    for frame in frames(order):
        first, second = (reader.read(field) for field in frame.fields())
        assert first is not None
        assert second is not None
        assert second.completes(first)
        assert first.is_bottom == (order == "bff")


def test_fields_of_different_frames_do_not() -> None:
    """The second field of one frame and the first one of another are two pictures, as are two of one parity."""
    reader = FieldFlagReader(parameter_sets(LOOKS["tff"]))
    keyframe, after, *_ = (tuple(reader.read(field) for field in frame.fields()) for frame in frames("tff"))
    assert after[0] is not None
    assert keyframe[0] is not None
    assert keyframe[1] is not None
    assert not after[0].completes(keyframe[1])
    assert not keyframe[0].completes(keyframe[0])


def test_units_with_lengths_are_read_as_those_with_start_codes() -> None:
    """MP4 and Matroska store lengths where broadcasts have start codes."""
    sets = parameter_sets(LOOKS["tff"])
    plain, lengths = FieldFlagReader(sets), FieldFlagReader(configuration(sets))
    for frame in frames("tff"):
        for field in frame.fields():
            assert lengths.read(boxed(field)) == plain.read(sets + field)


def test_a_stream_of_whole_frames_is_not_even_looked_at() -> None:
    """Where the parameter set rules fields out, no packet is read."""
    assert not FieldFlagReader(WHOLE_FRAMES).may_find_fields
    assert not FieldFlagReader(b"").may_find_fields


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_nonsense_is_read_to_its_end(extradata: bytes, data: bytes) -> None:
    """Whatever the bytes are, reading them ends and raises nothing."""
    FieldFlagReader(extradata).read(data)
    FieldFlagReader(parameter_sets(LOOKS["tff"])).read(b"\0\0\1\1" + data)
