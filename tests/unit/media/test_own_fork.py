"""What does a server of children take along that begins as a fork?"""

import subprocess
import sys

_PROGRAM = """
import os, socket, sys
from filmstrip.isolation.own_fork import can_fork, fork_self

def tell():
    names = sorted(os.environ)
    block = open("/proc/self/environ", "rb").read()
    kept = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    os.write(0, repr((names, b"hush" in block, b"/kept" in block, kept[:3], len(kept), os.getsid(0))).encode())

ours, theirs = socket.socketpair()
extra = os.open("/dev/null", os.O_RDONLY)
assert can_fork()
process = fork_self(tell, theirs.fileno(), ["KEPT"])
names, has_secret, has_kept, descriptors, count, session = eval(ours.recv(10000))
assert names == ["KEPT"], names
assert not has_secret and has_kept
assert descriptors == [0, 1, 2] and count == 4, (descriptors, count)
assert session == process.pid
assert process.wait(30) == 0 and process.poll() == 0
print("right")
"""


def test_a_fork_takes_nothing_along_but_what_is_loaded() -> None:
    """It has no variable and no descriptor that it was not given, also where the system tells its environment."""
    environment = {"KEPT": "/kept", "AWS_SECRET_ACCESS_KEY": "hush", "PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environment, capture_output=True, text=True, check=False, timeout=50
    )
    assert (done.stdout, done.stderr) == ("right\n", "")


def test_a_process_with_threads_is_not_forked() -> None:
    """What other threads hold would be held for ever in the fork."""
    program = (
        "import threading; from filmstrip.isolation.own_fork import can_fork; stop = threading.Event();"
        "threading.Thread(target=stop.wait).start(); print(can_fork()); stop.set()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=50)
    assert done.stdout == "False\n"
