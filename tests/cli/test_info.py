import json
import platform

import numpy as np

import chainrule as cr


def test_facts_as_json(chainrule):
    facts = json.loads(chainrule("info", "--json").stdout)
    assert facts["versions"]["chainrule"] == cr.__version__
    assert facts["versions"]["numpy"] == np.__version__
    assert facts["versions"]["Python"].startswith(platform.python_version())
    assert facts["machine"]["processors to use"] >= 1
    assert set(facts["engines"]) == {"compiled", "reference"}


def test_text_shows_every_fact(chainrule):
    facts = json.loads(chainrule("info", "--json").stdout)
    text = chainrule("info").stdout
    for heading, values in facts.items():
        assert f"{heading}\n" in text
        for name, value in values.items():
            assert name in text
            assert str(value) in text or value is None


def test_what_is_not_installed_is_said_to_be(chainrule, monkeypatch):
    from importlib import metadata

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert "not installed" in chainrule("info").stdout
    assert json.loads(chainrule("info", "--json").stdout)["versions"]["numpy"] is None


def test_variables_that_matter_are_shown(chainrule, monkeypatch):
    monkeypatch.setenv("CHAINRULE_THREADS", "3")
    assert json.loads(chainrule("info", "--json").stdout)["machine"]["CHAINRULE_THREADS"] == "3"
