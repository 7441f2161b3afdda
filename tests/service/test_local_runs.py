"""How is a query run without a server?"""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import quote

import pytest

import barcode
from assets import ASSETS
from filmstrip.cli.main import ExitCode, run
from filmstrip.domain.geometry import FrameSize
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.jobs.making import media_child
from filmstrip.media.pictures.picture_check import picture_facts
from filmstrip.media.settings import MediaSettings
from filmstrip.media.transcoding.sample_video import make_sample, shown_frame_number
from filmstrip.outputs.child.messages import Request
from filmstrip.testing.range_server import RangeServer
from filmstrip.testing.seaweedfs import S3Server
from ftp_server import FtpServer
from playlists import HLS, made
from sftp_server import SftpServer


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of the sample, whose frames tell their number."""
    path = tmp_path_factory.mktemp("sample") / "the sample.mp4"
    make_sample(path, MediaSettings(), lambda _fraction: None, duration_seconds=5)
    return path


def test_thumbnails_of_a_file(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One command turns a file into a folder of exact pictures and a track, and prints where the track is."""
    folder = tmp_path / "new folder"
    flags = ["--interval", "2", "--width", "320", "--height", "240"]
    assert run(["thumbnails", str(sample), str(folder), *flags]) == ExitCode.DONE
    assert capsys.readouterr().out == f"{folder}/thumbnails.vtt\n"
    pictures = sorted(folder.glob("*.png"))
    assert [shown_frame_number(picture) for picture in pictures] == [0, 50, 100]
    assert {picture_facts(picture.read_bytes()).size for picture in pictures} == {FrameSize(320, 240)}
    assert (folder / "thumbnails.vtt").read_text().count("-->") == 3


@pytest.mark.usefixtures("shared_media")
def test_what_is_odd_about_a_source_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What probing warns of is told here as the service tells it, and the files are made."""
    command = ["thumbnails", str(ASSETS["clock_back.ts"].path), str(tmp_path / "out"), "--interval", "4"]
    assert run(command) == ExitCode.DONE
    assert "warning: The clock of the source jumps: it is 4 pieces" in " ".join(capsys.readouterr().err.split())
    assert len(list((tmp_path / "out").glob("*.png"))) == 4


def test_thumbnails_of_a_url_in_the_own_network(sample: Path, tmp_path: Path, range_server: RangeServer) -> None:
    """A host that is named on the command line may be used, even a private one."""
    (range_server.folder / "video.mp4").write_bytes(sample.read_bytes())
    command = [
        "thumbnails",
        range_server.url_of("video.mp4"),
        str(tmp_path / "out"),
        "--interval",
        "2",
        "--quality",
        "9",
    ]
    assert run([*command, "--image-format", "jpg"]) == ExitCode.DONE
    assert len(list((tmp_path / "out").glob("*.jpg"))) == 3


@pytest.mark.usefixtures("shared_media")
def test_thumbnails_of_a_playlist(tmp_path: Path) -> None:
    """A playlist that is named on the command line may name what is in its folder, and nothing above it."""
    made(HLS).lay(tmp_path / "film" / "parts")
    playlist = tmp_path / "film" / "film.m3u8"
    playlist.write_text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nparts/film.m3u8\n")
    command = ["thumbnails", str(playlist), str(tmp_path / "out"), "--interval", "1"]
    assert run(command) == ExitCode.DONE
    pictures = sorted((tmp_path / "out").glob("*.png"))
    assert [barcode.read_number_of_file(picture) for picture in pictures] == [0, 25]
    (tmp_path / "above.ts").write_bytes((tmp_path / "film" / "parts" / "film0.ts").read_bytes())
    playlist.write_text("#EXTM3U\n#EXTINF:1,\n../above.ts\n#EXT-X-ENDLIST\n")
    assert run(command) == ExitCode.FAILED


def test_thumbnails_into_a_bucket(
    sample: Path, seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Results go to S3 with keys from the environment, which no process list shows."""
    seaweedfs.make_bucket("local-runs", public=True)
    host = f"{seaweedfs.host}:{seaweedfs.port}"
    monkeypatch.setenv("FILMSTRIP_PLAIN_HTTP_HOSTS", host)
    monkeypatch.setenv("FILMSTRIP_DESTINATION_KEY", seaweedfs.key)
    monkeypatch.setenv("FILMSTRIP_DESTINATION_SECRET", seaweedfs.secret)
    assert run(["thumbnails", str(sample), f"s3://{host}/local-runs/thumbs", "--interval", "4"]) == ExitCode.DONE
    assert capsys.readouterr().out == f"http://{host}/local-runs/thumbs/thumbnails.vtt\n"


def test_a_whole_query(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON that clients send makes the same files without a server; unknown keys are warned of."""
    query = {
        "source": sample.as_uri(),
        "format": [
            {"output": "mp4", "size": "320x240", "duration": 2, "destination": f"file://{tmp_path}/clip.mp4", "nix": 1},
            {"output": "thumbnails", "interval": 4, "destination": f"file://{tmp_path}/thumbs/"},
        ],
    }
    path = tmp_path / "query.json"
    path.write_text(json.dumps({"query": query}))
    assert run(["encode", str(path)]) == ExitCode.DONE
    captured = capsys.readouterr()
    assert captured.out == f"{tmp_path}/clip.mp4\n{tmp_path}/thumbs/thumbnails.vtt\n"
    assert "format[0].nix is not known here and was ignored" in captured.err
    assert (tmp_path / "clip.mp4").stat().st_size > 1000


@pytest.mark.usefixtures("shared_media")
def test_other_hosts_stay_closed(range_server: RangeServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Only what is named may be used: an address that a redirect leads to is judged as in the service."""
    range_server.manners.redirect = "http://127.0.0.2:9/video.mp4"
    assert run(["probe", range_server.url_of("video.mp4")]) == ExitCode.FAILED
    error = capsys.readouterr().err
    assert "127.0.0.2" in error
    assert "private_hosts" in error


@pytest.mark.usefixtures("shared_media")
def test_a_source_is_described(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`probe` tells the facts to people, and exactly to programs."""
    assert run(["probe", str(sample)]) == ExitCode.DONE
    assert "h264, 640x360, 25.000 frames a second" in capsys.readouterr().out
    assert run(["probe", str(sample), "--json"]) == ExitCode.DONE
    facts = json.loads(capsys.readouterr().out)
    assert facts["duration_seconds"] == "5"
    assert facts["video"]["coded_size"] == {"width": 640, "height": 360}


@pytest.mark.usefixtures("shared_media")
def test_what_is_no_media_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A text file gets a sentence, not a traceback."""
    path = tmp_path / "letter.mp4"
    path.write_text("Dear reader, this is no video.")
    assert run(["thumbnails", str(path), str(tmp_path / "out")]) == ExitCode.FAILED
    assert f'The source "{path}" cannot be read as media: it is text' in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def _encode(tmp_path: Path, **query: object) -> int:
    path = tmp_path / "query.json"
    path.write_text(json.dumps({"query": query}))
    return run(["encode", str(path)])


@pytest.mark.usefixtures("shared_media")
def test_a_failure_leaves_the_other_outputs(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What can be made is made; the exit code and a sentence tell of the rest."""
    (tmp_path / "file").touch()
    formats = [
        {"output": "thumbnails", "interval": 4, "destination": f"file://{tmp_path}/file/below/"},
        {"output": "thumbnails", "interval": 4, "destination": f"file://{tmp_path}/thumbs/"},
    ]
    assert _encode(tmp_path, source=sample.as_uri(), format=formats) == ExitCode.FAILED
    assert capsys.readouterr().err.startswith("filmstrip: format[0]: ")
    assert (tmp_path / "thumbs" / "thumbnails.vtt").exists()


@pytest.mark.usefixtures("shared_media")
def test_the_same_moments_are_decoded_once(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Thumbnails of one grid in three forms come from one process; what each prints and makes is its own."""
    requests: list[Request] = []
    real = media_child.run_in_sandbox

    def counting(
        server: ForkServer, request: str, settings: MediaSettings, folder: Path, handed: Sequence[socket.socket]
    ) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        requests.append(media_child.requests.validate_json(request))
        return real(server, request, settings, folder, handed)

    monkeypatch.setattr(media_child, "run_in_sandbox", counting)
    forms: list[dict[str, object]] = [
        {"width": 320},
        {"width": 160, "sprite": 1, "image_format": "jpg"},
        {"width": 640, "image_format": "webp"},
    ]
    formats = [
        {"output": "thumbnails", "interval": 2, "destination": f"file://{tmp_path}/{number}/", **form}
        for number, form in enumerate(forms)
    ]
    assert _encode(tmp_path, source=sample.as_uri(), format=formats) == ExitCode.DONE
    assert [len(request.renderings) for request in requests] == [0, 3, 1, 1, 1]
    assert capsys.readouterr().out.splitlines() == [f"{tmp_path}/{number}/thumbnails.vtt" for number in range(3)]
    for pattern in ("0/thumb_*.png", "2/thumb_*.webp"):
        assert [shown_frame_number(picture) for picture in sorted(tmp_path.glob(pattern))] == [0, 50, 100]
    assert (tmp_path / "1" / "thumbnails.vtt").read_text().count("sprite.jpg#xywh=") == 3


@pytest.mark.usefixtures("shared_media")
def test_an_output_may_fail_softly(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`allow_soft_fail` makes of a failure a warning, as in the service."""
    (tmp_path / "file").touch()
    entry = {"output": "thumbnails", "interval": 4, "destination": f"file://{tmp_path}/file/below/"}
    assert _encode(tmp_path, source=sample.as_uri(), format={**entry, "allow_soft_fail": 1}) == ExitCode.DONE
    captured = capsys.readouterr()
    assert "warning: The output could not be made" in captured.err
    assert not captured.out


@pytest.mark.usefixtures("shared_media")
def test_what_was_made_is_told_though_another_output_fails(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files that are at their destination are named, before the reason why others are not."""
    (tmp_path / "file").touch()
    places = ("first", "file/below", "last")
    entries = [
        {"output": "thumbnails", "interval": 4, "destination": f"file://{tmp_path}/{place}/"} for place in places
    ]
    assert _encode(tmp_path, source=sample.as_uri(), format=entries) != ExitCode.DONE
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [f"{tmp_path}/{place}/thumbnails.vtt" for place in ("first", "last")]
    assert "format[1]: " in captured.err


@pytest.mark.usefixtures("shared_media")
def test_videos_are_not_made_larger(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rule of the service counts here too: a rendition larger than the source is dropped, with a warning."""
    formats = [
        {"output": "mp4", "size": "320x180", "duration": 1, "destination": f"file://{tmp_path}/small.mp4"},
        {"output": "mp4", "size": "1920x1080", "duration": 1, "destination": f"file://{tmp_path}/large.mp4"},
    ]
    assert _encode(tmp_path, source=sample.as_uri(), format=formats) == ExitCode.DONE
    assert "format[1] was dropped" in capsys.readouterr().err
    assert (tmp_path / "small.mp4").exists()
    assert not (tmp_path / "large.mp4").exists()


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A shell without any credentials."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "FILMSTRIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no credentials"))
    return monkeypatch


@pytest.mark.usefixtures("shared_media")
def test_the_manners_of_s3_tools(
    sample: Path, seaweedfs: S3Server, shell: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With an endpoint and the usual variables, `s3://BUCKET/KEY` is written to and read from."""
    seaweedfs.make_bucket("manners")
    shell.setenv("AWS_ACCESS_KEY_ID", seaweedfs.key)
    shell.setenv("AWS_SECRET_ACCESS_KEY", seaweedfs.secret)
    clip = {"output": "mp4", "size": "64x36", "destination": "s3://manners/clip.mp4"}
    query = sample.parent / "query.json"
    query.write_text(json.dumps({"query": {"source": sample.as_uri(), "format": [clip]}}))
    endpoint = ["--endpoint", seaweedfs.url]
    assert run(["encode", str(query), *endpoint]) == ExitCode.DONE
    assert run(["thumbnails", "s3://manners/clip.mp4", "s3://manners/t", "--interval", "4", *endpoint]) == ExitCode.DONE
    assert run(["probe", "s3://manners/clip.mp4", *endpoint]) == ExitCode.DONE
    captured = capsys.readouterr()
    assert f"{seaweedfs.url}/manners/t/thumbnails.vtt" in captured.out
    assert "64x36" in captured.out
    assert captured.err == ""
    # A track that ends before its video, which is only known by reading that.
    track = sample.parent / "short.vtt"
    track.write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nthumb.png\n")
    assert run(["lint", str(track), "--video", "s3://manners/clip.mp4", *endpoint]) == ExitCode.FAILED
    assert "end" in capsys.readouterr().out


@pytest.mark.usefixtures("shared_media")
def test_a_missing_key_and_a_wrong_one_differ(
    sample: Path, seaweedfs: S3Server, shell: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who gave no key reads that, and who gave a wrong one, that it is wrong."""
    seaweedfs.make_bucket("closed")
    command = ["thumbnails", str(sample), "s3://closed/t/", "--interval", "4", "--endpoint", seaweedfs.url]
    assert run(command) == ExitCode.FAILED
    errors = capsys.readouterr().err
    assert "takes nothing without credentials, and none were given" in errors
    assert "AWS_ACCESS_KEY_ID" in errors
    shell.setenv("AWS_ACCESS_KEY_ID", seaweedfs.key)
    shell.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
    assert run(command) == ExitCode.FAILED
    errors = capsys.readouterr().err
    assert "`secret` does not belong to `key`" in errors
    assert "wrong-secret" not in errors


@pytest.mark.usefixtures("shared_media")
@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("s3://{host}/closed/t/", "does not speak https; if http is meant, give --endpoint http://{host}"),
        ("s3://nowhere.invalid/closed/t/", 'The host "nowhere.invalid" cannot be found'),
        ("s3://nowhere.invalid/closed/t/", "such a place is written s3://HOST/BUCKET/PATH"),
        ("sftp://u:p@nowhere.invalid/t/", "such a place is written sftp://HOST/PATH"),
    ],
)
def test_what_waiting_does_not_mend_is_told_at_once(
    place: str,
    sentence: str,
    sample: Path,
    seaweedfs: S3Server,
    shell: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A name that nobody has, and http where https is meant, end with what to set, and without a wait."""
    host = f"{seaweedfs.host}:{seaweedfs.port}"
    shell.setenv("FILMSTRIP_RETRY_SECONDS", "100000")
    assert run(["thumbnails", str(sample), place.format(host=host), "--interval", "4"]) == ExitCode.FAILED
    captured = capsys.readouterr()
    assert sentence.format(host=host) in captured.err
    assert len(captured.err.splitlines()) == 1


@pytest.mark.usefixtures("shared_media")
def test_from_one_server_to_another(
    sample: Path, ftp: FtpServer, sftp_by_password: SftpServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Servers with users, at private addresses, which who types them may use; no password is shown, also in errors."""
    shutil.copy(sample, sftp_by_password.folder / "typed.mp4")
    login = f"{quote(ftp.user, safe='')}:{quote(ftp.password, safe='')}"
    source = f"sftp://{login}@{sftp_by_password.host}:{sftp_by_password.port}/typed.mp4"
    folder = f"ftp://{login}@{ftp.host}:{ftp.port}/typed/"
    assert run(["probe", source]) == ExitCode.DONE
    assert run(["thumbnails", source, folder, "--interval", "4"]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert f"ftp://{ftp.host}:{ftp.port}/typed/thumbnails.vtt" in told
    assert (ftp.folder / "typed" / "thumb_0001.png").exists()
    assert run(["thumbnails", source.replace("typed", "gone"), folder]) == ExitCode.FAILED
    assert run(["lint", f"{folder}thumbnails.vtt"]) == ExitCode.FAILED
    refused = capsys.readouterr().err
    assert "There is no file at" in refused
    assert "is not asked for as a player would" in refused
    assert not [word for word in (ftp.password, quote(ftp.password, safe="")) if word in told + refused]


@pytest.mark.usefixtures("shared_media")
@pytest.mark.parametrize("command", [["probe"], ["thumbnails"]])
def test_a_source_that_cannot_be_is_told_at_once(
    command: list[str], range_server: RangeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So it is for sources: https of a server that speaks http."""
    url = range_server.url_of("video.mp4").replace("http://", "https://")
    assert run([*command, url, *([str(tmp_path)] if command == ["thumbnails"] else [])]) == ExitCode.FAILED
    captured = capsys.readouterr()
    assert "does not speak https; if http is meant, the URL begins with http://" in captured.err
    assert len(captured.err.splitlines()) == 1
