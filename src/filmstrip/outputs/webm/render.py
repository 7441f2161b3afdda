"""Makes the file of `webm`, as all that ffmpeg encodes."""

from filmstrip.outputs._encoding import render
from filmstrip.outputs._joint_encoding import render_together

__all__ = ["render", "render_together"]
