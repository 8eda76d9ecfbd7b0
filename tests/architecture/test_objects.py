"""Who explains, diagnoses or draws asks the objects, and knows none of their classes."""

import ast

import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.layers import LAYERS
from chainrule.losses import LOSSES
from chainrule.penalties import PENALTIES

OBJECTS = ("activations", "layers", "losses", "penalties")
CONCRETE = {
    c.__name__
    for classes in (LAYERS, LOSSES.classes, ACTIVATIONS.classes, PENALTIES.classes)
    for c in classes.values()
}


@pytest.mark.parametrize("package", ["explain", "diagnose", "plots"])
def test_no_package_knows_the_classes_of_objects(package, sources, root):
    files = [f for f in sources if package in f.relative_to(root / "src" / "chainrule").parts[:1]]
    assert files
    found = [
        f"{file.relative_to(root)}:{node.lineno} imports {alias.name}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OBJECTS
        for alias in node.names
        if alias.name in CONCRETE
    ]
    assert found == []


def test_the_list_is_not_empty():
    assert {"Dense", "Dropout", "Hinge", "Softmax", "L1"} <= CONCRETE
