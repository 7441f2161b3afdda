"""Does a signal end what waits for something that never happens?"""

import subprocess
import sys

PROGRAM = """
import asyncio, signal, threading, time
from filmstrip.cli.event_loop import run_to_end

async def wait():
    # The thread gets the signal, as it does if it comes just before the loop waits: nothing wakes the loop by itself.
    blocked = threading.Event()
    thread = threading.Thread(target=blocked.wait, daemon=True)
    thread.start()
    asyncio.get_running_loop().call_later(0.2, threading.Thread(target=send, args=(thread.ident,)).start)
    await asyncio.sleep(3600)

def send(thread):
    time.sleep(0.3)  # the loop has begun to wait by then; if it has not, the test only proves less
    signal.pthread_kill(thread, signal.SIGINT)

try:
    run_to_end(wait())
except KeyboardInterrupt:
    print("ended", flush=True)
    import os
    os._exit(0)
"""


def test_a_signal_wakes_a_loop_that_waits() -> None:
    """Whichever thread the signal comes to, and however long nothing else would happen."""
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=30, check=False)
    assert ended.stdout == "ended\n", ended.stderr
