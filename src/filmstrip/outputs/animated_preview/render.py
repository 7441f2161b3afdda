"""Makes the file of `animated_preview`, as all moving pictures."""

from filmstrip.outputs._moving_rendering import render

__all__ = ["render"]
