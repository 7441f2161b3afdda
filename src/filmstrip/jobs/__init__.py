"""The life of a task: submit, run, checkpoint, cancel, resume."""
