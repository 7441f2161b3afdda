"""A process beside a media process, with a secret in its memory and doors on the network. It tells where, in JSON."""

import ctypes
import json
import os
import socket
import sys

SECRET = ctypes.create_string_buffer(b"secret of the victim")


def main() -> None:
    folder, user = sys.argv[1], int(sys.argv[2])
    if user != os.getuid():
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, as a program has it that this user starts
    sockets = [socket.socket(family) for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_UNIX)]
    addresses = [("127.0.0.1", 0), ("::1", 0), f"\0filmstrip test {os.getpid()}", f"{folder}/socket"]
    for listening, address in zip(sockets, addresses, strict=True):
        listening.bind(address)
        listening.listen()
    sys.stdout.write(
        json.dumps(
            {
                "victim": os.getpid(),
                "address": ctypes.addressof(SECRET),
                "port": sockets[0].getsockname()[1],
                "port6": sockets[1].getsockname()[1],
                "abstract": f"filmstrip test {os.getpid()}",
                "socket": f"{folder}/socket",
            }
        )
        + "\n"
    )
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
