"""What does `filmstrip` do with its arguments?"""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from filmstrip.cli.main import ExitCode, program, run
from filmstrip.cli.shell import drop_foreign_settings

_COMMANDS = [*program.list_commands(None), "keys create", "keys list", "keys revoke"]  # type: ignore[arg-type]


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` of each command tells in a sentence what it is for and describes every option."""
    assert run([*command.split(), "--help"]) == ExitCode.DONE
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: filmstrip {command} ")
    assert _purpose(text).endswith(".")


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_option_is_described(command: str) -> None:
    """No option is left to guessing."""
    found: click.Command = program
    for name in command.split():
        found = found.get_command(click.Context(found), name)  # type: ignore[attr-defined]
    options = [option for option in found.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


def _purpose(text: str) -> str:
    return text.split("\n\n")[1].strip()


def test_all_commands_are_there() -> None:
    """The program has the commands that the documentation names."""
    assert {"demo", "doctor", "encode", "keys", "probe", "serve", "thumbnails"} <= set(_COMMANDS)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` names program and version."""
    assert run(["--version"]) == ExitCode.DONE
    assert capsys.readouterr().out.startswith("filmstrip 0.")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nix"], "No such command 'nix'"),
        (["thumbnails"], "Missing argument 'SOURCE'"),
        (["thumbnails", "a.mp4", "b", "--nix"], "No such option"),
        (["thumbnails", "a.mp4", "b", "--interval", "abc"], '--interval: "abc" is not a number'),
        (["thumbnails", "a.mp4", "b", "--image-format", "bmp"], '--image-format: "bmp" is not one of png, jpg'),
        (["thumbnails", "a.mp4", "nix://b"], "DEST: "),
        (["thumbnails", "nix://a.mp4", "b"], "SOURCE: "),
        (["thumbnails", "a.mp4", "s3://host/bucket", "--permissions", "nix"], '--permissions: "nix" is not one of'),
        (["encode", "missing.json"], "'missing.json': No such file"),
        (["serve", "--port", "many"], '--port: "many" is not a port'),
        (["doctor", "--config", "missing.toml", "--settings"], "missing.toml cannot be read"),
    ],
)
def test_misuse_is_explained(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A command line that makes no sense gets exit code 2 and a sentence that names what is wrong, and no traceback."""
    assert run(arguments) == ExitCode.MISUSED
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert "Traceback" not in captured.err
    assert not captured.out


def test_every_mistake_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Two wrong flags are two sentences."""
    run(["thumbnails", "a.mp4", "b", "--interval", "0", "--width", "-1"])
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_failure_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was understood but cannot be done gets exit code 1 and a sentence."""
    assert run(["probe", str(tmp_path / "missing.mp4")]) == ExitCode.FAILED
    assert capsys.readouterr().err == f'filmstrip: There is no file "{tmp_path}/missing.mp4"\n'


def test_an_output_without_a_place_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a server nobody keeps files for a day, so each output needs a destination."""
    query = {"source": "file:///a.mp4", "format": [{"output": "thumbnails"}, {"output": "mp4"}]}
    path = tmp_path / "query.json"
    path.write_text(json.dumps({"query": query}))
    assert run(["encode", str(path)]) == ExitCode.MISUSED
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == [
        "format[0].destination:",
        "format[1].destination:",
    ]


def test_settings_of_other_programs_are_dropped() -> None:
    """What the S3 client would add to the requests for every client's place is not handed on to it."""
    kept = {"AWS_SESSION_TOKEN": "t", "AWS_PROFILE": "p", "HOME": "/"}
    environ = {"AWS_SSE_CUSTOMER_KEY_BASE64": "k", "aws_server_side_encryption": "AES256", **kept}
    drop_foreign_settings(environ)
    assert environ == kept


def test_what_is_no_text_is_no_query(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A film in place of a query, or a device that never ends, is told in a sentence."""
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42\xae")
    assert run(["encode", str(tmp_path / "film.mp4")]) == ExitCode.MISUSED
    assert "It is not text in UTF-8 (byte 12 is 0xae), so it is no query" in capsys.readouterr().err
    assert run(["encode", "/dev/zero"]) == ExitCode.MISUSED
    assert "It has more than 16 MiB, so it is no query" in capsys.readouterr().err


@pytest.mark.usefixtures("shared_media")
@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("s3://k:topSecret%0a@h/bucket/k", "source: has a secret that holds a line end or another control character"),
        ("s3://k:topSecret@h", 'source: "s3://(hidden)@h" is not an S3 URL with a host and a bucket'),
        ("s3://", 'source: "s3://s3.us-east-1.amazonaws.com//" is not an S3 URL with a host and a bucket'),
        (
            "rtmp://h/x",
            'source: "rtmp://h/x" is not a URL that begins with http://, https://, s3://, ftp://, ftps://',
        ),
        ("rtmp://u:topSecret@h/x", 'source: "rtmp://(hidden)@h/x" is not a URL that begins with'),
        ("rtmp://h/x", ", or file:// if the operator allows it, nor tus:ID of an upload"),
    ],
)
def test_an_address_that_is_none_is_explained_without_its_secret(
    source: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A source is judged as that of a query is; a secret with a line end, as some files have, is hidden."""
    assert run(["probe", source]) == ExitCode.MISUSED
    told = capsys.readouterr().err
    assert sentence in told
    assert "topSecret" not in told


@pytest.mark.usefixtures("shared_media")
@pytest.mark.parametrize("source", ["tus:0123456789abcdef0123456789abcdef", "TUS://abc", "tus:"])
@pytest.mark.parametrize("command", ["probe", "thumbnails", "encode"])
def test_an_upload_is_no_source_of_a_command(
    command: str, source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the service that has it can read it; a user who has copied its name is told so."""
    query = tmp_path / "query.json"
    entry = {"output": "gif", "destination": f"file://{tmp_path}/a.gif"}
    query.write_text(json.dumps({"query": {"source": source, "format": [entry]}}))
    arguments = {"probe": [source], "thumbnails": [source, str(tmp_path / "out")], "encode": [str(query)]}
    assert run([command, *arguments[command]]) == ExitCode.MISUSED
    told = capsys.readouterr().err
    assert "An upload is known to its service only: name a file or a URL" in " ".join(told.split())
    assert [path.name for path in tmp_path.iterdir()] == ["query.json"]


def test_what_runs_on_is_waited_for() -> None:
    """The program ends at once only where nothing is left to do: a thread that works on keeps it; all is written."""
    program = (
        "import sys, threading\n"
        "from filmstrip.cli.main import main\n"
        "late = lambda: (threading.main_thread().join(), print('late'))\n"
        "if 'late' in sys.argv: threading.Thread(target=late).start()\n"
        "sys.stdout.write('first, without a line end; ')\n"
        "sys.argv = ['filmstrip', '--version']\n"
        "main()"
    )
    ends = {}
    for argument in ("", "late"):
        command = [sys.executable, "-c", program, argument]
        ends[argument] = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert ends[""].startswith("first, without a line end; filmstrip ")
    assert ends["late"] == f"{ends['']}late\n"
