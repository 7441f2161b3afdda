"""Finds the ffmpeg program that is used."""

from __future__ import annotations

import shutil
import subprocess

import imageio_ffmpeg

from filmstrip.domain.errors import MediaProcessError
from filmstrip.media.settings import MediaSettings


def find_ffmpeg(settings: MediaSettings) -> str:
    """Find the ffmpeg program: the one of the settings, else the one that comes with imageio-ffmpeg.

    Raises:
        MediaProcessError: There is none.
    """
    if settings.ffmpeg_path is not None:
        found = shutil.which(settings.ffmpeg_path)
        if found is None:
            raise MediaProcessError("The ffmpeg program of the setting ffmpeg_path does not exist or cannot be run")
        return found
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise MediaProcessError(
            "The package imageio-ffmpeg has no program for this platform: set ffmpeg_path"
        ) from None


def ffmpeg_version(program: str) -> str:
    """Ask an ffmpeg program for its version, such as "n9.0.2".

    Raises:
        MediaProcessError: It is no ffmpeg program, or does not run here.
    """
    words = _answer(program, "-version").split(maxsplit=3)
    if words[:2] != ["ffmpeg", "version"]:
        raise MediaProcessError("The ffmpeg program does not tell its version: it is another program")
    return words[2]


def ffmpeg_encoders(program: str) -> frozenset[str]:
    """Ask an ffmpeg program for the names of its encoders, such as "libx264".

    Raises:
        MediaProcessError: It does not run here.
    """
    # A line for each encoder: six flags, its name, and words about it.
    lines = (line.split() for line in _answer(program, "-encoders").splitlines())
    return frozenset(words[1] for words in lines if len(words) > 1)


def _answer(program: str, question: str) -> str:
    try:
        # The program is the operator's choice, never a client's.
        answer = subprocess.run(  # noqa: S603
            [program, "-hide_banner", question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise MediaProcessError(f"The ffmpeg program does not run: {type(error).__name__}") from error
    return answer.stdout
