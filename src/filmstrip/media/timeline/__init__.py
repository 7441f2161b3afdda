"""Where the time of a film begins, jumps and ends.

Others use:

- `extent`: `find_extent`, from when to when a source lasts
- `first_picture`: `first_picture`, the first one that can be decoded
- `pieces`: `find_pieces`, a source whose clock jumps as sources of their own
- `shown_picture`: since when the picture at a moment is on screen
- `stamp_map`: `StampMap`, moments in a remote transport or program stream
"""
