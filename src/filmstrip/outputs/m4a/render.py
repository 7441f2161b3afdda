"""Makes the file of `m4a`, as all that ffmpeg encodes."""

from filmstrip.outputs._encoding import render

__all__ = ["render"]
