"""Settings from the command line, the environment and a file."""

import os
import re
from pathlib import Path

import pytest

from filmstrip.settings.mistakes import SettingsError
from filmstrip.settings.reading import (
    describe_settings,
    misspelt_variables,
    read_settings,
    unknown_variables,
)


def config(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "filmstrip.toml"
    path.write_text(text)
    return path


def test_nothing_set_is_safe() -> None:
    """Without any setting the service listens on loopback, and no private host may be used."""
    settings = read_settings(environ={})
    assert (settings.service.host, settings.service.port) == ("127.0.0.1", 8080)
    assert settings.storage.private_hosts == settings.storage.plain_http_hosts == settings.storage.local_roots == ()
    assert settings.service.api_keys == ()


def test_variables_reach_each_package() -> None:
    """A variable sets the field of the package that it belongs to; lists have commas."""
    settings = read_settings(
        environ={
            "FILMSTRIP_PORT": " 9000 ",
            "FILMSTRIP_PRIVATE_HOSTS": "127.0.0.1, 10.0.0.0/8,",
            "FILMSTRIP_LOCAL_ROOTS": "/srv/video,/srv/out",
            "FILMSTRIP_SLOTS": "3",
            "FILMSTRIP_FFMPEG_PATH": "/usr/bin/ffmpeg",
            "FILMSTRIP_STALL_SECONDS": "2.5",
            "FILMSTRIP_PUBLIC_URL": "https://video.example.com/",
            "FILMSTRIP_HOST": "",
        }
    )
    assert settings.service.port == 9000
    assert settings.service.host == "127.0.0.1"
    assert settings.storage.private_hosts == ("127.0.0.1", "10.0.0.0/8")
    assert settings.storage.local_roots == (Path("/srv/video"), Path("/srv/out"))
    assert settings.jobs.slots == 3
    assert (settings.media.ffmpeg_path, settings.media.stall_seconds) == ("/usr/bin/ffmpeg", 2.5)
    assert settings.service.public_url == settings.storage.public_url == "https://video.example.com"


def test_the_data_folder_holds_all_others() -> None:
    """Everything that the service writes is in the data folder."""
    settings = read_settings(environ={"FILMSTRIP_DATA_DIR": "/srv/data"})
    assert settings.storage.temporary_root == Path("/srv/data/temporary")
    assert settings.jobs.work_root == Path("/srv/data/work")


def test_a_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    """The environment wins over the file, and the command line over both."""
    path = config(tmp_path, 'port = 1\nhost = "a"\nlog_level = "debug"\nprivate_hosts = ["h1", "h2"]\n')
    environ = {"FILMSTRIP_CONFIG": str(path), "FILMSTRIP_PORT": "2", "FILMSTRIP_HOST": "b"}
    settings = read_settings(environ=environ, overrides={"port": 3, "host": None})
    assert (settings.service.port, settings.service.host, settings.service.log_level) == (3, "b", "debug")
    assert settings.storage.private_hosts == ("h1", "h2")
    assert read_settings(path, environ={}).service.port == 1


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({"FILMSTRIP_PORT": "abc"}, 'FILMSTRIP_PORT: "abc" is not a port from 1 to 65535, or 0 for any free one'),
        ({"FILMSTRIP_PORT": "70000"}, 'FILMSTRIP_PORT: "70000" is not a port from 1 to 65535, or 0 for any free one'),
        ({"FILMSTRIP_SLOTS": "-1"}, 'FILMSTRIP_SLOTS: "-1" is not a whole number from 0 to 1000000000'),
        ({"FILMSTRIP_SLOTS": "1.5"}, 'FILMSTRIP_SLOTS: "1.5" is not a whole number from 0 to 1000000000'),
        ({"FILMSTRIP_STALL_SECONDS": "inf"}, 'FILMSTRIP_STALL_SECONDS: "inf" is not a number from 0 to 1000000'),
        (
            {"FILMSTRIP_SLOTS": "9" * 5000},
            f'FILMSTRIP_SLOTS: "{"9" * 76}... is not a whole number from 0 to 1000000000',
        ),
        ({"FILMSTRIP_STALL_SECONDS": "1e9"}, 'FILMSTRIP_STALL_SECONDS: "1e9" is not a number from 0 to 1000000'),
        (
            {"FILMSTRIP_HOST": "a\nb"},
            'FILMSTRIP_HOST: "a\\nb" is not text without line ends and other control characters',
        ),
        (
            {"FILMSTRIP_TRUSTED_PROXIES": "10.0.0.0/8,p"},
            'FILMSTRIP_TRUSTED_PROXIES: "p" is not an address or a network as "127.0.0.1", "10.0.0.0/8" or "fd00::/8"',
        ),
        ({"FILMSTRIP_LOG_FORMAT": "xml"}, 'FILMSTRIP_LOG_FORMAT: "xml" is not one of auto, json, console'),
        (
            {"FILMSTRIP_DATABASE_URL": "mysql://u:p@h/d"},
            (
                "FILMSTRIP_DATABASE_URL: the value (hidden) is not an address such as "
                "sqlite:////PATH/TO/FILE or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
            ),
        ),
        (
            {"FILMSTRIP_PUBLIC_URL": "video.example.com"},
            'FILMSTRIP_PUBLIC_URL: "video.example.com" is not an address such as https://video.example.com',
        ),
    ],
)
def test_a_mistake_names_setting_value_and_what_is_allowed(environ: dict[str, str], complaint: str) -> None:
    """A value that is not allowed is shown with its setting and what is allowed."""
    with pytest.raises(SettingsError) as raised:
        read_settings(environ=environ)
    assert str(raised.value) == complaint


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    """Every mistake of file and environment is told in one go, each with where it was made."""
    path = config(tmp_path, 'port = "x"\nprivate_hosts = 7\n')
    with pytest.raises(SettingsError) as raised:
        read_settings(path, environ={"FILMSTRIP_SLOTS": "y"})
    lines = str(raised.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"port in {path}",
        f"private_hosts in {path}",
        "FILMSTRIP_SLOTS",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("private_host = []", "private_host in .*: is no setting; did you mean private_hosts"),
        ("zzz = 1", "zzz in .*: is no setting$"),
        ("temporary_root = '/x'", "is no setting"),
        ("port = ", "is not TOML"),
    ],
)
def test_a_file_with_unknown_names_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    """A slip in the file is no silent default."""
    with pytest.raises(SettingsError, match=complaint):
        read_settings(config(tmp_path, text), environ={})


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """A film in the place of the configuration is told in our words."""
    path = tmp_path / "film.toml"
    path.write_bytes(b"\x00\x00\xd1\xff")
    with pytest.raises(SettingsError, match=r"film\.toml is not text in UTF-8$"):
        read_settings(path, environ={})


def test_a_missing_file_is_named() -> None:
    """A configuration file that is not there is a mistake, not an empty one."""
    with pytest.raises(SettingsError, match=r"/nowhere/x\.toml cannot be read: No such file"):
        read_settings(environ={"FILMSTRIP_CONFIG": "/nowhere/x.toml"})


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_configuration_file(path: str) -> None:
    """Some of them never end."""
    with pytest.raises(SettingsError, match=f"{path} is not an ordinary file"):
        read_settings(environ={"FILMSTRIP_CONFIG": path})


def test_a_pipe_without_a_writer_is_no_configuration_file(tmp_path: Path) -> None:
    """It would be waited for."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match="is not an ordinary file"):
        read_settings(tmp_path / "pipe", environ={})


def test_a_film_is_no_configuration_file(tmp_path: Path) -> None:
    """A file named by mistake is not read to its end."""
    with pytest.raises(SettingsError, match="is larger than 1024 KiB"):
        read_settings(config(tmp_path, "#" * (1 << 20) + "\n"), environ={})


def test_secrets_are_never_shown() -> None:
    """A secret is in no error, no description and no repr."""
    secret = "s3cr3t-s3cr3t-s3cr3t"
    with pytest.raises(SettingsError) as raised:
        read_settings(environ={"FILMSTRIP_SECRET_KEY": secret, "FILMSTRIP_API_KEYS": f"ok-key-ok-key,{secret} x"})
    assert secret not in str(raised.value)
    environ = {"FILMSTRIP_API_KEYS": secret, "FILMSTRIP_DATABASE_URL": f"sqlite:////{secret}"}
    settings = read_settings(environ=environ)
    assert settings.service.api_keys == (secret,)
    assert secret not in repr(settings)
    assert secret not in repr(describe_settings(environ=environ))


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("PRIVATE_HOSTS", "10.0.0.0/99"),
        ("PRIVATE_HOSTS", "http://minio:9000"),
        ("PRIVATE_HOSTS", "*.internal"),
        ("PLAIN_HTTP_HOSTS", "http://minio:9000"),
        ("PLAIN_HTTP_HOSTS", "10.0.0.0/8"),
    ],
)
def test_what_would_never_be_a_host_is_told(name: str, entry: str) -> None:
    """An entry that could match no host is a mistake at the start, not a riddle at the first task."""
    with pytest.raises(SettingsError, match=f'FILMSTRIP_{name}: "{re.escape(entry)}" is not a host as "minio"'):
        read_settings(environ={f"FILMSTRIP_{name}": f"minio,{entry}"})


def test_hosts_and_networks_are_taken() -> None:
    """Names, addresses and networks, each also with a port, are good entries."""
    entries = ("minio", "minio_1:9000", "10.0.0.1", "[fd00::1]:9000", "fd00::1", "10.0.0.0/8", "10.0.0.0/8:9000")
    settings = read_settings(environ={"FILMSTRIP_PRIVATE_HOSTS": ",".join(entries)})
    assert settings.storage.private_hosts == entries


def test_a_description_tells_value_and_origin(tmp_path: Path) -> None:
    """Every setting is described with its value and where it was set."""
    path = config(tmp_path, 'host = "a"\n')
    environ = {"FILMSTRIP_SLOTS": "2", "FILMSTRIP_API_KEYS": "0123456789ab"}
    found = {value.name: (value.shown, value.origin) for value in describe_settings(path, environ)}
    assert found["host"] == ("a", f"host in {path}")
    assert found["slots"] == ("2", "FILMSTRIP_SLOTS")
    assert found["port"] == ("8080", "default")
    assert found["private_hosts"] == ("", "default")
    assert found["api_keys"] == ("(hidden)", "FILMSTRIP_API_KEYS")


def test_variables_that_are_no_settings_are_noticed() -> None:
    """A variable with our prefix that is no setting is named, as it may be a slip."""
    environ = {"FILMSTRIP_PRTO": "1", "FILMSTRIP_PORT": "1", "FILMSTRIP_CONFIG": "", "HOME": "/"}
    assert unknown_variables(environ) == ("FILMSTRIP_PRTO",)


def test_the_setting_that_was_meant_is_named() -> None:
    """A slip in a variable's name is told with the right one; what Kubernetes and commands set is none."""
    slips = {"FILMSTRIP_PROT": "FILMSTRIP_PORT", "FILMSTRIP_API_KEY": "FILMSTRIP_API_KEYS", "FILMSTRIP_DATADIR": ""}
    slips["FILMSTRIP_DATADIR"] = "FILMSTRIP_DATA_DIR"
    sentences = {f"{name} is no setting; did you mean {meant}?" for name, meant in slips.items()}
    good = ["FILMSTRIP_SERVICE_HOST", "FILMSTRIP_SERVICE_PORT_HTTP", "FILMSTRIP_PORT_8080_TCP_ADDR"]
    good += ["FILMSTRIP_DESTINATION_SECRET", "FILMSTRIP_CONFIG"]
    assert set(misspelt_variables(dict.fromkeys([*slips, *good], "1"))) == sentences
    assert misspelt_variables({"FILMSTRIP_XYZZY": "1"}) == ("FILMSTRIP_XYZZY is no setting and was ignored",)
