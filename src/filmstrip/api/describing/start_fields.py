"""Fields that both ways of starting a task have."""

from __future__ import annotations

from filmstrip.api.describing.operation import Field

PAYLOAD = Field("payload", "Anything of at most 1000 characters, to be seen again in the status and in callbacks")

CLIP_FIELDS = (
    Field("start_time", "Seconds of the source where outputs begin that do not say it themselves"),
    Field("duration", "Seconds of the source that such outputs take"),
)
