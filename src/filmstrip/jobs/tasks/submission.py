"""What a query becomes when its task is submitted: rows for its outputs, with the tags that the status shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from filmstrip.db.callback_records import CallbackTarget
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from filmstrip.jobs.tasks.shown_query import shown_query
from filmstrip.outputs._base import Output
from filmstrip.params.query import Query


def make_submission(
    query: Query[Output], payload: str | None, upload_ids: tuple[str, ...] = (), callback: CallbackTarget | None = None
) -> Submission:
    """Describe a task as it is stored.

    Args:
        query: What it is to do.
        payload: What the client wants to see again.
        upload_ids: The uploads that are its sources, each once.
        callback: Where its events are told, None for nowhere.
    """
    tags = system_tags([output.kind for output in query.formats])
    return Submission(
        query=query.text,
        outputs=tuple(
            NewOutput(output.output_name, output.kind, tag, output.label)
            for output, tag in zip(query.formats, tags, strict=True)
        ),
        payload=payload,
        warnings=query.warnings,
        upload_ids=upload_ids,
        callback=callback,
        query_shown=shown_query(query),
    )


def system_tags(kinds: Sequence[MediaKind]) -> list[str]:
    """Name outputs as Qencode does, those of each kind counted from 0: "image-1-0-0", "video-0-1-0"."""
    counts: Counter[MediaKind] = Counter()
    tags = []
    for kind in kinds:
        number = counts[kind]
        counts[kind] += 1
        tags.append(f"{kind}-{number}-0-0" if kind is MediaKind.IMAGE else f"{kind}-0-{number}-0")
    return tags
