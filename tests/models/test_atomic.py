import os
import stat

import pytest

from chainrule.errors import ChainruleError, WriteError
from chainrule.models import atomic_write


def test_all_is_written_and_nothing_else_is_left(tmp_path):
    with atomic_write(tmp_path / "out") as file:
        file.write(b"new")
        # Until all is written, there is nothing under its name.
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("before", [None, b"old"])
def test_an_error_leaves_everything_as_it_was(tmp_path, error, before):
    path = tmp_path / "out"
    if before is not None:
        path.write_bytes(before)

    def write_half():
        with atomic_write(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert os.listdir(tmp_path) == ([] if before is None else ["out"])
    if before is not None:
        assert path.read_bytes() == before


def test_permissions_are_those_of_the_umask_or_of_the_file_before(tmp_path):
    before = os.umask(0o027)
    try:
        with atomic_write(tmp_path / "new") as file:
            file.write(b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    (tmp_path / "new").chmod(0o600)
    with atomic_write(tmp_path / "new") as file:
        file.write(b"")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


def test_links_are_followed(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with atomic_write(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_long_names(tmp_path):
    path = tmp_path / ("n" * 255)
    with atomic_write(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("missing/out", r"cannot write .*missing/out: there is no folder .*missing; make it first"),
        (".", r"it is a folder; name a file in it"),
        ("file/out", r"cannot write .*file/out: Not a directory"),
    ],
)
def test_places_that_cannot_be_written(tmp_path, place, message):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WriteError, match=message) as caught, atomic_write(tmp_path / place):
        pytest.fail("there is nothing to write to")
    assert isinstance(caught.value, ChainruleError)
    assert isinstance(caught.value, OSError)


def test_a_full_disk():
    # /dev/full is a device on which every write fails with "no space left".
    def write():
        with atomic_write("/dev/full") as file:
            file.write(b"x")

    with pytest.raises(WriteError, match="cannot write /dev/full: No space left on device"):
        write()


def test_what_a_killed_process_has_left_goes_with_the_next_write(tmp_path):
    place = tmp_path / "out"
    writing = atomic_write(place)
    writing.__enter__()
    (left,) = tmp_path.iterdir()
    killed = left.with_name(left.name.replace(left.name[-16:], "0123456789ab.tmp"))
    killed.write_bytes(b"half")
    with atomic_write(place) as file:
        file.write(b"new")
    # What is being written by another process or thread stays.
    assert set(tmp_path.iterdir()) == {place, left}
    writing.__exit__(None, None, None)
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize("name", ["x" * 255, "я" * 127, "木" * 85])
def test_a_name_may_have_all_the_bytes_that_a_name_can_have(tmp_path, name):
    with atomic_write(tmp_path / name) as file:
        file.write(b"new")
    assert (tmp_path / name).read_bytes() == b"new"
    with pytest.raises(WriteError, match="name too long"), atomic_write(tmp_path / ("x" * 256)):
        pass
