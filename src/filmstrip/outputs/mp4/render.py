"""Makes the file of `mp4`, as all that ffmpeg encodes."""

from filmstrip.outputs._segment_encoding import render, render_together

__all__ = ["render", "render_together"]
