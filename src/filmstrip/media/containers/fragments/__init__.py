"""Fragmented MP4 that no index lists: where a moment is, and where such a film ends or begins again.

Others use:

- `fragment_film`: `fragment_film`, what is known of the fragments of one source
- `fragment_joints`: where another file begins
- `fragment_restarts`: where time begins again without another file
- `fragmented_movie`: whether there is an index
- `fragments_end`: when the last fragment ends
"""
