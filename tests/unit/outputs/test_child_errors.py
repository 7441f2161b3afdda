"""What is told of errors that come out of a media process?"""

from __future__ import annotations

import errno

import pytest

from filmstrip.domain.errors import MediaProcessError
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs.child.child import explain

_REFUSED = "The source, or the folder of this work, cannot be used"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.EIO, "x"), f"{_REFUSED}: the disk reports an error"),
        (PermissionError(errno.EACCES, "x"), f"{_REFUSED}: permission is"),
        (
            OSError(errno.ESTALE, "x"),
            f"{_REFUSED}: its file server no longer",
        ),
        (
            OSError(errno.EFBIG, "x"),
            "A file grew too large (limit 524288 MiB, or less by",
        ),
        (OSError(errno.EPIPE, "x"), "The media process failed (BrokenPipeError)"),
        (KeyError("hidden"), "The media process failed (KeyError)"),
    ],
)
def test_what_the_system_refuses_is_told_in_words(error: Exception, sentence: str) -> None:
    """Known refusals say what stood in the way; of others there is the name, and nothing that may be secret."""
    assert str(explain(error, MediaSettings())).startswith(sentence)


def test_our_own_errors_stay() -> None:
    """They say it already."""
    error = MediaProcessError("The media process crashed (SIGSEGV)")
    assert explain(error, MediaSettings()) is error
