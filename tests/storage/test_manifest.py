"""The manifest: one form for each content, and nothing else is read."""

import dataclasses
import json
from pathlib import Path

import pytest

from secondhop.errors import IndexCorruptError, IndexVersionError
from secondhop.storage.arrays import ArrayFile
from secondhop.storage.manifest import Manifest, SegmentEntry, _canonical, _digest

PATH = Path("index/manifest.json")
MANIFEST = Manifest(
    generation=3,
    fingerprint="chunk_size=128 secondhop=0.1.0",
    segments=(
        SegmentEntry(ArrayFile("0000000001-0.arrays", "ab" * 16, 4096), (2, 7)),
        SegmentEntry(ArrayFile("0000000003-0.arrays", "cd" * 16, 640)),
    ),
    table=ArrayFile("0000000003-1.arrays", "ef" * 16, 320),
    data={"sources": 9, "skipped": [["ä/\udcff.txt", "hidden"]]},
)


def signed(**changes):
    """The manifest with other content and the digest that belongs to it."""
    body = {**json.loads(MANIFEST.to_bytes()), **changes}
    del body["digest"]
    return _canonical({**body, "digest": _digest(_canonical(body))})


def test_a_manifest_comes_back_as_it_was():
    assert Manifest.from_bytes(MANIFEST.to_bytes(), PATH) == MANIFEST
    assert MANIFEST.to_bytes() == signed()


def test_every_changed_bit_is_noticed():
    stored = MANIFEST.to_bytes()
    for place in range(len(stored)):
        for bit in range(8):
            changed = bytearray(stored)
            changed[place] ^= 1 << bit
            with pytest.raises(IndexCorruptError):
                Manifest.from_bytes(bytes(changed), PATH)


def test_a_part_of_it_or_more_than_it_is_noticed():
    stored = MANIFEST.to_bytes()
    for end in range(len(stored)):
        with pytest.raises(IndexCorruptError):
            Manifest.from_bytes(stored[:end], PATH)
    for more in (b" ", b"\n", b"\0", stored):
        with pytest.raises(IndexCorruptError):
            Manifest.from_bytes(stored + more, PATH)


@pytest.mark.parametrize("stored", [b"", b"[]", b"null", b"{}", b"[" * 100_000, b"\xff\xfe", b'{"digest":NaN}'])
def test_what_is_no_manifest_is_corrupt(stored):
    with pytest.raises(IndexCorruptError, match=r"manifest\.json"):
        Manifest.from_bytes(stored, PATH)


def test_another_format_is_named():
    with pytest.raises(IndexVersionError, match="format 99, this version reads 3; build the index again"):
        Manifest.from_bytes(signed(format=99, segments="in another way"), PATH)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "manifest.json", "0000000001-0.arrays/..", "", 3])
def test_a_name_never_leads_out_of_the_folder(name):
    with pytest.raises(IndexCorruptError):
        Manifest.from_bytes(signed(table={"name": name, "digest": "", "size": 0}), PATH)


@pytest.mark.parametrize(
    "changes", [{"segments": 3}, {"segments": [{}]}, {"data": 3}, {"generation": "x"}, {"table": []}]
)
def test_a_manifest_of_another_shape_is_corrupt(changes):
    with pytest.raises(IndexCorruptError):
        Manifest.from_bytes(signed(**changes), PATH)


def test_the_digest_is_of_what_is_indexed_and_not_of_when():
    later = dataclasses.replace(MANIFEST, generation=8, table=None)
    assert later.digest == MANIFEST.digest
    for change in (
        {"fingerprint": "chunk_size=64"},
        {"segments": MANIFEST.segments[::-1]},
        {"segments": (dataclasses.replace(MANIFEST.segments[0], tombstones=(2,)), MANIFEST.segments[1])},
        {"data": {}},
    ):
        assert dataclasses.replace(MANIFEST, **change).digest != MANIFEST.digest
