"""The distinct words of an index: forms as written, the terms they stand for, and what kind of word each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secondhop.arrays import counts_of, distinct_values, gathered, is_any, offsets_of, ranges
from secondhop.indexing.strings import Strings, Vocabulary
from secondhop.text.analysis import Analyzer
from secondhop.text.bulk.analysis import analyze_all

if TYPE_CHECKING:
    from secondhop.text.bulk.characters import Codes
    from secondhop.text.bulk.hashing import Digests
    from secondhop.types import Bools, Ints

NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Forms and terms by number. Form f stands for the terms `form_terms[form_offsets[f]:form_offsets[f + 1]]`."""

    analyzer: Analyzer
    forms: Vocabulary
    terms: Vocabulary
    form_offsets: Ints
    form_terms: Ints
    form_is_name: Bools
    form_is_capital: Bools
    """[forms] whether it begins with a capital."""
    form_fold: Digests
    """[forms] digest without regard to case."""
    term_is_number: Bools

    @classmethod
    def of(cls, analyzer: Analyzer, forms: Vocabulary) -> Lexicon:
        """Analyses each form once."""
        analyzed = analyze_all(analyzer, *forms.strings.joined())
        terms = Vocabulary(Strings.of_codes(analyzed.codes, analyzed.lengths), analyzed.digests)
        return cls(
            analyzer=analyzer,
            forms=forms,
            terms=terms,
            form_offsets=offsets_of(analyzed.counts),
            form_terms=analyzed.of_words,
            form_is_name=analyzed.is_name,
            form_is_capital=analyzed.is_capital,
            form_fold=analyzed.fold,
            term_is_number=_are_digits(analyzed.codes[analyzed.lengths.cumsum() - analyzed.lengths]),
        )

    def expand(self, forms: Ints) -> tuple[Ints, Ints]:
        """Terms of a run of forms, in order, and for each term the place in the run it comes from."""
        starts = self.form_offsets[forms]
        counts = self.form_offsets[forms + 1] - starts
        if counts.max(initial=0) <= 1:  # as most runs of words: then there is nothing to repeat
            places = counts.nonzero()[0]
            return self.form_terms[starts[places]], places
        return self.form_terms[ranges(starts, counts)], np.arange(len(forms)).repeat(counts)

    def kept(self, used: Bools) -> tuple[Lexicon, Ints]:
        """Only the forms marked, and the new numbers of all forms; those left out have none."""
        if used.all():
            return self, np.arange(len(used))
        forms = used.nonzero()[0]
        counts = counts_of(self.form_offsets)[forms]
        form_terms = gathered(self.form_terms, self.form_offsets[forms], counts)
        is_kept = np.zeros(len(self.terms), bool)
        is_kept[form_terms] = True
        terms = is_kept.nonzero()[0]
        lexicon = Lexicon(
            analyzer=self.analyzer,
            forms=self.forms.kept(forms),
            terms=self.terms.kept(terms),
            form_offsets=offsets_of(counts),
            form_terms=(is_kept.cumsum() - 1)[form_terms],
            form_is_name=self.form_is_name[forms],
            form_is_capital=self.form_is_capital[forms],
            form_fold=self.form_fold[forms],
            term_is_number=self.term_is_number[terms],
        )
        return lexicon, np.where(used, used.cumsum() - 1, NONE)

    @classmethod
    def merged(cls, lexicons: Sequence[Lexicon], used: Sequence[Bools]) -> tuple[Lexicon, list[Ints]]:
        """The marked forms of all lexicons, and for each of these the new numbers of its forms; the others have none."""
        parts, numbers = zip(*map(Lexicon.kept, lexicons, used), strict=True)
        if len(parts) == 1:
            return parts[0], list(numbers)
        forms, form_maps = Vocabulary.merged([part.forms for part in parts])
        terms, term_maps = Vocabulary.merged([part.terms for part in parts])
        counts = np.zeros(len(forms), np.int64)
        is_name, is_capital = np.zeros(len(forms), bool), np.zeros(len(forms), bool)
        fold = np.zeros(len(forms), np.uint64)
        is_number = np.zeros(len(terms), bool)
        for part, form_map, term_map in zip(parts, form_maps, term_maps, strict=True):
            counts[form_map] = counts_of(part.form_offsets)
            is_name[form_map], is_capital[form_map] = part.form_is_name, part.form_is_capital
            fold[form_map] = part.form_fold
            is_number[term_map] = part.term_is_number
        offsets = offsets_of(counts)
        form_terms = np.empty(offsets[-1], np.int64)
        for part, form_map, term_map in zip(parts, form_maps, term_maps, strict=True):
            form_terms[ranges(offsets[form_map], counts_of(part.form_offsets))] = term_map[part.form_terms]
        lexicon = cls(parts[0].analyzer, forms, terms, offsets, form_terms, is_name, is_capital, fold, is_number)
        return lexicon, [np.append(new, NONE)[number] for new, number in zip(form_maps, numbers, strict=True)]


def _are_digits(codes: Codes) -> Bools:
    """Which of the characters are digits, of any script."""
    found: Bools = (codes >= ord("0")) & (codes <= ord("9"))
    odd = (codes >= 0x80).nonzero()[0]
    digits = [code for code in distinct_values(codes[odd]).tolist() if chr(code).isdigit()]
    found[odd] = is_any(codes[odd], np.array(digits, codes.dtype))
    return found
