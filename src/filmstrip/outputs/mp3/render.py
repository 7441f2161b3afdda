"""Makes the file of `mp3`, as all that ffmpeg encodes."""

from filmstrip.outputs._encoding import render

__all__ = ["render"]
