"""Does work that claims to be long meet its limits, before it costs anything?"""

import json
import struct
from pathlib import Path

import pytest

from assets import ASSETS
from filmstrip.cli.main import ExitCode, run

pytestmark = pytest.mark.timeout(240)
CLAIMED_SECONDS = 16_712
KEPT_BYTES = 60_000


def encode(folder: Path, source: Path, **fields: object) -> ExitCode:
    entry = {"output": "mp4", "destination": f"file://{folder}/out.mp4", "height": 90} | fields
    (folder / "query.json").write_text(json.dumps({"query": {"source": source.as_uri(), "format": [entry]}}))
    return run(["encode", str(folder / "query.json")])


def with_late_end(flv: bytes, seconds: int) -> bytes:
    """Keep the beginning of an FLV file, let its last tag come so late (FLV 10.1, E.4.1), and its header say so."""
    data = bytearray(flv)
    at, last = 9 + 4, 0
    while at < KEPT_BYTES:
        last, at = at, at + 11 + int.from_bytes(data[at + 1 : at + 4], "big") + 4
    milliseconds = seconds * 1000
    data[last + 4 : last + 8] = (milliseconds & 0xFFFFFF).to_bytes(3, "big") + bytes([milliseconds >> 24])
    told = data.index(b"duration") + len(b"duration") + 1
    data[told : told + 8] = struct.pack(">d", seconds)
    return bytes(data[:at])


def test_the_longest_output_is_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An output that would be longer is refused by a sentence that names the setting and the way out, which works."""
    monkeypatch.setenv("FILMSTRIP_MAX_OUTPUT_SECONDS", "1.5")
    monkeypatch.setenv("COLUMNS", "1000")
    assert encode(tmp_path, ASSETS["plain.mp4"].path) == ExitCode.FAILED
    said = capsys.readouterr().err
    assert "at most 1.5 (its setting max_output_seconds): ask for a part by start_time and duration" in said
    assert not (tmp_path / "out.mp4").exists()
    assert encode(tmp_path, ASSETS["plain.mp4"].path, duration=1) == ExitCode.DONE


def test_a_small_file_that_claims_hours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A few kilobytes that claim to be four and a half hours make no work."""
    monkeypatch.setenv("COLUMNS", "1000")
    flv = with_late_end(ASSETS["plain.flv"].path.read_bytes(), CLAIMED_SECONDS)
    source = tmp_path / "claims.flv"
    source.write_bytes(flv)
    assert len(flv) < 8 * CLAIMED_SECONDS
    assert encode(tmp_path, source) == ExitCode.FAILED
    assert f"claims to last {CLAIMED_SECONDS} seconds and holds {len(flv)} bytes only" in capsys.readouterr().err
