"""Files that are written whole or not at all."""

import errno
import os
import time
from pathlib import Path

import pytest

from secondhop.errors import StoreError
from secondhop.replacing import replacing
from secondhop.storage import IndexStore
from secondhop.storage.manifest import read_manifest


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a+b.json"
    path.write_bytes(b"old")
    return path


def write(path, error=None):
    with replacing(path) as file:
        file.write(b"new")
        if error is not None:
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


def test_a_name_that_windows_refuses_for_a_moment_is_given_then(path, monkeypatch):
    # A stand-in: Windows refuses to replace a file that somebody reads, which no other system does.
    refusals = [PermissionError(errno.EACCES, "is being read")] * 3
    replace = os.replace

    def refuse_at_first(source, target):
        if refusals:
            raise refusals.pop()
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse_at_first)
    with pytest.raises(PermissionError):
        write(path)  # elsewhere it is refused for good
    assert (path.read_bytes(), len(refusals)) == (b"old", 2)
    monkeypatch.setattr("secondhop.replacing._IS_WINDOWS", True)
    write(path)
    assert (path.read_bytes(), os.listdir(path.parent)) == (b"new", [path.name])


def test_what_windows_refuses_to_open_for_a_moment_is_read_then(tmp_path, monkeypatch):
    # A stand-in, as above: a reader that meets the renaming of a manifest.
    with IndexStore(tmp_path).write() as transaction:
        written = transaction.commit(fingerprint="f", segments=[])
    refusals = [PermissionError(errno.EACCES, "is being replaced")] * 3
    read = Path.read_bytes

    def refuse_at_first(self):
        if refusals:
            raise refusals.pop()
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse_at_first)
    with pytest.raises(StoreError, match="is being replaced"):
        read_manifest(tmp_path)  # elsewhere it may not be read at all
    assert len(refusals) == 2
    monkeypatch.setattr("secondhop.replacing._IS_WINDOWS", True)
    assert read_manifest(tmp_path) == written


def test_a_name_that_windows_goes_on_refusing_is_an_error(path, monkeypatch):
    def refuse(source, target):  # a stand-in, as above
        raise PermissionError(errno.EACCES, "is being read")

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr("secondhop.replacing._IS_WINDOWS", True)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    with pytest.raises(PermissionError, match="is being read"):
        write(path)
    assert path.read_bytes() == b"old"
