"""Gives the scripts of a dead executor back to their queues, by what the durable engine offers everybody.

`resume_workflows` asks for no executor, and would revive what was cancelled: so each script is looked at once more
right before, only such as run are given back, and our own tables say to each step whether its task still runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from dbos import DBOSClient

_RUNS = "PENDING"


def give_back(client: DBOSClient, queues: Mapping[str, str], is_dead: Callable[[str], bool]) -> list[str]:
    """Enqueue the scripts that dead executors were running; return which; blocking.

    Args:
        client: The engine's database.
        queues: The queue of each script, by the name of the script.
        is_dead: Whether an executor is dead, by its id.
    """
    orphans = _orphans(client, is_dead)
    again = _orphans(client, is_dead, orphans) if orphans else {}
    by_queue: defaultdict[str, list[str]] = defaultdict(list)
    for identity, name in again.items():
        if name in queues and identity in orphans:
            by_queue[queues[name]].append(identity)
    for queue, identities in by_queue.items():
        client.resume_workflows(identities, queue_name=queue)
    return [identity for identities in by_queue.values() for identity in identities]


def _orphans(
    client: DBOSClient, is_dead: Callable[[str], bool], among: Mapping[str, str] | None = None
) -> dict[str, str]:
    identities = None if among is None else list(among)
    found = client.list_workflows(workflow_ids=identities, status=_RUNS, load_input=False, load_output=False)
    return {each.workflow_id: each.name for each in found if is_dead(each.executor_id or "")}
