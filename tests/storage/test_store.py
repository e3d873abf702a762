"""A store in one process: what is committed is there, what is not leaves no trace."""

import os
import pickle
import shutil
import subprocess
import sys

import numpy as np
import pytest
from store_scenarios import commit_version, version_of
from test_manifest import signed

from secondhop import errors
from secondhop.errors import (
    IndexCorruptError,
    IndexLockedError,
    IndexVersionError,
    InputError,
    NoSpaceError,
    StoreError,
)
from secondhop.storage import IndexStore, store
from secondhop.storage.manifest import FORMAT


@pytest.fixture
def empty(tmp_path):
    return IndexStore(tmp_path / "index")


@pytest.fixture
def filled(empty):
    commit_version(empty, 1)
    return empty


def files(index_store):
    return {path.name: path.read_bytes() for path in index_store.folder.iterdir()}


def test_there_is_no_index_before_the_first_commit(empty):
    assert empty.manifest() is None
    assert empty.load() is None
    assert empty.verify() == ()
    assert empty.status().manifest is None
    empty.sweep()
    assert not empty.folder.exists()


def test_segments_tombstones_table_and_data_come_back(empty):
    with empty.write() as transaction:
        assert transaction.manifest is None
        parts = [transaction.add_segment({"value": np.arange(size)}) for size in (5, 0)]
        written = transaction.commit(
            fingerprint="options", segments=parts, table={"mtime": np.array([7])}, data={"skipped": ["a"]}
        )
    with empty.write() as transaction:
        assert transaction.manifest == written
        first, second = transaction.manifest.segments
        third = transaction.add_segment({"value": np.arange(3)})
        tombstones = type(first)(first.file, (4, 1, 4))
        transaction.commit(fingerprint="options", segments=[tombstones, third])
    index = empty.load()
    assert [segment.entry.tombstones for segment in index.segments] == [(1, 4), ()]
    assert [segment.arrays["value"].tolist() for segment in index.segments] == [[0, 1, 2, 3, 4], [0, 1, 2]]
    assert (index.manifest.generation, index.table, index.manifest.data) == (2, None, {})
    assert empty.status().bytes_unused == second.file.size + written.table.size


def test_what_is_not_committed_leaves_no_trace(filled):
    before = files(filled)
    with filled.write() as transaction:
        transaction.add_segment({"value": np.arange(5)})
    with pytest.raises(TypeError, match="positional"), filled.write() as transaction:
        transaction.commit([transaction.add_segment({"value": np.arange(5)})])
    assert files(filled) == before


def test_only_segments_of_this_index_can_be_committed_and_only_once(filled, tmp_path):
    other = IndexStore(tmp_path / "other")
    foreign = commit_version(other, 2).segments[0]
    with filled.write() as transaction:
        with pytest.raises(InputError, match="neither in the current index"):
            transaction.commit(fingerprint="", segments=[foreign])
        transaction.commit(fingerprint="", segments=[])
        with pytest.raises(InputError, match="is committed"):
            transaction.commit(fingerprint="", segments=[])


def test_data_that_is_not_json_is_refused_and_changes_nothing(filled):
    before = files(filled)
    for data in ({"when": object()}, {"score": float("nan")}):
        with pytest.raises((TypeError, ValueError)), filled.write() as transaction:
            transaction.commit(fingerprint="", segments=[], data=data)
    assert files(filled) == before


def test_identical_builds_have_identical_bytes(tmp_path):
    stores = [IndexStore(tmp_path / name) for name in ("one", "other")]
    for index_store in stores:
        commit_version(index_store, 1)
        commit_version(index_store, 2)
        index_store.sweep()
    one, other = map(files, stores)
    assert one == other
    assert stores[0].manifest().digest == stores[1].manifest().digest


def test_a_reader_keeps_its_generation_when_the_files_are_gone(filled):
    old = filled.load()
    for number in (2, 3):
        commit_version(filled, number)
    filled.sweep()
    assert not (filled.folder / old.segments[0].entry.file.name).exists()
    assert version_of(old) == 1
    assert version_of(filled.load()) == 3


@pytest.mark.parametrize(
    "look",
    [lambda filled: version_of(filled.load()) == 3, lambda filled: filled.verify() == ()],
    ids=["load", "verify"],
)
def test_a_reader_that_writers_overtake_begins_again(filled, monkeypatch, look):
    real, overtaken = store.open_arrays, iter((2, 3))

    def slow(path, file):
        number = next(overtaken, None)
        if number is not None:
            commit_version(filled, number)
            filled.sweep()
        return real(path, file)

    monkeypatch.setattr(store, "open_arrays", slow)
    assert look(filled)


def test_what_is_open_already_is_not_opened_again(filled):
    old = filled.load()
    with filled.write() as transaction:
        entry = transaction.add_segment({"value": np.arange(3)})
        transaction.commit(fingerprint="", segments=[*transaction.manifest.segments, entry])
    new = filled.load(previous=old)
    assert [segment.arrays is kept.arrays for segment, kept in zip(new.segments, old.segments, strict=False)] == [
        True
    ] * 2
    assert new.segments[2].arrays["value"].tolist() == [0, 1, 2]


def test_the_next_writer_sweeps_and_leaves_what_is_not_ours(filled):
    ours = ("0000000002-0.arrays", "0000000009-3.arrays", "manifest-0000000002.tmp")
    others = ("notes.txt", "a-0.arrays", "0000000002-0.arrays.bak", "sources.json")
    for name in (*ours, *others):
        (filled.folder / name).write_bytes(b"left behind")
    assert filled.status().bytes_unused == 3 * len(b"left behind")
    with filled.write():
        assert not set(ours) & set(os.listdir(filled.folder))
        assert set(others) <= set(os.listdir(filled.folder))


def test_reading_writes_nothing(filled):
    (filled.folder / "writer.lock").unlink()
    os.utime(filled.folder, (0, 0))
    filled.load(), filled.verify(), filled.status()
    assert filled.folder.stat().st_mtime == 0
    assert not (filled.folder / "writer.lock").exists()


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare to mount")
def test_a_read_only_mount_can_be_read_and_says_why_it_cannot_be_written(filled):
    code = (
        "import sys; from pathlib import Path; from store_scenarios import *\n"
        "store = IndexStore(Path(sys.argv[1]))\n"
        "assert version_of(store.load()) == 1 and store.verify() == ()\n"
        "try:\n    commit_version(store, 2)\n"
        "except StoreError as error:\n    print(error)"
    )
    mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" -c "$3" "$1"'
    command = ["unshare", "-rm", "sh", "-c", mount, "sh", filled.folder, sys.executable, code]
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("may not mount here")
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(__file__)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert "Read-only file system" in done.stdout


def test_damage_to_any_file_is_found_and_named(filled):
    manifest = filled.manifest()
    for name in ("manifest.json", *(file.name for file in manifest.files)):
        path = filled.folder / name
        whole = path.read_bytes()
        for changed in (whole[:-1], b"", whole + b"x", whole[:100] + b"\xff" + whole[101:]):
            path.write_bytes(changed)
            with pytest.raises(IndexCorruptError) as found:
                filled.load()
            assert found.value.path == str(path)
            assert [problem.path for problem in filled.verify()] == [str(path)]
        path.write_bytes(whole)
    assert version_of(filled.load()) == 1


def test_files_that_are_missing_or_exchanged_are_found(filled):
    commit_version(filled, 2)
    paths = [filled.folder / file.name for file in filled.manifest().files]
    one, other = paths[0].read_bytes(), paths[2].read_bytes()
    paths[0].write_bytes(other)
    paths[2].write_bytes(one)
    assert len(filled.verify()) == 2
    paths[0].unlink()
    with pytest.raises(IndexCorruptError, match="is missing"):
        filled.load()


@pytest.mark.parametrize("damage", [b"", b'{"format": 1}'])
def test_a_damaged_index_is_replaced_only_on_demand(filled, damage):
    old = filled.load()
    (filled.folder / "manifest.json").write_bytes(damage)
    with pytest.raises(IndexCorruptError), filled.write():
        pass
    with filled.write(replace=True) as transaction:
        assert transaction.manifest is None
        entry = transaction.add_segment({"value": np.arange(3)})
        assert entry.file not in old.manifest.files
        assert {file.name for file in old.manifest.files} <= set(os.listdir(filled.folder))  # still there if this fails
        assert transaction.commit(fingerprint="", segments=[entry]).generation == 2
    filled.sweep()
    assert filled.status().bytes_unused == 0
    assert version_of(old) == 1


def test_generations_only_go_up(filled):
    for replace in (False, True, True):
        with filled.write(replace=replace) as transaction:
            transaction.commit(fingerprint="nothing in it", segments=[])
        filled.sweep()
    assert filled.manifest().generation == 4


def test_an_index_in_another_format_is_not_touched(filled):
    (filled.folder / "manifest.json").write_bytes(signed(format=FORMAT + 1))
    before = files(filled)
    with pytest.raises(IndexVersionError):
        filled.load()
    with pytest.raises(IndexVersionError), filled.write():
        pass
    filled.sweep()
    assert files(filled) == before


def test_the_status_says_who_writes(filled):
    assert filled.status().writer is None
    with filled.write():
        assert filled.status().writer.pid == os.getpid()
        with pytest.raises(IndexLockedError), filled.write():
            pass
    manifest = filled.manifest()
    assert filled.status().bytes_used == sum(file.size for file in manifest.files)


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it(tmp_path):
    (tmp_path / "file").touch()
    for use in (lambda s: s.write().__enter__(), lambda s: s.load(), lambda s: s.sweep() or s.status()):
        with pytest.raises(StoreError, match="file"):
            use(IndexStore(tmp_path / "file" / "index"))


@pytest.mark.parametrize(
    "error",
    [
        StoreError("p", "reason"),
        IndexCorruptError("p", "reason"),
        IndexLockedError("p", 4, "host", "since"),
        NoSpaceError("p", 4096),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_cross_process_borders(error):
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    assert isinstance(again, errors.SecondhopError)
