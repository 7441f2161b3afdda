"""A decoded frame: which way up it is, which shape it has, and the filters that it goes through.

Others use:

- `deinterlacer`: which filter makes one picture of two fields
- `filter_graph`: `filter_graph`, libav filters in a row
- `orientation`: `orientation_of`, how a frame has to be turned
- `shape`: frames that are shaped otherwise than the first one
"""
