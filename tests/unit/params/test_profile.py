"""What becomes of stored profiles: a query, with the client's values in it and in no other place."""

import json
from typing import Any

import pytest

from filmstrip.domain.errors import QueryError
from filmstrip.params.clip_fields import with_clip
from filmstrip.params.profile import names_of, parse_profile, without_secrets
from filmstrip.params.profile_filling import Filling, fill_profiles, parse_variables

_KEYS = {"key": "k", "secret": "hidden"}


def _filled(destination: Any, **filling: Any) -> Any:
    profile = {"format": [{"output": "mp4", "destination": destination}]}
    query = json.loads(fill_profiles({"web": profile}, Filling("https://example.com/a.mp4", **filling), "0f"))["query"]
    assert query["source"] == "https://example.com/a.mp4"
    return query["format"][0]["destination"]


def _mistakes(destination: Any, **filling: Any) -> str:
    with pytest.raises(QueryError) as caught:
        _filled(destination, **filling)
    return str(caught.value)


def test_placeholders_are_filled_once() -> None:
    """Every name in braces has a value: the client's, else the system's; what a value holds is no placeholder."""
    url = "s3://host/bucket/{name}/{uuid}_{index}.mp4"
    assert _filled(url, value_of={"name": "{uuid}"}.get) == {"url": "s3://host/bucket/{uuid}/0f_0.mp4"}
    values = {"name": "a", "uuid": "b"}
    filled = _filled({"url": url, **_KEYS}, value_of=values.get)
    assert filled == {"url": "s3://host/bucket/a/b_0.mp4", **_KEYS}
    assert _mistakes(url) == 'output_path_variables: has no "name", which the profile "web" needs'


@pytest.mark.parametrize(
    "method", [{"url": "s3://host/bucket/{uuid}/", **_KEYS, "cache_control": "a"}, "s3://k:hidden@host/bucket/{uuid}"]
)
def test_a_relative_destination_lies_below_the_transfer_method(method: Any) -> None:
    """Its own members win over those of the transfer method, whose URL is taken as it stands."""
    filled = _filled({"url": "/{uuid}.mp4", "cache_control": "b"}, transfer_method=method)
    base = method if isinstance(method, str) else "s3://host/bucket/{uuid}"
    assert filled["url"] == f"{base}/0f.mp4"
    assert filled["cache_control"] == "b"
    assert _mistakes("films/{uuid}.mp4") == (
        'format[0].destination: "films/0f.mp4" needs a transfer_method, below which it lies'
    )


@pytest.mark.parametrize("name", ["s3://evil/bucket/a", "//evil/a", "../a"])
def test_no_value_makes_another_host_of_a_path(name: str) -> None:
    """A relative destination stays below the transfer method, whatever is put into it."""
    filled = _filled("{name}", value_of={"name": name}.get, transfer_method={"url": "s3://host/bucket/folder", **_KEYS})
    assert filled["url"].startswith("s3://host/bucket/folder/")


@pytest.mark.parametrize(
    "value", ["x@evil.com/y", "%2Fetc/x", "a%2f", "~/x", "~", "", "a\nb", "x" * 501, True, None, [], {}]
)
def test_a_value_that_cannot_be_in_a_path_is_refused(value: Any) -> None:
    """In a URL with a port, what follows an @ would be read as the host."""
    with pytest.raises(QueryError, match="is not a text of 1 to 500 characters without @ and %2F"):
        parse_variables(json.dumps({"name": value}))
    assert parse_variables(json.dumps({"name": 5, "other": "b/c"})) == {"name": "5", "other": "b/c"}


BEFORE = [
    *("gs://{b}/a", "b2://K:S@{b}/a", "azblob://{c}/a", "azblob://127.0.0.1:10000/{c}/a", "azblob://a.example/{c}"),
    # A first folder of "" or "~" would say from where the path counts.
    *("ftp://h/{folder}/a", "sftp://u:p@h/{folder}", "file:///{folder}/a"),
]


@pytest.mark.parametrize("place", ["gs://K:S@bucket", "b2://K:S@bucket", "azblob://acc:S/x=@films", "ftp://h/folder"])
def test_a_placeholder_may_be_all_behind_the_bucket(place: str) -> None:
    """Where a URL begins with the bucket there is no folder that has to come first."""
    assert _filled(f"{place}/{{uuid}}/a.mp4")["url"] == f"{place}/0f/a.mp4"


@pytest.mark.parametrize(
    "url", ["s3://{host}/bucket/a", "s3://host/{bucket}/a", "{scheme}://host/b/a", "s3://K:S/x@h/{b}", *BEFORE]
)
def test_placeholders_stand_behind_the_bucket_only(url: str) -> None:
    """Where the operator's credentials are sent is not a client's choice."""
    for destination in (url, {"url": url}, [{"url": url}]):
        with pytest.raises(QueryError, match="has a placeholder in its host, its bucket"):
            parse_profile(json.dumps({"format": {"output": "mp4", "destination": destination}}))


def test_a_profile_has_no_source() -> None:
    """The mistakes of a profile are told at once, wrapped or not."""
    for text in ('{"source": "a", "stitch": []}', '{"query": {"source": "a", "stitch": []}}'):
        with pytest.raises(QueryError) as caught:
            parse_profile(text)
        assert [mistake.field for mistake in caught.value.mistakes] == ["source", "stitch", "format"]
    for text in ("[]", "nonsense", '{"query": 5}'):
        with pytest.raises(QueryError, match=r"^profile: "):
            parse_profile(text)


def test_profiles_are_joined() -> None:
    """Their outputs come one after the other; what they say of the whole task has to be the same."""
    one = {"format": {"output": "mp4"}, "upscale": 1}
    two = {"format": [{"output": "thumbnails", "subtitles": "own"}, {"output": "mp3"}], "callback_url": "https://c/"}
    query = json.loads(fill_profiles({"one": one, "two": two}, Filling("a", subtitles={"sources": []}), "0f"))["query"]
    assert [entry["output"] for entry in query["format"]] == ["mp4", "thumbnails", "mp3"]
    assert [entry["subtitles"] for entry in query["format"]] == [{"sources": []}, "own", {"sources": []}]
    assert (query["upscale"], query["callback_url"]) == (1, "https://c/")
    with pytest.raises(QueryError, match='"three" has another upscale than the profiles before it'):
        fill_profiles({"one": one, "three": {"format": [], "upscale": 0}}, Filling("a"), "0f")


def test_names_are_split_as_clients_join_them() -> None:
    """The Python client joins by comma and blank."""
    assert names_of("5a5db6fa5b4c5, 5a5db6fa5b8ac,,5a5db6fa5b4c5") == ("5a5db6fa5b4c5", "5a5db6fa5b8ac")


def test_clients_see_no_secrets() -> None:
    """Members that hold credentials are left out, and credentials in URLs."""
    destination = [{"url": "s3://host/b/{uuid}", **_KEYS}, "s3://KEY:SE/CR@ET@host/bucket"]
    profile = {"format": [{"output": "mp4", "destination": destination}], "callback_url": "https://u:p@host/"}
    assert without_secrets(profile) == {
        "format": [{"output": "mp4", "destination": [{"url": "s3://host/b/{uuid}"}, "s3://host/bucket"]}],
        "callback_url": "https://host/",
    }


def test_a_clip_is_for_outputs_that_know_it_and_say_nothing() -> None:
    """The fields `start_time` and `duration` of a request are defaults; nonsense is left to whoever parses it."""
    accepts = {"mp4": frozenset({"start_time", "duration"}), "thumbnail": frozenset[str]()}
    entries = [{"output": "MP4", "start_time": ""}, {"output": "mp4", "duration": 2}, {"output": "thumbnail"}, 5]
    text = json.dumps({"query": {"format": entries}, "payload": "p"})
    found = json.loads(with_clip(text, {"start_time": "1.5000"}, accepts))
    assert found["query"]["format"] == [
        {"output": "MP4", "start_time": "1.5000"},
        {"output": "mp4", "duration": 2, "start_time": "1.5000"},
        {"output": "thumbnail"},
        5,
    ]
    assert found["payload"] == "p"
    for nonsense in ("", "[]", "{", '{"query": 5}', '{"query": {"format": 7}}'):
        assert with_clip(nonsense, {"duration": "1"}, accepts).replace(" ", "") == nonsense.replace(" ", "")
