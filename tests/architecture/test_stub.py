"""The stub of the core says what the bindings say."""

from importlib.util import module_from_spec, spec_from_file_location


def test_the_stub_is_that_of_the_core(root):
    spec = spec_from_file_location("stub", root / "native" / "bindings" / "stub.py")
    generator = module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert generator.STUB.read_text(encoding="utf-8") == generator.stub(), "run make stubs"
