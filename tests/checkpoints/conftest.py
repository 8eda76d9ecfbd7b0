import shutil

import pytest

from chainrule.training import keeper


@pytest.fixture
def moments(monkeypatch, tmp_path):
    """The checkpoints that training writes from here on, each as a file of its own.

    What a process leaves that is killed between two of them is the earlier one.
    """
    write, copies = keeper.write_snapshots, []

    def write_and_copy(path, snapshots):
        write(path, snapshots)
        copies.append(tmp_path / f"moment-{len(copies)}")
        shutil.copy(path, copies[-1])

    monkeypatch.setattr(keeper, "write_snapshots", write_and_copy)
    return copies
