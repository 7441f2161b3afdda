"""Makes the file of `mp4`, as all that ffmpeg encodes."""

from filmstrip.outputs._encoding import render

__all__ = ["render"]
