import pytest

from chainrule.errors import EngineUnavailableError, NotFittedError


def failing(error):
    def raise_it(*arguments, **options):
        raise error

    return raise_it


@pytest.fixture
def break_reading(monkeypatch):
    def with_error(error):
        monkeypatch.setattr("chainrule.tables.read_table", failing(error))

    return with_error


def test_a_mistake_of_ours_says_how_to_report_it(chainrule, trained, break_reading):
    break_reading(ZeroDivisionError("division by zero"))
    result = chainrule("predict", trained.model, "penguins")
    assert result.exit_code == 1
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert "`chainrule info`" in result.stderr
    assert "CHAINRULE_TRACEBACK=1" in result.stderr
    assert "Traceback" not in result.output


def test_traceback_on_request(chainrule, trained, break_reading, monkeypatch):
    break_reading(ZeroDivisionError("division by zero"))
    monkeypatch.setenv("CHAINRULE_TRACEBACK", "1")
    result = chainrule("predict", trained.model, "penguins")
    assert result.exit_code == 1
    assert "Traceback" in result.stderr
    assert "in raise_it" in result.stderr


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (EngineUnavailableError("no engine"), 1, "Error: no engine\n"),
        (NotFittedError("fit first"), 1, "Error: fit first\n"),
        (MemoryError(), 1, "out of memory"),
        (PermissionError(13, "Permission denied", "t.csv"), 1, "Error: t.csv: Permission denied\n"),
        (KeyboardInterrupt(), 130, "Error: interrupted\n"),
    ],
)
def test_codes(chainrule, trained, break_reading, error, code, message):
    break_reading(error)
    result = chainrule("predict", trained.model, "penguins")
    assert result.exit_code == code
    assert message in result.stderr
    assert "mistake in chainrule" not in result.stderr


def test_each_warning_is_one_line_said_once(chainrule, trained, penguins):
    text = penguins.read_text().replace("Torgersen", "Atlantis")
    penguins.write_text(text)
    # Predicted twice: for the labels and for the probabilities, and a third time for the score.
    result = chainrule("predict", trained.model, penguins, "--proba")
    assert result.stderr.count("Warning: ") == 1
    assert ".py" not in result.stderr
