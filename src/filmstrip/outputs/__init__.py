"""What a request for X makes: a package for each value of `format[].output`.

A package has `output.py`, the class whose fields are its parameters and whose `plan` is pure, and `render.py`, which
makes the files and is loaded in child processes alone. `registry` finds them; `child` is what runs in such a process.
What ffmpeg encodes is a few lines over `_video` or `_audio`, which name a muxer, and made by `_encoding`.
"""
