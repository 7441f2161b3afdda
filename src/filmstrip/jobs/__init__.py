"""The life of a task: submit, run, checkpoint, cancel, resume.

`tasks` is what survives a crash, `making` how an output comes about, `callbacks` how clients are told of it, `rules`
what is decided on the way.
"""
