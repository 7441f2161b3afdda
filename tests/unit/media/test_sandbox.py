"""How is media work kept apart?"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from filmstrip.domain.errors import MediaProcessError
from filmstrip.isolation import sandbox
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.isolation.sandbox import run_in_sandbox
from filmstrip.media.settings import MediaSettings

SETTINGS = MediaSettings(stall_seconds=20)
_PARENT = """
import asyncio
from pathlib import Path
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.isolation.sandbox import run_in_sandbox
from filmstrip.media.settings import MediaSettings

async def main():
    server = ForkServer({program!r})
    async with run_in_sandbox(server, "null", MediaSettings(), Path({folder!r})) as lines:
        async for line in lines:
            print(line, end="", flush=True)

asyncio.run(main())
"""
MakeModule = Callable[[str], str]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeModule:
    """Makes a module that child processes can run."""
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))

    def make(body: str) -> str:
        head = """
            import json, os, signal, subprocess, sys, time
            from filmstrip.isolation.sandbox_child import confine, read_request, take_stdout, watch_parent
            from filmstrip.media.settings import MediaSettings

            def load():
                pass

            def main():
                request = json.loads(read_request())
                watch_parent()
                reports = take_stdout()
        """
        run = "if __name__ == '__main__':\n    main()\n"
        work = textwrap.indent(textwrap.dedent(body), "    ") + "\n"
        (folder / "program.py").write_text(textwrap.dedent(head) + work + run)
        return "program"

    return make


async def reported(module: str, folder: Path, settings: MediaSettings = SETTINGS, request: object = None) -> list[str]:
    with ForkServer(module) as server:
        async with run_in_sandbox(server, json.dumps(request), settings, folder) as lines:
            return [line.strip() async for line in lines]


async def failure(module: str, folder: Path, settings: MediaSettings = SETTINGS) -> MediaProcessError:
    with pytest.raises(MediaProcessError) as told:
        await reported(module, folder, settings)
    return told.value


async def said_before_failure(module: str, folder: Path) -> list[str]:
    said: list[str] = []

    async def listen() -> None:
        async with run_in_sandbox(server, "null", SETTINGS, folder) as lines:
            async for line in lines:
                said.append(line.strip())  # noqa: PERF401 - a comprehension would lose them with the error

    with ForkServer(module) as server, pytest.raises(MediaProcessError):
        await listen()
    return said


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_for_death(pid: int) -> None:
    deadline = time.monotonic() + 20
    while is_alive(pid):
        assert time.monotonic() < deadline, f"{pid} is alive"
        time.sleep(0.01)


async def test_a_request_goes_in_and_reports_come_out(module: MakeModule, tmp_path: Path) -> None:
    """The request arrives whole, also a large one, and each line is a report."""
    program = module("reports.write(f'{len(request)}\\nsecond\\n')")
    assert await reported(program, tmp_path, request="x" * 3_000_000) == ["3000000", "second"]


async def test_the_request_is_not_in_the_arguments(module: MakeModule, tmp_path: Path) -> None:
    """Other users of the machine see which module runs, and nothing of what it works on."""
    program = module("reports.write(open('/proc/self/cmdline').read().replace('\\0', ' '))")
    (line,) = await reported(program, tmp_path, request="http://host/?signature=secret")
    assert line == f"{sys.executable} -P -m filmstrip.isolation.forking program"


async def test_secrets_of_the_service_are_not_handed_down(
    module: MakeModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child has none of the service's settings in its environment, and no open file of the service."""
    monkeypatch.setenv("FILMSTRIP_API_KEYS", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    program = module("reports.write(json.dumps([dict(os.environ), os.listdir('/proc/self/fd'), os.getcwd()]))")
    (tmp_path / "open").touch()
    with (tmp_path / "open").open() as file:
        os.set_inheritable(file.fileno(), True)
        (line,) = await reported(program, tmp_path)
    environment, descriptors, folder = json.loads(line)
    assert "secret" not in environment.values()
    # Standard streams, the reports, and the listing of the folder itself.
    assert len(descriptors) == 5
    assert folder == str(tmp_path)


async def test_no_module_is_taken_from_the_work_folder(module: MakeModule, tmp_path: Path) -> None:
    """A file that media work leaves in its folder is never run as code."""
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    assert await reported(module("reports.write('fine\\n')"), tmp_path) == ["fine"]


async def test_what_libraries_print_is_no_report(module: MakeModule, tmp_path: Path) -> None:
    """Only what is meant as a report is one."""
    program = module("print('noise'); os.system('echo noise'); reports.write('report\\n')")
    assert await reported(program, tmp_path) == ["report"]


async def test_the_last_words_are_for_the_log(module: MakeModule, tmp_path: Path) -> None:
    """The sentence for the client is ours; the end of what the process said is a note beside it."""
    error = await failure(module("sys.stderr.write('x' * 100000 + 'last words'); sys.exit(3)"), tmp_path)
    assert str(error) == "The media process failed (exit code 3)"
    (note,) = error.__notes__
    assert note.endswith("last words")
    assert len(note) <= 16384


@pytest.mark.parametrize(
    ("death", "sentence"),
    [
        ("os.kill(os.getpid(), signal.SIGABRT)", "The media process crashed (SIGABRT)"),
        ("os.kill(os.getpid(), 40)", "The media process crashed (signal 40)"),
        (
            "os.kill(os.getpid(), signal.SIGKILL)",
            "The media process was killed (SIGKILL), as happens when the machine runs out of memory",
        ),
    ],
)
async def test_deaths_have_words(module: MakeModule, tmp_path: Path, death: str, sentence: str) -> None:
    """A signal is told by its name."""
    assert str(await failure(module(death), tmp_path)) == sentence


async def test_reports_before_a_crash_are_told(module: MakeModule, tmp_path: Path) -> None:
    """What was reported before the end counts."""
    program = module("reports.write('first\\n'); os.kill(os.getpid(), signal.SIGSEGV)")
    assert await said_before_failure(program, tmp_path) == ["first"]


async def test_a_report_without_end_is_refused(module: MakeModule, tmp_path: Path) -> None:
    """A process that was taken over cannot fill our memory."""
    error = await failure(module("[reports.write('x' * (1 << 20)) for _ in range(64)]"), tmp_path)
    assert str(error) == "The media process was ended: it reported a line without end"


async def test_a_hang_ends_with_everything_that_it_started(
    module: MakeModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that says nothing is ended with its own children, even if it ignores SIGTERM."""
    monkeypatch.setattr(sandbox, "GRACE_SECONDS", 0.2)
    program = module("""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sleeping = subprocess.Popen(["sleep", "1000"])
        open("pid", "w").write(str(sleeping.pid))
        time.sleep(1000)
    """)
    error = await failure(program, tmp_path, replace(SETTINGS, stall_seconds=1.5))
    assert str(error) == "The media process was ended: it reported nothing for 1.5 seconds"
    wait_for_death(int((tmp_path / "pid").read_text()))


async def test_what_a_crash_leaves_is_ended(module: MakeModule, tmp_path: Path) -> None:
    """Children of a process that crashed do not outlive it."""
    program = module("""
        sleeping = subprocess.Popen(["sleep", "1000"])
        reports.write(f"{sleeping.pid}\\n")
        os.kill(os.getpid(), signal.SIGSEGV)
    """)
    (pid,) = await said_before_failure(program, tmp_path)
    wait_for_death(int(pid))


async def test_cancelling_ends_it(module: MakeModule, tmp_path: Path) -> None:
    """Who is cancelled while he listens has ended the process when he is gone."""
    program = module("reports.write(f'{os.getpid()}\\n'); time.sleep(1000)")
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def listen() -> None:
        async with run_in_sandbox(server, "null", SETTINGS, tmp_path) as lines:
            async for line in lines:
                started.set_result(int(line))

    with ForkServer(program) as server:
        listening = asyncio.create_task(listen())
        pid = await started
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        assert not is_alive(pid)


def test_the_watchdog_pipe(module: MakeModule, tmp_path: Path) -> None:
    """When the parent is killed, the child and all that the child started die by themselves."""
    program = module("""
        sleeping = subprocess.Popen(["sleep", "1000"])
        reports.write(f"{os.getpid()} {sleeping.pid}\\n")
        time.sleep(1000)
    """)
    parent = tmp_path / "parent.py"
    parent.write_text(_PARENT.format(program=program, folder=str(tmp_path)))
    with subprocess.Popen([sys.executable, str(parent)], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        pids = [int(pid) for pid in running.stdout.readline().split()]
        assert all(is_alive(pid) for pid in pids)
        running.send_signal(signal.SIGKILL)
        for pid in pids:
            wait_for_death(pid)


async def test_limits_are_taken(module: MakeModule, tmp_path: Path) -> None:
    """All limits of the settings hold in the child, and a stricter one of the operator stays."""
    program = module("""
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        confine(MediaSettings(memory_limit_mb=2048, cpu_limit_seconds=7, file_limit_mb=5))
        names = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE")
        reports.write(json.dumps([resource.getrlimit(getattr(resource, name)) for name in names]))
    """)
    (line,) = await reported(program, tmp_path)
    assert json.loads(line) == [[2048 << 20] * 2, [7, 17], [1000, 1000], [0, 0]]


def test_a_parent_that_dies_before_the_request(module: MakeModule, tmp_path: Path) -> None:
    """A child that never gets its request ends by itself."""
    program = module("raise AssertionError('no request came')")
    environment = os.environ | {"PYTHONPATH": os.environ["PYTHONPATH"]}
    with subprocess.Popen(
        [sys.executable, "-m", program], stdin=subprocess.PIPE, env=environment, start_new_session=True, cwd=tmp_path
    ) as child:
        assert child.stdin is not None
        child.stdin.write(b'{"half of')
        child.stdin.close()
        assert child.wait(20) == -signal.SIGKILL


def test_a_child_that_ignores_the_end_of_its_parent(module: MakeModule, tmp_path: Path) -> None:
    """Also a child that was taken over, and neither watches its input nor heeds SIGTERM, dies with its parent."""
    program = module("""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        reports.write(f"{os.getpid()}\\n")
        time.sleep(1000)
    """)
    source = tmp_path / "modules" / "program.py"
    source.write_text(source.read_text().replace("    watch_parent()\n", ""))
    parent = tmp_path / "parent.py"
    parent.write_text(_PARENT.format(program=program, folder=str(tmp_path)))
    with subprocess.Popen([sys.executable, str(parent)], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        pid = int(running.stdout.readline())
        running.send_signal(signal.SIGKILL)
        wait_for_death(pid)
