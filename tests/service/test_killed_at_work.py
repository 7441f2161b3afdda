"""Is sound, and is a moving picture, made again as a whole when what makes it is killed in the middle?"""

from __future__ import annotations

import os
import shutil
import signal
import wave
from contextlib import suppress
from pathlib import Path

import pytest

from toy_service import ToyService, eventually

pytestmark = pytest.mark.timeout(240)

_SOUND_SECONDS, _RATE = 300, 44_100
_OUTPUTS = {
    "mp3": {"output": "mp3"},
    "flac": {"output": "flac"},
    "gif": {"output": "gif", "width": 640, "framerate": 50},
    "webp": {"output": "animated_preview", "width": 640, "framerate": 60},
}


def silence(path: Path) -> None:
    """Write sound that takes a second to encode."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(bytes(2 * _RATE * _SOUND_SECONDS))


@pytest.mark.parametrize("victim", ["media process", "service"])
@pytest.mark.parametrize("kind", list(_OUTPUTS))
def test_killed_in_the_middle(kind: str, victim: str, tmp_path: Path, small_video: Path) -> None:
    """It is made once more, and is whole; of the first attempt nothing is left, nor put."""
    source = tmp_path / "source"
    if _OUTPUTS[kind]["output"] in ("mp3", "flac"):
        silence(source)
    else:
        shutil.copy(small_video, source)
    with ToyService(tmp_path) as service:
        token = service.submit(source.as_uri(), {**_OUTPUTS[kind], "destination": f"file://{tmp_path}/out/{kind}"})
        work = tmp_path / "work" / token
        eventually(lambda: [*work.rglob("*.frames"), *work.rglob("*.part")], "it is being made")
        if victim == "service":
            service.kill()
            service.start()
        else:
            for child in service.children():
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        task = service.finished(token)
        assert [output.error for output in task.outputs] == [None]
        assert service.processes() == [0, 1, 1]
        result = task.outputs[0].result
        assert result is not None
        assert result.size_bytes == (tmp_path / "out" / kind).stat().st_size > 1000
        assert [path.name for path in (tmp_path / "out").iterdir()] == [kind]
        eventually(lambda: not work.exists(), "the work folder is removed")
