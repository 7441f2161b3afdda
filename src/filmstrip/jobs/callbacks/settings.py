"""Settings of callbacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

CallbackSecret = Annotated[
    str, Field(pattern=r"^[\x21-\x7e]{16,256}$", description="16 to 256 printable characters without blanks")
]

Tried = Annotated[float, Field(ge=1, le=600, allow_inf_nan=False, description="a number from 1 to 600")]
# Without a pause, a receiver that refuses would be called without end.
Pause = Annotated[float, Field(ge=0.01, le=600, allow_inf_nan=False, description="a number from 0.01 to 600")]


@dataclass(frozen=True, slots=True)
class CallbackSettings:
    """Settings of callbacks: how receivers are told what happened to tasks.

    Attributes:
        callback_secret: Signs callbacks, so that receivers know who calls:
            [the header X-Filmstrip-Signature](../callbacks.md#who-calls); without it they are not signed.
        callback_seconds: How long one try of a callback may take, with connecting and redirects.
        callback_pause_seconds: The pause after the first failed try; after the next ones it is 5, 25 and 60 times as
            long, then doubles up to 3600 times.
        callback_hours: For how long a callback is tried again whose receiver does not accept it; then it is given up
            and kept for `filmstrip callbacks resend`.
        callback_days: How long a callback is kept that was given up.
        max_kept_callbacks: Most callbacks that are kept after they were given up; the oldest ones go first.
    """

    callback_secret: CallbackSecret | None = field(default=None, repr=False)
    callback_seconds: Tried = 10.0
    callback_pause_seconds: Pause = 1.0
    callback_hours: float = 24.0
    callback_days: float = 30.0
    max_kept_callbacks: int = 10_000
