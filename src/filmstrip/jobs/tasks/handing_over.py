"""Gives the scripts of a dead executor back to their queues, and takes away those that nobody is to run any more.

Both by what the durable engine offers everybody, also who runs no scripts.

`resume_workflows` asks for no executor, and would revive what was cancelled: so each script is looked at once more
right before, only such as run are given back, and our own tables say to each step whether its task still runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from dbos import DBOSClient

_RUNS = "PENDING"
_WAITS = ["ENQUEUED", "DELAYED"]

FindDead = Callable[[Collection[str]], Collection[str]]
"""Return which of some executors are dead, by their ids.

It is called after the scripts were read that name them, and has to look then: who took a script a moment ago may have
begun a moment before that.
"""


def give_back(client: DBOSClient, queues: Mapping[str, str], find_dead: FindDead) -> list[str]:
    """Enqueue the scripts that dead executors were running; return which; blocking.

    Args:
        client: The engine's database.
        queues: The queue of each script, by the name of the script.
        find_dead: Finds the dead executors.
    """
    orphans = _orphans(client, find_dead)
    again = _orphans(client, find_dead, orphans) if orphans else {}
    by_queue: defaultdict[str, list[str]] = defaultdict(list)
    for identity, name in again.items():
        if name in queues:
            by_queue[queues[name]].append(identity)
    for queue, identities in by_queue.items():
        client.resume_workflows(identities, queue_name=queue)
    return [identity for identities in by_queue.values() for identity in identities]


def drop_waiting(client: DBOSClient, prefix: str) -> None:
    """Cancel the scripts whose identities begin so and that wait for their turn; blocking."""
    waiting = client.list_workflows(workflow_id_prefix=prefix, status=_WAITS, load_input=False, load_output=False)
    if waiting:
        client.cancel_workflows([each.workflow_id for each in waiting])


def _orphans(client: DBOSClient, find_dead: FindDead, among: Collection[str] | None = None) -> dict[str, str]:
    identities = None if among is None else list(among)
    found = client.list_workflows(workflow_ids=identities, status=_RUNS, load_input=False, load_output=False)
    dead = find_dead({each.executor_id or "" for each in found})
    return {each.workflow_id: each.name for each in found if (each.executor_id or "") in dead}
