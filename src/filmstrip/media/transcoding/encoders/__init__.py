"""How each encoder of the ffmpeg program is driven: a file an encoder, each a pure list of arguments.

Others use:

- `libx264`: H.264
- `aac`: AAC
"""
