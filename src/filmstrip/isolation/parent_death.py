"""The kernel's promise that a process ends with its parent (PR_SET_PDEATHSIG, prctl(2))."""

from __future__ import annotations

import os
import signal
import sys

from filmstrip.isolation.system_calls import c_library

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int) -> None:
    """Have this process killed as soon as the thread of its parent that forked it ends.

    A fork forgets it, another program does not. Where the parent is gone already, this process ends here.

    Args:
        parent: The parent's process id, asked for before the fork.
    """
    if sys.platform == "linux":
        c_library().prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
