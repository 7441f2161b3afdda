"""Runs a program as on a kernel without some system calls: `python older_kernel.py landlock,seccomp PROGRAM…`."""

import errno
import os
import sys

from filmstrip.isolation.call_filter import Instruction, _install
from filmstrip.isolation.privileges import renounce_privileges
from filmstrip.isolation.system_calls import architecture

FAMILIES = {
    "landlock": ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"),
    "seccomp": ("seccomp",),
}


def main() -> None:
    known = architecture()
    assert known is not None
    program: list[Instruction] = [(0x20, 0, 0, 0)]
    for family in sys.argv[1].split(","):
        for name in FAMILIES[family]:
            program += [(0x15, 0, 1, known.numbers[name]), (0x06, 0, 0, 0x00050000 | errno.ENOSYS)]
    renounce_privileges()
    _install([*program, (0x06, 0, 0, 0x7FFF0000)])
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the program is under test


if __name__ == "__main__":
    main()
