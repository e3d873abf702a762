import pytest

from secondhop import Document
from secondhop.selection import STRATEGIES
from secondhop.selection.values import rivalled_shares

BEST = "The Brand was printed in Leeds, where the author of Brand was a citizen. The author wrote Brand twice."
WORSE = "An author from Bath is a citizen of no country. He printed much, all of it in Bath."


def shares(doc, question):
    seen = {}

    def spy(query, hits, budget):
        seen["hits"] = hits
        return STRATEGIES["raw_topk"](query, hits, budget)

    doc.context(question, strategy=spy)
    hits = seen["hits"]
    return {hit.chunk.text[:3]: share for hit, share in zip(hits, rivalled_shares(hits, hits.scores), strict=True)}


QUESTION = "author of Brand a citizen"


def test_a_text_whose_query_words_a_better_text_holds_too_is_rivalled_and_the_better_one_is_not():
    found = shares(Document.from_texts([BEST, WORSE]), QUESTION)
    assert found["The"] == 0.0
    assert found["An "] == pytest.approx(1.0)


def test_chunks_of_one_text_are_no_rivals():
    found = shares(Document.from_text(f"{BEST}\n\n{WORSE}", chunk_size=20), QUESTION)
    assert len(found) > 1
    assert not any(found.values())


def test_copies_of_a_text_are_no_rivals():
    texts = [{"text": f"{BEST}\n\n{WORSE}", "source": f"{k}.txt"} for k in range(3)]
    assert not any(shares(Document.from_texts(texts, chunk_size=20), QUESTION).values())


def test_files_of_code_are_no_rivals():
    files = [{"text": f"def brand_{k}(author):\n    return author.brand\n", "source": f"{k}.py"} for k in range(3)]
    assert not any(shares(Document.from_texts(files), "author brand").values())
