"""Makes the file of `mp4`, as all that ffmpeg encodes."""

from filmstrip.outputs._joint_encoding import render_together
from filmstrip.outputs._segment_encoding import render

__all__ = ["render", "render_together"]
