"""Where words go, in real processes: streams, terminals, colours, signals, files."""

import os
import re
import select
import signal
import subprocess
import sys
import time

import pytest

posix = pytest.mark.skipif(sys.platform == "win32", reason="terminals and signals of POSIX")
pytestmark = posix

ESCAPE = "\x1b"
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7]|[34]8;[25];[\d;]+)m")
ENDLESS = (
    "fit",
    "digits",
    "--preset",
    "plain",
    "--epochs",
    "1000000",
    "--patience",
    "1000000",
    "--seed",
    "1",
)


class Terminal:
    """A process whose stdout and stderr are a pseudo-terminal, and what it has shown so far."""

    def __init__(self, arguments, **options):
        import pty

        self.end, other_end = pty.openpty()
        # Wide enough for a line of the bar.
        subprocess.run(["stty", "cols", "100"], stdin=other_end, check=True)
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=other_end, stderr=other_end, **options
        )
        os.close(other_end)
        self.shown = ""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()
        os.close(self.end)

    def read(self, until=None, seconds=60):
        """Read until a pattern was shown, or the end."""
        deadline = time.monotonic() + seconds
        while not (until and re.search(until, self.shown)):
            assert time.monotonic() < deadline, self.shown
            if select.select([self.end], [], [], 0.1)[0]:
                try:
                    self.shown += os.read(self.end, 65536).decode()
                except OSError:  # how Linux tells that the other end is closed
                    assert not until, self.shown
                    return self.process.wait(10)
        return None


@pytest.fixture
def terminal(command, environment, tmp_path):
    def start(*arguments, **more):
        return Terminal([*command, *arguments], env=environment | more, cwd=tmp_path)

    return start


@pytest.mark.slow
def test_results_on_stdout_and_no_escapes_without_a_terminal(process, tmp_path):
    result = process("fit", "iris", "--epochs", 3, "-o", "m.model")
    assert result.returncode == 0
    assert result.stderr == ""
    assert "test accuracy" in result.stdout
    assert ESCAPE not in result.stdout
    result = process("predict", "m.model", "iris")
    assert result.stdout.startswith("prediction\n")
    assert re.fullmatch(r"accuracy \S+ on 150 rows; always \w+ gives 0.3333\n", result.stderr)


def test_errors_on_stderr(process):
    result = process("fit", "iris", "--target", "specis", "-o", "m.model")
    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr.startswith("Error: the table has no column 'specis'")
    assert len(result.stderr.splitlines()) == 1


def test_bar_in_a_terminal(terminal):
    with terminal(*ENDLESS, "-o", "m.model") as shown:
        shown.read(r"epoch [\d,]+/1,000,000, \S+ epochs/s, at most [^\r\n]+ left")
        shown.read(r"loss \d\S+, validation loss \d\S+")
        assert "━" in shown.shown
        assert COLOUR.search(shown.shown)


@pytest.mark.slow
def test_no_color_is_honoured(terminal):
    with terminal(*ENDLESS, "-o", "m.model", NO_COLOR="1") as shown:
        shown.read(r"epoch [1-9][\d,]*/1,000,000")
        shown.process.send_signal(signal.SIGINT)
        assert shown.read() == 130
        assert "test accuracy" in shown.shown
        assert not COLOUR.search(shown.shown)


@pytest.mark.slow
def test_no_bar_in_a_dumb_terminal(terminal):
    with terminal(
        "fit", "iris", "--preset", "plain", "--epochs", "200", "-o", "m.model", TERM="dumb"
    ) as shown:
        assert shown.read() == 0
        assert ESCAPE not in shown.shown
        assert "epochs/s" not in shown.shown


@pytest.mark.slow
def test_quiet_shows_no_bar(terminal):
    with terminal(
        "fit", "iris", "--preset", "plain", "--epochs", "50", "--quiet", "-o", "m.model"
    ) as shown:
        assert shown.read() == 0
        assert shown.shown == ""


@pytest.mark.slow
def test_the_bar_is_gone_at_the_end(terminal):
    with terminal(
        "fit", "digits", "--preset", "plain", "--epochs", "60", "--no-plot", "-o", "m.model"
    ) as shown:
        assert shown.read() == 0
        # Rich moves up and clears the lines that it wrote.
        assert f"{ESCAPE}[2K" in shown.shown
        end = shown.shown[shown.shown.rindex(f"{ESCAPE}[2K") :]
        assert "epochs/s" not in end
        assert "test accuracy" in end


@pytest.mark.slow
def test_warnings_stand_above_the_bar(terminal):
    with terminal(
        "fit", "diabetes", "-o", "m.model", "--preset", "plain", "--hidden", "none",
        "--optimizer", "sgd",
        "--learning-rate", "2", "--batch-size", "full", "--epochs", "1000", "--patience", "1000",
        "--seed", "0", "--no-plot",
    ) as shown:  # fmt: skip
        assert shown.read() == 4
    # The line of the bar is cleared, or not yet begun, before the warning is written into it.
    assert re.search(r"(\x1b\[2K|\n|^)Warning: the loss or a parameter", shown.shown)


@pytest.mark.slow
def test_ctrl_c_saves_what_was_learned(terminal, process, tmp_path):
    with terminal(*ENDLESS, "-o", "m.model") as shown:
        shown.read(r"epoch [1-9][\d,]*/1,000,000")
        shown.process.send_signal(signal.SIGINT)
        assert shown.read() == 130
    assert re.search(r"Interrupted in epoch \d+; what was learned until then is saved", shown.shown)
    assert "Traceback" not in shown.shown
    assert "test accuracy" in shown.shown
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.model", "m.png", "runs"]
    assert process("predict", "m.model", "digits").returncode == 0


def test_ctrl_c_before_the_training_leaves_the_old_model(command, environment, tmp_path):
    (tmp_path / "m.model").write_bytes(b"old")
    arguments = [*command, "fit", "-", "--target", "y", "-o", "m.model", "--preset", "plain"]
    with subprocess.Popen(
        arguments, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        deadline = time.monotonic() + 60
        # Wait until it waits for its standard input.
        while not _sleeps_in_read(run.pid):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        _, stderr = run.communicate(timeout=60)
    assert run.returncode == 130
    assert stderr.decode().strip() == "Error: interrupted"
    assert [p.name for p in tmp_path.iterdir()] == ["m.model"]
    assert (tmp_path / "m.model").read_bytes() == b"old"


def _sleeps_in_read(pid):
    """Whether a process has loaded pyarrow and sleeps: it then waits for its input."""
    try:
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/stat") as stat:
            return "pyarrow" in maps.read() and stat.read().rsplit(")", 1)[1].split()[0] == "S"
    except FileNotFoundError:
        pytest.skip("no /proc to see what a process does")


def test_a_full_disk_leaves_the_old_model(command, environment, tmp_path):
    (tmp_path / "m.model").write_bytes(b"old")
    # ulimit counts blocks of at most 1024 bytes: the model needs more than one.
    script = 'ulimit -f 1; exec "$0" "$@"'
    result = subprocess.run(
        [
            "sh",
            "-c",
            script,
            *command,
            "fit",
            "iris",
            "--epochs",
            "1",
            "-o",
            "m.model",
            "--no-run",
            "--preset",
            "plain",
        ],
        cwd=tmp_path,
        env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stderr == "Error: cannot write m.model: File too large\n"
    assert [p.name for p in tmp_path.iterdir()] == ["m.model"]
    assert (tmp_path / "m.model").read_bytes() == b"old"


def test_a_reader_that_goes_away_is_no_error_worth_words(command, environment, tmp_path, trained):
    rows = (
        "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\n"
        + "Dream,49.5,19.1,196,3700,male,2009\n" * 20_000
    )
    (tmp_path / "many.csv").write_text(rows)
    with subprocess.Popen(
        [*command, "predict", str(trained.model), "many.csv", "--proba"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.stdout.readline().startswith(b"prediction")
        run.stdout.close()
        stderr = run.stderr.read()
    assert run.returncode == 1
    assert stderr == b""


def test_a_line_now_and_then_without_a_terminal(chainrule, monkeypatch):
    from chainrule.cli import progress

    monkeypatch.setattr(progress, "_BETWEEN_LINES", 0.0)
    result = chainrule("fit", "iris", "--epochs", 4, "-o", "m.model", "--no-plot")
    lines = result.stderr.splitlines()
    assert len(lines) == 4
    pattern = r"epoch {}/4, \S+ epochs/s, at most \S+ s left, loss \S+, validation loss \S+"
    for i, line in enumerate(lines, 1):
        assert re.fullmatch(pattern.format(i), line)
