import multiprocessing
import os
import pickle
import sys
from functools import cache

import numpy as np
import pytest

from secondhop.errors import OptionError
from secondhop.retrieval.semantic.approximate import INDEX_KINDS, SMALLEST, build_index
from secondhop.retrieval.semantic.dense import FlatIndex, unit_rows

faiss = pytest.importorskip("faiss")


def clustered(n, dims=64, seed=1):
    """Vectors in clumps, as those of texts are."""
    draw = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(60, dims))
    return unit_rows((centres[draw.integers(0, 60, n)] + 0.6 * draw.normal(size=(n, dims))).astype(np.float32))


ROWS = clustered(12_000)
each_kind = pytest.mark.parametrize("kind", ["hnsw", "ivf", "pq"])


@cache
def index_of(kind, n=len(ROWS)):
    """Built once for all tests, by one thread: several wait for each other where the machine is busy."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        return build_index(kind, ROWS[:n])
    finally:
        faiss.omp_set_num_threads(threads)


@each_kind
def test_building_the_smallest_index_says_nothing(kind, capfd):
    build_index(kind, ROWS[:SMALLEST])
    assert capfd.readouterr() == ("", "")


@each_kind
def test_the_recall_against_exact_search_is_high_and_the_cosines_are_exact(kind):
    index, exact = index_of(kind), FlatIndex(ROWS)
    assert index.kind == kind
    found = []
    for query in clustered(100, seed=2):
        hits, expected = index.search(query, 10), exact.search(query, 10)
        assert np.allclose(hits.cosines, ROWS[hits.ordinals] @ query, atol=1e-6)
        assert (np.diff(hits.cosines) <= 0).all()
        found.append(len(set(hits.ordinals.tolist()) & set(expected.ordinals.tolist())) / 10)
    print(f"{kind}: recall@10 {np.mean(found):.3f}, {index.n_bytes:,} bytes beside {ROWS.nbytes:,}")
    assert np.mean(found) >= 0.9


@each_kind
def test_an_index_travels_in_a_pickle_and_answers_the_same(kind):
    index = index_of(kind)
    copy, query = pickle.loads(pickle.dumps(index)), clustered(1, seed=3)[0]
    assert copy.search(query, 20).ordinals.tolist() == index.search(query, 20).ordinals.tolist()
    again = build_index(kind, ROWS)
    assert again.search(query, 20).ordinals.tolist() == index.search(query, 20).ordinals.tolist()


@each_kind
def test_a_filter_makes_the_search_exact(kind):
    allowed = np.arange(len(ROWS)) % 97 == 0
    query = clustered(1, seed=4)[0]
    found = index_of(kind).search(query, 30, allowed)
    assert found.ordinals.tolist() == FlatIndex(ROWS).search(query, 30, allowed).ordinals.tolist()


@each_kind
def test_as_many_are_found_as_are_wanted(kind):
    index, query = index_of(kind, SMALLEST), clustered(1, seed=5)[0]
    for k in (3_000, SMALLEST, SMALLEST + 1):
        hits = index.search(query, k)
        assert len(hits.ordinals) == min(k, SMALLEST)
        assert (np.diff(hits.cosines) <= 0).all()
    assert len(index.search(np.zeros_like(query), 10).ordinals) == 0


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@each_kind
def test_a_forked_process_can_build_an_index_too(kind):
    build_index(kind, ROWS[:SMALLEST])
    child = multiprocessing.get_context("fork").Process(target=build_index, args=(kind, ROWS[:SMALLEST]))
    child.start()
    child.join(60)
    alive = child.is_alive()
    child.kill()
    assert not alive
    assert child.exitcode == 0


@pytest.mark.parametrize("kind", INDEX_KINDS)
@pytest.mark.parametrize("n", [0, 1, SMALLEST - 1])
def test_few_vectors_are_searched_exactly(kind, n):
    assert build_index(kind, clustered(n)).kind == "flat"


def test_an_unknown_kind_is_refused():
    with pytest.raises(OptionError, match="hnsw"):
        build_index("annoy", clustered(10))
