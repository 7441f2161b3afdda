"""What PostgreSQL does otherwise than SQLite, and must come out the same."""

import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from filmstrip.db.backends import postgresql_connections
from filmstrip.db.backends.postgresql import PostgresqlBackend
from filmstrip.db.database import Database
from filmstrip.db.holding import hold_task
from filmstrip.db.patience import Patience, waiting
from filmstrip.db.tables import metadata
from filmstrip.db.task_records import NewOutput, PutArtifact, Submission
from filmstrip.domain.artifact import Artifact, MediaKind, Warned
from filmstrip.domain.errors import DatabaseAwayError, ResourceError, TokenNotFoundError
from filmstrip.domain.task import TaskStatus
from filmstrip.service.data_folder import ensure_keys, names_in_use
from filmstrip.service.migrating import migrate_all
from filmstrip.settings.reading import read_settings
from fresh_database import CIPHER
from postgresql_server import PostgresqlServer


@pytest.fixture
def url(postgresql: PostgresqlServer) -> str:
    """An empty database."""
    return postgresql.make_database()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with closing(Database(url, CIPHER)) as opened:
        opened.migrate()
        yield opened


def submitted(database: Database, outputs: int = 2) -> str:
    """Start a task."""
    token = database.tasks.create_task(None)
    new = tuple(NewOutput("toy", MediaKind.IMAGE, f"image-{number}-0-0", None) for number in range(outputs))
    database.tasks.submit_task(token, Submission("{}", new), lambda _connection: None)
    return token


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Do something in so many threads, which begin together."""
    gate = threading.Barrier(count)

    def one(number: int) -> Any:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    """Tables, types, defaults and indexes, also which rows an index is of."""
    with database._transactions.backend.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found = [each for step in compare_metadata(context, metadata) for each in step if isinstance(step, list)]
        assert [each for each in found if each[0] != "modify_comment"] == []


def test_four_that_migrate_at_once_make_one_database(url: str) -> None:
    """Processes that start together wait for each other."""
    found = [Database(url, CIPHER) for _ in range(4)]
    at_once(4, lambda number: found[number].migrate())
    for each in found:
        assert each.keys.list_keys() == ()
        each.close()


def test_a_name_of_a_key_can_be_used_again(database: Database) -> None:
    """Of keys in use, a name has one; what is revoked keeps no name."""
    for _ in range(3):
        database.keys.create_key("mine")
        database.keys.revoke_key("mine")
    database.keys.ensure_key("a key of the settings", "settings-1")
    assert database.keys.ensure_key("another key of them", "settings-1").name == "settings-1"


def test_of_keys_made_at_once_one_has_the_name(database: Database) -> None:
    """The others are told that it is taken."""

    def make(_number: int) -> str:
        try:
            return database.keys.create_key("mine")[0].name
        except ValueError as error:
            return str(error)

    made = sorted(at_once(6, make))
    assert made.count("mine") == 1
    assert all("is the name of a key already" in each for each in made if each != "mine")


def test_warnings_of_outputs_at_once_are_all_kept(database: Database) -> None:
    """None replaces another that was added at the same moment."""
    token = submitted(database)
    at_once(8, lambda number: database.tasks.add_warnings(token, [Warned(f"warning {number}")]))
    assert len(database.tasks.read_tasks([token])[token].warnings) == 8


def test_files_put_at_once_have_an_order(database: Database) -> None:
    """Each file of an output has a place of its own, and is read back in that order."""
    token = submitted(database)

    def put(number: int) -> None:
        for step in range(5):
            artifact = Artifact(f"{number}-{step}.jpg", "image/jpeg", 3)
            database.artifacts.record_artifacts(token, 0, [PutArtifact("group", artifact)])

    at_once(6, put)
    with database._transactions.reading() as connection:
        rows = connection.exec_driver_sql("SELECT position FROM artifact ORDER BY position").scalars().all()
    assert rows == list(range(30))
    again = database.artifacts.read_artifacts(token, 0)[3]
    database.artifacts.record_artifacts(token, 0, [again])
    assert database.artifacts.read_artifacts(token, 0)[-1] == again


def test_outputs_that_end_at_once_end_their_task(database: Database) -> None:
    """The task is saving when none is behind that, whichever of them looked last."""
    for _ in range(5):
        token = submitted(database, 6)
        at_once(6, lambda index, of=token: database.outputs.fail_output(of, index, "no"))
        task = database.tasks.read_tasks([token])[token]
        assert task.status is TaskStatus.SAVING
        assert {output.status for output in task.outputs} == {TaskStatus.COMPLETED}


def test_a_task_that_is_finished_twice_at_once_is_finished_once(database: Database) -> None:
    """One call tells that it was the one."""
    for _ in range(5):
        token = submitted(database)
        assert sorted(at_once(5, lambda _number, of=token: database.tasks.finish_task(of))) == [False] * 4 + [True]


def test_words_of_clients_may_hold_anything(database: Database) -> None:
    """What PostgreSQL cannot hold is told by the sign for that, and nothing fails."""
    token = database.tasks.create_task(None)
    output = NewOutput("toy", MediaKind.IMAGE, "image-0-0-0", "a\0tag")
    database.tasks.submit_task(token, Submission("{}", (output,), payload="a\0b\u2028\U0001f39e"), lambda _c: None)
    database.outputs.fail_output(token, 0, "it said \0")
    database.tasks.add_warnings(token, [Warned("a \0 warning")])
    task = database.tasks.read_tasks([token])[token]
    assert task.payload == "a\ufffdb\u2028\U0001f39e"
    assert (task.outputs[0].user_tag, task.outputs[0].error) == ("a\ufffdtag", "it said \ufffd")
    assert task.warnings[0].message == "a \0 warning"


def test_a_lock_of_who_fell_silent_is_let_go_of(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was stopped in the middle of a transaction keeps nobody else from the task for ever."""
    monkeypatch.setattr(
        postgresql_connections, "_OF_SERVER", {"idle_in_transaction_session_timeout": "1s", "tcp_keepalives_idle": "3s"}
    )
    with closing(Database(url, CIPHER)) as silent, closing(Database(url, CIPHER)) as other:
        silent.migrate()
        token = submitted(silent)

        def hold_and_be_silent() -> None:
            with silent._transactions.writing() as connection:
                hold_task(connection, token)
                assert other.tasks.finish_task(token)

        with pytest.raises(DatabaseAwayError):
            hold_and_be_silent()
        assert silent.tasks.read_tasks([token])[token].status is TaskStatus.COMPLETED


def test_who_has_no_connection_left_waits(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them may hang in a network that is away: that is no error of the work."""
    monkeypatch.setattr(postgresql_connections, "_MOST_CONNECTIONS", 2)
    monkeypatch.setattr(postgresql_connections, "_CONNECT_SECONDS", 0.1)
    with closing(Database(url, CIPHER)) as database, ExitStack() as held:
        database.migrate()
        for _ in range(2):
            held.enter_context(database._transactions.reading())
        with waiting(Patience(0.3)), pytest.raises(DatabaseAwayError, match="The database does not answer"):
            database.keys.list_keys()
        with waiting(Patience(30, on_waited=lambda _seconds: held.close())):
            assert database.keys.list_keys() == ()


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_start_whose_answer_was_lost_is_one_start(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, is_committed: bool
) -> None:
    """Its client is told that it began, and it began once; another start of the same task is refused as ever."""
    backend = database._transactions.backend
    write, lost, begun = backend.writing, OperationalError("COMMIT", None, psycopg.OperationalError("gone")), []

    @contextmanager
    def losing(engine: Engine) -> Iterator[Connection]:
        monkeypatch.setattr(backend, "writing", write)
        with write(engine) as connection:
            yield connection
            if not is_committed:
                raise lost
        raise lost

    token = database.tasks.create_task(None)
    new = Submission("{}", (NewOutput("toy", MediaKind.IMAGE, "image-0-0-0", None),))
    monkeypatch.setattr(backend, "writing", losing)
    database.tasks.submit_task(token, new, begun.append)
    assert len(begun) == (1 if is_committed else 2)
    assert database.tasks.is_unfinished(token)
    with pytest.raises(TokenNotFoundError):
        database.tasks.submit_task(token, new, begun.append)


def test_a_server_that_became_a_replica_is_away(database: Database) -> None:
    """Until the name leads to the new one: nothing fails for good."""
    with database._transactions.writing() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        with pytest.raises(DBAPIError) as refused:
            connection.exec_driver_sql("CREATE TABLE new (number int)")
        assert database._transactions.backend.is_away(refused.value)


@pytest.mark.parametrize("grants", [(), ("GRANT CREATE ON SCHEMA public TO {}",)])
def test_a_user_without_rights_is_told(postgresql: PostgresqlServer, tmp_path: Path, grants: tuple[str, ...]) -> None:
    """In one sentence, what to do: for our tables as for those of the engine."""
    address = postgresql.make_database()
    user, password = f"weak_{secrets.token_hex(6)}", secrets.token_hex(8)
    with psycopg.connect(address, autocommit=True) as connection:
        making = f"CREATE ROLE {user} LOGIN PASSWORD '{password}'"
        for each in (making, "REVOKE CREATE ON SCHEMA public FROM public", *(grant.format(user) for grant in grants)):
            connection.execute(each.encode())
    port, name = postgresql.port, address.rpartition("/")[2]
    weak = f"postgresql://{user}:{password}@127.0.0.1:{port}/{name}"
    settings = read_settings(None, overrides={"data_dir": str(tmp_path), "database_url": weak})
    with pytest.raises(ResourceError) as refused:
        migrate_all(settings)
    assert str(refused.value).startswith("The database cannot be used: permission denied for ")
    assert "grant it CREATE" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert password not in str(refused.value)


def test_parameters_of_the_address_count() -> None:
    """Ours are there for those who say nothing; passwords among them are not shown."""
    backend = PostgresqlBackend(
        "postgresql://u:SECRET@127.0.0.1:1/db?password=SECRET&connect_timeout=2&keepalives_idle=7"
    )
    arguments: list[dict[str, Any]] = []

    def connect(_dialect: Any, _record: Any, _args: Any, parameters: dict[str, Any]) -> None:
        arguments.append(dict(parameters))

    event.listen(backend.engine, "do_connect", connect)
    with pytest.raises(DBAPIError):
        backend.engine.connect()
    assert (arguments[0]["connect_timeout"], arguments[0]["keepalives_idle"]) == ("2", "7")
    assert arguments[0]["tcp_user_timeout"] == 25_000
    assert "SECRET" not in backend.place


def test_a_password_with_an_unquoted_sign_is_not_shown() -> None:
    """What is behind it would be the name of a host that is not found."""
    with pytest.raises(ValueError, match=r"@ is %40") as refused:
        Database("postgresql://user:SEC@RET@host/db", CIPHER)
    assert "RET" not in str(refused.value)


@pytest.mark.parametrize("url", ["postgresql:///", "postgresql://host", "postgresql://host:port/name"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    """By the name of the setting."""
    with pytest.raises(ValueError, match=r"^database_url: "):
        Database(url, CIPHER)


def test_what_happens_to_an_output_is_noted_beside_who_holds_its_task(database: Database) -> None:
    """It has locked the output, which the other one may wait for: so it must not wait for the task."""
    token = submitted(database)
    database.events.worker = "one"
    database.outputs.advance_outputs(token, [0], TaskStatus.ENCODING)
    database.events.worker = "two"
    with database._transactions.writing() as connection:
        hold_task(connection, token)
        beginning = threading.Thread(target=database.interruptions.begin_work, args=(token, 0), daemon=True)
        beginning.start()
        beginning.join(30)
        assert not beginning.is_alive()
    names = [event.name for event in database.events.read_events(token)]
    assert names == ["submitted", "output_begun", "taken_over"]


def test_keys_of_the_settings_of_several_processes_are_all_good(database: Database) -> None:
    """None revokes another one's; each has a name, which it keeps; what is revoked comes back with its settings."""
    first, second, third = ("first-0123456789", "second-0123456789", "third-0123456789")
    ensure_keys(database, (first, second))
    ensure_keys(database, (third, second))
    ensure_keys(database, (third,))
    names = {text: found.name for text in (first, second, third) if (found := database.keys.find_key(text))}
    assert names == {first: "settings-1", second: "settings-2", third: "settings-3"}
    database.keys.revoke_key("settings-1")
    ensure_keys(database, (third,))
    assert database.keys.find_key(first) is None
    ensure_keys(database, (third, first))
    assert set(names_in_use(database)) == {"settings-2", "settings-3", "settings-4"}
    assert database.keys.find_key(first) is not None


def test_processes_that_start_together_agree_on_their_keys(url: str, database: Database) -> None:
    """Each has its own key and a common one."""
    found = [Database(url, CIPHER) for _ in range(4)]
    at_once(4, lambda number: ensure_keys(found[number], ("common-0123456789", f"own-{number}-0123456789")))
    for each in found:
        each.close()
    names = names_in_use(database)
    assert sorted(names) == [f"settings-{number}" for number in range(1, 6)]
