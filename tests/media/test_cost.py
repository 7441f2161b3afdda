"""Is nothing decoded that need not be? The engine against the floor of the benchmarks, in frames and not in time."""

from __future__ import annotations

import json
import math
import sys
from contextlib import redirect_stdout
from fractions import Fraction
from io import StringIO
from pathlib import Path
from types import ModuleType

import pytest
from benchmarks import engine, floor

from assets import ASSETS, Asset

NAMES = (
    "plain.mp4",
    "plain.mkv",
    "deep_pyramid.mp4",
    "ntsc_59_94.mp4",
    "endless_gop.mp4",
    "baseline.mp4",
    "hevc.mp4",
    "mpeg4.mp4",
    "open_gop.mp4",
)


def told(program: ModuleType, asset: Asset, interval: Fraction | int, *arguments: str) -> dict[str, int]:
    """Run a program of the benchmarks, in this process, and read what it tells of its cost."""
    count = str(math.ceil(asset.end / interval))
    output = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output):
        patch.setattr(sys, "argv", [program.__name__, str(asset.path), str(interval), count, *arguments])
        program.main()
    cost: dict[str, int] = json.loads(output.getvalue())
    return cost


def frames_decoded(program: ModuleType, asset: Asset, interval: int, *arguments: str) -> int:
    """Run a program of the benchmarks and take the number of frames from what it tells."""
    return told(program, asset, interval, *arguments)["frames_decoded"]


@pytest.mark.parametrize("interval", [1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_no_frame_is_decoded_that_no_picture_needs(name: str, interval: int, tmp_path: Path) -> None:
    """Wanted pictures and those that they refer to are decoded, once each."""
    asset = ASSETS[name]
    ours = frames_decoded(engine, asset, interval, str(tmp_path), "--threads", "1")
    assert ours <= frames_decoded(floor, asset, interval)


def test_a_keyframe_costs_one_frame(tmp_path: Path) -> None:
    """Where keyframes are precise enough, one frame is decoded for each picture."""
    asset = ASSETS["endless_gop.mp4"]
    assert frames_decoded(engine, asset, 3, str(tmp_path), "--precision", "keyframe") == 1


@pytest.mark.parametrize("precision", ["exact", "keyframe"])
def test_pictures_side_by_side_are_read_in_order(precision: str, tmp_path: Path) -> None:
    """Where every picture is a keyframe and every one is wanted, each packet is read once and nothing is sought."""
    asset = ASSETS["prores.mov"]
    cost = told(engine, asset, 1 / asset.rate, str(tmp_path), "--threads", "1", "--precision", precision)
    frames = cost["images"]
    assert (cost["frames_decoded"], cost["packets_read"]) == (frames, frames)
    assert cost["seeks"] == 1


def test_pictures_far_apart_are_sought(tmp_path: Path) -> None:
    """Where much lies between wanted keyframes, it is not read: a seek for each, and few packets behind it."""
    cost = told(engine, ASSETS["plain.mp4"], 2, str(tmp_path), "--threads", "1", "--precision", "keyframe")
    assert cost["seeks"] == cost["images"]
