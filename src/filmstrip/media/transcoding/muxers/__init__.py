"""What each container is written with: a module a muxer of the ffmpeg program, found by looking, each pure.

A module has `MUXER` (`_base`): which codecs its container holds, the arguments for it, and how a result is looked at.

Others use:

- `_base`: what a muxer is
- `segment`: what carries a part of a result until it is joined
- `registry`: the muxers by the names of their containers
"""
