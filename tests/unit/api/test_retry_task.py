"""Who may begin which task again, and what it is answered?"""

from api_harness import Service
from unit.api.test_cancel_task import started


async def test_the_owner_begins_a_failed_task_again(service: Service) -> None:
    """It is answered the token of the new task, and once only; another key learns nothing."""
    token = await started(service)
    answer = await service.post("retry_task", task_token=token, api_key=service.api_key)
    assert (answer["error"], answer["message"]) == (19, "The task has not ended: cancel it first, or wait for its end")
    service.database.tasks.finish_task(token, "it broke", keep_query_hours=1)
    other = service.database.keys.create_key("other")[1]
    refused = await service.post("retry_task", task_token=token, api_key=other)
    assert refused == {"error": 5, "message": "Token not found"}
    answer = await service.post("retry_task", task_token=token, token=await service.new_token())
    assert (answer["error"], answer["retry_of"]) == (0, token)
    assert answer["status_url"] == str(service.client.make_url("/v1/status"))
    found = service.database.tasks.read_tasks([answer["task_token"]])[answer["task_token"]]
    assert found.restart_of == token
    again = await service.post("retry_task", task_token=token, api_key=service.api_key)
    assert again["message"] == f"The task was begun again already, as {answer['task_token']}"
