import pytest

from secondhop import Budget, Document, DocumentOptions, Passage, Reason, Selection
from secondhop.selection.expansion import Extra, expand
from secondhop.types import Chunk, Decision

TEXT = "# Fees\n\n" + "\n\n".join(
    f"Paragraph {number} speaks of {name} and nothing else at all."
    for number, name in enumerate(["copper", "tin", "lead", "zinc", "iron", "silver", "gold"])
)


@pytest.fixture(scope="module")
def doc():
    return Document.from_text(TEXT, source="fees.md", chunk_size=8, tokenizer="words")


def shown(context):
    return [(citation["role"], citation["text"].split()[-6]) for citation in context.citations]


@pytest.mark.parametrize(
    ("neighbors", "expected"),
    [(0, ["zinc"]), (1, ["lead", "zinc", "iron"]), (2, ["tin", "lead", "zinc", "iron", "silver"])],
)
def test_neighbors_stand_around_the_hit(doc, neighbors, expected):
    context = doc.context("zinc", neighbors=neighbors)
    assert [name for _, name in shown(context)] == expected
    assert [role for role, _ in shown(context)].count("seed") == 1
    assert context.report.n_expanded == len(expected) - 1


def test_the_heading_of_the_section_is_added(doc):
    context = doc.context("zinc", include_heading=True)
    assert [role for role, _ in shown(context)] == ["heading", "seed"]
    assert context.citations[0]["text"].startswith("# Fees")


def test_what_does_not_fit_is_reported_as_dropped(doc):
    context = doc.context("zinc", 20, neighbors=2)
    assert len(context.text().split()) <= 20
    dropped = [decision for decision in context.report.decisions if decision.fate == "dropped"]
    assert {decision.reason.value for decision in dropped} == {"dropped_budget"}
    assert len(context.report.decisions) == 5
    assert {(decision.rank, decision.role, decision.spans) for decision in dropped} == {(None, None, ())}


def test_neighbors_come_on_top_of_top_k(doc):
    context = doc.context("zinc paragraph", neighbors=1, top_k=1)
    assert [role for role, _ in shown(context)] == ["neighbor", "seed", "neighbor"]
    assert context.report.removed == {"dropped_top_k": 4}


def test_a_dropped_candidate_that_comes_back_as_a_neighbor_changes_its_fate(doc):
    context = doc.context("zinc iron", neighbors=1, strategy="raw_topk")
    ids = [decision.chunk_id for decision in context.report.decisions]
    assert len(set(ids)) == len(ids)
    assert context.report.n_selected == len(context)


def test_neighbors_do_not_cross_into_another_source():
    doc = Document.from_texts(["Copper melts.", "Tin melts."], chunk_size=8)
    assert doc.context("tin", neighbors=3, strategy="raw_topk").chunks == ["Tin melts."]


def test_chunks_of_the_callers_have_neighbors_of_the_same_source():
    texts = ["Copper melts.", "Zinc melts. It is blue.", "Tin is soft. Tin melts.", "Lead melts."]
    chunks = [{"text": text, "source": "a" if place < 3 else "b"} for place, text in enumerate(texts)]
    for options in ({"options": DocumentOptions(neighbors=1)}, {"neighbors": 1}):
        assert Document.from_chunks(chunks, **options).context("zinc", grain="chunk").chunks == texts[:3]
    doc = Document.from_chunks(chunks, grain="chunk")
    assert doc.context("lead", neighbors=2).chunks == texts[3:]
    assert doc.context("tin", neighbors=1).chunks == texts[1:3]
    edges = Document.from_chunks(chunks, chunk_overlap=1, grain="chunk").context("zinc")
    assert edges.chunks == [texts[0], texts[1], "Tin is soft."]


def test_a_filter_holds_for_neighbors_and_headings(doc):
    context = doc.context(
        "zinc",
        neighbors=2,
        include_heading=True,
        filter=lambda chunk: "iron" not in chunk.text and "#" not in chunk.text,
    )
    assert "zinc" in context.text()
    assert "iron" not in context.text()
    assert "# Fees" not in context.text()


def test_overlap_adds_one_sentence_before_and_after():
    names = ["copper", "tin", "lead", "zinc", "iron", "opal", "gold", "silver", "brass"]
    text = " ".join(f"This one sentence speaks of {name} and of nothing else whatsoever." for name in names)
    plain = Document.from_text(text, chunk_size=8)
    wide = Document.from_text(text, chunk_size=8, chunk_overlap=1)
    assert len(plain) == len(wide) == len(names)

    def shown(doc):
        return [name for name in names if name in doc.context("opal").text()]

    assert shown(plain) == ["opal"]
    assert shown(wide) == ["iron", "opal", "gold"]


def test_overlap_is_what_adjoins_of_the_chunks_before_and_after():
    def text(place):
        return " ".join(
            f"Sentence {n} of the part on {place} has nothing else to say." for n in ("one", "two", "three")
        )

    for overlap, before, after in ((1, ["three"], ["one"]), (2, ["two", "three"], ["one", "two"])):
        parts = "\n\n".join(map(text, ("Leeds", "Hull", "York")))
        document = Document.from_text(parts, chunk_size=32, chunk_overlap=overlap, grain="chunk")
        assert len(document) == 3
        citations = document.context("Hull").citations
        assert [citation["text"].split()[1::12] for citation in citations] == [before, ["one", "two", "three"], after]


def test_what_nobody_sees_costs_a_neighbor_nothing():
    hyphenated = "\u00ad".join(["Ha", "fen", "ge", "büh", "ren"])
    text = f"# Fees\n\nThe annual fee is paid in March.\n\n# Port\n\n{hyphenated} werden erhoben."
    doc = Document.from_text(text, format="markdown", tokenizer="characters", chunk_size=8)
    ample = doc.context("annual fee", neighbors=2)
    exact = doc.context("annual fee", ample.report.total_tokens, neighbors=2)
    assert exact.text() == ample.text()
    assert ample.report.overhead_tokens > 0


@pytest.mark.parametrize(("budget", "expected"), [(5, (0, 14)), (6, (0, 29))])
def test_what_is_shown_of_a_chunk_already_costs_nothing_when_it_becomes_whole(budget, expected):
    chunk = Chunk("One two three. Four five six.", id="c", end=29)
    shown = Passage(chunk, ((0, 14),), "seed")
    kept = Decision("c", "kept", Reason.KEPT_RELEVANT, tokens=3, spans=((0, 14),))
    grown = expand(
        Selection((shown,), (kept,)), [Extra(chunk, 0, "neighbor", "d")], Budget(budget, lambda text: len(text.split()))
    )
    assert [passage.spans for passage in grown.passages] == [(expected,)]
    assert [(each.fate, each.reason, each.spans) for each in grown.decisions] == [
        ("kept", Reason.KEPT_RELEVANT, (expected,))
    ]


@pytest.mark.parametrize("options", [{"neighbors": 1}, {"include_heading": True}, {"neighbors": 2}])
@pytest.mark.parametrize("style", ["plain", "numbered"])
@pytest.mark.parametrize("budget", [30, 34, 38])
def test_what_is_dropped_is_short_by_what_it_lacks_beside_neighbors_and_headings(doc, options, style, budget):
    report = doc.context("zinc gold paragraph", budget, text_style=style, **options).report
    short = {
        decision.tokens - decision.detail["tokens_short"]
        for decision in report.decisions
        if decision.reason is Reason.DROPPED_BUDGET
    }
    around = 0 if style == "plain" else 4  # [1] fees.md § Fees
    assert short == {budget - report.total_tokens - 1 - around}  # one for the blank line


def test_a_dropped_neighbor_tells_the_tokens_of_the_whole_chunk():
    parts = [
        " ".join(f"Sentence {n} of the part on {place} says nothing." for n in range(3)) for place in ("Leeds", "Hull")
    ]
    document = Document.from_text("\n\n".join(parts), chunk_size=32, chunk_overlap=1, tokenizer="words")
    (dropped,) = document.analyze("Hull", 27, grain="chunk").decisions[1:]
    assert (dropped.tokens, dropped.detail) == (27, {"tokens_short": 28})


def test_a_candidate_that_comes_back_as_a_neighbor_keeps_its_score():
    document = Document.from_text(TEXT, chunk_size=8, tokenizer="words")
    context = document.context("zinc iron paragraph", neighbors=1, top_k=1)
    assert len(context) == 3
    scores = {decision.chunk_id: decision.score for decision in context.report.decisions}
    assert all(citation["score"] == scores[citation["chunk_id"]] > 0 for citation in context.citations)
