"""Walls around a process, which it raises itself and can never take down: Landlock, a system-call filter, its end."""
