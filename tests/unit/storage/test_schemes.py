"""A kind of URL is a row in `domain.schemes` and a module in `storage.schemes`; nothing else knows its name."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import filmstrip
from filmstrip.domain import schemes
from filmstrip.domain.errors import DestinationRefusedError, QueryError, SourceForbiddenError
from filmstrip.domain.schemes import SCHEMES, Scheme, is_local, is_upload, scheme_of
from filmstrip.outputs.registry import parse_query
from filmstrip.params.destination import Destination
from filmstrip.storage.lender import Lender
from filmstrip.storage.local import LocalStore
from filmstrip.storage.opening import open_store
from filmstrip.storage.schemes import registry
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceReference, SourceVersion
from filmstrip.storage.sources import check_source, find_source, open_source

ROOT = Path(filmstrip.__file__).parent
PLACES = Path(registry.__file__).parent
NAMES = {scheme.name for scheme in SCHEMES}


def test_each_row_has_its_module() -> None:
    """What the rows say can be done is what the modules can do."""
    assert {path.stem for path in PLACES.glob("*.py")} - {"__init__", "registry", "server"} == NAMES
    for scheme in SCHEMES:
        module = registry._module_of(f"{scheme.name}://")
        assert isinstance(module, registry.OpensStores) == (scheme.destination_form is not None), scheme.name
        assert isinstance(module, registry.RefersToSources) == scheme.is_source, scheme.name
        assert isinstance(module, registry.OpensSources) == (scheme.is_source and not scheme.referred_by), scheme.name
        assert isinstance(module, registry.NamesServers) == (not scheme.is_local), scheme.name


@pytest.mark.parametrize("floor", ["params", "outputs", "jobs", "api", "service", "settings", "wire"])
def test_no_other_floor_knows_a_scheme(floor: str) -> None:
    """Nothing asks for the name of a kind of URL: its row is asked."""
    prefixes = {f"{name}:{slashes}" for name in NAMES - {"http"} for slashes in ("", "//")}
    for path in (ROOT / floor).rglob("*.py"):
        texts = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
        # How paths go through JSON is no kind of place.
        assert not texts & prefixes or path.name == "any_path.py", path


def test_a_url_is_known_by_its_scheme_alone() -> None:
    """In any case of letters, and only in front."""
    assert scheme_of("S3://h/b/k") is scheme_of("s3://h/b/k")
    assert scheme_of("HTTPS://h/") is scheme_of("http://h/")
    assert [scheme_of(url) for url in ("", "s3:h/b", "/file://x", "rtmp://h", "tus:abc")] == [None] * 5
    assert is_local("File:///x")
    assert not is_local("/x")


def test_an_upload_is_no_place() -> None:
    """It is known by how it begins, in any case of letters."""
    assert all(is_upload(url) for url in ("tus:abc", "TUS:abc", "tus:"))
    assert not any(is_upload(url) for url in ("tus", "http://h/tus:abc", "/tus:abc", ""))


def test_how_an_upload_begins_is_written_once() -> None:
    """Whoever asks whether a source is an upload asks here."""
    package = Path(filmstrip.__file__).parent
    homes = [path.name for path in package.rglob("*.py") if '"tus:' in path.read_text()]
    assert homes == ["schemes.py"]


def _toy(folder: Path) -> ModuleType:
    """A kind of URL in the way of Filmstrip's own: `toy://HOST/NAME` is the file NAME of a folder."""

    def open_store(
        destination: Destination, _settings: StorageSettings, *, is_folder: bool, lender: Lender
    ) -> LocalStore:
        del lender
        return LocalStore(folder / destination.url.rpartition("/")[2], is_folder=is_folder)

    def refer_to_source(url: str, _settings: object, _lender: object, _region: object) -> SourceReference:
        return SourceReference(url)

    def look(reference: SourceReference, _settings: StorageSettings) -> SourceFacts:
        return SourceFacts(SourceVersion(open_(reference, _settings).stat().st_size), supports_ranges=True)

    def open_(reference: SourceReference, _settings: StorageSettings) -> Path:
        return folder / reference.url.rpartition("/")[2]

    def copy(reference: SourceReference, settings: StorageSettings, path: Path, _on_progress: object) -> None:
        path.write_bytes(open_(reference, settings).read_bytes())

    module = ModuleType("toy")
    module.__dict__.update(open_store=open_store, refer_to_source=refer_to_source)
    module.__dict__.update(check_source=look, open_source=open_, copy_source=copy)
    return module


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A row and a module more; the folder that its URLs lead to."""
    row = Scheme(name="toy", destination_form="toy://HOST/NAME", least_parts=2, parts_form="toy://HOST/NAME")
    monkeypatch.setattr(schemes, "SCHEMES", (row, *SCHEMES))
    monkeypatch.setitem(sys.modules, "filmstrip.storage.schemes.toy", _toy(tmp_path))
    schemes._by_name.cache_clear()
    yield tmp_path
    schemes._by_name.cache_clear()


def test_a_new_kind_is_a_row_and_a_module(toy: Path) -> None:
    """Then queries may name it, as a source and as a destination, and it is opened."""
    (toy / "film").write_bytes(b"12345")
    entry = {"output": "mp4", "destination": "toy://host/made.mp4"}
    query = parse_query(json.dumps({"query": {"source": "TOY://host/film", "format": [entry]}}))
    settings = StorageSettings(toy)
    store = open_store(query.formats[0].destination[0], settings, is_folder=False)
    store.put("", b"abc", "video/mp4")
    assert (toy / "made.mp4").read_bytes() == b"abc"
    assert check_source(query.source, settings).version.size_bytes == 5
    reference, facts = find_source(query.source, settings)
    assert (facts.supports_ranges, open_source(reference, settings)) == (True, toy / "film")


@pytest.mark.usefixtures("toy")
def test_sentences_name_a_new_kind() -> None:
    """Whoever mistypes a URL reads of it."""
    entry = {"output": "mp4", "destination": ["rtmp://host/made.mp4", "toy://host"]}
    with pytest.raises(QueryError) as caught:
        parse_query(json.dumps({"query": {"source": "rtmp://host/film", "format": [entry]}}))
    source, unknown, short = caught.value.mistakes
    assert source.problem.endswith(
        "a URL that begins with toy://, http://, https://, s3://, ftp://, ftps://, sftp://, azblob://, b2:// or gs://, "
        "or file:// if the operator allows it, nor tus:ID of an upload"
    )
    assert (
        "a URL such as toy://HOST/NAME, s3://HOST/BUCKET/PATH, ftp://HOST/PATH, sftp://HOST/PATH, az" in unknown.problem
    )
    assert short.problem.endswith('"toy://host" is not toy://HOST/NAME')


def test_what_can_only_be_read_is_no_destination(tmp_path: Path) -> None:
    """The doors refuse what the parser of queries would have refused, without showing what may be a secret."""
    place = Destination.model_construct(url="https://key:secret@host/x")
    with pytest.raises(DestinationRefusedError, match='"https" is not a kind of destination: give a URL such as'):
        open_store(place, StorageSettings(tmp_path), is_folder=True)
    with pytest.raises(SourceForbiddenError, match="The source cannot be read: its URL has to begin with http"):
        check_source("rtmp://key:secret@host/film", StorageSettings(tmp_path))
