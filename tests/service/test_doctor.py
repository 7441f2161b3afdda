"""Does `filmstrip doctor` find what is wrong with an installation, and say how it is mended?"""

from __future__ import annotations

import os
from pathlib import Path

import imageio_ffmpeg
import pytest

from filmstrip.cli.main import ExitCode, run
from filmstrip.media.transcoding.ffmpeg_program import ffmpeg_version
from filmstrip.testing.seaweedfs import S3Server
from store_cases import own_bucket

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("FILMSTRIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FILMSTRIP_DATA_DIR", str(tmp_path / "data"))


def _program(path: Path, version: str, *, without: str = "nothing") -> Path:
    """Write a program that is ffmpeg by another version's name, and without some encoder."""
    real = imageio_ffmpeg.get_ffmpeg_exe()
    told = ffmpeg_version(real).encode()
    code = Path(real).read_bytes().replace(told, version.encode().ljust(len(told)))
    path.write_bytes(code.replace(f"\0{without}\0".encode(), f"\0{without[:-1]}?\0".encode()))
    path.chmod(0o755)
    return path


def test_a_sound_installation(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything is looked at, media work by doing some, and nothing is to be mended."""
    assert run(["doctor"]) == ExitCode.DONE
    printed = capsys.readouterr().out
    for name in ("Python", "decoders", "settings", "ffmpeg", "data folder", "database", "media work", "isolation"):
        assert f"✓ {name}" in printed


def test_an_old_ffmpeg_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program from before 7.1 works, but does not crop what containers say to."""
    monkeypatch.setenv("FILMSTRIP_FFMPEG_PATH", str(_program(tmp_path / "ffmpeg", "5.1.9-0+deb12u1")))
    assert run(["doctor"]) == ExitCode.DONE
    printed = " ".join(capsys.readouterr().out.split())
    assert "5.1.9" in printed
    assert "PixelCrop" in printed
    assert "7.1 or later" in printed


def test_what_can_be_lived_with_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without SVT-AV1 all else can be made: the service works, and the operator knows what will fail. A setting that
    nobody knows is a misspelt one.
    """
    monkeypatch.setenv("FILMSTRIP_FFMPEG_PATH", str(_program(tmp_path / "ffmpeg", "n9.0.2", without="libsvtav1")))
    monkeypatch.setenv("FILMSTRIP_TREADS", "4")
    assert run(["doctor"]) == ExitCode.DONE
    printed = " ".join(capsys.readouterr().out.split())
    assert "lacks libsvtav1: outputs that ask for them fail" in printed
    assert "FILMSTRIP_TREADS" in printed


def test_a_script_for_ffmpeg_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A media process may run one program and no second one, so a script that starts ffmpeg is none to encode with."""
    script = tmp_path / "ffmpeg"
    script.write_text(f'#!/bin/sh\nexec {imageio_ffmpeg.get_ffmpeg_exe()} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("FILMSTRIP_FFMPEG_PATH", str(script))
    assert run(["doctor"]) == ExitCode.FAILED
    assert "name in ffmpeg_path the program that it starts" in " ".join(capsys.readouterr().out.split())


def test_an_ffmpeg_without_its_encoder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without libx264 no mp4 can be made, so the service cannot work like this."""
    monkeypatch.setenv("FILMSTRIP_FFMPEG_PATH", str(_program(tmp_path / "ffmpeg", "n9.0.2", without="libx264")))
    assert run(["doctor"]) == ExitCode.FAILED
    assert "lacks libx264" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
def test_the_bucket_for_all_machines_is_tried(
    seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_right: bool
) -> None:
    """What a service would do there is done once; a secret that is not accepted is told as that, and not shown."""
    own = own_bucket(seaweedfs)
    secret = own["temporary_secret"] if is_right else "wr0ng-secret"
    values = {**own, "temporary_secret": secret, "plain_http_hosts": own["plain_http_hosts"][0]}
    for name, value in values.items():
        monkeypatch.setenv(f"FILMSTRIP_{name.upper()}", value)
    assert run(["doctor"]) == (ExitCode.DONE if is_right else ExitCode.FAILED)
    printed = " ".join(capsys.readouterr().out.split())
    assert f"{'✓' if is_right else '✗'} temporary store" in printed
    assert ("refuses these credentials" in printed) is not is_right
    assert secret not in printed
