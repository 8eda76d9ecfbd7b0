"""Who is refused, and what is bounded."""

import json
import random
import socket
import time
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chainrule.web.limits import LIMITS

MIB = 2**20


def request(server, method, path, headers=(), body=None, host=None):
    """The status and the headers of an answer."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host or server.host)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, dict(answer.getheaders()), text
    finally:
        connection.close()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1.evil.example:{port}", ""]
)
def test_another_host_is_refused(server, host):
    assert request(server, "GET", "/", host=host.format(port=server.port) or " ")[0] == 400


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://{host}", "http://127.0.0.1", "null", "http://{host}.evil"],
)
def test_another_origin_is_refused(server, origin):
    other = server.socket(origin=origin.format(host=server.host))
    with pytest.raises(InvalidStatus, match="403"), other:
        pass
    with server.socket(origin=f"http://{server.host}"):
        pass


@pytest.mark.parametrize(
    "protocols",
    [
        ["chainrule.1"],
        ["chainrule.1", "token."],
        ["chainrule.1", "token.wrong"],
        ["token.{token}"],
        ["chainrule.1", "token.{token}x"],
        ["chainrule.1", "token.wrong", "token.{token}"],
        ["something"],
    ],
)
def test_without_the_token_there_is_no_session(server, protocols):
    given = [p.format(token=server.token) for p in protocols]
    with pytest.raises(InvalidStatus, match="403"), server.socket(protocols=given):
        pass


def test_every_answer_has_a_strict_policy(server):
    for path in ("/", "/nothing", "/table"):
        _, headers, _ = request(server, "GET", path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_a_form_of_another_site_is_refused(server, method):
    form = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", "http://evil.example"),
    ]
    status, _, _ = request(server, method, "/table?session=x", form, b"a=1")
    assert status == (403 if method == "POST" else 405)
    own = ("Origin", f"http://{server.host}")
    token = ("X-Chainrule-Token", server.token)
    for headers in ([own], [own, ("X-Chainrule-Token", "wrong")], [token]):
        assert request(server, "POST", "/table?session=x", headers, b"a,b\n1,2\n")[0] == 403
    assert request(server, "POST", "/table?session=x", [own, token], b"a,b\n1,2\n")[0] == 422


@pytest.mark.parametrize(
    "path",
    [
        "/../server.py",
        "/..%2fserver.py",
        "/%2e%2e/server.py",
        "/assets/../../server.py",
        "/assets/%2e%2e%2f%2e%2e%2fserver.py",
        "//etc/passwd",
        "/%00",
        "/..\\server.py",
        "/" + "a" * 3000,
    ],
)
def test_only_the_pages_files_are_served(server, path):
    status, _, text = request(server, "GET", path)
    assert status in (400, 404, 414)
    assert b"import" not in text
    assert b"root:" not in text


def test_an_upload_that_is_too_large_is_refused(server, page):
    headers = [("Origin", f"http://{server.host}"), ("X-Chainrule-Token", server.token)]
    path = f"/table?session={page.hello['session']}"
    status, _, text = request(
        server, "POST", path, headers, b"a,b\n" * (LIMITS.upload_bytes // 4 + 1)
    )
    assert status == 413
    assert b"8 MiB" in text
    assert page.ask("pause")["playing"] is False


def test_a_message_that_is_too_large_ends_the_connection(server):
    with server.page() as page:
        page.socket.send(json.dumps({"id": 1, "type": "play", "x": "a" * LIMITS.message_bytes}))
        assert page.until_closed() == 1009
    with server.page() as page:
        page.ask("play")


def test_binary_messages_are_no_messages(server, page):
    page.socket.send(b"\x00\x01")
    page.until(lambda: page.events.get("reply", {}).get("message") == "messages are texts")


def test_the_first_message_must_be_hello(server):
    for text in ('{"id": 1, "type": "play"}', "nothing", "{}", "\x00"):
        with server.socket() as socket:
            socket.send(text)
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=10)
            assert closed.value.rcvd.code == 4400


# --- fuzzed messages ------------------------------------------------------------------------------

SEEDS = [
    {"type": "configure", "settings": {"optimizer": {"type": "Adam", "learning_rate": 0.1}}},
    {"type": "configure", "settings": {"data": {"kind": "circle", "n": 50, "noise": 0.2}}},
    {"type": "configure", "settings": {"layers": [{"units": 3}, {"units": 1}], "seed": 3}},
    {"type": "step", "by": "batch", "count": 3},
    {"type": "seek", "update": 2},
    {"type": "edit", "weight": "w1", "value": 1.5},
    {"type": "explain", "weight": "w1", "row": 0, "live": False},
    {"type": "surface", "weights": ["w1", "b1"], "size": 5},
    {"type": "view", "boundary": 10, "units": 5, "row": 1},
    {"type": "points", "points": [[0.1, 0.2], [0.3, 0.4]]},
    {"type": "preview", "updates": 2},
    {"type": "compare", "difference": {"seed": 2}},
    {"type": "speed", "updates_per_second": 100},
    {"type": "reset", "seed": 1},
    {"type": "row", "row": 0},
    {"type": "ack", "frame": 1},
]
STRANGE = [
    None, True, -1, 0, 2**63, -(2**70), 1e308, 1e-320, "", "x" * 300, "w1", "\u0000", "∂", [], [[]],
    {}, {"type": "SGD"}, [1, "a"], {"a": {"a": {"a": []}}}, "constructor", "__class__",
]  # fmt: skip


def changed(value, draw):
    """A message with something else in it."""
    if isinstance(value, dict) and value and draw.random() < 0.8:
        key = draw.choice(sorted(value))
        if draw.random() < 0.1:
            return {k: v for k, v in value.items() if k != key}
        if draw.random() < 0.1:
            return {**value, str(draw.choice(STRANGE)): draw.choice(STRANGE)}
        return {**value, key: changed(value[key], draw)}
    if isinstance(value, list) and value and draw.random() < 0.7:
        k = draw.randrange(len(value))
        return [*value[:k], changed(value[k], draw), *value[k + 1 :]]
    return draw.choice(STRANGE)


def fuzzed(draw):
    """A text that may be a message."""
    message = {"id": draw.randrange(10**6), **draw.choice(SEEDS)}
    for _ in range(draw.randrange(3)):
        message = changed(message, draw)
    text = json.dumps(message)
    if draw.random() < 0.2:
        k = draw.randrange(len(text))
        text = text[:k] + draw.choice(["", "\x00", "}", '"', "é", "9" * 400, "NaN"]) + text[k + 1 :]
    return text


def bombard(server, messages, seed):
    """Send fuzzed messages; each is answered before the next, and the session lives on."""
    draw = random.Random(seed)
    with server.page() as page:
        for k in range(messages):
            page.socket.send(fuzzed(draw))
            if k % 10 == 9:
                page.ask("pause")  # the replies before it have come, too
            assert not any("mistake" in text for text in page.said)
        assert page.ask("configure", settings={"data": {"kind": "xor"}})
        assert page.ask("step", by="batch")["update"] >= 1
    return server.memory()


def test_fuzzed_messages_are_answered(server):
    bombard(server, 300, seed=1)


@pytest.mark.slow
def test_ten_thousand_fuzzed_messages(server):
    first = bombard(server, 2_000, seed=2)
    last = bombard(server, 8_000, seed=3)
    assert last - first < 48 * MIB


# --- what is bounded ------------------------------------------------------------------------------


def test_a_page_that_never_acknowledges_gets_three_frames(server):
    with server.page(acknowledge=False) as page, server.page() as other:
        page.ask("play")
        page.ask("explain", weight="w1", row=0)
        page.until(lambda: page.frames == 3)
        memory, end = server.memory(), time.monotonic() + 3
        while time.monotonic() < end:
            try:
                page.receive(timeout=0.2)
            except TimeoutError:
                continue
        assert page.frames == 3
        assert page.ask("pause")["update"] > 0  # it trained on
        assert server.memory() - memory < 24 * MIB
        other.ask("step", by="batch")


@pytest.mark.slow
def test_a_page_that_does_not_read_holds_nobody_up(server):
    with server.page(acknowledge=False) as page, server.page() as other:
        page.ask("explain", weight="w1", row=0)
        page.ask("play")
        time.sleep(1.0)
        began = time.monotonic()
        other.ask("step", by="batch")
        assert time.monotonic() - began < 5


@pytest.mark.slow
def test_a_page_that_never_acknowledges_is_closed(server):
    with server.page(acknowledge=False) as page:
        page.ask("play")
        assert page.until_closed() == 4408
        name = page.hello["session"]
    with server.page(session=name) as page:
        assert page.hello["resumed"]


@pytest.mark.slow
def test_fifty_pages(server):
    with ExitStack() as stack:
        pages, codes = [], []
        for _ in range(50):
            try:
                pages.append(stack.enter_context(server.page()))
            except ConnectionClosed as closed:
                codes.append(closed.rcvd.code)
        assert 0 < len(pages) <= LIMITS.sessions
        assert codes == [4429] * (50 - len(pages))
        for page in pages:
            page.ask("play")
        for page in pages:
            assert page.ask("pause")["update"] >= 0
    with server.page() as page:  # those that are gone make room
        page.ask("step", by="batch")


def test_the_same_session_in_two_pages_is_the_newer_ones(server):
    with server.page() as page, server.page(session=page.hello["session"]) as newer:
        assert page.until_closed() == 4409
        newer.ask("play")


def test_a_page_that_leaves_while_it_is_answered_leaves_its_session_alive(server):
    with server.page() as page:
        name = page.hello["session"]
        for k in range(5):
            page.socket.send(json.dumps({"id": k, "type": "step", "by": "batch", "count": 9999}))
    with server.page(session=name) as page:
        assert page.hello["resumed"]
        assert page.ask("step", by="batch")["update"] > 0


def test_half_a_request_holds_nobody_up(server):
    with socket.create_connection(("127.0.0.1", server.port)) as half:
        half.sendall(b"POST /table HTTP/1.1\r\nHost: ")
        assert request(server, "GET", "/nothing")[0] == 404
