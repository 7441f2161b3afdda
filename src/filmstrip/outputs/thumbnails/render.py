"""Makes the files of `thumbnails`: pictures from samples, then what holds or names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from filmstrip.domain.artifact import Artifact, FrameStamp
from filmstrip.outputs._rendering import Workbench
from filmstrip.outputs.thumbnails.layout import ThumbnailSet
from filmstrip.outputs.thumbnails.manifests import ManifestMaker
from filmstrip.outputs.thumbnails.output import MANIFEST_GROUP, PACKED_GROUP, Thumbnails
from filmstrip.outputs.thumbnails.pictures import PictureMaker, make_pictures
from filmstrip.outputs.thumbnails.warnings import series_warnings


def render(output: Thumbnails, bench: Workbench) -> Iterator[Artifact]:
    """Make the images of a group, or the manifests of all."""
    group, info = bench.rendering.group, bench.rendering.info
    sets = output.sets(info)
    makers = [ManifestMaker(each, output.manifest_kinds(), bench) for each in sets]
    if group.name == MANIFEST_GROUP:
        for warning in series_warnings(_frames(sets[0], bench), info, output.precision):
            bench.warn(warning)
        _picture_maker(output, bench).restore_jpegs()
        yield from (artifact for maker in makers for artifact in maker.make_manifests())
    elif group.name == PACKED_GROUP:
        _picture_maker(output, bench).restore_jpegs()
        yield from (artifact for maker in makers for artifact in maker.make_packed())
    else:
        yield from (artifact for _, artifact in render_together([(output, bench)]))


def render_together(parts: Sequence[tuple[Thumbnails, Workbench]]) -> Iterator[tuple[int, Artifact]]:
    """Make the images of several outputs with the same moments from one decode."""
    return make_pictures([_picture_maker(output, bench) for output, bench in parts])


def _picture_maker(output: Thumbnails, bench: Workbench) -> PictureMaker:
    info = bench.rendering.info
    missing = set(bench.rendering.group.artifact_names) - bench.rendering.finished.keys()
    return PictureMaker(
        info, output.shared_decode(info), output.sets(info), output.encoding, output.keeps_jpegs, bench, missing
    )


def _frames(each: ThumbnailSet, bench: Workbench) -> list[FrameStamp]:
    names = each.image_names(range(each.tiles.sprite_count))
    return [frame for name in names for frame in bench.rendering.finished[name].frames]
