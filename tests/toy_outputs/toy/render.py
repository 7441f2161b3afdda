"""Makes the files of `toy`."""

from toy_output import render, render_together

__all__ = ["render", "render_together"]
