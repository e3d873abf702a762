"""Files that are written whole or not at all."""

import errno
import os
import time

import pytest

from secondhop.replacing import replacing


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a+b.json"
    path.write_bytes(b"old")
    return path


def write(path, error):
    with replacing(path) as file:
        file.write(b"new")
        raise error


def test_a_file_has_its_name_when_it_is_complete(path):
    with replacing(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("half"), OSError(errno.ENOSPC, "full")])
def test_what_is_not_complete_leaves_what_was_there(path, error):
    with pytest.raises(type(error)):
        write(path, error)
    assert (path.read_bytes(), os.listdir(path.parent)) == (b"old", [path.name])


@pytest.mark.parametrize("name", [None, "another.txt"])
def test_an_error_names_the_file_that_it_is_about(path, name):
    with pytest.raises(OSError, match="gone") as caught:
        write(path, OSError(errno.ENOENT, "gone", name))
    assert caught.value.filename == (name or str(path))


def test_what_a_killed_process_left_behind_goes_after_a_day_and_nothing_else(path):
    names = {
        "a+b.json-0123abcd.tmp": False, "a+b.json-0123abce.tmp": True, "a+b.json-0123.tmp": True, "aab.json-0123abcd.tmp": True,
        "a+b.json-0123abcd.tmp.json": True,
    }  # fmt: skip
    for name in names:
        (path.parent / name).write_bytes(b"")
        if name != "a+b.json-0123abce.tmp":
            os.utime(path.parent / name, (time.time() - 90_000,) * 2)
    with replacing(path) as file:
        file.write(b"new")
    assert sorted(os.listdir(path.parent)) == sorted([path.name, *(name for name, stays in names.items() if stays)])
