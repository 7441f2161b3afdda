"""Do the examples of thumbnails make the files that are printed below them?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from filmstrip.cli.main import ExitCode, run
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.sample_video import make_sample
from filmstrip.outputs.registry import output_types
from filmstrip.params.format_parameters import FormatParameters
from filmstrip.testing.seaweedfs import S3Server
from shared_media import shared_media_server

PAGE = Path(__file__).parents[2] / "docs" / "thumbnails.md"
_EXAMPLE = re.compile(
    r"<!-- (?:entry|entries) -->\n```json\n(?P<entries>.*?)```\n\n(?P<files>(?: {4}\S+\n)+)", re.DOTALL
)
EXAMPLES = [(match["entries"], match["files"].split()) for match in _EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))]

BUCKET = "bucket-of-entries"


@pytest.fixture(scope="module", autouse=True)
def media_server() -> Iterator[None]:
    with shared_media_server():
        yield


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The video of 47 seconds that the page speaks of."""
    path = tmp_path_factory.mktemp("sample") / "sample.mp4"
    make_sample(path, MediaSettings(), lambda _fraction: None, duration_seconds=47)
    return path


@pytest.fixture(scope="module")
def bucket(seaweedfs: S3Server) -> Any:
    """The bucket of the examples, as another program sees it."""
    account = {"aws_access_key_id": seaweedfs.key, "aws_secret_access_key": seaweedfs.secret}
    store = boto3.resource("s3", endpoint_url=seaweedfs.url, region_name="us-east-1", **account).Bucket(BUCKET)
    store.create()
    return store


@pytest.fixture
def send(sample: Path, seaweedfs: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], int]:
    """Run one entry or a list of them, with what every reader has to replace replaced."""
    host = f"{seaweedfs.host}:{seaweedfs.port}"
    monkeypatch.setenv("FILMSTRIP_PLAIN_HTTP_HOSTS", host)
    actual = {"MY-ACCESS-KEY": seaweedfs.key, "MY-SECRET-KEY": seaweedfs.secret, "s3.example.com": host}
    actual["/my-bucket/"] = f"/{BUCKET}/"  # other pages' examples have a bucket of the printed name

    def send(entries: str) -> int:
        for written, replacement in actual.items():
            entries = entries.replace(written, replacement)
        query = tmp_path / "query.json"
        query.write_text(json.dumps({"query": {"source": sample.as_uri(), "format": entries_of(entries)}}))
        return run(["encode", str(query)])

    return send


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: folder_of(example[0]))
def test_an_example_makes_its_files(
    example: tuple[str, list[str]], send: Callable[[str], int], bucket: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever sends what is printed gets the files that are printed, without a warning."""
    entries, files = example
    assert send(entries) == ExitCode.DONE
    assert "warning" not in capsys.readouterr().err
    prefix = f"{folder_of(entries)}/"
    assert [item.key.removeprefix(prefix) for item in bucket.objects.filter(Prefix=prefix)] == files


def entries_of(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)
    return found if isinstance(found, list) else [found]


def folder_of(entries: str) -> str:
    destination: str = entries_of(entries)[0]["destination"]
    return destination.partition("/my-bucket/")[2].partition("/")[0]


@pytest.mark.parametrize("name", ["thumbnails", "thumbnail", "contact_sheet"])
def test_every_parameter_has_an_example(name: str) -> None:
    """Each parameter of pictures stands in an example; one that all outputs share, in an example of any."""
    entries = [entry for text, _ in EXAMPLES for entry in entries_of(text)]
    shown = {key for entry in entries for key in entry}
    own = {key for key in vars(output_types()[name])["__annotations__"] if key in output_types()[name].model_fields}
    assert own <= {key for entry in entries if entry["output"] == name for key in entry}
    assert output_types()[name].wire_names() - FormatParameters.wire_names() <= shown
