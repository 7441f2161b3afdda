"""Do the examples of the documentation run?

Blocks of shell are marked by a comment above them: `service: NAME` starts the server, `client: NAME` blocks run one
after the other against it. They run as they are printed; only the addresses and keys that every reader has to replace
are replaced here too.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.sample_video import make_sample, shown_frame_number
from filmstrip.testing.range_server import RangeServer
from filmstrip.testing.running_program import RunningProgram, free_ports
from filmstrip.testing.seaweedfs import S3Server
from filmstrip.wire.callbacks import sign
from toy_service import eventually

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"<!-- (?P<role>service|client): (?P<name>[\w ]+) -->\n```sh\n(?P<text>.*?)```", re.DOTALL)
_SERVICE_ADDRESS = "127.0.0.1:8080"
_CLIENT_SECONDS = 100


@dataclass(frozen=True)
class Examples:
    """The marked blocks of some pages."""

    blocks: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, *pages: str) -> Examples:
        texts = [(ROOT / page).read_text(encoding="utf-8") for page in pages]
        return cls(tuple((m["role"], m["name"], m["text"]) for text in texts for m in _BLOCK.finditer(text)))

    def script(self, role: str, name: str, replacements: Mapping[str, str]) -> str:
        """Join the blocks of a name, with what readers have to replace replaced."""
        script = "".join(text for its_role, its_name, text in self.blocks if (its_role, its_name) == (role, name))
        assert script, f"there is no block marked {role}: {name}"
        for written, actual in replacements.items():
            script = script.replace(written, actual)
        return script


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a clone after `make demo`: with .venv, and a short source in demo-output."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / ".venv").symlink_to(Path(sys.prefix))
    (folder / "demo-output").mkdir()
    make_sample(folder / "demo-output" / "source.mp4", MediaSettings(), lambda _fraction: None, duration_seconds=32)
    return folder


@pytest.fixture(scope="module")
def first_service(clone: Path) -> Iterator[str]:
    """Address of the service that the README starts."""
    script = Examples.of("README.md").script("service", "first job", {})
    with _running_service(script, clone, log="first.log") as address:
        yield address


@contextmanager
def _running_service(
    script: str, folder: Path, settings: Mapping[str, str] | None = None, log: str = "service.log"
) -> Iterator[str]:
    port = free_ports(1)[0]
    script = f"cd {folder}\n" + script.replace("--port 8080", f"--port {port}")
    environment = {"FILMSTRIP_PORT": str(port), **(settings or {})}
    with RunningProgram(["/bin/bash", "-ec", script], folder / log, environment) as program:
        program.wait_until(lambda: _answers(f"http://127.0.0.1:{port}/readyz"), 60)
        yield f"127.0.0.1:{port}"


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _run(script: str, folder: Path) -> str:
    done = subprocess.run(
        ["/bin/bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=_CLIENT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(200)
def test_the_first_job_of_the_readme(clone: Path, first_service: str) -> None:
    """Whoever pastes the README's commands after `make demo` gets a track and a video from the service's own store."""
    script = Examples.of("README.md").script("client", "first job", {_SERVICE_ADDRESS: first_service})
    answer = _run(script, clone)
    assert '"error": 1' not in answer
    urls = re.findall(r'"url": "([^"]+)"', answer)
    contents = [urllib.request.urlopen(url, timeout=10).read() for url in urls]
    assert sorted(content[:6] for content in contents) == [b"\0\0\0 ft", b"WEBVTT"]


@pytest.mark.timeout(200)
def test_the_first_job_ends_whatever_is_wrong(clone: Path, first_service: str) -> None:
    """A wrong key, a mistaken query and a service that is not there end the README's commands with what is wrong."""
    examples = Examples.of("README.md")
    for written, wrong, sentence in (
        ("my-first-api-key", "another-key", "API key"),
        ('"interval": 30', '"interval": "often"', '"often\\" is not a number of seconds'),
        ("/source.mp4", "/nothing.mp4", "There is no file"),
    ):
        script = examples.script("client", "first job", {_SERVICE_ADDRESS: first_service, written: wrong})
        assert sentence in _output(script, clone)
    nobody = f"127.0.0.1:{free_ports(1)[0]}"
    script = examples.script("client", "first job", {_SERVICE_ADDRESS: nobody})
    assert "connect to" in _output(script, clone).lower()


def _output(script: str, folder: Path) -> str:
    done = subprocess.run(
        ["/bin/bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=_CLIENT_SECONDS, check=False
    )
    return done.stdout + done.stderr


def test_the_first_thumbnails_of_the_readme(clone: Path) -> None:
    """The README's command without a server makes a folder of pictures."""
    output = _run(Examples.of("README.md").script("client", "first thumbnails", {}), clone)
    assert output.strip() == f"{clone}/my-thumbnails/thumbnails.vtt"
    pictures = sorted((clone / "my-thumbnails").glob("*.png"))
    assert [shown_frame_number(picture) for picture in pictures] == [0, 250, 500, 750]


@pytest.mark.timeout(200)
def test_the_job_into_a_bucket(clone: Path, tmp_path: Path, seaweedfs: S3Server, range_server: RangeServer) -> None:
    """The job that the page about sending jobs explains step by step ends in the bucket."""
    seaweedfs.make_bucket("my-bucket", public=True)
    bucket_host = f"localhost:{seaweedfs.port}"
    (range_server.folder / "source.mp4").write_bytes((clone / "demo-output" / "source.mp4").read_bytes())
    source = range_server.url_of("source.mp4").replace("127.0.0.1", "localhost")
    examples = Examples.of("docs/sending-jobs.md", "docs/running.md")
    settings = {"FILMSTRIP_PLAIN_HTTP_HOSTS": bucket_host, "FILMSTRIP_DATA_DIR": str(tmp_path / "data")}
    with _running_service(examples.script("service", "bucket job", {}), clone, settings) as address:
        replacements = {
            _SERVICE_ADDRESS: address,
            "https://www.example.com/videos/source.mp4": source,
            "s3.example.com": bucket_host,
            "MY-ACCESS-KEY": seaweedfs.key,
            "MY-SECRET-KEY": seaweedfs.secret,
        }
        answer = _run(examples.script("client", "bucket job", replacements), clone)
        stitched = f"{seaweedfs.url}/my-bucket/test/stitched/thumbnails.vtt"
        eventually(lambda: _answers(stitched), "the stitched job is done", 60)
    assert '"error": 1' not in answer
    track = urllib.request.urlopen(f"{seaweedfs.url}/my-bucket/test/thumb/bbb/thumbnails.vtt", timeout=10).read()
    assert track.count(b"-->") == 2
    assert urllib.request.urlopen(stitched, timeout=10).read().count(b"-->") == 6


@pytest.mark.timeout(200)
def test_the_store_that_an_operator_lends(clone: Path, tmp_path: Path, seaweedfs: S3Server) -> None:
    """The page about running lends a bucket to an API key, whose query without any secret ends in it."""
    seaweedfs.make_bucket("lent-bucket", public=True)
    credentials = {"aws_access_key_id": seaweedfs.key, "aws_secret_access_key": seaweedfs.secret}
    with closing(boto3.client("s3", endpoint_url=seaweedfs.url, region_name="us-east-1", **credentials)) as client:
        client.upload_file(str(clone / "demo-output" / "source.mp4"), "lent-bucket", "shop/source.mp4")
    examples = Examples.of("docs/running.md")
    replacements = {
        "https://s3.example.com": seaweedfs.url,
        "s3.example.com": f"{seaweedfs.host}:{seaweedfs.port}",
        "my-bucket": "lent-bucket",
        "MY-ACCESS-KEY": seaweedfs.key,
        "MY-SECRET-KEY": seaweedfs.secret,
    }
    settings = {"FILMSTRIP_DATA_DIR": str(tmp_path / "data")}
    with _running_service(examples.script("service", "lent store", replacements), clone, settings) as address:
        script = examples.script("client", "lent store", {_SERVICE_ADDRESS: address, **replacements})
        answer = _run(script, clone)
    assert '"error": 1' not in answer
    assert seaweedfs.secret not in answer + (clone / "service.log").read_text()
    track = urllib.request.urlopen(f"{seaweedfs.url}/lent-bucket/shop/thumbs/thumbnails.vtt", timeout=10).read()
    assert track.count(b"-->") == 4


@pytest.mark.timeout(200)
def test_the_upload_and_the_profile(clone: Path, first_service: str) -> None:
    """The page about sending jobs uploads a file by curl, and starts a task with it, and one with a profile."""
    (clone / "film.mp4").write_bytes((clone / "demo-output" / "source.mp4").read_bytes())
    pages = Examples.of("docs/running.md", "docs/sending-jobs.md")
    script = pages.script("client", "upload", {_SERVICE_ADDRESS: first_service}) + pages.script("client", "profile", {})
    answer = _run(script, clone)
    assert answer.count('"error": 0') == 2
    assert answer.count("status_url") == 2


CHECKS = {
    "python": """import json, sys
header, body, secret = json.load(sys.stdin)
print(json.dumps(is_from_filmstrip(header, body.encode(), secret)))""",
    "node": """const [header, body, secret] = JSON.parse(require("fs").readFileSync(0));
console.log(isFromFilmstrip(header, Buffer.from(body), secret));""",
}


@pytest.mark.parametrize("language", CHECKS)
def test_who_calls_is_known(language: str) -> None:
    """What the page about callbacks shows to receivers accepts what is signed, and nothing else."""
    text = (ROOT / "docs" / "callbacks.md").read_text(encoding="utf-8")
    (code,) = re.findall(rf"<!-- receiver: {language} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    program = [sys.executable, "-c"] if language == "python" else ["node", "-e"]
    secret, body, now = "0123456789abcdef", "task_token=7c&payload=%C3%BC", int(time.time())
    good = sign(body.encode(), secret, now)
    for header, its_body, its_secret, is_good in (
        (good, body, secret, True),
        (good, f"{body}&more=1", secret, False),
        (good, body, "another secret!!", False),
        (good.replace(f"t={now}", f"t={now - 1}"), body, secret, False),
        (sign(body.encode(), secret, now - 900), body, secret, False),
        (f"{good}0", body, secret, False),
        (None, body, secret, False),
    ):
        given, script = json.dumps([header, its_body, its_secret]), f"{code}\n{CHECKS[language]}"
        done = subprocess.run(
            [*program, script],
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert (header, json.loads(done.stdout)) == (header, is_good)
