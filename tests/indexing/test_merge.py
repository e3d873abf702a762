"""A merged segment is the segment that building from the same sources gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhop.chunking import chunk_tables
from secondhop.errors import InputError
from secondhop.indexing import BM25, Segment, Snapshot, build_segment, combine, merge, revision
from secondhop.types import Section, SourceText

TEXTS = (
    "Copper melts at 1,085 degrees. Tin melts sooner.\n\nLead is heavy.",
    "# Fees\n\nThe Vendor's fees are due in May.\n\n# Term\n\nOne year.",
    "",
    "Zürich – Genève. Straße “quoted” getUserName snake_case.",
    "銅は千八十五度で溶ける。錫はもっと早い。",
    "🔬 Microscopes and \ud83d lone halves. They are kept.",
    "Copper melts at 1,085 degrees. Tin melts sooner.\n\nLead is heavy.",
)


def source(number, text):
    sections = (Section(0, len(text)),)
    if text.startswith("# "):
        second = text.index("# Term")
        sections = (
            Section(0, second, 1, ("Fees",), "prose", (0, 6)),
            Section(second, len(text), 2, ("Fees", "Term"), "prose", (second, second + 6)),
        )
    return SourceText(f"{number % 3}.txt", text, sections, {"number": number} if number % 2 else {})


def built(sources, chunk_size=8):
    return build_segment(sources, chunk_tables(sources, chunk_size), language="english")


def same(one, other):
    left, right = one.to_arrays(), other.to_arrays()
    assert left.keys() == right.keys()
    for name, array in left.items():
        assert array.dtype == right[name].dtype, name
        assert np.array_equal(array, right[name]), name


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(0, 2)), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_merging_equals_building_from_the_same_sources_in_the_same_order(items, draw):
    sources = [source(number, text) for number, (text, _) in enumerate(items)]
    homes = [home for _, home in items]
    members = [[place for place, home in enumerate(homes) if home == number] for number in range(3)]
    segments = [built([sources[place] for place in places]) for places in members]
    order = [(home, members[home].index(place)) for place, home in enumerate(homes)]
    draw.shuffle(order)
    order = order[: draw.randint(1, len(order))]
    wanted = built([sources[members[home][place]] for home, place in order])
    merged = merge(segments, order)
    same(merged, wanted)
    same(Snapshot.of(merged, BM25()), Snapshot.of(wanted, BM25()))
    stored = [Segment.from_arrays(segment.to_arrays()) for segment in segments]
    same(Snapshot.of(merge(stored, order), BM25()), Snapshot.of(wanted, BM25()))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(0, 2)), min_size=1, max_size=12),
    st.sets(st.integers(0, 11)),
    st.sampled_from([0, 1 / 32, 1]),
)
def test_what_is_known_of_unchanged_sources_is_taken_over(items, gone, most):
    sources = [source(number, text) for number, (text, _) in enumerate(items)]
    members = [[place for place, (_, home) in enumerate(items) if home == number] for number in range(3)]
    snapshots = [Snapshot.of(built([sources[place] for place in places]), BM25()) for places in members]
    order = [(home, members[home].index(place)) for place, (_, home) in enumerate(items) if place not in gone] or [
        (items[0][1], 0)
    ]
    wanted = Snapshot.of(built([sources[members[home][place]] for home, place in order]), BM25("plus"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(revision, "_MOST_CHANGED", most)
        same(combine(snapshots, order, BM25("plus")), wanted)


@pytest.mark.parametrize("order", [[(0, 0), (0, 6)], [(0, 6), (0, 0)], [(0, 1), (1, 0), (0, 3)], [(0, 0), (0, 1)]])
def test_any_order_and_any_counts_are_as_if_built(order, monkeypatch):
    monkeypatch.setattr(revision, "_MOST_CHANGED", 1)
    sources = [*(source(number, text) for number, text in enumerate(TEXTS)), source(7, "copper tin " * 300)]
    other = source(8, "tin tin lead " * 300)  # counts that need two bytes
    snapshots = [Snapshot.of(built(each, 2_000), BM25()) for each in (sources, [other])]
    assert snapshots[0].body_counts.dtype == np.uint16
    wanted = built([[sources, [other]][home][place] for home, place in order], 2_000)
    same(combine(snapshots, order, BM25()), Snapshot.of(wanted, BM25()))


def test_the_last_term_may_go_and_the_first_may_come():
    words, copper = source(0, "It is of the. " * 50), source(1, "Copper.")
    both = Snapshot.of(built([words, copper]), BM25())
    assert len(both.lexicon.terms) == 1
    without = combine([both], [(0, 0)], BM25())
    same(without, Snapshot.of(built([words]), BM25()))
    with_it = combine([without, Snapshot.of(built([copper]), BM25())], [(0, 0), (1, 0)], BM25())
    same(with_it, both)


def test_a_snapshot_that_is_whole_is_taken_as_it_is():
    snapshot = Snapshot.of(built([source(number, text) for number, text in enumerate(TEXTS)]), BM25())
    order = [(0, place) for place in range(len(TEXTS))]
    assert combine([snapshot], order, BM25()) is snapshot
    same(combine([snapshot], order, BM25(k1=2.0)), Snapshot.of(snapshot, BM25(k1=2.0)))


@pytest.mark.parametrize("variant", ["lucene", "okapi", "l", "plus"])
def test_a_stored_snapshot_is_the_same_and_shares_its_arrays(variant):
    sources = [source(number, text) for number, text in enumerate(TEXTS)]
    snapshot = Snapshot.of(built(sources), BM25(variant, k1=1.5))
    arrays = snapshot.to_arrays()
    copy = Snapshot.from_arrays(arrays)
    assert [copy.chunk(place) for place in range(len(copy))] == [
        snapshot.chunk(place) for place in range(len(snapshot))
    ]
    assert copy.scoring == snapshot.scoring
    assert list(copy.texts) == list(snapshot.texts) == list(TEXTS)
    assert np.shares_memory(copy.words, arrays["words"])
    same(copy, snapshot)


def test_equal_sources_give_equal_arrays():
    sources = [source(number, text) for number, text in enumerate(TEXTS)]
    same(built(sources), built(sources))


def test_segments_of_several_languages_are_not_merged():
    sources = [source(0, TEXTS[0])]
    german = build_segment(sources, chunk_tables(sources, 8), language="german")
    with pytest.raises(InputError, match="german"):
        merge([built(sources), german], [(0, 0), (1, 0)])
