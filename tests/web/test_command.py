"""`chainrule play`: how it starts, and how it ends."""

import re
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest

from .conftest import Server


def run(*arguments):
    command = [sys.executable, "-m", "chainrule.cli", "play", "--no-browser", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_within_two_seconds(how):
    server = Server()
    try:
        with server.page({"data": {"kind": "lesson_line"}}) as page, server.page() as other:
            page.ask("play")
            other.ask("play")
            page.until(lambda: page.header is not None and page.header.update > 0)
            seconds, code = server.end(how)
            assert seconds < 2
            assert code == 0
            assert page.until_closed() == 1000
            assert page.events["closing"]["message"] == "the server has ended"
    finally:
        server.process.kill()


def test_a_port_in_use_is_said_and_the_next_one_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = Server(port=port)
        assert port < server.port < port + 20
        server.process.send_signal(signal.SIGINT)
        _, said = server.process.communicate(timeout=10)
        assert f"Port {port} is in use; this is port {server.port}." in said


def test_it_listens_on_this_machine_alone(server):
    with open("/proc/net/tcp") as file:
        addresses = {line.split()[1] for line in file.readlines()[1:] if line.split()[3] == "0A"}
    port = f"{server.port:04X}"
    assert {a.split(":")[0] for a in addresses if a.endswith(f":{port}")} == {"0100007F"}


@pytest.mark.slow
def test_a_table_of_the_command_line_is_there(tmp_path):
    server = Server("penguins", "--target", "species")
    try:
        with server.page() as page:
            assert page.hello["start"] == {"lesson": None, "table": "given"}
            assert page.hello["settings"]["data"]["target"] == "species"
            page.until(lambda: "data" in page.events)
            assert page.events["data"]["classes"] == ["Adelie", "Chinstrap", "Gentoo"]
            page.ask("step", by="epoch", count=5)
            code = page.ask("export", what="code")["text"]
            assert "table='penguins'" in code
            code += "np.save('end', state.parameters.vector)\n"
            subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
            np.testing.assert_array_equal(np.load(tmp_path / "end.npy"), page.state())
    finally:
        server.end()


@pytest.mark.slow
def test_a_lesson_opens_its_tour():
    server = Server("--lesson", "people")
    try:
        with server.page() as page:
            assert page.hello["start"]["lesson"] == "people"
            assert page.hello["settings"]["data"]["kind"] == "lesson_people"
    finally:
        server.end()


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["--lesson", "peple"], 2, "did you mean 'people'"),
        (["--target", "x"], 2, "--target goes with a TABLE"),
        (["penguins", "--lesson", "line"], 2, "not both"),
        (["nothing.csv"], 3, "there is no file 'nothing.csv'"),
        (["penguins", "--target", "spicies"], 3, "did you mean 'species'"),
        (["--port", "70000"], 2, "0<=x<=65535"),
    ],
)
def test_what_cannot_be_opened_is_said(arguments, code, why):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert why in re.sub(r"\s+", " ", done.stderr)
