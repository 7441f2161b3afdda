"""Do several entries of thumbnails with the same moments come from one decode, each with the files it has alone?"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import barcode
from assets import ASSETS
from filmstrip.domain.sprite_grid import SpriteGrid
from filmstrip.media.pictures.sprite import Sheet
from filmstrip.media.sampling.sample_job import SampleJob
from filmstrip.media.sampling.targets import SamplingCost, Target
from filmstrip.outputs.thumbnails import painters as _thumbnail_painters
from filmstrip.outputs.thumbnails import pictures as _thumbnail_pictures
from frame_oracle import number_played_at
from output_runs import Run, run_output, run_together

pytestmark = pytest.mark.timeout(240)

FILES = {"output": "thumbnails", "interval": "0.5", "width": 320}
SPRITES = {"output": "thumbnails", "interval": "0.5", "width": 160, "sprite": 1, "image_format": "jpg", "columns": 5}
WEBP = {"output": "thumbnails", "interval": "0.5", "width": 640, "image_format": "webp"}
SIZES = {"output": "thumbnails", "interval": "0.5", "sizes": ["96x96", "64x36"], "image_format": "jpg"}
WITH_JPEGS = {**SPRITES, "max_sprite_side": 800, "manifests": "hls_mjpg,bif", "duration": 60}


@pytest.fixture
def cost(monkeypatch: pytest.MonkeyPatch) -> SamplingCost:
    """What all sampling of thumbnails takes."""
    cost, real = SamplingCost(), _thumbnail_pictures.sample_frames

    def counting(job: SampleJob[Any], targets: Sequence[Target], *, threads: int = 0) -> Iterator[Any]:
        return real(job, targets, threads=threads, cost=cost)

    monkeypatch.setattr(_thumbnail_pictures, "sample_frames", counting)
    return cost


def files_of(run: Run) -> dict[str, bytes]:
    return {name: (run.folder / name).read_bytes() for name in run.made}


@pytest.mark.parametrize("name", ["plain.mp4", "vfr.mkv"])
def test_one_decode_makes_the_files_of_all(name: str, cost: SamplingCost, tmp_path: Path) -> None:
    """As many frames are decoded as for one entry, and each entry has the very files that it has alone."""
    asset = ASSETS[name]
    entries = [FILES, SPRITES, WEBP, SIZES, WITH_JPEGS]
    alone, decoded = [], []
    for number, entry in enumerate(entries):
        (tmp_path / f"alone-{number}").mkdir()
        alone.append(run_output(asset, tmp_path / f"alone-{number}", **entry))
        decoded.append(cost.frames_decoded)
        cost.frames_decoded = 0
    together = run_together(asset, tmp_path, entries)
    assert cost.frames_decoded == max(decoded)
    for run, expected in zip(together, alone, strict=True):
        assert set(run.made) == {key for key, made in expected.artifacts.items() if made.frames}
        assert files_of(run).items() <= files_of(expected).items()
        assert all(run.artifacts[key].frames == expected.artifacts[key].frames for key in run.made)
        assert run.warnings == expected.warnings
        assert run.progress == sorted(run.progress)
        assert run.progress[-1] == 1.0
    numbers = [barcode.read_number_of_file(together[2].folder / key) for key in sorted(together[2].made)]
    assert numbers == [number_played_at(asset, Fraction(index, 2)) for index in range(len(numbers))]


def test_what_is_finished_is_not_made_again(cost: SamplingCost, tmp_path: Path) -> None:
    """After a crash each entry makes what it lacks, and only frames that somebody lacks are decoded."""
    asset = ASSETS["plain.mp4"]
    finished = ["sprite.jpg", *(f"thumb_{number:04}.{kind}" for number in range(1, 20) for kind in ("png", "webp"))]
    whole = run_together(asset, tmp_path, [FILES, SPRITES, WEBP])
    before, cost.frames_decoded = cost.frames_decoded, 0
    (tmp_path / "again").mkdir()
    again = run_together(asset, tmp_path / "again", [FILES, SPRITES, WEBP], finished)
    assert [run.made for run in again] == [["thumb_0020.png"], [], ["thumb_0020.webp"]]
    assert files_of(again[0]).items() <= files_of(whole[0]).items()
    assert cost.frames_decoded < before / 2


def test_few_sprites_are_in_memory_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However long the source, of each size there are two sheets at most, or what holds a few dozen tiles."""
    alive: weakref.WeakSet[Sheet] = weakref.WeakSet()
    surplus = []

    class Counted(Sheet):
        def __init__(self, grid: SpriteGrid) -> None:
            super().__init__(grid)
            alive.add(self)
            count = sum(1 for sheet in alive if sheet.pixels.shape == self.pixels.shape)
            surplus.append(count - max(2, 64 / grid.tiles_per_sprite + 1))

    monkeypatch.setattr(_thumbnail_painters, "Sheet", Counted)
    grids = [{"columns": 2, "max_sprite_side": 320}, {"columns": 3, "max_sprite_side": 480}, {"columns": 7}]
    entries = [{**SPRITES, "interval": "0.04", **grid} for grid in grids]
    runs = run_together(ASSETS["plain.mp4"], tmp_path, entries)
    assert len(runs[0].made) > 10
    assert len(surplus) == sum(len(run.made) for run in runs)
    assert max(surplus) <= 0


def test_each_is_warned_of_lost_frames(tmp_path: Path) -> None:
    """What a damaged source gives instead is told of each entry, as if it were alone."""
    cut = tmp_path / "cut.mkv"
    data = ASSETS["plain.mkv"].path.read_bytes()
    cut.write_bytes(data[: len(data) // 4])
    first, second = run_together(cut, tmp_path, [FILES, {**SPRITES, "width": 64}])
    assert len([text for text in first.warnings if "could not be decoded; the image shows" in text]) > 5
    assert sorted(first.warnings) == sorted(second.warnings)
