"""Does each kind of manifest have what writes it, and is a forgotten writer an error?"""

from __future__ import annotations

import copy
import pkgutil

import pytest

from filmstrip import manifest
from filmstrip.domain.manifest_kind import MANIFEST_TYPES, MULTIVARIANT, Manifest, ManifestFile, ManifestKind
from filmstrip.manifest.writers import PACKERS, STREAM_WRITERS, TEXT_WRITERS, packer, stream_writer, text_writer

# Its module is there, and writes no manifest.
FORGOTTEN = ManifestKind(name="toy", module="seconds", text=ManifestFile(".toy", "text/x-toy"))


@pytest.mark.parametrize("kind", Manifest)
def test_each_kind_has_files_and_what_makes_them(kind: Manifest) -> None:
    """Each is written by the module of its row alone, and is named by its row alone."""
    assert kind.row.files()
    assert [kind in TEXT_WRITERS, kind in PACKERS] == [kind.row.text is not None, kind.row.packed is not None]
    assert (kind in STREAM_WRITERS) == kind.row.is_hls_stream
    assert kind.row.module in {module.name for module in pkgutil.iter_modules(manifest.__path__)}
    assert copy.deepcopy(kind) is Manifest(kind.row.name) is kind


def test_no_two_kinds_share_a_file_or_a_module() -> None:
    """One would replace the other in the folder."""
    names = [file.name for kind in Manifest for file in kind.row.files()] + [MULTIVARIANT.name]
    assert len(set(names)) == len(names)
    assert len({kind.row.module for kind in Manifest}) == len(Manifest)


def test_the_main_one_is_the_first_and_is_always_made() -> None:
    """An output is known by its address, and it is put when all the others are there."""
    first = next(iter(Manifest)).row
    assert first.is_always_made
    assert first.text is not None
    assert not first.is_hls_stream


def test_what_points_at_files_is_served_anew() -> None:
    """Its Cache-Control may be one of its own; that of files of pictures is that of pictures."""
    texts = {kind.row.text.content_type for kind in Manifest if kind.row.text is not None}
    assert texts | {MULTIVARIANT.content_type} == MANIFEST_TYPES
    assert not MANIFEST_TYPES & {kind.row.packed.content_type for kind in Manifest if kind.row.packed is not None}


def test_a_forgotten_writer_is_an_error() -> None:
    """It is told by its module's name, not written as if it were another kind."""
    for find in (text_writer, packer, stream_writer):
        with pytest.raises(TypeError, match=r"filmstrip\.manifest\.seconds lacks .* manifest toy"):
            find(FORGOTTEN)
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        text_writer(ManifestKind(name="toy", module="nowhere"))
