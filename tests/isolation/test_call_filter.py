"""Does the filter say what it has to, on each architecture? Its program is run here as the kernel would run it."""

import errno

import pytest

from filmstrip.isolation.call_filter import Instruction, Permissions, assemble
from filmstrip.isolation.system_calls import _ARCHITECTURES, Architecture

OWN, ANOTHER = 4711, 4712
ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
MASK = (1 << 32) - 1


def answer(program: list[Instruction], architecture: int, number: int, arguments: tuple[int, ...]) -> int:
    """Run classic BPF over a call (linux/filter.h, struct seccomp_data)."""
    words = [number, architecture, 0, 0]
    for argument in (*arguments, *[0] * (6 - len(arguments))):
        words += [argument & MASK, argument >> 32 & MASK]
    value, at = 0, 0
    while True:
        operation, if_true, if_false, operand = program[at]
        at += 1
        if operation == 0x20:
            value = words[operand // 4]
        elif operation == 0x54:
            value &= operand
        elif operation == 0x15:
            at += if_true if value == operand else if_false
        elif operation == 0x35:
            at += if_true if value >= operand else if_false
        else:
            assert operation == 0x06
            return operand


@pytest.fixture(params=_ARCHITECTURES)
def known(request: pytest.FixtureRequest) -> Architecture:
    return _ARCHITECTURES[request.param]


def asked(known: Architecture, name: str, *arguments: int, may_execute: bool = False) -> int:
    program = assemble(known, Permissions((0, OWN), may_execute=may_execute))
    return answer(program, known.audit_number, known.numbers[name], arguments)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("read", (0,)),
        ("openat", (0, 0, 0)),
        ("openat", (0, 0, 0o1101)),  # write, make, empty
        ("kill", (OWN, 15)),
        ("kill", (0, 9)),
        ("tgkill", (OWN, OWN + 1, 6)),
        ("clone", (0x3D0F00,)),  # what glibc makes threads with
        ("fcntl", (3, 1030)),
        ("ioctl", (1, 0x5401)),
        ("prctl", (15,)),
        ("prlimit64", (0, 7, 0)),
        ("prlimit64", (OWN, 7, 0)),
    ],
)
def test_what_is_allowed(known: Architecture, name: str, arguments: tuple[int, ...]) -> None:
    """Media work gets what it asks for."""
    assert asked(known, name, *arguments) == ALLOW


@pytest.mark.parametrize(
    ("name", "arguments", "refusal"),
    [
        ("openat", (0, 0, 0o1000), EPERM),  # read, empty
        ("openat", (0, 0, 0o3), EPERM),  # neither read nor write
        ("openat", (0, 0, 0o1003), EPERM),  # the same, empty
        ("kill", (ANOTHER, 0), EPERM),
        ("kill", (-1 & MASK, 9), EPERM),
        ("kill", (-OWN & MASK, 9), EPERM),
        ("tgkill", (ANOTHER, ANOTHER, 0), EPERM),
        ("clone", (17,), EPERM),  # a process
        ("clone", (0x3D0F00 | 0x10000000,), EPERM),  # a thread with a namespace
        ("clone", (0x00004111,), EPERM),  # vfork
        ("clone3", (1, 88), ENOSYS),
        ("openat2", (1, 2, 3, 24), ENOSYS),
        ("fcntl", (3, 8), EPERM),  # F_SETOWN
        ("ioctl", (1, 0x5412), EPERM),  # TIOCSTI
        ("prctl", (1, 0), EPERM),  # PR_SET_PDEATHSIG
        ("prlimit64", (0, 7, 1), EPERM),
        ("prlimit64", (0, 7, 1 << 32), EPERM),  # a pointer whose lower half is zero
        ("prlimit64", (ANOTHER, 7, 0), EPERM),
        ("sched_getaffinity", (ANOTHER,), EPERM),
        ("execve", (), EPERM),
        ("seccomp", (1, 0, 0), EPERM),
        ("capset", (), EPERM),
        ("landlock_create_ruleset", (), ENOSYS),
    ],
)
def test_what_is_refused(known: Architecture, name: str, arguments: tuple[int, ...], refusal: int) -> None:
    """Everything else is refused, young calls as if there were none."""
    assert asked(known, name, *arguments) == refusal


def test_one_program_may_be_executed(known: Architecture) -> None:
    """Only who waits to become a program may become one, and has no other right more."""
    assert asked(known, "execve", may_execute=True) == ALLOW
    assert asked(known, "clone", 17, may_execute=True) == EPERM


def test_no_number_is_allowed_that_has_no_name(known: Architecture) -> None:
    """Every other number of a call, far beyond what there is today, is refused."""
    program = assemble(known, Permissions((0, OWN)))
    named = set(known.numbers.values())
    refused = {answer(program, known.audit_number, number, ()) for number in set(range(1024)) - named}
    assert refused == {EPERM, ENOSYS}


def test_another_abi_ends_the_process(known: Architecture) -> None:
    """32-bit calls and x32 have other numbers, so whoever makes one is killed."""
    program = assemble(known, Permissions((0, OWN)))
    assert answer(program, 0x40000003, known.numbers["read"], ()) == KILL
    if known.first_foreign is not None:
        assert answer(program, known.audit_number, known.first_foreign | known.numbers["read"], ()) == KILL


def test_a_filter_stays_short(known: Architecture) -> None:
    """The kernel takes 4,096 instructions, and no jump is longer than 255."""
    program = assemble(known, Permissions((0, OWN, *range(10, 20))))
    assert len(program) < 1000
    assert all(max(if_true, if_false) < 256 for _operation, if_true, if_false, _operand in program)
