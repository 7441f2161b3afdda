"""Limits that the standards of codecs set, and what follows from them for whoever looks at packets."""

from __future__ import annotations

MOST_HELD_PICTURES = 16
"""So many decoded pictures are held back at most, until those before them are shown: MaxDpbFrames of H.264 (A.3.1),
MaxDpbSize of HEVC (A.4.2). VP9 and AV1 hold 8 (NUM_REF_FRAMES, 3)."""

MOST_REORDERED_PICTURES = MOST_HELD_PICTURES + 1
"""After so many further pictures, with the one that pushes the others out, every reordering is over."""

DEEPEST_REORDERING = 4 * MOST_REORDERED_PICTURES
"""After so many further packets it is settled which picture is shown next, even where DTS does not settle it: between
the two may come all that are shown before and as many that are shown later, each of two fields."""

USUALLY_REORDERED_PICTURES = 4
"""As a rule: of encoders with three B-frames between two others, which refer to each other. For estimates only."""
