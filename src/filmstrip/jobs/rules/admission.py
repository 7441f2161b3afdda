"""What the operator admits of one output, once its source is known."""

from __future__ import annotations

from filmstrip.domain.errors import LimitExceededError


def demand_few_pictures(count: int, most: int) -> None:
    """Refuse an output of more pictures than the operator admits, before any is made.

    Raises:
        LimitExceededError: It would have more.
    """
    if count > most:
        raise LimitExceededError(
            f"The output would have {count} pictures of this source, and this service makes at most {most} (its "
            "setting max_pictures): ask for a larger interval, a smaller count, or a part by start_time and duration"
        )
