"""How each encoder of the ffmpeg program is driven: a module an encoder, found by looking, each pure.

A module has `ENCODER`, a `VideoEncoder` or an `AudioEncoder` (`_base`): its names, what clients may set of it, and the
arguments for it. Which outputs offer it follows from its codec and from what their containers hold (`muxers`).

Others use:

- `_base`: what an encoder is
- `registry`: the encoders by the names that clients use
"""
