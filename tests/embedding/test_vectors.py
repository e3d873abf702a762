import os
import time

import numpy as np
import pytest

from secondhop.embedding import vectors
from secondhop.embedding.vectors import read_vectors, write_vectors
from secondhop.errors import IndexCorruptError, IndexVersionError


@pytest.fixture(params=["C", "F"])
def stored(tmp_path, request):
    rows = np.asarray(np.random.default_rng(1).normal(size=(20, 8)), np.float32, order=request.param)
    write_vectors(tmp_path / "vectors.f32", rows, "model a")
    return tmp_path / "vectors.f32", rows


def test_vectors_come_back_mapped_and_read_only(stored):
    path, rows = stored
    found = read_vectors(path, "model a")
    assert isinstance(found, np.memmap)
    assert np.array_equal(found, rows)
    assert found.strides == rows.strides
    with pytest.raises(ValueError, match="read-only"):
        found[0, 0] = 1


def test_vectors_of_another_model_are_not_taken(stored):
    assert read_vectors(stored[0], "model b") is None


def test_none_at_all_is_stored_as_well(tmp_path):
    write_vectors(tmp_path / "v", np.empty((0, 8), np.float32), "m")
    assert read_vectors(tmp_path / "v", "m").shape == (0, 8)


def test_any_damage_is_noticed(stored):
    path, _ = stored
    whole = path.read_bytes()
    for place in [*range(60), 128, 500, len(whole) - 1]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        try:
            assert read_vectors(path, "model a") is None  # the identity was hit
        except (IndexCorruptError, IndexVersionError):
            continue
        assert 32 <= place < 48
    for cut in (0, 10, 127, 128, 300):
        path.write_bytes(whole[:cut])
        with pytest.raises(IndexCorruptError):
            read_vectors(path, "model a")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_another_user_may_read_them_as_far_as_the_umask_says(stored):
    plain = stored[0].with_name("plain")
    plain.touch()
    assert stored[0].stat().st_mode == plain.stat().st_mode


def test_nothing_is_left_behind(stored):
    assert [file.name for file in stored[0].parent.iterdir()] == ["vectors.f32"]


def test_what_a_writer_that_was_killed_left_behind_goes_when_it_is_old(stored):
    path, rows = stored
    names = ["vectors.f32-0123abcd.tmp", "vectors.f32-89abcdef.tmp", "vectors.f32-of-mine.tmp"]
    for name, age in zip(names, (2, 0, 2), strict=True):
        (path.parent / name).write_bytes(b"half of it")
        long_ago = time.time() - age * 24 * 3600
        os.utime(path.parent / name, (long_ago, long_ago))
    write_vectors(path, rows, "model a")
    assert sorted(file.name for file in path.parent.iterdir()) == ["vectors.f32", *names[1:]]


def test_a_file_that_is_replaced_while_it_is_read_is_read_to_its_end(stored, monkeypatch):
    path, rows = stored
    digest = vectors._digest

    def overtaken(*data):
        monkeypatch.undo()
        write_vectors(path, rows[:5], "model b")
        return digest(*data)

    monkeypatch.setattr(vectors, "_digest", overtaken)
    assert np.array_equal(read_vectors(path, "model a"), rows)
    assert np.array_equal(read_vectors(path, "model b"), rows[:5])
