"""Which addresses may a client want to be called at?"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from filmstrip.domain.errors import QueryError
from filmstrip.jobs.callbacks.receiver import check_receiver, target_of
from filmstrip.params.query import parse_query
from filmstrip.storage.settings import StorageSettings
from toy_output import ToyOutput

SECRET = "hidden-in-the-address"


def parsed(url: object, **more: Any) -> Any:
    query = {"source": "http://host/a.mp4", "format": [{"output": "toy"}], "callback_url": url, **more}
    return parse_query(json.dumps({"query": query}), {"toy": ToyOutput})


def mistakes_of(url: object) -> Sequence[str]:
    with pytest.raises(QueryError) as caught:
        parsed(url)
    assert SECRET not in str(caught.value)
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.com/hook?id=1&token=x",
        "HTTP://user:pa%40ss@app.example.com:8080",
        "http://[2606:4700::1111]:81/",
        "https://bücher.example/ü",
        "https://app.example.com./#part",
        "https://app.example.com/" + "a" * 3976,
    ],
)
def test_web_addresses_may(url: str) -> None:
    """Up to 4000 characters, with user and password, ports, and letters of all countries."""
    query = parsed(url, use_subtask_callback="1")
    assert query.callback_url == url
    assert query.warnings == ()
    assert SECRET not in repr(query)
    target = target_of(query, "http://media.local")
    assert target is not None
    assert (target.url, target.base_url, target.with_streams) == (url, "http://media.local", True)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"fasp://{SECRET}@host/", 'callback_url: begins with "fasp://"; callbacks go to http:// and https:// only'),
        (f"s3://KEY:{SECRET}@host/b/k", 'begins with "s3://"; callbacks go to http'),
        (f"file:///{SECRET}", 'begins with "file://"'),
        (f"{SECRET}", "is no URL; callbacks go to http:// and https:// only"),
        (f"//host/{SECRET}", "is no URL"),
        (f"javascript:{SECRET}", "is no URL"),
        (f"https:///{SECRET}", "names no host that can be called"),
        (f"https://user:{SECRET}@/", "names no host that can be called"),
        (f"https://host:99999/{SECRET}", "names no host that can be called, or a port that is not from 1 to 65535"),
        (f"https://host:0/{SECRET}", "names no host that can be called"),
        (f"https://host:port/{SECRET}", "names no host that can be called"),
        (f"https://[::bad/{SECRET}", "names no host that can be called"),
        (f"https://{'a' * 64}.example/{SECRET}", "names no host that can be called"),
        (f"https://{'a.' * 130}example/{SECRET}", "names no host that can be called"),
        (f"https://..example/{SECRET}", "names no host that can be called"),
        (f"https://host/a b{SECRET}", "holds a blank or a backslash"),
        (f"https://host\\{SECRET}", "holds a blank or a backslash"),
        ("https://host/" + SECRET + "a" * 4000, "characters; at most 4000 are allowed"),
    ],
)
def test_others_are_refused_in_words(url: str, words: str) -> None:
    """By the name of the field, and what is allowed; the value may hold a secret and is not shown."""
    (mistake,) = mistakes_of(url)
    assert mistake.startswith("callback_url: ")
    assert words in mistake


@pytest.mark.parametrize("url", [5, True, ["https://host/"], {"url": "https://host/"}, "https://host/\r\nX: y", "a\0"])
def test_what_is_no_text_is_refused(url: object) -> None:
    """Nor may it hold what would end a header."""
    (mistake,) = mistakes_of(url)
    assert mistake.startswith("callback_url: ")


@pytest.mark.parametrize("url", ["", None])
def test_absent_is_absent(url: object) -> None:
    """Calls at the end of outputs without an address are a misunderstanding, which a warning tells."""
    assert parsed(url).callback_url is None
    assert target_of(parsed(url), "") is None
    (warning,) = parsed(url, use_subtask_callback=1).warnings
    assert warning.message == "use_subtask_callback has no effect without callback_url, which would be called"


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1", "127.0.0.0/8"),
        ("[::1]", "[::1]:443"),
        ("10.1.2.3", "10.1.2.3"),
        ("169.254.169.254", "169.254.169.254"),
        ("[::ffff:127.0.0.1]", "127.0.0.1"),
        ("localhost", "localhost"),
        ("LOCALHOST.", "127.0.0.1"),
        ("a.localhost", "a.localhost"),
    ],
)
def test_an_address_of_an_inner_network_is_refused_at_once(tmp_path: Path, host: str, allowed: str) -> None:
    """Unless the operator allows it; a name is judged when it is called."""
    with pytest.raises(QueryError, match=r"callback_url: cannot be called: The host .* private or reserved"):
        check_receiver(f"https://user:{SECRET}@{host}:8443/", StorageSettings(tmp_path))
    check_receiver(f"https://{host}/", StorageSettings(tmp_path, private_hosts=(allowed,)))
    check_receiver("http://app.example.com/", StorageSettings(tmp_path))
    check_receiver("http://8.8.8.8/", StorageSettings(tmp_path))
    check_receiver(None, StorageSettings(tmp_path))


def test_other_spellings_of_an_inner_address_are_left_to_the_call(tmp_path: Path) -> None:
    """They are no addresses by themselves, and no name server is asked while a client waits."""
    check_receiver("http://2130706433/", StorageSettings(tmp_path))
