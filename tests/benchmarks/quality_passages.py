"""Passage recall over one large pool, the measure of the graph-based retrievers' papers: direct order and a context's.

The pool is every distinct passage of HotpotQA, 2WikiMultihopQA and MuSiQue, shuffled, each under its title.
"""

from dataclasses import replace
from functools import lru_cache

from secondhop.evaluation.datasets import load, pool
from secondhop.evaluation.items import Doc
from secondhop.evaluation.ours import SecondhopBuilt, SecondhopSystem
from secondhop.evaluation.systems import document_number
from secondhop.selection import STRATEGIES

SETS = ("hotpotqa", "2wikimultihopqa", "musique")


def over_all_passages(dataset, data):
    """The set's questions over the passages of all three sets; what is relevant are the passages with evidence."""
    documents = _pool(data)
    place = {(doc.title, doc.text): number for number, doc in enumerate(documents)}
    items = []
    for item in dataset.items:
        gold = (item.documents[number] for number in dict.fromkeys(number for number, _ in item.evidence))
        items.append(replace(item, relevant=tuple(place[doc.title, doc.text] for doc in gold)))
    titled = tuple(Doc(doc.title, f"{doc.title}\n\n{doc.text}") for doc in documents)
    return replace(dataset, mode="pooled", items=tuple(items), documents=titled)


@lru_cache(maxsize=1)
def _pool(data):
    return pool([item for name in SETS for item in load(name, root=data).items])


class ContextOrder(SecondhopSystem):
    """This package, ranked as a context ranks its candidates: the bridge counts."""

    def build(self, documents):
        """Index the texts."""
        return _ContextOrderBuilt(tuple(documents), self.options)


class _ContextOrderBuilt(SecondhopBuilt):
    def ranked(self, question, top_k):
        """Documents by their best candidate."""
        seen = []

        def look(query, hits, budget):
            seen[:] = [document_number(hit.chunk.source) for hit in hits]
            return STRATEGIES["auto"](query, hits, budget)

        self._with(len).context(question, budget=1000, strategy=look)
        return list(dict.fromkeys(seen))[:top_k]
