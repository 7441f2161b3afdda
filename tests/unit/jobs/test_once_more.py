"""What if a media process is killed?"""

import pytest

from filmstrip.domain.errors import FilmstripError, MediaProcessError, MediaProcessKilledError
from filmstrip.jobs.making.once_more import once_more_if_killed


@pytest.mark.parametrize(
    ("ends", "tries"),
    [
        ([None], 1),
        ([MediaProcessKilledError("once"), None], 2),
        ([MediaProcessKilledError("once"), MediaProcessKilledError("twice"), None], 2),
        ([MediaProcessKilledError("once"), MediaProcessError("crashed")], 2),
        ([MediaProcessError("crashed"), None], 1),
    ],
)
async def test_a_killed_process_is_followed_by_one_more(ends: list[FilmstripError | None], tries: int) -> None:
    """By one, not by two; what fails for a reason of its own is not tried again."""
    tried: list[FilmstripError | None] = []

    async def work() -> str:
        tried.append(ends[len(tried)])
        if (failure := tried[-1]) is not None:
            raise failure
        return "done"

    last = ends[tries - 1]
    if last is None:
        assert await once_more_if_killed(work) == "done"
    else:
        with pytest.raises(type(last), match=str(last)):
            await once_more_if_killed(work)
    assert len(tried) == tries
