"""The distinct words of an index: forms as written, the terms they stand for, and what kind of word each is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from secondhop.text.analysis import Analyzer


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Forms and terms by number. Form f stands for the terms `form_terms[form_offsets[f]:form_offsets[f + 1]]`."""

    analyzer: Analyzer
    forms: tuple[str, ...]
    terms: tuple[str, ...]
    form_offsets: NDArray[np.int64]
    form_terms: NDArray[np.int64]
    form_is_name: NDArray[np.bool_]
    term_is_number: NDArray[np.bool_]
    number_of: dict[str, int] = field(repr=False)
    """Term to its number."""

    @classmethod
    def of(cls, analyzer: Analyzer, forms: list[str]) -> Lexicon:
        """Analyses each distinct form once; terms are numbered in order of first use."""
        analyzed = [analyzer.analyze(form) for form in forms]
        number_of: dict[str, int] = {}
        form_terms = [number_of.setdefault(term, len(number_of)) for form in analyzed for term in form.terms]
        offsets = np.zeros(len(forms) + 1, np.int64)
        np.cumsum([len(form.terms) for form in analyzed], out=offsets[1:])
        return cls(
            analyzer=analyzer,
            forms=tuple(forms),
            terms=tuple(number_of),
            form_offsets=offsets,
            form_terms=np.array(form_terms, np.int64),
            form_is_name=np.array([form.is_name for form in analyzed], bool),
            term_is_number=np.array([term[:1].isdigit() for term in number_of], bool),
            number_of=number_of,
        )

    def expand(self, forms: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Terms of a run of forms, in order, and for each term the place in the run it comes from."""
        starts = self.form_offsets[forms]
        counts = self.form_offsets[forms + 1] - starts
        place = np.repeat(np.arange(len(forms)), counts)
        within = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self.form_terms[starts[place] + within], place
