"""Makes recordings that lie one behind the other in one file, each with a bar code and a beep."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from assets.basic import X264
from assets.recipes import FFMPEG, QUIET, Film, run, tags
from pictures import Look

COUNT = 75
LOOK = Look(size=(160, 90))
VP8 = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 600k -g 25"
H264 = f"{X264} -g 25"
LIVE = "-live 1 -f webm"
FRAGMENTS = "-movflags frag_keyframe+empty_moov+default_base_moof"


def joined(folder: Path, name: str, options: Sequence[str], *, silent: int | None = None) -> Path:
    """Put recordings of three seconds one behind the other; each beeps after two of them."""
    suffix = name.rpartition(".")[2]
    path = folder / name
    path.write_bytes(b"".join(recording(suffix, at, more, at == silent) for at, more in enumerate(options)))
    return path


@cache
def recording(suffix: str, number: int, options: str, is_silent: bool) -> bytes:  # noqa: FBT001 - a part of the key
    """Make one of them, once for all tests that join it to others."""
    film = Film(COUNT, look=LOOK, first=number * COUNT)
    beep = "sine=frequency=880:duration=3:sample_rate=48000,volume=0:enable='not(between(t,2,2.2))',volume=8"
    sound = () if is_silent else ("-f", "lavfi", "-i", beep)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"recording.{suffix}"
        written = (*shlex.split(options), *shlex.split(tags(film.look)), str(path))
        run([FFMPEG, *QUIET, *film.input_options(), *sound, *written], film.frames())
        return path.read_bytes()
