"""Do whole runs make the pictures and manifests that were asked for? Each manifest is read back as players read it."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from pydantic import ValidationError

import barcode
from assets import ASSETS, Asset
from filmstrip.domain.errors import OutputError
from filmstrip.domain.geometry import FrameSize, Orientation
from filmstrip.domain.manifest_kind import Manifest
from filmstrip.domain.media_info import MediaInfo, VideoStream
from filmstrip.manifest.lint.finding import Level
from filmstrip.outputs.thumbnails.output import Thumbnails
from filmstrip.service.linting import Page, lint
from filmstrip.storage.settings import StorageSettings
from frame_oracle import number_played_at, time_played_at
from output_runs import Run, run_output
from thumbnail_readers import Shown, opened, read_all

pytestmark = pytest.mark.timeout(240)

EVERY = ",".join(Manifest)


def check_manifests(
    run: Run, asset: Asset, interval: Fraction, *, folder: str = "", count: int = len(Manifest)
) -> None:
    """See that all manifests of a folder show the right frame at each of their times, and that the linter agrees."""
    shown = read_all(run.folder / folder)
    assert len(shown) == count
    for name, pictures in shown.items():
        assert [start for start, _ in pictures] == [index * interval for index in range(len(pictures))], name
        check_pictures(name, pictures, asset)
    assert len({len(pictures) for pictures in shown.values()}) == 1
    check_rules(run, folder)


def check_pictures(name: str, pictures: list[Shown], asset: Asset) -> None:
    numbers = [barcode.read_number(picture) for _, picture in pictures]
    assert numbers == [number_played_at(asset, start - asset.lead_in) for start, _ in pictures], name


def check_rules(run: Run, folder: str = "") -> None:
    page = Page("https://page.example")
    reports = lint(str(run.folder / folder), page, run.info.duration_seconds, StorageSettings(run.folder))
    assert reports
    for report in reports:
        broken = [finding for finding in report.findings if finding.level is Level.ERROR]
        assert not broken, report.address


@pytest.mark.parametrize("sprite", [0, 1], ids=["files", "sprites"])
@pytest.mark.parametrize(
    ("name", "interval"),
    [
        ("plain.mp4", "1"),
        ("plain.mp4", "0.5"),
        ("plain.mp4", "7.5"),
        ("plain.mp4", "3600"),
        ("ntsc_59_94.mp4", "1"),
        ("vfr.mkv", "1"),
        ("odd_size.mp4", "2"),
        ("vertical.mp4", "2"),
        ("rotated_90.mp4", "2"),
        ("empty_edit.mp4", "3"),
        ("single_frame.mp4", "1"),
    ],
)
def test_every_manifest_shows_the_right_frames(name: str, interval: str, sprite: int, tmp_path: Path) -> None:
    """Whatever the source and the interval, all manifests agree with each other, the frames and the linter."""
    asset = ASSETS[name]
    size = {"width": 160} if asset.display_size[0] > asset.display_size[1] else {"height": 160}
    run = run_output(
        asset,
        tmp_path,
        output="thumbnails",
        interval=interval,
        sprite=sprite,
        columns=3,
        max_sprite_side=490,
        image_format="jpg",
        manifests=EVERY,
        **size,
    )
    check_manifests(run, asset, Fraction(interval))


def test_a_last_sprite_is_padded_to_the_full_grid(tmp_path: Path) -> None:
    """All sprites have one size, no longer side than allowed; what is left over is black, and the true count told."""
    run = run_output(
        ASSETS["plain.mp4"],
        tmp_path,
        output="thumbnails",
        interval=1,
        sprite=1,
        width=160,
        columns=2,
        max_sprite_side=320,
        manifests="json",
    )
    sprites = [name for name in run.artifacts if name.endswith(".png")]
    assert sprites == ["sprite_0001.png", "sprite_0002.png"]
    pictures = [opened(tmp_path / name) for name in sprites]
    assert {picture.size for picture in pictures} == {(320, 270)}
    assert pictures[1].crop((0, 180, 320, 270)).getextrema() == ((0, 0), (0, 0), (0, 0))
    assert run.result.meta["count"] == 10
    assert (run.result.meta["columns"], run.result.meta["rows"], run.result.meta["sprites"]) == (2, 3, 2)
    assert len(json.loads((tmp_path / "thumbnails.json").read_text())) == 10


@pytest.mark.parametrize("sprite", [0, 1])
@pytest.mark.parametrize("name", ["vfr.mp4", "endless_gop.mp4", "open_gop.mp4"])
def test_chosen_times_show_their_own_frames(name: str, sprite: int, tmp_path: Path) -> None:
    """Pictures at times of the client's own are the frames played then, in one go, in every manifest that can tell."""
    times = [Fraction("0.31"), Fraction("0.35"), Fraction("2.9"), Fraction("5.333")]
    run = run_output(
        ASSETS[name],
        tmp_path,
        output="thumbnails",
        times=[str(time) for time in times],
        width=160,
        sprite=sprite,
        manifests="vtt,json,hls_mjpg",
    )
    numbers = [number_played_at(ASSETS[name], time - ASSETS[name].lead_in) for time in times]
    for shown in read_all(tmp_path).values():
        assert [barcode.read_number(picture) for _, picture in shown] == numbers
    assert [start for start, _ in read_all(tmp_path)["thumbnails.vtt"]] == [0, *times[1:]]
    assert (run.result.meta["count"], run.result.meta.get("interval")) == (4, None)
    check_rules(run)


def test_rows_make_sheets_of_one_layout(tmp_path: Path) -> None:
    """With columns and rows each sprite is that grid, whose last one is padded, and all manifests say so."""
    run = run_output(
        ASSETS["plain.mp4"],
        tmp_path,
        output="thumbnails",
        count=10,
        sprite=1,
        width=160,
        columns=2,
        rows=2,
        manifests=EVERY,
    )
    sprites = [name for name in run.artifacts if name.endswith(".png")]
    assert sprites == ["sprite_0001.png", "sprite_0002.png", "sprite_0003.png"]
    assert {opened(tmp_path / name).size for name in sprites} == {(320, 180)}
    check_manifests(run, ASSETS["plain.mp4"], run.info.duration_seconds / 10, count=6)


@pytest.mark.parametrize("sprite", [0, 1])
def test_sizes_in_one_folder_have_names_of_their_own(sprite: int, tmp_path: Path) -> None:
    """Without folders every file has its size in its name, and each manifest shows the pictures of its own size."""
    run = run_output(
        ASSETS["plain.mp4"],
        tmp_path,
        output="thumbnails",
        interval=2,
        sizes="160x90,320x180",
        size_folders=0,
        sprite=sprite,
        max_sprite_side=640,
        manifests=EVERY,
        image_format="jpg",
        quality=95,
    )
    assert not any("/" in name for name in run.artifacts)
    assert {"thumbnails_160x90.vtt", "thumbnails_320x180.json", "images_160x90.m3u8"} <= run.artifacts.keys()
    assert all("160x90" in name or "320x180" in name for name in run.artifacts)
    assert all(run.output.is_own_name(name) for name in run.artifacts)
    assert run.result.main_name == "thumbnails_160x90.vtt"
    for name, shown in read_all(tmp_path).items():
        width = 160 if "160x90" in name else 320
        assert {picture.width for _, picture in shown} == {width}, name
        check_pictures(name, shown, ASSETS["plain.mp4"])
    check_rules(run)


def test_the_weight_of_native_pngs_is_told_before() -> None:
    """Who names no size hears how many files that makes, how large, and what to set; who does is left in peace."""
    parse = Thumbnails.model_validate
    (warning,) = parse({}).plan(film_of(7200)).warnings
    assert warning == (
        "No size was asked for, so that pictures have that of the source (1920x1080): 720 files of about 2.1 GB "
        'altogether as png; "width": 320 and "image_format": "jpg" make about 8.3 MB'
    )
    assert parse({"width": 320}).plan(film_of(7200)).warnings == ()
    assert parse({"image_format": "jpg"}).plan(film_of(200)).warnings == ()
    assert parse({}).plan(film_of(30)).warnings == ()
    (large,) = parse({"width": 1920}).plan(film_of(7200)).warnings
    assert large.startswith("720 files of about 2.1 GB")


def test_times_exclude_manifests_of_an_interval() -> None:
    """A manifest that cannot tell the times is refused when the query arrives."""
    with pytest.raises(ValidationError, match="does not go with the manifests dash, bif"):
        Thumbnails.model_validate({"times": [1, 5], "manifests": "vtt,dash,bif"})


def film_of(seconds: int) -> MediaInfo:
    video = VideoStream(
        0, "h264", FrameSize(1920, 1080), Fraction(1), Orientation(), Fraction(25), Fraction(1, 12800), 0, None
    )
    return MediaInfo("mov", Fraction(seconds), Fraction(0), 10**10, video)


def test_ten_hours_are_never_in_memory_at_once() -> None:
    """The tiles of a long source are made a few sprites at a time, each of a bounded size, and none is left out."""
    output = Thumbnails.model_validate({"output": "thumbnails", "interval": 1, "sprite": 1, "width": 320})
    info = film_of(36_000)
    tiles = output.sets(info)[0].tiles
    assert (tiles.count, tiles.columns) == (36_000, 10)
    assert max(tiles.sprite_size.width, tiles.sprite_size.height) <= 4096
    *pictures, manifests = output.plan(info).groups
    names = [name for group in pictures for name in group.artifact_names]
    assert names == [f"sprite_{number:04}.png" for number in range(1, tiles.sprite_count + 1)]
    assert max(len(group.artifact_names) for group in pictures) * tiles.tiles_per_sprite <= 500
    assert manifests.artifact_names == ("thumbnails.vtt",)


def test_a_huge_sprite_is_split_by_its_pixels() -> None:
    """Where sides may be long, the area is still one that decoders and memory bear."""
    output = Thumbnails.model_validate({"interval": 1, "sprite": 1, "width": 1600, "max_sprite_side": 16384})
    size = output.sets(film_of(600))[0].tiles.sprite_size
    assert size.width * size.height <= 2**27


def test_too_many_pictures_are_refused() -> None:
    """An interval that would make more pictures than anybody wants is an error with the numbers."""
    output = Thumbnails.model_validate({"interval": "0.01"})
    with pytest.raises(OutputError, match="3600000 images"):
        output.plan(film_of(36_000))


@pytest.mark.parametrize("sprite", [0, 1], ids=["files", "sprites"])
def test_several_sizes_have_the_same_frames(sprite: int, tmp_path: Path) -> None:
    """Each size has its folder with all its pictures and manifests."""
    asset = ASSETS["plain.mp4"]
    parameters = {"interval": 2, "sprite": sprite, "sizes": ["320x180", "96x96"], "image_format": "jpg"}
    run = run_output(asset, tmp_path, output="thumbnails", manifests=EVERY, **parameters)
    for folder in ("320x180", "96x96"):
        check_manifests(run, asset, Fraction(2), folder=folder)
    assert run.result.main_name == "320x180/thumbnails.vtt"


@pytest.mark.parametrize("sprite", [0, 1], ids=["files", "sprites"])
@pytest.mark.parametrize(
    ("image_format", "extension", "kind"),
    [("png", "png", "PNG"), ("jpeg", "jpg", "JPEG"), ("webp", "webp", "WEBP"), ("avif", "avif", "AVIF")],
)
def test_every_format(image_format: str, extension: str, kind: str, sprite: int, tmp_path: Path) -> None:
    """Pictures are what their names say, show the right frames, and are smaller at a lower quality."""
    sizes = []
    for quality in (90, 30):
        folder = tmp_path / str(quality)
        folder.mkdir()
        parameters = {"interval": 3, "sprite": sprite, "image_format": image_format, "quality": quality}
        run = run_output(ASSETS["plain.mp4"], folder, output="thumbnails", **parameters)
        with Image.open(run.first) as picture:
            assert picture.format == kind
        assert run.first.suffix == f".{extension}"
        check_manifests(run, ASSETS["plain.mp4"], Fraction(3), count=1)
        sizes.append(run.result.size_bytes)
    assert sizes[0] == sizes[1] if kind == "PNG" else sizes[0] > sizes[1]


def test_a_clip_counts_from_its_own_start(tmp_path: Path) -> None:
    """With start_time the track begins at 0, and shows the source from there."""
    asset = ASSETS["plain.mp4"]
    run = run_output(asset, tmp_path, output="thumbnails", interval=1, start_time="2.5", duration=3, manifests="json")
    pictures = read_all(tmp_path)["thumbnails.vtt"]
    assert [float(start) for start, _ in pictures] == [0, 1, 2]
    expected = [number_played_at(asset, start + Fraction(5, 2)) for start, _ in pictures]
    assert [barcode.read_number(picture) for _, picture in pictures] == expected
    assert run.result.meta["count"] == 3


@pytest.mark.parametrize("sprite", [0, 1], ids=["files", "sprites"])
@pytest.mark.parametrize("part", ["all put", "half put"])
def test_a_resumed_run_makes_the_same(part: str, sprite: int, tmp_path: Path) -> None:
    """On another machine, where only what was put is known, what is left is made as it would have been."""
    asset = ASSETS["plain.mp4"]
    parameters = {
        "output": "thumbnails",
        "interval": 1,
        "sprite": sprite,
        "columns": 2,
        "max_sprite_side": 640,
        "image_format": "jpg",
        "manifests": EVERY,
    }
    (tmp_path / "whole").mkdir()
    (tmp_path / "resumed").mkdir()
    whole = run_output(asset, tmp_path / "whole", **parameters)
    pictures = [name for name in whole.artifacts if name.endswith(".jpg")]
    put = pictures[: len(pictures) // 2] if part == "half put" else pictures
    finished = {name: whole.artifacts[name] for name in put}
    resumed = run_output(asset, tmp_path / "resumed", finished, **parameters)
    assert set(resumed.made).isdisjoint(put)
    assert set(resumed.made) | set(put) == set(whole.made)
    for name in resumed.made:
        assert (tmp_path / "resumed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


def test_the_end_of_the_pictures_is_told_once(tmp_path: Path) -> None:
    """Where the sound goes on after the pictures, one warning tells from which time the last one is repeated."""
    run = run_output(ASSETS["audio_longer.mp4"], tmp_path, output="thumbnails", interval=1)
    assert run.warnings == [
        "The video ends before the presentation does: from 4.000 s on, images show its last picture, the one at 3.960 s"
    ]
    assert run.result.meta["count"] == 10


@pytest.mark.parametrize("name", ["plain.mp4", "vfr.mkv", "audio_shorter.mp4", "plain.ts", "hours_100.mp4"])
@pytest.mark.parametrize("precision", ["exact", "keyframe"])
def test_nothing_is_told_of_a_whole_source(name: str, precision: str, tmp_path: Path) -> None:
    """A source whose pictures last to its end gives no warning."""
    interval = 3600 * 7 if name.startswith("hours") else "0.5"
    run = run_output(ASSETS[name], tmp_path, output="thumbnails", interval=interval, precision=precision, width=64)
    assert run.warnings == []


def test_many_lost_frames_are_summed_up(tmp_path: Path) -> None:
    """Of hundreds of frames that are lost the first ones are named, and the others counted."""
    cut = tmp_path / "cut.mkv"
    data = ASSETS["plain.mkv"].path.read_bytes()
    cut.write_bytes(data[: len(data) // 4])
    folder = tmp_path / "out"
    folder.mkdir()
    run = run_output(cut, folder, output="thumbnails", interval="0.1", width=64)
    assert len([text for text in run.warnings if "could not be decoded; the image shows" in text]) == 20
    (summary,) = [text for text in run.warnings if "more frames" in text]
    told = len([frame for each in run.artifacts.values() for frame in each.frames if frame.is_substitute])
    assert summary.startswith(f"{told - 20} more frames up to")


AROUND_DAMAGE = {"start_time": "4.36", "duration": 1}


@pytest.mark.parametrize(
    ("entry", "lost"),
    [
        ({"output": "gif", "framerate": 25, **AROUND_DAMAGE}, 21),
        ({"output": "animated_preview", "framerate": 25, "count": 1, "moment_duration": 1, **AROUND_DAMAGE}, 21),
        ({"output": "contact_sheet", "count": 64}, 21),
        ({"output": "thumbnail", "time": "0.9"}, 1),
    ],
)
def test_every_picture_tells_of_lost_frames(entry: dict[str, object], lost: int, tmp_path: Path) -> None:
    """In the same words, and as many by name, whatever the pictures are put together to."""
    cut = tmp_path / "cut.mkv"
    data = ASSETS["plain.mkv"].path.read_bytes()
    cut.write_bytes(data[: len(data) // 4])
    folder = tmp_path / "out"
    folder.mkdir()
    # A moving picture of a film that breaks off is refused; this one goes on after its damage.
    source = ASSETS["corrupt.mp4"] if "framerate" in entry else cut
    run = run_output(source, folder, width=32, **entry)
    told = [text for text in run.warnings if "could not be decoded" in text]
    assert len(told) == lost
    assert all("; the image shows the one at" in text for text in told[:20])


# thumbnail


@pytest.mark.parametrize(
    ("parameters", "moment"),
    [
        ({"time": 0.5}, "5"),
        ({"time": "0.25"}, "2.5"),
        ({"time": "15%"}, "1.5"),
        ({"time": 30}, "3"),
        ({"time": 0}, "0"),
        ({"time": 1}, "9"),
        ({"time": 0.99}, "9"),
        ({"start_time": "3.3"}, "3.3"),
        ({}, "5"),
        ({"time": 0.2, "start_time": 7}, "2"),
    ],
)
def test_one_picture_of_a_moment(parameters: dict[str, object], moment: str, tmp_path: Path) -> None:
    """Each form of saying when gives the frame played then, and the status tells both times."""
    asset = ASSETS["plain.mp4"]
    run = run_output(asset, tmp_path, output="thumbnail", image_format="jpg", **parameters)
    assert barcode.read_number_of_file(run.first) == number_played_at(asset, Fraction(moment))
    assert run.result.meta["time"] == float(moment)
    assert run.result.meta["actual_time"] == pytest.approx(float(time_played_at(asset, Fraction(moment))), abs=1e-3)


@pytest.mark.parametrize(
    "name", ["plain.mp4", "vfr.mp4", "vfr.mkv", "open_gop.mp4", "start_5s.mkv", "edit_list_cut.mp4", "clock_back.ts"]
)
@pytest.mark.parametrize("position", [0, 1, 37, 150, 100_000])
def test_one_picture_by_its_number(name: str, position: int, tmp_path: Path) -> None:
    """Frames are counted as they are shown, whatever their times and coding; beyond the end is the last one."""
    asset = ASSETS[name]
    run = run_output(asset, tmp_path, output="thumbnail", frame_number=position, time=0.5)
    assert barcode.read_number_of_file(run.first) == asset.numbers[min(position, asset.frame_count - 1)]


def test_one_picture_has_exactly_its_size(tmp_path: Path) -> None:
    """Both sides are a promise, also where they are larger than the source."""
    run = run_output(ASSETS["plain.mp4"], tmp_path, output="thumbnail", width=1920, height=1080)
    with Image.open(run.first) as picture:
        assert picture.size == (1920, 1080)


@pytest.mark.parametrize("output", ["thumbnail", "contact_sheet"])
def test_a_name_of_another_format_is_told(output: str, tmp_path: Path) -> None:
    """The format is what was asked for; a name that promises another one gives a warning."""
    run = run_output(ASSETS["plain.mp4"], tmp_path, output=output, destination="file:///nowhere/poster.jpg")
    assert run.warnings == ['The picture is png, although its name ends in ".jpg"']
    with Image.open(run.first) as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize("entry", [{"output": "thumbnail"}, {"output": "contact_sheet"}, {"output": "thumbnails"}])
def test_the_size_of_pictures_is_told(entry: dict[str, object], tmp_path: Path) -> None:
    """In bytes, of all files of the output."""
    run = run_output(ASSETS["plain.mp4"], tmp_path, **entry, width=64, interval=4)
    assert run.result.meta["size"] == sum((tmp_path / (name or "output")).stat().st_size for name in run.artifacts) > 0


# contact_sheet


@pytest.mark.parametrize(("count", "columns"), [(16, 4), (5, 3), (1, 4)])
def test_a_contact_sheet_shows_frames_from_all_over(count: int, columns: int, tmp_path: Path) -> None:
    """Frames stand row by row in order of time, from the middles of equal parts."""
    asset = ASSETS["plain.mp4"]
    run = run_output(asset, tmp_path, output="contact_sheet", count=count, columns=columns, width=160)
    rows, used = -(-count // columns), min(columns, count)
    with Image.open(run.first) as sheet:
        width, height = (sheet.width - 12) // used, (sheet.height - 12) // rows
        places = [(12 + index % used * width, 12 + index // used * height) for index in range(count)]
        tiles = [sheet.crop((left, top, left + 160, top + 90)) for left, top in places]
        numbers = [barcode.read_number(tile) for tile in tiles]
    moments = [Fraction(2 * index + 1, 2 * count) * run.info.duration_seconds for index in range(count)]
    assert numbers == [number_played_at(asset, moment) for moment in moments]
    assert all(first < second for first, second in pairwise(moments))


@pytest.mark.parametrize("image_format", ["png", "jpg"])
@pytest.mark.parametrize("name", ["plain.mp4", "rotated_90.mp4", "hdr10.mp4"])
def test_bars_have_the_colour_that_was_asked_for(name: str, image_format: str, tmp_path: Path) -> None:
    """A padded picture is the fitted one between bars of exactly the asked colour, whatever the source's colours."""
    common = {"output": "thumbnails", "interval": 30, "size": "201x201", "image_format": image_format, "quality": 95}
    padded = run_output(ASSETS[name], tmp_path / "a", resize_mode="pad", background="#20a0c0", **common)
    fitted = run_output(ASSETS[name], tmp_path / "b", resize_mode="fit", **common)
    whole, inside = opened(padded.first), opened(fitted.first)
    assert whole.size == (201, 201)
    assert (padded.result.meta["width"], fitted.result.meta["width"]) == (201, inside.width)
    left, top = (201 - inside.width) // 2, (201 - inside.height) // 2
    assert max(left, top) > 20
    for corner in ((2, 2), (198, 198)):
        assert _near(whole.getpixel(corner), (0x20, 0xA0, 0xC0), 0 if image_format == "png" else 4)
    shown = whole.crop((left, top, left + inside.width, top + inside.height))
    difference = ImageStat.Stat(ImageChops.difference(shown, inside)).mean
    assert max(difference) < (0.01 if image_format == "png" else 5)


def _near(pixel: object, color: tuple[int, int, int], most: int) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= most for one, other in zip(pixel, color, strict=True))


@pytest.mark.parametrize("image_format", ["jpg", "png", "webp"])
def test_quality_reaches_the_pictures_inside_of_manifests(image_format: str, tmp_path: Path) -> None:
    """BIF and the I-frame playlist hold JPEGs of the asked quality, whatever the pictures beside them are."""
    common = {
        "output": "thumbnails",
        "interval": 5,
        "width": 320,
        "manifests": "bif,hls_mjpg",
        "image_format": image_format,
    }
    runs = [run_output(ASSETS["plain.mp4"], tmp_path / str(quality), quality=quality, **common) for quality in (30, 95)]
    for name in ("thumbnails.bif", "iframes.mp4"):
        low, high = (run.artifacts[name].size_bytes for run in runs)
        assert low < 0.6 * high, name
