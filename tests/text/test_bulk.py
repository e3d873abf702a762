"""Passes over many texts at once give what the functions for one give."""

import time
import tracemalloc
from itertools import chain, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from secondhop.text.analysis import analyzer_for, split_forms
from secondhop.text.bulk.analysis import analyze_all
from secondhop.text.bulk.characters import Characters, codes, utf8_lengths
from secondhop.text.bulk.forms import find_forms
from secondhop.text.bulk.hashing import digest, digests, digests_of
from secondhop.text.bulk.sentences import split_paragraphs
from secondhop.text.bulk.slips import one_slip_from
from secondhop.text.languages import LANGUAGES
from secondhop.text.sentences import split_sentences

PIECES = [
    "a", "B", "Zx", "copper", "1", "10", "2", "٣", ".", ".", ".", "!", "?", "؟", "।", "。", "！", ",", ";", ":", "'", "’", '"', "”", "„",
    "‘", "»", ")", "]", "(", "“", "«", "「", "」", "_", "-", " ", " ", " ", "  ", "\n", "\t", "\xa0", "é", "É", "ß", "e\u0301",
    "\u0301", "e\u0301\u0323" * 500, "👩\u200d🚀" * 300, "中文", "日本語の", "ไทย", "ไทย ", "พ.ศ. ", "ลาว ", "ภาษาไทย " * 60, "नमस्ते",
    "\u093d", "😀", "\U00020000", "\ud83d", "Mr", "e.g", "No", "U.S", "a)", "(iv)",
    "getUserName", "x1y2", "v3.11.2", "é2.5", "1.000,5", "1,000.50", "vendor's",
    "word " * 90, "x" * 400, " " * 40, "'" * 30, "f(a, b); " * 60, "line\n" * 90,
    "see e.g. no. 5 of the U.S. code. " * 12, "10. of it. (b). a. " * 24, "10.\n", "(iv). ", "b. ", "vs. ",
    "....", " ...... 5", "MR", "a term\n  what it is\n" * 24, "  deep\n\n\tdeeper line\n" * 30, "\n   ",
    "12. März", "12. 3. 2020", "2020. 3. 12.", "im 19. ", "т. е. ", " г. ", "v. Chr. ", "art. 5 ", "Abs. ", "св", "« ", " »", "？",
    "。”", "Ж. ", "．", "と", "５", "l’art. ", "'s. 5", "č. 8",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60)


@st.composite
def texts_with_spans(draw, *, trimmed):
    """A text and ascending spans in it that do not overlap; with `trimmed`, without blanks at their ends."""
    text = draw(texts)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)) | {0, len(text)})
    keep = draw(st.lists(st.booleans(), min_size=len(cuts), max_size=len(cuts)))
    spans = []
    for start, end, kept in zip(cuts, cuts[1:], keep, strict=False):
        content = text[start:end]
        span = (end - len(content.lstrip()), start + len(content.rstrip())) if trimmed else (start, end)
        if kept and span[0] < span[1]:
            spans.append(span)
    return text, spans


def columns(spans):
    return (np.array([span[side] for span in spans], np.int64) for side in (0, 1))


def in_bulk(text):
    found = split_paragraphs(text, *columns([(0, len(text))]))
    return list(zip(found.starts.tolist(), found.ends.tolist(), strict=True))


@settings(deadline=None, max_examples=400)
@given(texts_with_spans(trimmed=False))
def test_words_are_those_of_each_span_and_digests_those_of_each_word(case):
    text, spans = case
    found = find_forms(text, Characters.of(text), *columns(spans))
    words = [text[start:end] for start, end in zip(found.starts.tolist(), found.ends.tolist(), strict=True)]
    wanted = [split_forms(text[start:end]) for start, end in spans]
    assert found.counts.tolist() == [len(forms) for forms in wanted]
    assert words == [form for forms in wanted for form in forms]
    assert found.digests.tolist() == [digest(word) for word in words]


@settings(deadline=None, max_examples=400)
@example(("rt. 5", [(1, 5)]))
@example(("5 г. 1", [(2, 6)]))
@given(texts_with_spans(trimmed=True))
def test_sentences_are_those_of_each_paragraph(case):
    text, spans = case
    found = split_paragraphs(text, *columns(spans))
    wanted = [split_sentences(text, start, end) for start, end in spans]
    assert found.counts.tolist() == [len(sentences) for sentences in wanted]
    pairs = zip(found.starts.tolist(), found.ends.tolist(), strict=True)
    assert list(pairs) == [sentence for sentences in wanted for sentence in sentences]


STOPPED = [
    "10.", "(b).", "iv.", "U.S.", "e.g.", "no.", "Mr.", "x.", "one", "two, ", "three;", "here.", "\n", '"', "é.", "1.2.", "?",
    "\n3.", "\n (ii).", "Two", "A.", "\n\n", "0.", "so…", "it.[1]", "it.”[a][citation needed]", "[3]", "Sept.", "τι;", "。[1]", "¹",
    "XC.", "Profa.", "approx.", "Section 4.", "FIG.",
]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(STOPPED), min_size=60, max_size=160), st.sampled_from([" ", "  ", "\n", "\xa0"]))
def test_texts_full_of_enumerators_and_abbreviations_are_cut_alike(words, blank):
    text = blank.join(words).strip()
    assert in_bulk(text) == split_sentences(text)


def test_the_shortest_texts_are_split_alike():
    texts = map("".join, chain.from_iterable(product("A1.\n b", repeat=length) for length in range(1, 6)))
    for text in filter(lambda each: each and each == each.strip(), texts):
        assert in_bulk(text) == split_sentences(text), text


@pytest.mark.parametrize("sign", " ('")
def test_runs_of_any_length_are_passed_over_alike(sign):
    for length in range(1, 120):
        text = f"It rains.{sign * length} {sign * length}So be it."
        assert in_bulk(text) == split_sentences(text), length


@pytest.mark.parametrize(
    "text",
    [
        "Es war am 12. März. Es kam im 19. Jahrhundert. Es ging am 3. 12. 2020. Es blieb 12. Es fiel.",
        "Es zählt 2020. 3. 12. Es endet 2021. 4. 13. im Mai. " * 12,
        "Det er f.eks. Oslo. To jest m.in. Ulm. Er kam bspw. Ende Mai. Het is o.a.",
        "и он был у св. отца, и она у св. мужа, " * 20,
        "a term\n\n\n   what it is\n \n   and was\n\nanother term\n      what that is, " * 20,
    ],
)
def test_dates_abbreviations_and_indented_lines_are_cut_alike(text):
    text = text.strip()
    assert in_bulk(text) == split_sentences(text)


def test_texts_longer_than_a_window_are_split_alike():
    text = "Copper melts. “Tin, e.g. from Cornwall, melts sooner.” No. 5 is lead’s; 1,085.5 °C. " * 6_000
    spans = [(start, start + len(text) // 40 - 1) for start in range(0, len(text) - len(text) // 40, len(text) // 40)]
    spans = [(b - len(text[a:b].lstrip()), a + len(text[a:b].rstrip())) for a, b in spans]
    found = split_paragraphs(text, *columns(spans))
    wanted = [split_sentences(text, start, end) for start, end in spans]
    assert found.counts.tolist() == [len(sentences) for sentences in wanted]
    assert found.starts.tolist() == [start for sentences in wanted for start, _ in sentences]


@pytest.mark.parametrize("blanks", ["\n\xa0", "\u2028\n\u3000", "\n\v\x85"])
def test_time_grows_with_the_length_of_a_run_of_blanks_with_line_ends(blanks):
    def seconds(n):
        text = "Word" + blanks * n + "word"
        began = time.process_time()
        assert in_bulk(text) == [(0, 4), (len(text) - 4, len(text))]
        return time.process_time() - began

    seconds(1_000)
    once, eightfold = (min(seconds(n) for _ in range(2)) for n in (8_000, 64_000))
    assert eightfold < 2.5**3 * once + 0.1


@pytest.mark.parametrize(
    ("language", "char_ngrams"), [*((each, 0) for each in LANGUAGES), ("english", 3), ("french", 2)]
)
def test_words_are_analysed_alike(language, char_ngrams):
    analyzer = analyzer_for(language, char_ngrams=char_ngrams)
    forms = sorted(
        {form for piece in PIECES for form in split_forms(piece)} | {"the", "The", "HTTPServer2", "9", "1.0", "x" * 70}
    )
    forms += ["Licences", "Übungen", "l'eau", "o'neill", "don't", "ﬁne", "İstanbul", "running", "RUNNING", "ofTheRing"]
    forms += ["中文", "한국", "がカ", "a中", "ー", "中" * 70]
    forms += ["PDFs", "getURLs", "URLsOf", "Is", "Ds", "s", "ABs2", "PDFS", "05", "0x", "050", "5.3.2024", "5º"]
    forms += ["getUserNames", "IDs", "xIDs", "userIds2", "HTMLs", "aBCs", "ABcds"]
    offsets = np.cumsum([0, *map(len, forms)])
    analyzed = analyze_all(analyzer, "".join(forms), offsets)
    text, ends = Characters.of_codes(analyzed.codes).text(), analyzed.lengths.cumsum()
    terms = [text[end - length : end] for end, length in zip(ends, analyzed.lengths, strict=True)]
    wanted = [analyzer.analyze(form) for form in forms]
    assert [terms[number] for number in analyzed.of_words.tolist()] == [term for form in wanted for term in form.terms]
    assert len(set(terms)) == len(terms)
    assert analyzed.digests.tolist() == sorted(map(digest, terms)) == list(map(digest, terms))
    assert analyzed.counts.tolist() == [len(form.terms) for form in wanted]
    assert analyzed.is_name.tolist() == [form.is_name for form in wanted]
    assert analyzed.is_capital.tolist() == [form[0].isupper() for form in forms]
    assert analyzed.fold.tolist() == [digest(form.casefold()) for form in forms]
    assert not any(map(len, analyze_all(analyzer, "", offsets[:1])))


@settings(deadline=None)
@given(st.lists(st.text(max_size=8), max_size=20))
def test_words_have_the_same_digest_wherever_they_stand(words):
    wanted = [digest(word) for word in words]
    assert digests_of(words).tolist() == wanted
    text = "🔬 " + "".join(words)
    ends = np.cumsum([2, *map(len, words)], dtype=np.int64)
    assert digests(Characters.of(text), ends[:-1], ends[1:]).tolist() == wanted
    assert len(set(wanted)) == len(set(words))


@given(st.text("abcé𐐨", min_size=3, max_size=12), st.booleans())
def test_slips_of_a_word_have_the_digests_of_those_that_are_written_down(word, replaced):
    splits = [(word[:place], word[place:]) for place in range(1, len(word) + 1)]
    slips = [left + right[1] + right[0] + right[2:] for left, right in splits[:-2]]
    slips += [left + right[1:] for left, right in splits[:-1]]
    slips += [left + letter + right for left, right in splits for letter in "xyz"]
    slips += [left + letter + right[1:] for left, right in splits[:-2] for letter in "xyz" if replaced]
    assert sorted(one_slip_from(word, "xyz", replaced=replaced).tolist()) == sorted(digests_of(slips).tolist())


@given(st.text())
def test_lengths_in_bytes_are_those_of_the_encoding(text):
    assert int(utf8_lengths(codes(text)).sum(dtype=np.int64)) == len(text.encode("utf-8", "surrogatepass"))


def test_digests_of_long_strings_take_little_memory():
    strings = ["x" * length for length in range(4_000)]
    tracemalloc.start()
    try:
        found = digests_of(strings)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found[[0, 7, -1]].tolist() == [digest(strings[place]) for place in (0, 7, -1)]
    assert peak < 4 * sum(map(len, strings))
