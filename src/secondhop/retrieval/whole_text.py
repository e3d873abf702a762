"""Whole texts: a chunk of a text that answers well as a whole comes before one of a text that mentions some words in passing.

The words of a question often lie scattered over the page that answers it. So the score of a chunk grows with the BM25 score
of its text, as in passage retrieval that looks at both (Callan, "Passage-level evidence in document retrieval", SIGIR 1994).
It grows by a factor, so that the chunks of one text keep their distances, and poor chunks of the best text do not crowd out
good ones of others. Where most texts are one chunk, that would count the same words twice, and one text tells nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import run_starts
from secondhop.retrieval.query import ParsedQuery

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Floats

TEXT_WEIGHT = 0.5
"""What a chunk of the best text gets on top, as a share of its own score; chunks of other texts get less in proportion."""
LEAST_CHUNKS = 2
"""Chunks of a text, on average, from which texts count."""
K1 = 3.0
"""Words are repeated more in a whole text than in a chunk before that says no more."""
B = 0.75


def text_scores(snapshot: Snapshot, query: ParsedQuery, direct: Floats) -> Floats | None:
    """[C] what each chunk gets for its text, on top of its direct score; None where texts do not count."""
    n_texts = len(snapshot.sources)
    if n_texts < 2 or len(snapshot) < LEAST_CHUNKS * n_texts:
        return None
    length = snapshot.source_length
    norm = K1 * (1 - B + B * length / max(float(length.mean()), 1.0))
    scores = np.zeros(n_texts)
    body, source = snapshot.body, snapshot.chunk_source
    for term, weight in zip(query.terms.tolist(), query.weights.tolist(), strict=True):
        start, end = body.offsets[term], body.offsets[term + 1]
        texts = source[body.chunks[start:end]]
        begins = run_starts(texts)
        texts, counts = texts[begins], np.add.reduceat(snapshot.body_counts[start:end], begins, dtype=float)
        idf = np.log1p((n_texts - len(texts) + 0.5) / (len(texts) + 0.5))
        scores[texts] += weight * idf * (K1 + 1) * counts / (counts + norm[texts])
    best = float(scores.max(initial=0.0))
    return direct * (TEXT_WEIGHT / best * scores)[source] if best > 0 else None
