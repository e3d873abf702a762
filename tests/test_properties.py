"""What always holds, whatever the document, the question and the options."""

import copy
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import secondhop
from secondhop.selection import STRATEGIES
from secondhop.text.analysis import analyzer_for, split_forms
from secondhop.text.prompt import marker
from secondhop.text.tokens import resolve_counter

SHAPES = ("prose", "code", "csv", "json", "chinese")
TOKENIZERS = ("words", "characters", "estimate")
QUESTIONS = {
    "prose": "Which captain saw the glacier from the old harbour lantern?",
    "code": "read_copper math.sqrt harbour",
    "csv": "amount for the lantern, note about copper",
    "json": "name lantern tags copper",
    "chinese": "合同的管辖法律是什么？",
}
WORDS = [
    "Copper", "lantern", "the", "of", "Ada", "1987", "run.", "x_1", "\n", "\n\n", "# Title\n", "- ", "“", "法律",
    "ค้นหา", "\t", ",",
]  # fmt: skip
LABELS = ["notes.txt", "notes.md", "tool.py", "tool.go", "rows.csv", "data.json", "data.jsonl", "conf.yaml"]

texts = st.one_of(
    st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=400),
    st.lists(st.sampled_from(WORDS), max_size=300).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=300).map("".join),
)
budgets = st.one_of(st.integers(1, 60), st.integers(1, 10_000))


def quick(n):
    """The same examples on every run."""
    return settings(
        max_examples=n, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
    )


# ── spans ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def check_spans(doc):
    """Every chunk is a slice, chunks do not overlap, lines are those of the slice."""
    for source in doc.sources:
        text, end = doc.source_text(source), 0
        for chunk in doc.chunks:
            if chunk.source != source:
                continue
            assert text[chunk.start : chunk.end] == chunk.text
            assert chunk.start >= end
            assert chunk.text.strip()
            assert chunk.line == text.count("\n", 0, chunk.start) + 1
            assert chunk.line_end == text.count("\n", 0, chunk.end) + 1
            end = chunk.end


def check_coverage(doc):
    """No character but white space, and brackets and commas between the objects of a JSON file, lies outside the chunks."""
    (source,) = doc.sources
    between = r"[\s\[\]{},]+" if source.endswith((".json", ".geojson")) else r"\s+"
    text, covered = doc.source_text(source), 0
    for chunk in doc.chunks:
        assert not re.sub(between, "", text[covered : chunk.start])
        covered = chunk.end
    assert not re.sub(between, "", text[covered:])


@given(text=texts, label=st.sampled_from(LABELS), chunk_size=st.sampled_from([8, 32, 128]))
@quick(300)
def test_chunks_are_slices_that_cover_the_text_of_every_format(text, label, chunk_size):
    try:
        doc = secondhop.Document.from_text(text, source=label, chunk_size=chunk_size)
    except secondhop.EmptyTextError:
        return
    check_spans(doc)
    check_coverage(doc)


@pytest.mark.parametrize("shape", SHAPES)
def test_chunks_of_large_texts_are_slices_that_cover_them(large, shape):
    check_spans(large(shape, "words"))
    check_coverage(large(shape, "words"))


def test_chunks_of_a_pdf_are_slices_that_cover_it(small_pdf):
    doc = secondhop.Document.from_bytes(small_pdf, source="lighthouse.pdf")
    check_spans(doc)
    check_coverage(doc)
    assert [chunk.page for chunk in doc.chunks] == [1, 2]


def test_chunks_of_a_folder_are_slices_of_their_own_files():
    here = Path(__file__).parent
    doc = secondhop.Document.from_folder(here, recursive=False)
    assert doc.n_files >= 3
    check_spans(doc)


@given(text=texts, label=st.sampled_from(LABELS), question=texts, budget=budgets)
@quick(150)
def test_citations_are_slices_of_the_source(text, label, question, budget):
    try:
        doc = secondhop.Document.from_text(text, source=label)
    except secondhop.EmptyTextError:
        return
    whole = doc.source_text(label)
    for citation in doc.context(question or "Copper", budget).citations:
        for start, end in citation["spans"]:
            assert whole[start:end].strip()
            assert whole[start:end].strip("\n") in citation["text"]
        assert citation["line"] == whole.count("\n", 0, citation["start"]) + 1
        assert citation["line_end"] == whole.count("\n", 0, citation["end"]) + 1


# ── the budget and the report ────────────────────────────────────────────────────────────────────────────────────────


def check_report(context):
    """The identities that the report promises, and that it tells of the context it came with."""
    report = context.report
    decisions = report.decisions
    kept = [decision for decision in decisions if decision.fate == "kept"]
    dropped = [decision for decision in decisions if decision.fate == "dropped"]
    assert len({decision.chunk_id for decision in decisions}) == len(decisions) == len(kept) + len(dropped)
    assert report.n_selected == len(kept) == len(context) == len(context.citations)
    assert report.n_selected + report.removed_total == report.n_input_chunks + report.n_expanded == len(decisions)
    assert sum(report.removed.values()) == report.removed_total == len(dropped)
    assert report.total_tokens == sum(decision.tokens for decision in kept) + report.overhead_tokens
    assert {decision.chunk_id for decision in kept} == {citation["chunk_id"] for citation in context.citations}
    assert all(decision.spans and decision.role for decision in kept)
    assert not any(decision.spans or decision.role for decision in dropped)
    assert {decision.chunk_id: [list(span) for span in decision.spans] for decision in kept} == {
        citation["chunk_id"]: citation["spans"] for citation in context.citations
    }
    shares = "retained_evidence_ratio evidence_density distractor_ratio redundancy confidence token_utilization"
    assert all(0 <= getattr(report, share) <= 1 for share in shares.split())
    assert 0 <= report.estimated_waste_tokens <= report.total_tokens
    assert report.second_hop_rescue_count == sum(decision.role == "second_hop" for decision in kept)
    json.dumps(context.to_dict())


@given(
    shape=st.sampled_from(SHAPES),
    tokenizer=st.sampled_from(TOKENIZERS),
    strategy=st.sampled_from(sorted(STRATEGIES)),
    style=st.sampled_from(["plain", "numbered"]),
    grain=st.sampled_from(["sentence", "chunk"]),
    budget=budgets,
    top_k=st.sampled_from([None, None, 1, 3]),
)
@quick(250)
def test_the_budget_is_never_passed_and_the_report_adds_up(
    large, shape, tokenizer, strategy, style, grain, budget, top_k
):
    context = large(shape, tokenizer).context(
        QUESTIONS[shape], budget, strategy=strategy, text_style=style, grain=grain, top_k=top_k
    )
    check_budget(context, tokenizer, budget, top_k)


@given(
    shape=st.sampled_from(SHAPES),
    tokenizer=st.sampled_from(TOKENIZERS),
    style=st.sampled_from(["plain", "numbered"]),
    budget=st.integers(1, 800),
    top_k=st.sampled_from([None, None, 3]),
    neighbors=st.integers(0, 3),
    overlap=st.sampled_from([0, 2]),
    include_heading=st.booleans(),
)
@quick(150)
def test_what_is_added_around_passages_keeps_to_the_budget_and_the_report_adds_up(
    large, shape, tokenizer, style, budget, top_k, neighbors, overlap, include_heading
):
    context = large(shape, tokenizer, overlap).context(
        QUESTIONS[shape],
        budget,
        neighbors,
        include_heading,
        text_style=style,
        top_k=top_k,
        candidate_k=20,
    )
    check_budget(context, tokenizer, budget, top_k)


def check_budget(context, tokenizer, budget, top_k):
    count, _ = resolve_counter(tokenizer)
    assert count(context.text()) == context.report.total_tokens <= budget
    assert all(count(context.text(style)) <= budget for style in ("plain", "numbered"))
    roles = [citation["role"] for citation in context.citations]
    assert top_k is None or sum(role in ("seed", "second_hop") for role in roles) <= top_k
    check_report(context)


@given(
    texts=st.lists(texts, min_size=1, max_size=12),
    question=texts,
    strategy=st.sampled_from(sorted(STRATEGIES)),
    budget=budgets,
)
@quick(200)
def test_chunks_from_elsewhere_keep_to_the_budget_and_the_report_adds_up(texts, question, strategy, budget):
    try:
        context = secondhop.build_context(question, texts, strategy, budget, tokenizer="characters")
    except secondhop.EmptyTextError:
        return
    assert len(context.text()) == context.report.total_tokens <= budget
    given_ids = {f"c{number}" for number, text in enumerate(texts) if text.strip()}
    assert {decision.chunk_id for decision in context.report.decisions} == given_ids
    check_report(context)


@given(
    shape=st.sampled_from(SHAPES),
    tokenizer=st.sampled_from(TOKENIZERS),
    strategy=st.sampled_from(sorted(STRATEGIES)),
    grain=st.sampled_from(["sentence", "chunk"]),
    style=st.sampled_from(["plain", "numbered"]),
    pick=st.integers(0, 10**6),
)
@quick(80)
def test_a_term_of_the_corpus_is_always_answered_if_one_sentence_fits(
    large, shape, tokenizer, strategy, grain, style, pick
):
    doc = large(shape, tokenizer)
    terms = terms_of(shape, doc)
    term = terms[pick % len(terms)]
    budget = cheapest_evidence(doc, term, tokenizer, style)
    context = doc.context(term, budget, strategy=strategy, grain=grain, text_style=style)
    assert len(context) > 0
    check_budget(context, tokenizer, budget, None)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
@pytest.mark.parametrize("shape", SHAPES)
def test_the_sentence_with_the_word_is_what_a_tiny_budget_is_spent_on(large, shape, strategy):
    doc = large(shape, "words")
    terms = terms_of(shape, doc)
    for term in terms[:: max(1, len(terms) // 8)]:
        context = doc.context(term, cheapest_evidence(doc, term, "words", "plain"), strategy=strategy)
        assert context.report.evidence_density > 0, term


def cheapest_evidence(doc, term, tokenizer, style):
    """Tokens of the shortest sentence that holds the term."""
    seen = {}

    def spy(query, hits, budget):
        seen["hits"] = hits
        return STRATEGIES["max_density"](query, hits, budget)

    doc.context(term, 1_000, strategy=spy, candidate_k=960)
    count, _ = resolve_counter(tokenizer)
    hits, sentences = seen["hits"], seen["hits"].sentences
    costs = []
    for place, start, end in zip(
        *(row[sentences.matched > 0] for row in (sentences.hit, sentences.start, sentences.end)), strict=True
    ):
        chunk = hits[place].chunk
        sentence = chunk.text[start - chunk.start : end - chunk.start]
        head = f"{marker(1, chunk)}\n" if style == "numbered" else ""
        costs.append(max(count(head + sentence), count(head) + count(sentence)))
    return min(costs)


@cache
def _terms(doc):
    return tuple(sorted({form for chunk in doc.chunks for form in split_forms(chunk.text)}))


def terms_of(shape, doc):
    """Content words of the document, as they are written in it."""
    analyzer = analyzer_for(doc.language)
    return [form for form in _terms(doc) if analyzer.analyze(form).terms and (shape == "chinese" or len(form) > 2)]


@given(
    shape=st.sampled_from(SHAPES),
    strategy=st.sampled_from(sorted(STRATEGIES)),
    candidate_k=st.integers(1, 80),
    budget=budgets,
)
@quick(100)
def test_what_is_shown_was_a_candidate(large, shape, strategy, candidate_k, budget):
    seen = []

    def spy(query, hits, budget):
        seen[:] = [hits]
        return STRATEGIES[strategy](query, hits, budget)

    context = large(shape, "words").context(QUESTIONS[shape], budget, strategy=spy, candidate_k=candidate_k)
    candidates = {hit.chunk.id for hit in seen[0]}
    assert {passage.chunk.id for passage in context.passages} <= candidates
    assert {decision.chunk_id for decision in context.report.decisions} == candidates


@given(
    shape=st.sampled_from(SHAPES),
    strategy=st.sampled_from(sorted(STRATEGIES)),
    budget=st.integers(1, 800),
    neighbors=st.integers(0, 3),
    heading=st.booleans(),
)
@quick(80)
def test_neighbors_and_headings_never_push_out_what_was_kept(large, shape, strategy, budget, neighbors, heading):
    doc = large(shape, "words")
    plain = doc.context(QUESTIONS[shape], budget, strategy=strategy, candidate_k=20)
    wide = doc.context(QUESTIONS[shape], budget, neighbors, heading, strategy=strategy, candidate_k=20)
    shown = {citation["chunk_id"]: citation["spans"] for citation in wide.citations}
    for citation in plain.citations:
        assert all(
            any(left <= start and end <= right for left, right in shown[citation["chunk_id"]])
            for start, end in citation["spans"]
        )


@given(
    wanted=st.sets(st.sampled_from("abc")),
    question=st.sampled_from(["copper", "copper lantern Ada", "the"]),
    neighbors=st.integers(0, 2),
)
@quick(40)
def test_a_filter_is_respected_by_hits_neighbors_and_search(wanted, question, neighbors):
    texts = [
        {
            "text": f"Ada sells copper.\n\nAda lights the lantern in {name}.",
            "source": f"{name}.txt",
            "metadata": {"team": name},
        }
        for name in "abc"
    ]
    doc = secondhop.Document.from_texts(texts, chunk_size=8)
    for wish in (
        {"source": [f"{name}.txt" for name in wanted]},
        {"team": sorted(wanted)},
        lambda chunk: chunk.metadata["team"] in wanted,
    ):
        context = doc.context(question, neighbors=neighbors, filter=wish)
        assert {citation["metadata"]["team"] for citation in context.citations} <= wanted
        assert {hit.chunk.metadata["team"] for hit in doc.search(question, filter=wish)} <= wanted
        assert bool(context) >= bool(wanted and question != "the")


# ── any question ─────────────────────────────────────────────────────────────────────────────────────────────────────


@given(
    question=st.one_of(
        st.text(max_size=200), st.text(alphabet="`'\"()[]{}:*?+-^~\\/&|!<>%#\x00\ud800 abAND", max_size=60)
    )
)
@quick(300)
def test_any_string_is_a_question(contract, question):
    context = contract.context(question, 30)
    assert len(context.text().split()) <= 30
    check_report(context)
    str(context.report)
    context.report.to_html()


@pytest.mark.parametrize(
    "question",
    [
        *("\ud800law\udfff", "\x00law\x00", "`law`", "'law", '"law', "law " * 2_500, "l" * 10_000),
        *("law AND (", "\\", "😀 law", "law\u202e"),
    ],
)
def test_odd_strings_are_questions_too(contract, question):
    context = contract.context(question)
    assert context.report.query == question
    if "law" in question:
        assert "laws of England" in context.text()


# ── determinism ──────────────────────────────────────────────────────────────────────────────────────────────────────

TIED = [f"The {word} is kept in box {number % 3}." for number, word in enumerate(["key", "map", "lamp", "rope"] * 6)]
ANSWER = """
import json, sys, secondhop
sys.path.insert(0, {folder!r})
from conftest import CONTRACT
doc = secondhop.Document.from_texts(json.loads({tied!r}) + [CONTRACT], tokenizer="words")
out = []
for question in ("Where is the key kept?", "governing law", "box", "Who founded Northwind?"):
    for budget in (12, 40, 400):
        context = doc.context(question, budget, 1, True)
        out.append([context.text(), context.text("numbered"), context.citations, context.report.json()])
print(json.dumps(out))
"""


def answers(tied, contract_text):
    doc = secondhop.Document.from_texts([*tied, contract_text], tokenizer="words")
    contexts = [
        doc.context(question, budget, 1)
        for question in ("Where is the key kept?", "governing law")
        for budget in (12, 40)
    ]
    return json.dumps([[context.text(), context.citations, context.report.json()] for context in contexts])


def test_thirty_rebuilds_give_one_answer(contract_text):
    assert len({answers(TIED, contract_text) for _ in range(30)}) == 1


def test_the_answer_does_not_depend_on_the_process():
    program = ANSWER.format(folder=str(Path(__file__).parent), tied=json.dumps(TIED))
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "1", "4242")
    ]
    outputs = [run.communicate(timeout=120)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len(set(outputs)) == 1
    assert len(outputs[0]) > 1_000


def test_equal_scores_are_ordered_by_place():
    doc = secondhop.Document.from_texts(TIED, chunk_size=8)
    ordinals = [hit.ordinal for hit in doc.search("kept", top_k=24)]
    assert ordinals == sorted(ordinals)


# ── duplicates, inputs ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("strategy", ["auto", "reasoning_preserving", "max_density", "redundancy_pruned"])
@pytest.mark.parametrize("budget", [60, 8_000])
def test_near_duplicates_are_collapsed_and_reported(contract_text, strategy, budget):
    doc = secondhop.Document.from_texts(
        [{"text": contract_text, "source": f"copy-{number}.md"} for number in range(3)], tokenizer="words"
    )
    report = doc.analyze("What is the governing law?", budget, strategy=strategy)
    assert report.n_selected == 1
    duplicates = [decision for decision in report.decisions if decision.reason == "dropped_duplicate"]
    (kept,) = (decision for decision in report.decisions if decision.fate == "kept")
    assert [decision.detail["of"] for decision in duplicates] == [kept.chunk_id] * 2
    assert all(decision.detail["similarity"] == 1.0 for decision in duplicates)
    assert report.redundancy == pytest.approx(2 / 3)


def test_inputs_are_never_changed():
    chunks = [{"text": "Copper melts.", "metadata": {"tags": ["metal"]}}, {"text": "Tin melts.", "metadata": {}}]
    wish = {"tags": [["metal"]]}
    before = copy.deepcopy((chunks, wish))
    context = secondhop.Document.from_chunks(chunks).context("copper", filter=wish)
    context.citations[0]["metadata"]["tags"] = "changed"
    secondhop.build_context("copper", chunks)
    assert (chunks, wish) == before
    with pytest.raises((AttributeError, TypeError)):
        context.report.total_tokens = 0
