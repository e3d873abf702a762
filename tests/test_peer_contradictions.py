"""Signals and provenance that mean what they say, each where a known system got it wrong."""

import json

import pytest

import secondhop

FILLER = [
    f"The {noun} of the {place} is {colour}, and it is the oldest of them."
    for noun in ("roof", "door", "tower", "garden")
    for place in ("station", "museum", "harbour")
    for colour in ("red", "green", "white")
]


def codes(report):
    return {warning.code for warning in report.warnings}


# ── signals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_stopwords_are_no_evidence():
    """A passage that shares only function words with the question has a grounding of 0 and is dropped."""
    context = secondhop.build_context(
        "What is the colour of the copper?",
        ["It is the one that is of the best.", "Copper has a red colour."],
        "distractor_filtered",
    )
    assert context.chunks == ["Copper has a red colour."]
    (dropped,) = (decision for decision in context.report.decisions if decision.fate == "dropped")
    assert (dropped.reason, dropped.detail["grounding"]) == ("dropped_low_relevance", 0.0)
    assert secondhop.grounding_score("What is the colour of the copper?", "It is the one that is of the best.") == 0.0


@pytest.mark.parametrize("strategy", ["distractor_filtered", "max_density"])
def test_filtering_filters(strategy):
    """Chunks without a word of the question are distractors, counted as such, and dropped."""
    report = secondhop.analyze_context("Where does copper melt?", ["Copper melts in furnaces.", *FILLER], strategy)
    assert report.input_distractor_ratio == pytest.approx(len(FILLER) / (len(FILLER) + 1))
    assert report.removed == {"dropped_low_relevance": len(FILLER)}
    assert (report.n_selected, report.distractor_ratio) == (1, 0.0)


def test_the_second_hop_is_rescued_and_named():
    """A passage without a word of the question is kept for its link to one that answers, and the report says by what."""
    doc = secondhop.Document.from_chunks(
        ["The lighthouse keeper was Robert Hale.", *FILLER, "Robert Hale was born in Arbroath in 1811."],
        tokenizer="words",
    )
    context = doc.context("Who was the lighthouse keeper?", 60)
    assert "Arbroath" in context.text()
    assert context.report.second_hop_rescue_count == 1
    (rescued,) = (decision for decision in context.report.decisions if decision.role == "second_hop")
    assert rescued.reason == "kept_second_hop"
    assert set(rescued.detail["terms"]) == {"Robert", "Hale"}
    assert rescued.detail["seed"] == "c0"


def test_rank_is_not_thrown_away():
    """Among chunks with equal words of the question, the retriever's order decides, not the place in the list."""
    chunks = [{"text": f"Copper melts in {place}.", "score": score} for place, score in (("Leeds", 0.2), ("York", 0.9))]
    for strategy in ("auto", "reasoning_preserving", "raw_topk", "redundancy_pruned", "distractor_filtered"):
        report = secondhop.analyze_context("copper", chunks, strategy)
        assert [decision.chunk_id for decision in report.decisions] == ["c1", "c0"], strategy


@pytest.mark.parametrize(
    "question",
    [
        "What is the best recipe for pizza?",
        "How tall is Mount Everest?",
        "Who won the world cup in 1998?",
        "When was the printing press invented?",
        "How do I install the driver of my printer?",
        "Which planet has the most moons?",
        "What do pandas eat?",
        "Who painted the ceiling of the chapel?",
    ],
)
def test_an_off_topic_question_is_called_one(contract, question):
    """Low confidence and a warning, and never a claim that the evidence is all there."""
    report = contract.analyze(question)
    assert report.low_confidence_retrieval
    assert report.confidence < 0.35
    assert codes(report) & {"no_lexical_match", "low_confidence"}
    assert report.unmatched_terms
    assert report.total_tokens < 120


def test_a_question_of_the_document_is_not_called_off_topic(contract):
    """Confidence is high where the words of the question stand together."""
    for question in (
        "What is the governing law?",
        "How is the liability of the vendor capped?",
        "Which courts decide a dispute?",
    ):
        report = contract.analyze(question)
        assert not report.low_confidence_retrieval
        assert codes(report) <= {"unmatched_terms"}


@pytest.mark.parametrize("question", ["", "zebra", "the of is zebra", "`"])
def test_an_empty_result_claims_no_evidence(contract, question):
    """No passage, no evidence: 0 %, a warning, and no word of intervention."""
    context = contract.context(question)
    report = context.report
    assert (len(context), context.text(), report.n_input_chunks) == (0, "", 0)
    assert (report.retained_evidence_ratio, report.confidence, report.evidence_density) == (0.0, 0.0, 0.0)
    assert report.warnings
    assert "100%" not in str(report)
    assert "intervene" not in json.dumps(report.to_dict())


@pytest.mark.parametrize("budget", [1, 5, 20, 40, 60, 100, 8192])
@pytest.mark.parametrize("question", ["agreement", "agreement Northwind London vendor", "What is the governing law?"])
def test_auto_intervenes_only_where_it_dropped_or_cut_something(contract, question, budget):
    """`intervene` means that a candidate is missing or cut; `passthrough` that each is shown whole (or is a duplicate)."""
    report = contract.analyze(question, budget)
    whole = {chunk.id: chunk.text for chunk in contract.chunks}
    cut = [
        decision
        for decision in report.decisions
        if decision.fate == "kept" and sum(end - start for start, end in decision.spans) < len(whole[decision.chunk_id])
    ]
    assert report.auto_decision == ("intervene" if cut or report.removed_total else "passthrough")


def test_templated_questions_are_judged_by_their_content_words():
    """The frame of a request ("Highlight the parts that …") neither counts as evidence nor hides what is asked."""
    doc = secondhop.Document.from_chunks([*FILLER, "The parts related to a review are highlighted.", "Copper melts."])
    question = "Highlight the parts (if any) of this contract related to copper that should be reviewed by a lawyer."
    assert doc.search(question, top_k=1)[0].chunk.text == "Copper melts."


def test_scores_from_elsewhere_are_kept():
    """Chunks that another retriever ranked keep that order; its scores are not replaced by 1.0."""
    ranked = secondhop.build_context("copper", ["Tin.", "Copper.", "Zinc."], "raw_topk", scores=[0.1, 0.2, 0.9])
    assert [decision.chunk_id for decision in ranked.report.decisions] == ["c2", "c1", "c0"]
    scores = [decision.score for decision in ranked.report.decisions]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_the_report_is_right_after_expansion(contract):
    """Economics, utilisation and counts are those of the context with its neighbours, not of the one before."""
    plain = contract.context("Which courts decide a dispute?", 200)
    wide = contract.context("Which courts decide a dispute?", 200, neighbors=1)
    report = wide.report
    assert report.n_selected == len(wide) == len(plain) + 2
    assert report.n_expanded == 2
    assert report.total_tokens == len(wide.text().split())
    assert report.token_utilization == report.total_tokens / 200
    assert report.total_tokens == sum(decision.tokens for decision in report.decisions) + report.overhead_tokens
    assert report.evidence_density < plain.report.evidence_density


def test_a_heading_is_not_lost_where_neighbors_are_asked_for():
    """`neighbors=` and `include_heading=` add to each other."""
    text = "# Trade\n\nAll of this is about trade.\n\n" + "\n\n".join(
        f"{sentence} {sentence}" for sentence in FILLER[:20]
    )
    doc = secondhop.Document.from_text(text + "\n\nCopper melts in Leeds.", source="a.md", chunk_size=16)
    roles = [citation["role"] for citation in doc.context("copper", neighbors=1, include_heading=True).citations]
    assert roles == ["heading", "neighbor", "seed"]


def test_json_and_attributes_use_the_same_names(contract):
    """A field or a value is called the same in `to_dict`, in JSON and on the object."""
    for strategy in ("raw_topk", "auto", "max_density"):
        report = contract.analyze("governing law", strategy=strategy)
        as_dict = json.loads(report.json())
        assert as_dict["requested_strategy"] == report.requested_strategy == strategy
        names = {name for name in as_dict if name != "schema_version"}
        assert names | {"timings"} == set(type(report).__slots__)
        assert all(
            as_dict[name] == pytest.approx(getattr(report, name), abs=1e-6)
            for name in names
            if isinstance(as_dict[name], (int, float))
        )
        assert [decision["reason"] for decision in as_dict["decisions"]] == [d.reason.value for d in report.decisions]


def test_a_report_on_chunks_from_elsewhere_holds_only_numbers_that_fit():
    """No budget of 2**64: every number fits what trace exporters take."""
    for report in (
        secondhop.analyze_context("copper", ["Copper melts."]),
        secondhop.filter_context("copper", ["Copper melts."]).report,
    ):
        assert all(abs(value) < 2**53 for value in report.to_dict().values() if isinstance(value, (int, float)))


@pytest.mark.parametrize(
    ("question", "text", "other"),
    [
        (
            "Welches Recht gilt für den Vertrag?",
            "Der Vertrag unterliegt dem deutschen Recht und der Gerichtsstand ist Berlin.",
            "Die Katze ist in dem Garten",
        ),
        (
            "Quel est le droit applicable au contrat ?",
            "Le contrat est soumis au droit français et les tribunaux sont à Paris.",
            "Le chat est dans le jardin",
        ),
        (
            "Какое право применяется к договору?",
            "К договору применяется право Российской Федерации.",
            "Кошка спит в саду, и это не так",
        ),
    ],
)
def test_a_hit_in_another_language_is_grounded(question, text, other):
    """Grounding uses the analyzer of the document, stopwords and stemming of its language included."""
    doc = secondhop.Document.from_chunks([text, *(f"{other} {number}." for number in range(5))])
    report = doc.analyze(question)
    assert report.decisions[0].chunk_id == "c0"
    assert report.decisions[0].detail["grounding"] > 0.3
    assert not report.low_confidence_retrieval
    assert secondhop.grounding_score(question, text, language="auto") > 0


# ── what a question may be ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_question_with_backticks_works():
    """Backticks, unbalanced quotes and operators are ordinary characters."""
    doc = secondhop.Document.from_text("def foo():\n    return 1\n", source="a.py")
    for question in ("What does `foo` do?", "what's `foo", "foo AND (", '"foo', "foo:1 +bar -baz~2 ^3"):
        assert "return 1" in doc.context(question).text()


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("refund", "Refunds are paid within ten days."),
        ("vendor", "The vendor's liability is capped."),
        ("vendor's", "Each vendor signs."),
        ("10000", "The cap is $10,000 per claim."),
        ("10,000", "The cap is 10000 per claim."),
        ("governing law", "This agreement is governed by the laws of England."),
        ("user name", "return getUserName(row)"),
        ("get_user_name", "call get user name first"),
        ("cafe", "The café opens at nine."),
        ("合同的管辖法律", "本合同受中华人民共和国法律管辖。"),
        ("契約の準拠法は何ですか", "本契約の準拠法は日本法とする。"),
        ("กฎหมายที่ใช้บังคับ", "สัญญานี้อยู่ภายใต้กฎหมายไทย"),
        ("계약 준거법", "이 계약의 준거법은 대한민국 법이다. 계약 기간은 일 년이다."),
    ],
)
def test_words_match_across_forms_and_scripts(question, text):
    """Plurals, possessives, numbers, identifiers, accents, and scripts without blanks retrieve."""
    filler = ["Lunch is at noon.", "今天下雨了。", "猫が好きです。", "ฝนตกวันนี้", "오늘은 비가 온다."]
    context = secondhop.Document.from_chunks([*filler, text]).context(question, strategy="raw_topk")
    assert text in context.chunks
    assert context.report.confidence > 0


def test_a_budget_smaller_than_a_chunk_still_answers():
    """What does not fit is cut at sentences; unpunctuated text is cut as well."""
    long = " ".join(f"word{number}" for number in range(3_000))
    doc = secondhop.Document.from_text(f"{long} copper {long}", tokenizer="words")
    context = doc.context("copper", 200)
    assert "copper" in context.text()
    assert len(context.text().split()) <= 200


def test_tied_scores_give_one_order():
    """Ties are broken by place, whatever the number of builds."""
    texts = [f"Copper lies in box {number}." for number in range(40)]
    orders = {
        tuple(hit.chunk.id for hit in secondhop.Document.from_texts(texts).search("copper", 40)) for _ in range(6)
    }
    assert len(orders) == 1


# ── provenance ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_line_is_that_of_the_chunk_itself():
    """A chunk deep inside a function cites its own lines, not those of the function."""
    body = "\n".join(f"    step_{number} = prepare(step_{number - 1})" for number in range(1, 400))
    source = f"def pipeline(step_0):\n{body}\n    copper = melt(step_399)\n    return copper\n"
    (citation,) = secondhop.Document.from_text(source, source="tool.py").context("melt copper", top_k=1).citations
    assert citation["heading"] == "def pipeline" or "pipeline" in citation["heading"]
    assert citation["line"] > 300
    lines = source.splitlines()
    assert citation["text"] == "\n".join(lines[citation["line"] - 1 : citation["line_end"]])
    assert citation["line"] <= 401 <= citation["line_end"]


def test_a_comment_in_a_code_fence_is_no_heading():
    """`# install` in a fenced block is code, and the text after it stays in its section."""
    text = "# Guide\n\nIntro.\n\n```sh\n# install copper\npip install copper\n```\n\nCopper needs care.\n"
    doc = secondhop.Document.from_text(text, source="guide.md")
    assert {chunk.heading for chunk in doc.chunks} == {"Guide"}
    assert {tuple(citation["heading_path"]) for citation in doc.context("copper").citations} == {("Guide",)}


def test_repeated_heading_names_attach_the_right_section():
    """With `include_heading=`, the opening of the chunk's own section is added, not of the first of that name."""
    filler = "\n\n".join(f"{sentence} {sentence}" for sentence in FILLER[:12])
    text = "\n\n".join(
        f"# Part {name}\n\n## Fees\n\nThese are the fees of part {name}.\n\n{filler}\n\nThe {metal} fee is ten."
        for name, metal in (("A", "copper"), ("B", "silver"))
    )
    doc = secondhop.Document.from_text(text, source="fees.md", chunk_size=24)
    context = doc.context("silver", include_heading=True, strategy="raw_topk")
    (heading,) = (citation for citation in context.citations if citation["role"] == "heading")
    assert heading["heading_path"] == ["Part B", "Fees"]
    assert "fees of part B" in heading["text"]
    assert "part A" not in context.text()


def test_prose_lists_and_tables_are_shown_as_they_stand():
    """Nothing is flattened: what is cited is a slice of the file, markup included."""
    text = "# Metals\n\n- copper: *red*\n- tin: grey\n\n| metal | price |\n|---|---|\n| copper | 9 |\n| tin | 25 |\n"
    doc = secondhop.Document.from_text(text, source="metals.md")
    context = doc.context("copper price")
    assert all(citation["text"] in text for citation in context.citations)
    assert "- copper: *red*\n- tin: grey" in context.text()
    assert "| copper | 9 |" in context.text()


def test_citations_carry_ids_offsets_scores_and_roles(contract):
    """Everything needed to find a passage again, and to say why it is there."""
    (citation,) = contract.context("governing law").citations
    assert contract.source_text("contract.md")[citation["start"] : citation["end"]] == citation["text"]
    assert citation["chunk_id"] in {chunk.id for chunk in contract.chunks}
    assert citation["score"] > 0
    assert citation["role"] == "seed"


def test_the_report_lists_what_was_dropped(contract):
    """Each dropped candidate is named, with a reason and its numbers."""
    report = contract.analyze("agreement Northwind London vendor", 20)
    dropped = [decision for decision in report.decisions if decision.fate == "dropped"]
    assert len(dropped) == report.removed_total > 0
    assert all(decision.label.startswith("contract.md") and decision.detail for decision in dropped)
    assert all(decision.detail["tokens_short"] > 0 for decision in dropped if decision.reason == "dropped_budget")


def test_analyze_tells_about_the_corpus(contract):
    """`analyze` knows the index: its size, what matched, and which words occur nowhere."""
    report = contract.analyze("governing zebra")
    assert (report.n_chunks, report.n_matching_chunks) == (5, 1)
    assert report.matched_terms == ("govern",)
    assert report.unmatched_terms == ("zebra",)


def test_the_prompt_can_carry_markers_to_cite_by(contract):
    """In the numbered style each passage is headed by a marker that its citation repeats."""
    context = contract.context("agreement", text_style="numbered")
    for citation in context.citations:
        assert f"{citation['marker']} contract.md § {citation['heading']}\n{citation['text']}" in context.text()
