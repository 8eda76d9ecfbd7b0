"""A real server in a process of its own, and pages that speak to it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from chainrule.web.frames import unpack


class Server:
    """`chainrule play` in a process of its own."""

    def __init__(self, *arguments, port=0):
        command = [sys.executable, "-m", "chainrule.cli", "play", "--no-browser"]
        self.process = subprocess.Popen(
            [*command, "--port", str(port), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/#([\w-]+)", line)
        assert found, line + self.process.stderr.read()
        self.port, self.token = int(found[1]), found[2]

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def end(self, how=signal.SIGTERM):
        """End it; the seconds that took, and its exit code."""
        began = time.monotonic()
        self.process.send_signal(how)
        code = self.process.wait(10)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
        return time.monotonic() - began, code

    def memory(self):
        """Its resident memory in bytes."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    @contextmanager
    def socket(self, origin=None, protocols=None, host=None, **options):
        options.setdefault("max_size", 2**24)
        with connect(
            f"ws://{host or self.host}/session",
            origin=origin or f"http://{self.host}",
            subprotocols=protocols or ["chainrule.1", f"token.{self.token}"],
            **options,
        ) as socket:
            yield socket

    @contextmanager
    def page(self, settings=None, session=None, acknowledge=True):
        with self.socket() as socket:
            yield Page(socket, settings, session, acknowledge)


class Page:
    """What a page does: asks, draws (acknowledges), remembers the newest of everything."""

    def __init__(self, socket, settings=None, session=None, acknowledge=True):
        self.socket, self.acknowledge = socket, acknowledge
        self.events, self.frames, self.notices, self.number = {}, 0, [], 0
        self.header, self.sections = None, []
        self.said = deque(maxlen=50)
        hello = {"protocol": 1, "session": session, "settings": settings}
        self.hello = self.ask("hello", **hello)

    def refused(self, kind, **fields):
        """The reply to a message that must be refused."""
        reply = self.reply(kind, **fields)
        assert not reply["ok"], reply
        return reply

    def ask(self, kind, **fields):
        """The value of the reply."""
        reply = self.reply(kind, **fields)
        assert reply["ok"], reply
        return reply["value"]

    def reply(self, kind, **fields):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "type": kind, **fields}))
        while True:
            message = self.receive()
            if message.get("type") == "reply" and message["id"] == self.number:
                return message

    def receive(self, timeout=30):
        """The next message; a frame is drawn."""
        data = self.socket.recv(timeout=timeout)
        if isinstance(data, bytes):
            self.frames += 1
            self.header, self.sections = unpack(data)
            if self.acknowledge:
                self.socket.send(json.dumps({"type": "ack", "frame": self.header.frame}))
            return {"type": "frame"}
        message = json.loads(data)
        if message["type"] == "notice":
            self.notices.append(message["message"])
        if message["type"] in ("notice", "reply"):
            self.said.append(message.get("message", ""))
        self.events[message["type"]] = message
        return message

    def until(self, condition, seconds=30):
        """Receive until something holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it never came to hold"
            try:
                self.receive(timeout=1)
            except TimeoutError:
                continue

    def until_closed(self):
        """Receive until the server closes the connection, and draw nothing more; the code."""
        self.acknowledge = False
        try:
            while True:
                self.receive()
        except ConnectionClosed as closed:
            return closed.rcvd.code

    def frame_at(self, update):
        """The sections of a frame of an update, by kind and run."""
        self.until(lambda: self.header is not None and self.header.update == update)
        return {(s.kind.name, s.run, s.layer): s for s in self.sections}

    def state(self):
        """The parameters now, as the newest frame has them."""
        status = self.ask("pause")
        sections = self.frame_at(status["update"])
        return sections["PARAMETERS", 0, 0].values.copy()


@pytest.fixture(scope="session")
def server():
    one = Server()
    yield one
    one.end()


@pytest.fixture
def page(server):
    with server.page() as one:
        yield one
