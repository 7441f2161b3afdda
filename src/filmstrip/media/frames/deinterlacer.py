"""Which filter makes one progressive picture of two fields: the same choice for all outputs.

Both fields in one picture show combs. The first field is kept and the lines of the second are interpolated: one picture
a frame, not a field, so that the frame rate stays. All frames, as field flags of sources lie.
"""

from __future__ import annotations

from filmstrip.media.frames.filter_graph import FilterStep

_ARGUMENTS = "mode=send_frame:parity=auto:deint=all"

OF_ONE_PICTURE: FilterStep = ("yadif", _ARGUMENTS)
"""For a picture without its neighbours, of which nothing is known but its own lines."""
OF_A_FILM: FilterStep = ("bwdif", _ARGUMENTS)
"""For pictures in a row: what moves is interpolated by the lines of its neighbours as well."""
