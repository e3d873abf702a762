import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhop import Document, build_context, report_to_dict
from secondhop.reporting import SCHEMA_VERSION
from secondhop.reporting.report import _rounded
from secondhop.types import Reason

SNAPSHOTS = Path(__file__).parent / "snapshots"
FILLER = [
    f"The {noun} of the {place} is old." for noun in ("roof", "door", "tower") for place in ("station", "harbour")
]


@pytest.fixture(scope="module")
def reports(contract):
    hop = Document.from_chunks(
        ["The lighthouse keeper was Robert Hale.", *FILLER, "Robert Hale was born in Arbroath."], tokenizer="words"
    )
    copies = Document.from_texts(["The price of copper is nine dollars for every pound of it."] * 3, tokenizer="words")
    return {
        "passthrough": contract.analyze("What is the governing law?"),
        "tight": contract.analyze("agreement Northwind London vendor", 24),
        "neighbors": contract.analyze("Which courts decide a dispute?", 60, neighbors=1, include_heading=True),
        "second_hop": hop.analyze("Who was the lighthouse keeper?"),
        "duplicates": copies.analyze("price of copper"),
        "off_topic": contract.analyze("How tall is Mount Everest?"),
        "empty": contract.analyze(""),
        "filtered": build_context("copper", ["Copper.", "Tin."], "distractor_filtered", tokenizer="words").report,
    }


@pytest.mark.parametrize(
    "name", ["passthrough", "tight", "neighbors", "second_hop", "duplicates", "off_topic", "empty", "filtered"]
)
def test_the_printed_report_is_the_one_stored(reports, name):
    """Read the difference before accepting it: delete the file and run again to store the new text."""
    path = SNAPSHOTS / f"{name}.txt"
    shown = str(reports[name]) + "\n"
    if not path.exists():
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_what_is_linked_or_holds_just_enough_of_the_question_is_no_waste(reports):
    linked = reports["second_hop"]
    assert linked.second_hop_rescue_count == 1
    assert (linked.distractor_ratio, linked.input_distractor_ratio, linked.estimated_waste_tokens) == (0.0, 0.0, 0)
    whole = build_context("copper", ["Copper is hot.", "Tin melts."], min_grounding=1.0, tokenizer="words").report
    assert (whole.retained_evidence_ratio, whole.distractor_ratio, whole.estimated_waste_tokens) == (1.0, 0.5, 2)


def test_each_copy_counts_once_as_redundant(reports):
    assert reports["duplicates"].redundancy == pytest.approx(2 / 3)
    assert reports["duplicates"].retained_evidence_ratio == pytest.approx(1 / 3)


def test_a_style_of_the_callers_own_is_told_by_its_name():
    def shouted(_, passage):
        return passage.chunk.text.upper()

    class Whispered:
        def __call__(self, _, passage):
            return passage.chunk.text.lower()

    styles = [
        build_context("copper", ["Copper."], text_style=style).report.text_style for style in (shouted, Whispered())
    ]
    assert styles == ["shouted", "Whispered"]


def test_the_dict_is_json_with_a_schema_version(reports):
    for report in reports.values():
        as_dict = report_to_dict(report)
        assert as_dict["schema_version"] == SCHEMA_VERSION == 1
        assert json.loads(json.dumps(as_dict)) == as_dict
        assert set(as_dict) == {field.name for field in dataclasses.fields(report)} - {"timings"} | {"schema_version"}


@pytest.mark.parametrize("score", [11.969318123, -0.0000004, 2 / 3, 123456.7890123, 1e300, math.inf])
def test_scores_are_told_with_six_decimals(reports, score):
    report = reports["tight"]
    decisions = tuple(dataclasses.replace(each, score=score, detail={"score": score}) for each in report.decisions)
    for decision in dataclasses.replace(report, decisions=decisions).to_dict()["decisions"]:
        assert decision["score"] == decision["detail"]["score"] == round(score, 6)


@given(st.floats(-2e4, 2e4))
def test_rounding_is_to_the_nearest_millionth(value):
    assert _rounded(value) == (round(value * 1e6) / 1e6 if -1e4 < value < 1e4 else round(value, 6))


def test_scores_of_narrow_floats_and_details_of_any_kind_are_told(reports):
    decision = dataclasses.replace(
        reports["tight"].decisions[0], score=np.float32(8.123), detail={"share": 1 / 3, 2: (1 / 3, "two"), "none": None}
    )
    (told,) = dataclasses.replace(reports["tight"], decisions=(decision,)).to_dict()["decisions"]
    assert told["score"] == 8.123
    assert told["detail"] == {"share": 0.333333, "2": [0.333333, "two"], "none": None}
    assert decision.detail == {"share": 1 / 3, 2: (1 / 3, "two"), "none": None}


def test_names_in_details_are_texts(reports):
    decision = dataclasses.replace(reports["tight"].decisions[0], detail={2: 1 / 3})
    (told,) = dataclasses.replace(reports["tight"], decisions=(decision,)).to_dict()["decisions"]
    assert told["detail"] == {"2": 0.333333}


def test_timings_are_told_only_when_asked_for(reports):
    report = reports["tight"]
    assert "timings" not in report.to_dict()
    timings = report.to_dict(timings=True)["timings"]
    assert set(timings) == {"retrieve", "select", "total"}
    assert timings["total"] >= timings["retrieve"] >= 0


def test_json_takes_the_options_of_dumps(reports):
    assert json.loads(reports["tight"].json(indent=2)) == reports["tight"].to_dict()
    other = dataclasses.replace(reports["tight"], query="Größe")
    assert "Größe" in other.json()
    assert "Gr\\u00f6" in other.json(ensure_ascii=True)


def test_reports_are_equal_whatever_they_took(contract):
    assert contract.analyze("law") == contract.analyze("law")


def test_html_escapes_what_comes_from_outside():
    nasty = "<script>alert('x')</script> & \"quotes\""
    doc = Document.from_texts([{"text": f"{nasty} copper melts.", "source": f"{nasty}.txt"}])
    report = doc.analyze(f"{nasty} copper")
    for page in (report.to_html(), report._repr_html_()):
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert page.count("<tr class=") == len(report.decisions)


def test_html_escapes_the_ids_and_names_that_reasons_tell_of():
    nasty = "<img src=x onerror='alert(1)'>"
    chunks = [
        {"text": "The lighthouse keeper was Robert Hale.", "id": f"{nasty}1", "source": nasty},
        {"text": "Robert Hale was born in Arbroath.", "id": f"{nasty}2"},
        {"text": "The lighthouse keeper was Robert Hale.", "id": f"{nasty}3"},
        *FILLER,
    ]
    report = build_context("Who was the lighthouse keeper?", chunks).report
    assert {"kept_second_hop", "dropped_duplicate"} <= {decision.reason.value for decision in report.decisions}
    assert "<img" not in report.to_html()
    assert "onerror='" not in report.to_html()


def test_html_can_be_written_whatever_is_in_questions_and_names():
    chunk = {"text": "Copper melts.", "source": "a\x1b\u202efdp.md", "id": "\ud83d"}
    page = build_context("copper \ud83d", [chunk]).report.to_html()
    assert "a\ufffd\ufffdfdp.md" in page
    assert all(line.isprintable() for line in page.encode().decode().split("\n"))


def test_html_shows_warnings_and_fates(reports):
    page = reports["off_topic"].to_html()
    assert "warning" in page
    assert "class='kept'" in reports["second_hop"].to_html()
    assert "http" not in page


def test_every_reason_has_words(reports):
    from secondhop.reporting.text import why

    for report in reports.values():
        for decision in report.decisions:
            assert why(decision)
            assert "{" not in why(decision)
    assert len({reason.value for reason in Reason}) == len(Reason)


def test_a_passage_of_which_only_the_heading_holds_words_of_the_question_is_said_to_be_one():
    rest = "\n\n".join(f"Mill number {number} grinds corn on each day of the week." for number in range(6))
    document = Document.from_text(f"# Directories\n\n{rest}", format="markdown", chunk_size=16)
    first, *others = str(document.analyze("directories")).partition("\nKept")[2].split("\n")[1:]
    assert first.endswith(": holds words of the question")
    assert others
    assert all(
        line.endswith("its heading, or a passage that it is linked to, holds words of the question") for line in others
    )


@pytest.mark.parametrize("detail", [{}, {"of": "c1", "similarity": None}, {"of": "c1", "similarity": "much"}])
def test_a_reason_without_its_numbers_is_told_all_the_same(reports, detail):
    from secondhop.reporting.text import why

    decision = dataclasses.replace(reports["duplicates"].decisions[-1], detail=detail)
    assert why(decision) == "dropped duplicate"


@pytest.mark.parametrize(("n", "said"), [(12, []), (13, ["  … and 1 more"]), (20, ["  … and 8 more"])])
def test_the_best_dozen_of_what_is_kept_is_listed_and_the_rest_counted(n, said):
    lines = str(build_context("copper", [f"Copper {number}." for number in range(n)]).report).split("\n")
    assert sum(line.startswith("     #") or line.startswith("    #") for line in lines) == 12
    assert [line for line in lines if "…" in line] == said


def test_warnings_say_what_to_do(reports):
    for name in ("off_topic", "empty"):
        (warning,) = reports[name].warnings
        assert warning.message
        assert warning.suggestion
    assert reports["off_topic"].warnings[0].code == "no_lexical_match"


def test_a_budget_without_room_for_a_sentence_is_a_warning(contract):
    report = contract.analyze("governing law", 1)
    assert "budget_too_small" in {warning.code for warning in report.warnings}
    assert report.n_selected == 0


def test_names_and_questions_neither_steer_a_terminal_nor_pass_for_lines_of_the_report():
    chunk = {"text": "Copper melts.", "source": "a\x1b[2J.md", "heading": "H\nConfidence: 1.00"}
    told = str(build_context("copper\r\nKept (9 kept_relevant)", [chunk]).report)
    assert [line for line in told.split("\n") if line.startswith("Confidence")] != ["Confidence: 1.00"]
    assert told.count("\nConfidence: ") == told.count("\nKept (") == 1
    assert "a\ufffd[2J.md" in told
    assert all(line.isprintable() for line in told.split("\n"))


@pytest.mark.parametrize("turn", "\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
def test_a_name_does_not_turn_the_direction_of_the_line_that_it_stands_in(turn):
    told = str(build_context("copper", [{"text": "Copper melts.", "source": f"a{turn}dm.fdp"}]).report)
    assert "a\ufffddm.fdp c0: holds words of the question" in told
    arabic = "\u200f\u0645\u0644\u0641 1.md"  # marks of one place are part of how such names are written
    assert arabic in str(build_context("copper", [{"text": "Copper melts.", "source": arabic}]).report)


@pytest.mark.parametrize("options", [{"min_score": 1e6}, {"strategy": "distractor_filtered", "top_k": None}])
def test_a_context_that_something_else_left_empty_does_not_blame_the_budget(options):
    document = Document.from_text("The pump is red. It stands on the quay.", min_grounding=1.0)
    report = document.context("Which valve of the pump is green?", 500, **options).report
    assert not report.n_selected
    (warning,) = [each for each in report.warnings if each.code in ("budget_too_small", "all_dropped")]
    assert warning.code == "all_dropped"
    assert all(reason in warning.message for reason in report.removed)


def test_the_header_of_a_table_is_said_to_open_the_table():
    rows = "".join(f"| ship{number} | {number * 7} tons carried over the sound |\n" for number in range(120))
    document = Document.from_bytes(f"| name | freight |\n|---|---|\n{rows}".encode(), format="markdown")
    report = document.context("ship97", budget=60).report
    (header,) = [line for line in str(report).split("\n") if "document line 1:" in line]
    assert "opens the section, table or definition of document line " in header


def test_a_tokenizer_that_adds_tokens_to_any_text_makes_no_waste_of_more_than_all():
    report = build_context("zebra", FILLER, tokenizer=lambda text: 2 + len(text.split())).report
    assert report.n_selected == len(FILLER)
    assert report.estimated_waste_tokens == report.total_tokens < sum(each.tokens for each in report.decisions)
    assert report.total_tokens == sum(each.tokens for each in report.decisions) + report.overhead_tokens
