"""Misspelt words of a question: the word of the index that is one slip away."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from secondhop.text.bulk.slips import one_slip_from

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot

_ALPHABETS = (ascii_lowercase, "абвгдежзийклмнопрстуфхцчшщъыьэюя", "αβγδεζηθικλμνξοπρστυφχψω")
_LEAST = 5
"""Letters: shorter words differ by a slip too often that is none, as "case" and "cause"."""
_LEAST_WRONG = 8
"""Letters of a word of which one may be another: "waiting" is not "writing"."""
_LONGEST = 32


class Meant(NamedTuple):
    """What a misspelt word is read as."""

    word: str
    term: int
    """Its number."""


def meant_by(snapshot: Snapshot, form: str) -> Meant | None:
    """What a word that the index lacks is but for one slip: of several words of the index the one that most chunks have.

    Two letters have changed places, one is missing or one is too many; in long words one may be another, but not the last
    one, by which words are inflected. The first letter is right. None for what is no plain word, with digits or capitals
    inside, for what may be a stopword, and where the index knows pieces of words.
    """
    lexicon, lower = snapshot.lexicon, form.lower()
    if lexicon.analyzer.char_ngrams or not form.isalpha() or form[1:] != lower[1:]:
        return None
    alphabet = next((letters for letters in _ALPHABETS if not set(letters).isdisjoint(lower)), None)
    known = lexicon.forms.digests
    if alphabet is None or not _LEAST <= len(lower) <= _LONGEST or not len(known):
        return None
    replaced = len(lower) >= _LEAST_WRONG
    slips = [one_slip_from(word, alphabet, replaced=replaced) for word in (lower, lower.capitalize())]
    digests = np.sort(np.concatenate(slips))  # sorted they are found in half the time
    places = known.searchsorted(digests)
    forms = places[known.take(places, mode="clip") == digests]
    starts = lexicon.form_offsets[forms]
    if not len(forms) or (starts == lexicon.form_offsets[forms + 1]).any():
        return None
    terms = lexicon.form_terms[starts]
    commonest = snapshot.idf[terms].argmin()
    word = lexicon.forms[forms[commonest]]
    return Meant(word.capitalize() if form[0].isupper() else word.lower(), int(terms[commonest]))
