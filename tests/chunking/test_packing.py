"""Blocks are packed into chunks by their sizes alone."""

from secondhop.chunking.packing import divided, pack


def packed(sizes, chunk_size=100):
    """Of blocks with one sentence each; too large ones are of two parts."""
    return list(
        pack(sizes, [1] * len(sizes), chunk_size, lambda number, total: iter([(-number, True), (-total, False)]))
    )


def test_neighbours_share_a_chunk_while_they_fit_it():
    assert packed([]) == []
    assert packed([60, 40, 1]) == [(2, True), (1, True)]
    assert packed([60, 60, 40, 30, 30, 30]) == [(1, True), (2, True), (3, True)]


def test_a_block_is_divided_only_where_it_is_a_quarter_larger_than_a_chunk():
    assert packed([30, 125, 30]) == [(1, True), (1, True), (1, True)]
    assert packed([30, 126, 30, 30]) == [(1, True), (-1, True), (-126, False), (2, True)]


def test_the_parts_of_a_block_are_even_and_only_the_first_opens_it():
    text = "Seven and twenty bytes it is. " * 40
    spans = [(start, start + 29) for start in range(0, len(text), 30)]
    parts = list(divided(text, spans, 40 * 5, 100))
    assert parts == [(20, True), (20, False)]
    assert list(divided(text, spans, 40 * 5, 80)) == [(20, True), (20, False)]
