"""Is a source shown as its user knows it, without a secret?"""

import pytest

from filmstrip.storage.shown_source import shown_source


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("file:///srv/a%20b/f%C3%BCr.mp4", "/srv/a b/für.mp4"),
        ("file:///srv/%FF.mp4", "/srv/\N{REPLACEMENT CHARACTER}.mp4"),
        ("https://me:hush@h.com:1/a.mp4?X-Amz-Signature=hush#hush", "https://h.com:1/a.mp4"),
        ("http://h.com?token=hush", "http://h.com"),
        ("s3://KEY:hush/hush@h.com/b/k.mp4", "s3://h.com/b/k.mp4"),
        ("s3://h.com/b/k@:.mp4", "s3://h.com/b/k@:.mp4"),
        ("s3://KEY:hush", "s3://…"),
        ("tus:0123abcd", "tus:0123abcd"),
        ("tus:0123abcd?token=hush#hush", "tus:0123abcd"),
    ],
)
def test_a_source_is_shown_without_secrets(url: str, shown: str) -> None:
    """Paths are paths, addresses lose their credentials, query and fragment."""
    assert shown_source(url) == shown


def test_a_long_address_is_cut() -> None:
    """No error is longer than what one needs to know which source it is about."""
    assert len(shown_source("https://h.com/" + "a" * 15_000)) == 200
