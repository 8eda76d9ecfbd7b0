"""Ctrl-C in the command's first moments, and standard streams that are closed, full or cut."""

import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals and streams of POSIX"),
    pytest.mark.slow,
]

FIT = ("fit", "iris", "--epochs", "2", "--seed", "1", "-o", "m.model")

PRESSED = """
import os, signal, sys
module = sys.argv.pop(1)
signal.signal(signal.SIGINT, signal.default_int_handler)
class Press:
    def find_spec(self, name, path=None, target=None):
        if name == module and not hasattr(self, "pressed"):
            self.pressed = True
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Press())
from chainrule.cli.start import run
run()
"""
"""The command, with Ctrl-C at the moment at which it loads a module."""


@pytest.mark.parametrize(
    "module",
    [
        "chainrule.cli.group",
        "click",
        "chainrule.cli.fit",
        "numpy",
        "narwhals",
        "pyarrow",
        "chainrule.tables",
        "chainrule.training",
        "chainrule._core",
    ],
)
def test_ctrl_c_while_it_begins(module, environment, tmp_path):
    (tmp_path / "m.model").write_bytes(b"old")
    result = subprocess.run(
        [sys.executable, "-c", PRESSED, module, *FIT],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 130, result.stderr
    assert result.stderr.strip() in ("interrupted", "Error: interrupted")
    assert (tmp_path / "m.model").read_bytes() == b"old"


STREAMS = {
    "stdin closed": ('exec "$0" "$@" <&-', 0, ""),
    "stdout closed": ('exec "$0" "$@" >&-', 1, "Error: standard output: it is closed\n"),
    "stdout full": ('exec "$0" "$@" >/dev/full', 1, "Error: standard output: No space left"),
    "stderr closed": ('exec "$0" "$@" 2>&-', 0, ""),
    "all closed": ('exec "$0" "$@" <&- >&- 2>&-', 1, ""),
    "head": ('"$0" "$@" | head -n 1', 0, ""),
    "no reader": ('"$0" "$@" | true', 0, ""),
}
"""How the command is started, its exit code, and how stderr ends."""


@pytest.mark.parametrize("name", STREAMS)
def test_the_model_is_written_whatever_becomes_of_what_is_said(
    name, command, environment, tmp_path, process
):
    start, code, said = STREAMS[name]
    result = subprocess.run(
        ["sh", "-c", start, *command, *FIT],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
    )
    assert result.returncode == code, result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert process("info", "m.model").returncode == 0
