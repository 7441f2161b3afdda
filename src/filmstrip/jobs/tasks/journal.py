"""Reads the journal of the durable engine: which scripts are over, open or missing; blocking.

All of it is about the engine that this process has started (`durable`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dbos import DBOS

_MOST_ASKED = 500
_OPEN = ["PENDING", "ENQUEUED", "DELAYED"]
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


def list_over(for_seconds: float = 0, name: str | None = None) -> list[str]:
    """Return which scripts have been over for so long, of one name or of all; blocking."""
    before = (datetime.now(UTC) - timedelta(seconds=for_seconds)).isoformat()
    found = DBOS.list_workflows(name=name, status=_OVER, completed_before=before, load_input=False, load_output=False)
    return [each.workflow_id for each in found]


def has_open(prefix: str) -> bool:
    """Return whether scripts whose identity begins so are not over; blocking."""
    found = DBOS.list_workflows(workflow_id_prefix=prefix, status=_OPEN, limit=1, load_input=False, load_output=False)
    return bool(found)


def list_open(name: str) -> list[str]:
    """Return which scripts of a name are not over; blocking."""
    found = DBOS.list_workflows(name=name, status=_OPEN, load_input=False, load_output=False)
    return [each.workflow_id for each in found]


def missing(identities: Sequence[str]) -> set[str]:
    """Return which scripts were never enqueued, or are forgotten; blocking."""
    there: set[str] = set()
    for start in range(0, len(identities), _MOST_ASKED):
        asked = list(identities[start : start + _MOST_ASKED])
        there.update(
            each.workflow_id for each in DBOS.list_workflows(workflow_ids=asked, load_input=False, load_output=False)
        )
    return set(identities) - there


def forget(identities: list[str], *, with_children: bool = True) -> None:
    """Delete the journals of scripts that are over, with those of what they began, if that is over too; blocking."""
    if identities:
        DBOS.delete_workflows(identities, delete_children=with_children)


def retire(names: Sequence[str]) -> None:
    """Cancel the scripts of former versions and delete their queues, named alike: nothing runs them; blocking."""
    for name in names:
        DBOS.delete_queue(name)
    found = DBOS.list_workflows(name=list(names), status=_OPEN, load_input=False, load_output=False)
    if found:
        DBOS.cancel_workflows([each.workflow_id for each in found])
