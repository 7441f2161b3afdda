"""Makes the file of `flac`, as all that ffmpeg encodes."""

from filmstrip.outputs._encoding import render

__all__ = ["render"]
