"""A file of arrays: what comes back is what went in, or an error; never anything else."""

import json
import shutil
import zlib
from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from secondhop.errors import IndexCorruptError, IndexVersionError, InputError, StoreError
from secondhop.storage.arrays import ALIGNMENT, BLOCK, DTYPES, open_arrays, write_arrays

ANY_ARRAYS = st.dictionaries(
    st.text(max_size=8),
    hnp.arrays(st.sampled_from(sorted(DTYPES)), hnp.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=9)),
    max_size=5,
)


def some_arrays():
    draw = np.random.default_rng(3)
    return {
        "text": draw.integers(0, 256, BLOCK + 1000, dtype=np.uint8),
        "postings": draw.integers(0, 1 << 31, (1000, 8), dtype=np.uint32),
        "none": np.zeros((0, 8), np.float32),
        "weights": draw.random(100),
    }


def same(one, other):
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f") for name in one
    )


@settings(max_examples=60, deadline=None)
@given(ANY_ARRAYS)
def test_arrays_come_back_as_they_were(tmp_path_factory, arrays):
    path = tmp_path_factory.mktemp("arrays") / "a"
    file = write_arrays(path, arrays)
    back = open_arrays(path, file)
    assert list(back) == sorted(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()


def test_arrays_are_mapped_read_only_and_aligned(tmp_path):
    path = tmp_path / "a"
    write_arrays(path, some_arrays())
    for array in open_arrays(path).values():
        assert not array.flags.writeable
        assert array.size == 0 or array.ctypes.data % ALIGNMENT == 0
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_equal_arrays_give_equal_bytes(tmp_path):
    arrays = some_arrays()
    one = write_arrays(tmp_path / "one", arrays)
    other = write_arrays(tmp_path / "other", dict(reversed(arrays.items())))
    assert (one.digest, one.size) == (other.digest, other.size)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_any_memory_layout_is_stored(tmp_path):
    wide = np.arange(60, dtype=">i4").reshape(6, 10)
    arrays = {"columns": np.asfortranarray(wide), "every other": wide[::2, ::-3], "big-endian": wide}
    write_arrays(tmp_path / "a", arrays)
    assert same(arrays, open_arrays(tmp_path / "a"))


@pytest.mark.parametrize(
    "array", [np.array([object()]), np.array(["text"]), np.array(1.0), np.zeros((1, 1, 1)), np.array([1j])]
)
def test_what_cannot_be_mapped_is_refused(tmp_path, array):
    with pytest.raises(InputError, match="'odd'"):
        write_arrays(tmp_path / "a", {"odd": array})
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_never_written_over(tmp_path):
    write_arrays(tmp_path / "a", {})
    with pytest.raises(StoreError, match="exists"):
        write_arrays(tmp_path / "a", some_arrays())
    assert open_arrays(tmp_path / "a") == {}


def test_another_intact_file_is_not_the_one_expected(tmp_path):
    one = write_arrays(tmp_path / "one", {"a": np.arange(5)})
    write_arrays(tmp_path / "other", {"a": np.arange(1, 6)})
    with pytest.raises(IndexCorruptError, match="another file"):
        open_arrays(tmp_path / "other", one)


def test_a_bit_flipped_in_500_places_is_always_noticed(tmp_path):
    path = tmp_path / "a"
    write_arrays(path, some_arrays())
    data = bytearray(path.read_bytes())
    draw = np.random.default_rng(4)
    places = [*range(60), *draw.integers(60, 1200, 140).tolist(), *draw.integers(0, len(data), 300).tolist()]
    for place in places:
        data[place] ^= 1 << (place % 8)
        path.write_bytes(data)
        with pytest.raises(IndexCorruptError):
            open_arrays(path)
        data[place] ^= 1 << (place % 8)
    path.write_bytes(data)
    assert same(some_arrays(), open_arrays(path))


def test_a_file_cut_or_continued_anywhere_is_noticed(tmp_path):
    path = tmp_path / "a"
    size = write_arrays(path, some_arrays()).size
    whole = path.read_bytes()
    edges = {edge + step for edge in range(0, size, BLOCK // 8) for step in (-1, 0, 1)} | set(range(600)) | {size - 1}
    for end in sorted(edge for edge in edges if 0 <= edge < size):
        path.write_bytes(whole[:end])
        with pytest.raises(IndexCorruptError):
            open_arrays(path)
    for more in (b"\0", b"\0" * 64, whole):
        path.write_bytes(whole + more)
        with pytest.raises(IndexCorruptError):
            open_arrays(path)


def test_pages_that_are_empty_or_exchanged_are_noticed(tmp_path):
    path = tmp_path / "a"
    write_arrays(path, some_arrays())
    whole = path.read_bytes()
    pages = [whole[start : start + 4096] for start in range(0, len(whole), 4096)]
    for number in range(len(pages)):
        empty = [*pages[:number], bytes(len(pages[number])), *pages[number + 1 :]]
        exchanged = [*pages[:number], *pages[number : number + 2][::-1], *pages[number + 2 :]]
        for changed in (empty, exchanged):
            data = b"".join(changed)
            if data != whole:
                path.write_bytes(data)
                with pytest.raises(IndexCorruptError):
                    open_arrays(path)


def with_header(header, data=b"", version=1):
    """A file whose header has the right digest, whatever it says."""
    start = version.to_bytes(4, "little") + len(header).to_bytes(4, "little")
    return b"2hopidx\n" + start + blake2b(start + header, digest_size=16).digest() + header + data


def test_a_newer_format_is_named(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(with_header(b"anything", version=2))
    with pytest.raises(IndexVersionError, match="format 2, this version reads 1"):
        open_arrays(path)


NUMBERS = st.sampled_from([0, 1, 7, 8, 64, 128, -1, -64, 2**31, 2**62, 2**64, 10**30, 1.5, True, None, "8", []])
ENTRIES = st.tuples(
    st.sampled_from([*sorted(DTYPES), "|O", "<U4", "<i16", "V8", "", None, 3, ["<i4"]]),
    st.lists(NUMBERS, max_size=3) | NUMBERS,
    NUMBERS,
).map(list)
HEADERS = st.fixed_dictionaries(
    {
        "arrays": st.dictionaries(st.text(max_size=3), ENTRIES | NUMBERS, max_size=3) | NUMBERS,
        "crc32": st.sampled_from([[zlib.crc32(bytes(128))], [0], [], "x", None, {"a": 1}, [None]]),
        "size": st.sampled_from([128, 128, 128, 0, 127, -1, None, "128"]),
    }
)


@settings(max_examples=400, deadline=None)
@given(HEADERS)
def test_a_header_that_lies_gives_an_error_or_what_is_in_the_file(tmp_path_factory, fields):
    path = tmp_path_factory.mktemp("lies") / "a"
    path.write_bytes(with_header(json.dumps(fields).encode().ljust(480), bytes(128)))
    try:
        arrays = open_arrays(path)
    except IndexCorruptError:
        return
    for array in arrays.values():
        assert array.nbytes <= 128
        assert not array.any()


@pytest.mark.parametrize(
    "header", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"arrays": {}, "crc32": []}']
)
def test_a_header_that_is_none_is_noticed(tmp_path, header):
    path = tmp_path / "a"
    path.write_bytes(with_header(header))
    with pytest.raises(IndexCorruptError, match="header"):
        open_arrays(path)


def test_a_missing_file_and_a_folder_are_errors_that_name_them(tmp_path):
    with pytest.raises(IndexCorruptError, match="a: the file is missing"):
        open_arrays(tmp_path / "a")
    with pytest.raises(StoreError, match="directory"):
        open_arrays(tmp_path)


def test_a_mapped_file_outlives_its_name(tmp_path):
    write_arrays(tmp_path / "a", some_arrays())
    arrays = open_arrays(tmp_path / "a")
    shutil.rmtree(tmp_path)
    assert same(some_arrays(), arrays)
