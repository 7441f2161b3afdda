"""When is a receiver told what happened to a task, how often, and in which order?"""

import asyncio
import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api_harness import Clock
from callback_receiver import Call, Receiver, running_receiver
from filmstrip.db.callback_records import CallbackTarget
from filmstrip.db.database import Database
from filmstrip.db.encryption import KEY_BYTES, Cipher
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import Location, MediaKind, OutputResult
from filmstrip.domain.errors import QueryError
from filmstrip.jobs.callbacks import deliveries as deliveries_module
from filmstrip.jobs.callbacks.deliveries import WARNING, Deliveries
from filmstrip.jobs.callbacks.pauses import pause_after
from filmstrip.jobs.callbacks.receiver import check_receiver
from filmstrip.jobs.callbacks.settings import CallbackSettings
from filmstrip.storage.settings import StorageSettings
from filmstrip.wire.status import task_status

SECRET = "hidden-in-the-address"
PAYLOAD = 'mine {"id": 7} & + % ü 🎬\n'


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path, clock: Clock) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/filmstrip.db", Cipher(bytes(KEY_BYTES)), now=clock)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def deliveries(database: Database, tmp_path: Path, clock: Clock) -> Deliveries:
    return deliveries_of(database, tmp_path, clock)


def deliveries_of(
    database: Database, folder: Path, clock: Clock, executor_id: str = "local", **settings: Any
) -> Deliveries:
    storage = StorageSettings(folder / "temporary", private_hosts=("127.0.0.1",))
    return Deliveries(database, CallbackSettings(**settings), storage, clock, executor_id)


def submitted(database: Database, receiver: Receiver, payload: str | None = PAYLOAD, *, streams: bool = False) -> str:
    token = database.tasks.create_task(None)
    url = f"{receiver.url.replace('://', f'://user:{SECRET}@')}/hook?token={SECRET}"
    outputs = (NewOutput("toy", MediaKind.IMAGE, "image-0-0-0", "mine"),)
    target = CallbackTarget(url, "http://media.local", streams)
    database.tasks.submit_task(token, Submission("{}", outputs, payload, callback=target), lambda _connection: None)
    return token


async def tell_all(deliveries: Deliveries, token: str) -> Any:
    """Tell as the script does; return what waits, None if nothing does."""
    while (callback := await deliveries.tell_next(token)) is not None and not deliveries.seconds_until(callback):
        pass
    return callback


async def test_a_task_that_is_made_is_told(database: Database, receiver: Receiver, deliveries: Deliveries) -> None:
    """Every field, in Qencode's words: the client's own text to the letter, and the status as it is asked for."""
    token = submitted(database, receiver)
    place = Location("temporary", f"/v1/temporary/{token}/a", "a")
    result = OutputResult(MediaKind.IMAGE, "toy", "", ("",), 1, "image")
    database.outputs.finish_output(token, 0, result, (place,))
    database.tasks.finish_task(token)
    assert await tell_all(deliveries, token) is None
    assert receiver.events(token) == ["queued", "saved"]
    saved = receiver.calls[-1]
    status = task_status(database.tasks.read_tasks([token])[token], "http://media.local")
    assert saved.status == status
    assert saved.fields.keys() == {"task_token", "event", "event_id", "callback_type", "payload", "status"}
    assert (saved.fields["payload"], saved.fields["callback_type"]) == (PAYLOAD, "task")
    assert saved.status["images"][0]["url"] == f"http://media.local/v1/temporary/{token}/a"
    assert (saved.status["status"], saved.status["error"]) == ("completed", 0)
    assert saved.path == f"/hook?token={SECRET}"
    assert database.callbacks.list_all() == ()


async def test_a_failure_is_told(database: Database, receiver: Receiver, deliveries: Deliveries) -> None:
    """By an event with its code and its sentence, before the one that it is over; without a payload it is empty."""
    token = submitted(database, receiver, None)
    database.tasks.finish_task(token, "There is nothing")
    await tell_all(deliveries, token)
    assert receiver.events(token) == ["queued", "error", "saved"]
    error, saved = receiver.calls[1:]
    assert (error.fields["error_code"], error.fields["error_message"]) == ("1", "There is nothing")
    assert error.fields["payload"] == ""
    assert "error_code" not in saved.fields
    assert (saved.status["error"], saved.status["error_description"]) == (1, "There is nothing")


async def test_the_end_of_an_output_is_told(database: Database, receiver: Receiver, deliveries: Deliveries) -> None:
    """If that is asked for, with both of its tags."""
    token = submitted(database, receiver, streams=True)
    database.outputs.fail_output(token, 0, "toys break")
    database.tasks.finish_task(token, "toys break")
    await tell_all(deliveries, token)
    assert receiver.events(token) == ["queued", "image-0-0-0 error", "error", "saved"]
    stream = receiver.calls[1].fields
    assert (stream["callback_type"], stream["user_tag"], stream["error_message"]) == ("stream", "mine", "toys break")
    assert stream["event_id"] == f"{token}.image-0-0-0.error"


async def test_a_receiver_that_is_down_is_tried_again(
    database: Database, receiver: Receiver, deliveries: Deliveries, clock: Clock
) -> None:
    """After 1, 5, 25 seconds, then ever more seldom; always the same event, and what comes later waits behind it."""
    receiver.answer = lambda _call: 503
    token = submitted(database, receiver)
    database.tasks.finish_task(token)
    pauses = []
    for _ in range(10):
        waiting = await tell_all(deliveries, token)
        pauses.append(deliveries.seconds_until(waiting))
        assert (await tell_all(deliveries, token)) == waiting  # nothing is tried before it is time
        clock.advance(seconds=pauses[-1])
    assert pauses == [1, 5, 25, 60, 120, 240, 480, 960, 1920, 3600]
    assert [call.event for call in receiver.calls] == ["queued"] * 10
    assert {call.fields["event_id"] for call in receiver.calls} == {f"{token}.queued"}
    receiver.answer = lambda _call: 200
    assert await tell_all(deliveries, token) is None
    assert receiver.events(token) == ["queued", "saved"]


async def test_the_status_says_that_nobody_is_told(
    database: Database, receiver: Receiver, deliveries: Deliveries, clock: Clock
) -> None:
    """Once, after the first round of tries, with the place and the reason and without what is secret in the address."""
    receiver.answer = lambda _call: 418
    token = submitted(database, receiver)
    for tries in range(1, 8):
        waiting = await tell_all(deliveries, token)
        assert len(database.tasks.read_tasks([token])[token].warnings) == (tries > 3)
        clock.advance(seconds=deliveries.seconds_until(waiting))
    (warning,) = database.tasks.read_tasks([token])[token].warnings
    assert warning.message == WARNING == "Callback delivery error"
    assert warning.details is not None
    assert f'"queued" could not be told to {receiver.url}/hook (418 I\'m a Teapot); it is tried' in warning.details
    assert SECRET not in repr(database.tasks.read_tasks([token])) + repr(database.callbacks.list_all())


async def test_what_is_not_accepted_for_too_long_is_given_up_and_kept(
    database: Database, receiver: Receiver, deliveries: Deliveries, clock: Clock
) -> None:
    """After a day; then the next event has its turn, with tries of its own. Asked for, it is told after all."""
    receiver.answer = lambda call: 503 if call.event == "queued" else 200
    token, began = submitted(database, receiver), clock.now
    database.tasks.finish_task(token)
    while (waiting := await tell_all(deliveries, token)) is not None:
        clock.advance(seconds=deliveries.seconds_until(waiting))
    assert clock.now - began == timedelta(hours=24)
    assert receiver.events(token) == ["saved"]
    (kept,) = database.callbacks.list_all()
    assert (kept.due_at, kept.reason) == (None, "503 Service Unavailable")
    receiver.answer = lambda _call: 200
    database.callbacks.begin_again(kept)
    assert await tell_all(deliveries, token) is None
    assert receiver.events(token) == ["saved", "queued"]
    assert database.callbacks.read_target(token) is None


async def test_an_event_that_is_not_wanted_keeps_no_other_back(
    database: Database, receiver: Receiver, deliveries: Deliveries, clock: Clock
) -> None:
    """A receiver that refuses the beginning and wants the end hears of the end after the first round of tries."""
    receiver.answer = lambda call: 400 if call.event == "queued" else 200
    token = submitted(database, receiver)
    for _ in range(6):
        waiting = await tell_all(deliveries, token)
        clock.advance(seconds=deliveries.seconds_until(waiting))
    assert len(receiver.calls) == 6, "as long as nothing waits behind it, it may be wanted yet"
    database.tasks.finish_task(token)
    assert await tell_all(deliveries, token) is None
    assert receiver.events(token) == ["saved"]
    (kept,) = database.callbacks.list_all()
    assert (kept.event, kept.due_at, kept.tries, kept.reason) == ("queued", None, 6, "400 Bad Request")
    other = submitted(database, receiver)
    database.tasks.finish_task(other)
    began = clock.now
    while (waiting := await tell_all(deliveries, other)) is not None:
        clock.advance(seconds=deliveries.seconds_until(waiting))
    assert receiver.events(other) == ["saved"]
    assert clock.now - began == timedelta(seconds=31)


async def test_what_was_given_up_is_removed_in_time(
    database: Database, receiver: Receiver, tmp_path: Path, clock: Clock
) -> None:
    """Without a wish to wait there is one try, and one warning; what is kept goes by age and by number."""
    receiver.answer = lambda _call: 503
    deliveries = deliveries_of(database, tmp_path, clock, callback_hours=0, callback_days=2, max_kept_callbacks=3)
    tokens = [submitted(database, receiver) for _ in range(4)]
    for token in tokens:
        assert await tell_all(deliveries, token) is None
        assert len(database.tasks.read_tasks([token])[token].warnings) == 1
    assert len(receiver.calls) == 4
    assert deliveries.forget_kept() == 1
    clock.advance(days=3)
    assert deliveries.forget_kept() == 3


async def test_a_receiver_that_may_not_be_called_is_not(
    database: Database, receiver: Receiver, tmp_path: Path, clock: Clock
) -> None:
    """The operator's policy is that of sources; the reason says so."""
    deliveries = Deliveries(database, CallbackSettings(), StorageSettings(tmp_path), clock)
    waiting = await tell_all(deliveries, submitted(database, receiver))
    assert "private_hosts" in waiting.reason
    assert receiver.calls == []


async def test_a_fault_of_ours_is_a_failed_try(
    database: Database, receiver: Receiver, deliveries: Deliveries, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its pause and its end like any other, and its details are for the operator."""

    def fail(*_arguments: object) -> bytes:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(deliveries_module, "callback_form", fail)
    token = submitted(database, receiver)
    waiting = await tell_all(deliveries, token)
    assert (waiting.tries, waiting.reason) == (1, "it cannot be sent; the log of the service says why")
    assert deliveries.seconds_until(waiting) > 0
    clock.advance(hours=25)
    assert await tell_all(deliveries, token) is None
    assert [each.due_at for each in database.callbacks.list_all()] == [None]


@pytest.mark.parametrize("address", ["[fe80::1%25nowhere]", "[::1%25nowhere]", "[::1]", "localhost:8080"])
def test_what_may_not_be_called_is_refused_when_it_is_asked_for(tmp_path: Path, address: str) -> None:
    """Also an address that this machine makes no sense of."""
    with pytest.raises(QueryError, match="callback_url: cannot be called: "):
        check_receiver(f"http://{address}/hook", StorageSettings(tmp_path))


async def test_a_call_is_signed(database: Database, receiver: Receiver, tmp_path: Path, clock: Clock) -> None:
    """By the operator's secret, over the time and the body; each try anew, and not at all without a secret."""
    receiver.answer = lambda _call: 500 if len(receiver.calls) == 1 else 200
    secret = "0123456789abcdef"
    deliveries = deliveries_of(database, tmp_path, clock, callback_secret=secret)
    waiting = await tell_all(deliveries, token := submitted(database, receiver))
    clock.advance(seconds=deliveries.seconds_until(waiting))
    await tell_all(deliveries, token)
    first, second = receiver.calls
    assert is_signed(first, secret, int(clock.now.timestamp()) - 1)
    assert is_signed(second, secret, int(clock.now.timestamp()))
    await tell_all(deliveries_of(database, tmp_path, clock), submitted(database, receiver))
    assert "x-filmstrip-signature" not in receiver.calls[-1].headers


def is_signed(call: Call, secret: str, seconds: int) -> bool:
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + call.body, hashlib.sha256).hexdigest()
    return call.headers["x-filmstrip-signature"] == f"t={seconds},v1={digest}"


def test_pauses_scale_and_never_overflow() -> None:
    """However many tries there were."""
    assert [pause_after(tries, 0.5) for tries in (1, 2, 3, 4, 5, 100, 10**9)] == [0.5, 2.5, 12.5, 30, 60, 1800, 1800]


async def test_a_silent_receiver_holds_no_end_of_the_process(
    database: Database, receiver: Receiver, deliveries: Deliveries
) -> None:
    """Its thread is none of a pool that others need, or for which an interpreter waits when it ends."""
    called = threading.Event()

    def be_silent(call: Call) -> int:
        called.set()
        return receiver.be_silent(call)

    receiver.answer = be_silent
    trying = asyncio.create_task(deliveries.tell_next(submitted(database, receiver)))
    assert await asyncio.to_thread(called.wait, 60)
    (thread,) = [each for each in threading.enumerate() if each.name == "callback"]
    assert thread.daemon
    trying.cancel()
    await asyncio.wait([trying], timeout=60)
    assert trying.cancelled()
    receiver.ended.set()
    await asyncio.to_thread(thread.join, 60)
    assert len(database.callbacks.list_all()) == 1


async def test_of_two_processes_one_tells_an_event(
    database: Database, receiver: Receiver, tmp_path: Path, clock: Clock
) -> None:
    """While one calls, another one finds nothing to do; what comes meanwhile is told by the one that calls."""
    one, other = (deliveries_of(database, tmp_path, clock, name) for name in ("one", "other"))
    token = submitted(database, receiver)
    is_called, may_answer = threading.Event(), threading.Event()

    def answer(_call: Call) -> int:
        is_called.set()
        may_answer.wait(30)
        return 200

    receiver.answer = answer
    telling = asyncio.create_task(tell_all(one, token))
    assert await asyncio.to_thread(is_called.wait, 30)
    database.tasks.finish_task(token, "it broke")
    assert await tell_all(other, token) is None
    assert len(receiver.calls) == 1
    may_answer.set()
    assert await telling is None
    assert receiver.events(token) == ["queued", "error", "saved"]


async def test_what_a_dead_process_was_telling_is_told_by_another_one(
    database: Database, receiver: Receiver, tmp_path: Path, clock: Clock
) -> None:
    """Once it is known to be dead: whether its call arrived, nobody knows."""
    token = submitted(database, receiver)
    first = database.callbacks.next_of(token)
    assert first is not None
    assert database.callbacks.claim(first, "dead")
    other = deliveries_of(database, tmp_path, clock, "other")
    assert await tell_all(other, token) is None
    assert receiver.calls == []
    database.callbacks.release_claims("dead")
    assert await tell_all(other, token) is None
    assert receiver.events(token) == ["queued"]


async def test_a_claim_ends_with_the_try(database: Database, receiver: Receiver, tmp_path: Path, clock: Clock) -> None:
    """Whoever is next may make the next try; what is begun again is anybody's, and an earlier round's is nobody's."""
    token = submitted(database, receiver)
    receiver.answer = lambda _call: 503
    failed = await deliveries_of(database, tmp_path, clock, "one").tell_next(token)
    assert failed is not None
    assert database.callbacks.claim(failed, "other")
    assert database.callbacks.claim(failed, "other"), "its own"
    assert not database.callbacks.claim(failed, "one")
    database.callbacks.begin_again(failed)
    assert not database.callbacks.claim(failed, "other")
    again = database.callbacks.next_of(token)
    assert again is not None
    assert database.callbacks.claim(again, "one")
