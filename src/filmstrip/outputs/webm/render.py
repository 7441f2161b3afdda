"""Makes the file of `webm`, as all that ffmpeg encodes."""

from filmstrip.outputs._encoding import render

__all__ = ["render"]
