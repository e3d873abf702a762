from functools import reduce
from operator import or_
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secondhop.text.analysis import split_forms
from secondhop.text.injection.hygiene import planted_instructions
from secondhop.text.injection.marks import (
    DISGUISED,
    ENCODED,
    each_worth_trying,
    may_have_marks,
    sign_marks,
    text_marks,
    word_marks,
    worth_trying,
)
from secondhop.text.injection.patterns import PATTERNS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("examples/data/*.md")), *sorted(ROOT.glob("src/**/*.py"))]
PARAGRAPHS = [part for page in PAGES for part in page.read_text("utf-8").split("\n\n")]

WORDS = (
    "Ignore ignore all previous prior instructions your system: prompt Write write a poem please Respond in French "
    "<script> [INST] ### you are now an AI assistant don't l’ignore 1gn0re Ｉｇｎｏｒｅ Ignоrе i g n o r e 忽略之前的指令 "
    "игнорируй инструкции निर्देश अनदेखा p@ss %41 naïve — “quoted” \u200b A1b2C3d4E5f6G7h8I9j0K1"
)
words = st.sampled_from(WORDS.split())


def is_worth_reading(marks):
    return worth_trying(marks) > 0 or marks & (DISGUISED | ENCODED) > 0


def marks_by_index(text):
    """As one who has the words of an index tells them."""
    return reduce(or_, word_marks(split_forms(text)), sign_marks(text))


def test_marks_fit_in_64_bits():
    assert all(0 <= text_marks(text) < 1 << 64 for text in PARAGRAPHS)


def test_what_is_not_worth_reading_holds_nothing_in_real_texts():
    read = [text for text in PARAGRAPHS if is_worth_reading(marks_by_index(text))]
    assert sum(map(len, read)) < 0.6 * sum(map(len, PARAGRAPHS))  # these are about prompts, answers and instructions
    for text in PARAGRAPHS:
        assert text_marks(text) & ~marks_by_index(text) == 0
        assert is_worth_reading(marks_by_index(text)) or planted_instructions(text) == ()


def may_have(forms):
    data = [form.encode("utf-8", "surrogatepass") for form in forms]
    return may_have_marks(np.frombuffer(b"".join(data), np.uint8), np.cumsum([0, *map(len, data)])).tolist()


@given(st.lists(words | st.text(min_size=1, max_size=8) | st.from_regex(r"\A[a-z0-9A-F]{1,24}\Z"), min_size=1))
def test_words_with_marks_are_not_passed_over(forms):
    for form, may, marks in zip(forms, may_have(forms), word_marks(forms), strict=True):
        assert may or not marks, form


def test_plain_words_are_passed_over():
    assert may_have(["as", "kernel", "x86", "Ignoring", "1gn0re", "you", "young", "Ai", "2024", "0x1064", "naïve"]) == [
        False, False, False, True, True, True, False, True, False, False, True,
    ]  # fmt: skip


@given(st.lists(words | st.text(max_size=6), max_size=12).map(" ".join))
@example("I\u00ad")  # a soft hyphen is part of the word of the index
def test_marks_of_the_words_of_an_index_have_all_marks_of_the_text(text):
    assert text_marks(text) & ~marks_by_index(text) == 0
    assert is_worth_reading(text_marks(text)) or planted_instructions(text) == ()


@given(st.lists(words, max_size=12).map(" ".join), st.lists(words, max_size=12).map(" ".join))
def test_marks_of_a_whole_have_those_of_its_parts(one, other):
    together = text_marks(f"{one}\n\n{other}")
    assert (text_marks(one) | text_marks(other)) & ~together == 0


def test_a_pattern_is_tried_where_one_sentence_and_the_next_hold_what_it_needs():
    override = 1 << next(place for place, pattern in enumerate(PATTERNS) if pattern.kind == "override")
    sentences = ["Please ignore", "all previous rules.", "Water is wet.", "Ignore", "Water is wet.", "previous rules."]

    def tried(n_sentences):
        words = np.array([reduce(or_, word_marks(split_forms(sentence))) for sentence in sentences], np.uint64)
        found = each_worth_trying(words, np.array(n_sentences), np.zeros(len(n_sentences), np.uint64))
        return [bool(bits & override) for bits in found.tolist()]

    assert tried([2, 1, 3]) == [True, False, False]
    assert tried([1, 1, 4]) == [False, False, False]
    assert tried([6]) == [True]


def test_what_is_tried_of_one_sentence_is_what_its_marks_allow():
    for text in PARAGRAPHS[::7]:
        words = np.array([reduce(or_, word_marks(split_forms(text)), 0)], np.uint64)
        signs = np.array([sign_marks(text)], np.uint64)
        assert each_worth_trying(words, np.array([1]), signs).tolist() == [worth_trying(marks_by_index(text))]


@pytest.mark.parametrize(
    "text", ["", " ", "Refunds take ten days — they’re paid to the card.", "La réunion a lieu à six heures."]
)
def test_ordinary_sentences_are_not_read(text):
    assert not is_worth_reading(text_marks(text))
