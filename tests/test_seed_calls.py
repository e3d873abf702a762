"""Every call that users of the peer know, with `secondhop` imported under its name: keywords, and an options object."""

import asyncio
import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

import secondhop as redhop

QUESTION = "What is the governing law?"
PASSAGES = [
    "This agreement is governed by the laws of England.",
    "The cafeteria opens at nine.",
    "Invoices are paid within thirty days.",
]


@pytest.fixture
def contract_file(tmp_path, contract_text):
    path = tmp_path / "contract.md"
    path.write_text(contract_text)
    return path


@pytest.fixture
def docs_folder(tmp_path, contract_text):
    root = tmp_path / "docs"
    (root / "deep").mkdir(parents=True)
    (root / "drafts").mkdir()
    (root / "contract.md").write_text(contract_text)
    (root / "deep" / "lunch.txt").write_text("The cafeteria opens at nine.")
    (root / "drafts" / "old.txt").write_text("An old draft on governing law.")
    (root / "secret.txt").write_text("The governing law of secrets.")
    (root / ".gitignore").write_text("secret.txt\n")
    return root


# ── loading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_from_file_takes_a_string_and_a_path(contract_file):
    from_string = redhop.Document.from_file(str(contract_file))
    from_path = redhop.Document.from_file(contract_file)
    assert from_string.context(QUESTION).text() == from_path.context(QUESTION).text()
    assert "laws of England" in from_path.context(QUESTION).text()


def test_from_file_takes_options_as_an_object(contract_file):
    options = redhop.DocumentOptions(chunk_size=64, token_budget=20, strategy="raw_topk", retrieval="lexical")
    by_object = redhop.Document.from_file(contract_file, options=options)
    by_keywords = redhop.Document.from_file(
        contract_file, chunk_size=64, token_budget=20, strategy="raw_topk", retrieval="lexical"
    )
    assert by_object.analyze(QUESTION).to_dict() == by_keywords.analyze(QUESTION).to_dict()
    assert by_object.analyze(QUESTION).token_budget == 20


def test_a_pdf_cites_its_pages(tmp_path, small_pdf):
    path = tmp_path / "lighthouse.pdf"
    path.write_bytes(small_pdf)
    context = redhop.Document.from_file(path).context("Where was Robert Hale born?")
    assert {"page": 2, "source": str(path)}.items() <= context.citations[-1].items()
    assert "Arbroath" in context.text()


def test_from_bytes_reads_the_format_from_the_source(small_pdf):
    doc = redhop.Document.from_bytes(small_pdf, source="s3/lighthouse.pdf")
    by_object = redhop.Document.from_bytes(small_pdf, options=redhop.DocumentOptions(source="s3/lighthouse.pdf"))
    assert doc.sources == by_object.sources == ("s3/lighthouse.pdf",)
    assert [citation["page"] for citation in doc.context("diary").citations][-1] == 2


def test_from_text_takes_source_chunk_size_and_overlap(contract_text):
    doc = redhop.Document.from_text(contract_text, source="msa.md", chunk_size=64, chunk_overlap=1)
    options = redhop.DocumentOptions(source="msa.md", chunk_size=64, chunk_overlap=1)
    by_object = redhop.Document.from_text(contract_text, options=options)
    assert doc.context(QUESTION).citations == by_object.context(QUESTION).citations
    assert doc.context(QUESTION).citations[0]["source"] == "msa.md"


def test_from_text_is_called_document_unless_named():
    assert redhop.Document.from_text("One sentence.").context("sentence").citations[0]["source"] == "document"


def test_from_chunks_takes_strings():
    doc = redhop.Document.from_chunks(PASSAGES)
    assert len(doc) == 3
    assert doc.context("When does the cafeteria open?").chunks == [PASSAGES[1]]


def test_from_chunks_takes_dicts_and_an_options_object():
    chunks = [{"text": text, "id": f"row-{number}", "source": "db"} for number, text in enumerate(PASSAGES)]
    doc = redhop.Document.from_chunks(chunks, options=redhop.DocumentOptions(token_budget=50))
    (citation,) = doc.context("When are invoices paid?").citations
    assert (citation["chunk_id"], citation["source"], citation["text"]) == ("row-2", "db", PASSAGES[2])


def test_from_folder_indexes_all_files_and_honours_gitignore(docs_folder):
    doc = redhop.Document.from_folder(str(docs_folder))
    assert doc.n_files == 3
    assert not any("secret" in source for source in doc.sources)
    assert any("secret" in source for source, _ in doc.skipped_files)


def test_from_folder_takes_recursive_gitignore_and_ignore(docs_folder):
    flat = redhop.Document.from_folder(docs_folder, recursive=False)
    assert [source.rpartition("/")[2] for source in flat.sources] == ["contract.md"]
    everything = redhop.Document.from_folder(docs_folder, gitignore=False)
    assert any("secret" in source for source in everything.sources)
    chosen = redhop.Document.from_folder(docs_folder, ignore=["drafts/", "*.md"])
    assert [source.rpartition("/")[2] for source in chosen.sources] == ["lunch.txt"]


def test_from_folder_takes_options_as_an_object(docs_folder):
    options = redhop.FolderOptions(
        recursive=True, gitignore=True, ignore=["drafts/"], options=redhop.DocumentOptions(token_budget=40)
    )
    doc = redhop.Document.from_folder(docs_folder, options=options)
    assert doc.n_files == 2
    assert doc.analyze(QUESTION).token_budget == 40


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_persisted_folder_is_read_again_with_its_changes(docs_folder, tmp_path, elsewhere):
    where = {"index_dir": str(tmp_path / "cache")} if elsewhere else {}
    first = redhop.Document.from_folder(docs_folder, persist=True, **where)
    again = redhop.Document.from_folder(docs_folder, persist=True, **where)
    assert again.context(QUESTION).to_dict() == first.context(QUESTION).to_dict()
    (docs_folder / "new.txt").write_text("Pelicans nest on the breakwater.")
    (docs_folder / "drafts" / "old.txt").unlink()
    changed = redhop.Document.from_folder(docs_folder, persist=True, **where)
    assert changed.context("Where do pelicans nest?").chunks == ["Pelicans nest on the breakwater."]
    assert not any("old.txt" in source for source in changed.sources)


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_context_takes_heading_and_neighbors(contract):
    plain = contract.context("Which courts decide a dispute?")
    wide = contract.context("Which courts decide a dispute?", include_heading=True, neighbors=1)
    assert set(plain.chunks) < set(wide.chunks)
    assert [citation["role"] for citation in wide.citations].count("neighbor") == 2


def test_context_takes_a_budget(contract):
    context = contract.context(QUESTION, budget=15)
    assert 0 < len(context.text().split()) <= 15
    assert context.report.token_budget == 15


def test_text_is_the_passages_with_a_blank_line_between(contract):
    context = contract.context("agreement")
    assert context.text() == "\n\n".join(context.chunks)
    assert context.text(style="numbered").startswith("[1] contract.md § Master Services Agreement\n")


def test_citations_tell_where_each_passage_stands(contract):
    (citation,) = contract.context(QUESTION).citations
    assert {key: citation[key] for key in ("source", "page", "heading", "line", "line_end", "marker")} == {
        "source": "contract.md",
        "page": None,
        "heading": "9.1 Governing Law",
        "line": 9,
        "line_end": 11,
        "marker": "[1]",
    }
    assert citation["heading_path"] == ["Master Services Agreement", "9.1 Governing Law"]
    assert citation["text"].endswith("The courts of London decide every dispute.")
    assert isinstance(citation, dict)
    assert json.loads(json.dumps(citation)) == citation


def test_citations_stand_in_reading_order(contract):
    lines = [citation["line"] for citation in contract.context("agreement Northwind London vendor").citations]
    assert len(lines) > 2
    assert lines == sorted(lines)


def test_the_report_has_the_documented_fields(contract):
    report = contract.context(QUESTION).report
    assert report.auto_decision == "passthrough"
    assert report.requested_strategy == "auto"
    for name in ("total_tokens", "n_input_chunks", "n_selected", "removed_total", "second_hop_rescue_count"):
        assert type(getattr(report, name)) is int
    assert type(report.retained_evidence_ratio) is float
    assert type(report.evidence_density) is float
    assert report.total_tokens == len(contract.context(QUESTION).text().split())
    assert report.removed_total == report.n_input_chunks - report.n_selected
    assert (report.n_selected, report.retained_evidence_ratio, report.second_hop_rescue_count) == (1, 1.0, 0)
    assert 0 < report.evidence_density < 1


def test_evidence_density_is_the_share_of_shown_words_that_the_question_asks_for():
    doc = redhop.Document.from_chunks(["Copper costs nine dollars.", "Tin is cheap."])
    assert doc.analyze("copper price").evidence_density == pytest.approx(1 / 4)


def test_auto_intervenes_where_the_candidates_do_not_fit(contract):
    report = contract.context("agreement Northwind London vendor", budget=20).report
    assert report.auto_decision == "intervene"
    assert report.total_tokens <= 20
    assert report.removed_total > 0


def test_the_report_is_a_dict_for_those_who_want_one(contract):
    context = contract.context(QUESTION)
    as_dict = redhop.report_to_dict(context.report)
    assert as_dict == context.report.to_dict() == json.loads(context.report.json())
    assert as_dict["auto_decision"] == context.report.auto_decision
    assert len(as_dict["decisions"]) == context.report.n_input_chunks


def test_the_report_prints(contract, capsys):
    print(contract.context(QUESTION).report)
    shown = capsys.readouterr().out
    assert shown.startswith("Decision Report\n===")
    assert re.search(r"auto -> passthrough", shown)


def test_analyze_gives_the_report_that_context_would_give(contract):
    report = contract.analyze(QUESTION)
    assert report == contract.context(QUESTION).report
    assert (report.n_input_chunks, report.evidence_density > 0) == (1, True)


# ── chunks from elsewhere ────────────────────────────────────────────────────────────────────────────────────────────


def test_build_context_takes_chunks_from_any_retriever():
    context = redhop.build_context(query=QUESTION, retrieved_chunks=PASSAGES, strategy="auto", token_budget=8192)
    assert context.chunks == PASSAGES
    assert context.report.auto_decision == "passthrough"


def test_build_context_keeps_ids_and_sources():
    chunks = [{"text": text, "id": f"n{number}", "source": "wiki"} for number, text in enumerate(PASSAGES)]
    context = redhop.build_context(QUESTION, chunks, strategy="distractor_filtered", token_budget=100)
    assert [(citation["chunk_id"], citation["source"]) for citation in context.citations] == [("n0", "wiki")]
    assert context.report.removed == {"dropped_low_relevance": 2}


@pytest.mark.parametrize(
    "strategy", ["auto", "reasoning_preserving", "distractor_filtered", "max_density", "redundancy_pruned", "raw_topk"]
)
def test_every_strategy_goes_by_its_name_everywhere(contract, strategy):
    assert contract.context(QUESTION, strategy=strategy).report.requested_strategy == strategy
    assert (
        redhop.build_context(QUESTION, PASSAGES, strategy=strategy).report.to_dict()["requested_strategy"] == strategy
    )


def test_analyze_context_leaves_the_chunks_alone():
    chunks = [{"text": text, "metadata": {"n": number}} for number, text in enumerate(PASSAGES)]
    before = json.dumps(chunks)
    report = redhop.analyze_context(QUESTION, chunks)
    assert json.dumps(chunks) == before
    assert report.n_input_chunks == 3


def test_context_economics_says_what_the_chunks_would_buy():
    figures = redhop.context_economics(QUESTION, PASSAGES)
    assert figures["distractor_ratio"] == pytest.approx(2 / 3)
    assert 0 < figures["evidence_density"] < 1
    assert figures["redundancy"] == 0
    assert figures["retained_evidence_ratio"] == 1
    assert figures["estimated_waste_tokens"] < figures["total_tokens"]


# ── in production ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_application_shares_one_document_between_requests(contract_file, caplog):
    app = SimpleNamespace(state=SimpleNamespace())
    log = logging.getLogger("test_seed_calls")

    @asynccontextmanager
    async def lifespan(app):
        app.state.doc = redhop.Document.from_file(contract_file)
        yield

    def ask(question):  # the framework runs such handlers in threads
        ctx = app.state.doc.context(question)
        fields = {
            "query": question,
            "auto_decision": ctx.report.auto_decision,
            "n_input_chunks": ctx.report.n_input_chunks,
            "n_selected": ctx.report.n_selected,
            "total_tokens": ctx.report.total_tokens,
            "retained_evidence_ratio": ctx.report.retained_evidence_ratio,
            "n_citations": len(ctx.citations),
        }
        log.info("retrieval", extra=fields)
        return {"prompt": ctx.text(), "citations": ctx.citations, "report": redhop.report_to_dict(ctx.report)}

    async def serve():
        async with lifespan(app):
            with ThreadPoolExecutor(8) as pool:
                return list(pool.map(ask, [QUESTION] * 40))

    with caplog.at_level(logging.INFO):
        answers = asyncio.run(serve())
    assert len({json.dumps(answer) for answer in answers}) == 1
    assert "laws of England" in answers[0]["prompt"]
    assert {record.n_citations for record in caplog.records} == {1}


def test_a_document_is_swapped_while_queries_run(docs_folder):
    state = SimpleNamespace(doc=redhop.Document.from_folder(docs_folder, persist=True))
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(lambda: state.doc.context(QUESTION).text()) for _ in range(50)]
        (docs_folder / "contract.md").write_text("The governing law is that of Norway.")
        state.doc = redhop.Document.from_folder(docs_folder, persist=True)
        later = [pool.submit(lambda: state.doc.context(QUESTION).text()) for _ in range(10)]
        assert {("England" in answer.result()) != ("Norway" in answer.result()) for answer in answers} == {True}
        assert all("Norway" in answer.result() for answer in later)
