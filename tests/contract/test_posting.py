"""How is a message posted to a server that a client names, whatever that server does?"""

import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from callback_receiver import running_receiver
from certificates import make_certificates
from filmstrip.storage.http.posting import Failure, Form, post
from filmstrip.storage.settings import StorageSettings
from raw_server import Handler, RawServer, read_head, running_raw_server

SETTINGS = StorageSettings(Path("temporary"), private_hosts=("127.0.0.1",))
FORM = Form(b"a=1&b=%20", {"X-Sign": "me"})
SECONDS = 0.5
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def posted(url: str, seconds: float = 20) -> str | None:
    return reason_of(post(url, FORM, SETTINGS, seconds))


def reason_of(failure: Failure | None) -> str | None:
    return None if failure is None else failure.reason


def take_body(connection: socket.socket, head: str) -> None:
    """Read the form to its end: a connection that is closed before takes the answer with it."""
    missing = len(FORM.body) - len(head.partition("\r\n\r\n")[2])
    while missing > 0 and (piece := connection.recv(missing)):
        missing -= len(piece)


def answering(answer: bytes) -> Handler:
    def handle(_server: RawServer, connection: socket.socket, head: str) -> None:
        take_body(connection, head)
        connection.sendall(answer)

    return handle


def sending(answer: bytes, seconds: float = 20) -> str | None:
    """Post to a server that answers so."""
    with running_raw_server(answering(answer)) as server:
        return posted(server.url(), seconds)


def test_a_form_arrives_as_it_is() -> None:
    """With its headers; user and password of the address are sent as such, and not in the path."""
    with running_receiver() as receiver:
        assert posted(f"{receiver.url.replace('://', '://us%40er:p%2Fw@')}/hook?id=1#part") is None
    (call,) = receiver.calls
    assert (call.path, call.body) == ("/hook?id=1", FORM.body)
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"
    assert call.headers["x-sign"] == "me"
    assert call.headers["authorization"] == "Basic dXNAZXI6cC93"
    assert call.headers["user-agent"].startswith("Filmstrip/")


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "204 No Content", "299 Odd"])
def test_2xx_is_success(status: str) -> None:
    """Whatever the server says beside it."""
    assert sending(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("500 token=hunter2", "500 Internal Server Error"),
        ("404 Nothing", "404 Not Found"),
        ("302 Found", "302 Found"),
        ("777 hunter2", "777"),
        ("304 Not Modified", "304 Not Modified"),
    ],
)
def test_anything_else_is_none(status: str, words: str) -> None:
    """It is named by the standard's words: a server's own may repeat what was secret in the address."""
    assert sending(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) == words


BUSY = {408, 425, 429, 500, 503}


@pytest.mark.parametrize("status", [*BUSY, 301, 400, 404, 410])
def test_who_does_not_want_it_is_told_from_who_cannot_take_it_now(status: int) -> None:
    """A server that is down or busy is worth waiting for, another one will say the same again."""
    answer = f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n".encode()
    with running_raw_server(answering(answer)) as server:
        failure = post(server.url(), FORM, SETTINGS, 20)
    assert failure is not None
    assert failure.is_refusal == (status not in BUSY)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nX-Cu",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4194304\r\n\r\n" + bytes(4 << 20),
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\nok",
    ],
    ids=["half", "half a head", "nonsense", "not gzip", "4 MB", "huge"],
)
def test_what_it_answers_beside_its_status_is_nothing_to_us(answer: bytes) -> None:
    """A body that is cut off, broken or endless changes nothing about the status."""
    assert sending(answer) is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "the connection broke"),
        (b"220 mail.example.com ESMTP\r\n", "the connection broke"),
        (b"HTTP/1.1 2", "the connection broke"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000 + b"\r\n", "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * (4 << 20), "the connection broke"),
    ],
    ids=["nothing", "mail", "cut", "headers", "long header"],
)
def test_what_is_no_answer_is_named(answer: bytes, words: str) -> None:
    """It is no success, and nobody reads it to its end."""
    assert sending(answer) == words


def _drip_head(server: RawServer, connection: socket.socket, _head: str) -> None:
    server.trickle(connection, b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000, 0.02)


def _be_silent(server: RawServer, _connection: socket.socket, _head: str) -> None:
    server.ended.wait()


def _send_100s(server: RawServer, connection: socket.socket, _head: str) -> None:
    while not server.ended.wait(0.02):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("handler", [_drip_head, _be_silent, _send_100s])
def test_a_try_has_a_deadline(handler: object) -> None:
    """A server that is silent, or sends its head a byte at a time, or always a little more, is given up."""
    with running_raw_server(handler) as server:  # type: ignore[arg-type]
        assert posted(server.url(), SECONDS) == "it stays silent, or sends too slowly"
        assert len(server.heads) == 1


def test_a_body_that_drips_is_cut_off() -> None:
    """The status was there: it is a success, and the rest is not waited for."""

    def drip_body(server: RawServer, connection: socket.socket, head: str) -> None:
        take_body(connection, head)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        server.trickle(connection, bytes(100_000), 0.02)

    with running_raw_server(drip_body) as server:
        assert posted(server.url(), SECONDS) is None


def test_a_form_that_is_not_taken_is_given_up() -> None:
    """A server that reads nothing of a large form holds us no longer than the deadline."""
    with running_raw_server(first=lambda server, _connection: server.ended.wait()) as server:
        form = Form(bytes(64 << 20), {})
        assert post(server.url(), form, SETTINGS, SECONDS) is not None


def test_307_and_308_are_repeated() -> None:
    """The form goes where the server says; what is secret for the first server is not sent to another."""
    with running_receiver() as receiver:
        for status in (307, 308):
            answer = f"HTTP/1.1 {status} x\r\nLocation: {receiver.url}/there\r\nContent-Length: 0\r\n\r\n".encode()
            with running_raw_server(answering(answer)) as server:
                url = f"http://user:password@127.0.0.1:{server.port}/hook"
                assert posted(url) is None
                assert "authorization: Basic" in server.heads[0]
    assert [(call.path, call.body) for call in receiver.calls] == [("/there", FORM.body)] * 2
    assert all("authorization" not in call.headers for call in receiver.calls)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_other_redirects_are_not_followed(status: int) -> None:
    """They would make a GET of it: the receiver has to give the right address."""
    with running_receiver() as receiver:
        head = f"HTTP/1.1 {status} x\r\nLocation: {receiver.url}/there\r\nContent-Length: 0\r\n\r\n"
        assert (sending(head.encode()) or "").startswith(f"{status} ")
    assert receiver.calls == []


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("/again", "it redirects more than 3 times"),
        ("ftp://127.0.0.1/", "it redirects to something that is not http"),
        ("file:///etc/passwd", "it redirects to something that is not http"),
        ("http://[::bad", "it redirects to something that is not http"),
        ("http://10.1.2.3/", 'The host "10.1.2.3" is at a private or reserved address'),
        ("http://127.0.0.2:1/", 'The host "127.0.0.2" is at a private or reserved address'),
    ],
)
def test_each_redirect_is_judged(location: str, words: str) -> None:
    """Endless ones end, and none leads to a host that the operator did not allow."""
    answer = f"HTTP/1.1 307 x\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
    assert (sending(answer) or "").startswith(words)


def test_a_private_host_is_not_called() -> None:
    """Not even connected to."""
    with running_raw_server() as server:
        refusal = reason_of(post(server.url(), FORM, StorageSettings(Path("temporary")), 20))
        assert server.heads == []
    assert refusal is not None
    assert "private_hosts" in refusal


@pytest.mark.parametrize("url", ["HTTP://-a[::1%25lo]u@[&", "http://[v1.a]/", "http://u:p@[::1/", "https://\ud800/"])
def test_an_address_that_makes_no_sense_is_told(url: str) -> None:
    """However it fails, it is a failure like others, and ends no script."""
    assert posted(url, 1) == "its address makes no sense"


def test_what_cannot_be_reached_is_named() -> None:
    """A port where nothing listens, and a name that is none."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert posted(f"http://127.0.0.1:{port}/") == "no connection comes about"
    assert posted("http://no.invalid/") == "its name is not known"


def test_tls_is_checked(tmp_path: Path) -> None:
    """A certificate has to be trusted; a server that speaks no TLS is named; the deadline holds within TLS too."""
    certificates = make_certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)

    def secure(server: RawServer, plain: socket.socket) -> None:
        with context.wrap_socket(plain, server_side=True) as connection:
            server.heads.append(read_head(connection))
            take_body(connection, server.heads[-1])
            if "silent" in server.heads[-1]:
                server.trickle(connection, b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000, 0.02)
            connection.sendall(OK)

    trusting = replace(SETTINGS, ca_file=certificates.authority)
    with running_raw_server(first=secure) as server:
        assert (posted(server.url("https")) or "").startswith('The certificate of "127.0.0.1" is not trusted')
        assert post(server.url("https"), FORM, trusting, 20) is None
        silent = f"https://127.0.0.1:{server.port}/silent"
        assert reason_of(post(silent, FORM, trusting, SECONDS)) == "it stays silent, or sends too slowly"
    with running_raw_server(first=lambda _server, connection: connection.sendall(OK)) as server:
        assert posted(server.url("https")) == "no TLS connection comes about"
