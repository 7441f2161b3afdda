"""What is decoded for the wanted frames, and which pictures are taken for them? Over a decoder of times alone."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av.error
import pytest

from fake_film import FakeDecoder, FakeFrame, FakePacket, packets_of
from filmstrip.media.containers.display_order import DisplayOrder, Shown
from filmstrip.media.sampling.frame_judge import Verdict
from filmstrip.media.sampling.frame_picker import FramePicker, Want
from filmstrip.media.sampling.targets import SamplingCost, Target

FILM = "I0 P3 b1 b2 P6 b4 b5 P9 b7 b8"


def shown_of(film: list[FakePacket]) -> list[Any]:
    order: DisplayOrder[FakePacket] = DisplayOrder()
    shown: list[Shown[FakePacket]] = []
    for packet in film:
        shown += order.push(packet)
    return shown + list(order.finish())


def picker_for(*moments: int, film: list[FakePacket], **options: Any) -> tuple[FramePicker, list[Any], Any]:
    """A picker that waits for the frames at some moments, the packets of the film, and the decoder."""
    decoder: Any = FakeDecoder()
    picker, shown = FramePicker(decoder, SamplingCost(), **options), shown_of(film)
    for index, moment in enumerate(moments):
        picker.want(next(each for each in shown if each.start == moment), Target(index, Fraction(moment)))
    return picker, shown, decoder


def pts_of(wants: list[Want]) -> dict[int | None, int | None]:
    return {want.shown.start: want.frame and want.frame.pts for want in wants}


def test_what_nothing_refers_to_is_not_decoded() -> None:
    """Of the pictures that nothing refers to, the wanted one alone is decoded."""
    picker, shown, decoder = picker_for(4, film=packets_of(FILM))
    met = [*picker.decode(shown), *picker.drain()]
    assert decoder.decoded == ["I0", "P3", "P6", "b4", "P9"]
    assert pts_of(met) == {4: 4}
    assert met[0].is_met


def test_one_frame_for_several_targets() -> None:
    """A frame that is wanted twice is decoded once and comes back once, with both targets."""
    picker, shown, _ = picker_for(4, film=packets_of(FILM))
    picker.want(next(each for each in shown if each.start == 4), Target(7, Fraction(9, 2)))
    (met,) = [*picker.decode(shown), *picker.drain()]
    assert [target.index for target in met.targets] == [0, 7]


def test_nothing_behind_a_damaged_packet() -> None:
    """A picture that may refer to a damaged one is not taken; the next keyframe after a drain is whole again."""
    film = packets_of(f"{FILM} P12 b10 b11 P15 b13 b14")
    film[4].is_broken = True  # P6
    picker, shown, decoder = picker_for(2, 14, film=film)
    wants = [*picker.decode(shown), *picker.drain()]
    assert "P15" not in decoder.decoded  # P9 went in before the damage came out
    assert [want.is_met for want in wants] == [False, False]
    picker.want(shown[0], Target(2, Fraction(0)))
    (met,) = [*picker.decode(shown[:1]), *picker.drain()]
    assert met.is_met
    assert decoder.flushes == 2


def test_a_decoder_that_refuses_a_packet() -> None:
    """A packet that cannot be decoded at all is like a damaged one, and no error for the caller."""

    class Refusing(FakeDecoder):
        def decode(self, packet: FakePacket | None) -> list[FakeFrame]:
            if packet is not None and packet.name == "P3":
                raise av.error.InvalidDataError(1, "no")
            return super().decode(packet)

    decoder: Any = Refusing()
    picker, shown = FramePicker(decoder, SamplingCost()), shown_of(packets_of(FILM))
    picker.want(shown[1], Target(0, Fraction(3)))
    (want,) = [*picker.decode(shown), *picker.drain()]
    assert not want.is_met
    assert decoder.decoded == ["I0"]


def test_a_picture_is_trusted_after_those_that_it_may_refer_to() -> None:
    """A picture comes back before the end when 16 more have come out whole, no sooner."""
    film = packets_of("I0 " + " ".join(f"P{moment}" for moment in range(1, 40)))
    picker, shown, _ = picker_for(1, film=film)
    returned = next(number for number, each in enumerate(shown) if list(picker.decode([each])))
    assert returned == 1 + 16 + 2  # the decoder holds two back


def test_a_packet_that_is_never_shown_stands_for_the_picture_before_it() -> None:
    """Where nothing was skipped, the last picture before the moment is the one that is shown."""

    class Hiding(FakeDecoder):
        def decode(self, packet: FakePacket | None) -> list[FakeFrame]:
            return [frame for frame in super().decode(packet) if frame.pts != 1]

    decoder: Any = Hiding()
    picker, shown = FramePicker(decoder, SamplingCost()), shown_of(packets_of("I0 P1 P2"))
    picker.want(shown[1], Target(0, Fraction(1)))
    (want,) = [*picker.decode(shown[:2]), *picker.drain()]
    assert want.shown.start == 0
    assert want.is_met


@pytest.mark.parametrize(
    ("sharpness", "taken"),
    [({4: 10, 5: 10, 6: 10}, 6), ({4: 10, 5: 50, 6: 10}, 5), ({4: 90, 5: 50, 6: 10}, 4), ({3: 999, 6: 10}, 6)],
)
def test_the_best_of_a_window(monkeypatch: pytest.MonkeyPatch, sharpness: dict[int, float], taken: int) -> None:
    """In the window before the moment a clearly better picture is taken, the wanted one otherwise."""
    picker, shown, _ = picker_for(6, film=packets_of("I0 P1 P2 P3 P4 P5 P6 P7"), best_within=2)
    monkeypatch.setattr(picker._judge, "judge", lambda frame: Verdict(100, sharpness.get(frame.pts, 10)))
    (want,) = [*picker.decode(shown), *picker.drain()]
    assert want.better is not None
    assert want.better[0].pts == taken


def test_the_cost_is_told() -> None:
    """What went in and what came out is counted."""
    decoder: Any = FakeDecoder()
    cost = SamplingCost()
    picker, shown = FramePicker(decoder, cost), shown_of(packets_of(FILM))
    list(picker.decode(shown))
    list(picker.drain())
    assert (cost.packets_decoded, cost.frames_decoded) == (10, 4)
