import json

import pytest
from rich.console import Console

from secondhop.errors import InputError, OptionError
from secondhop.evaluation import run_golden
from secondhop.evaluation.golden import compare

ADA = "Ada Lovelace wrote the first program. She worked with Charles Babbage."
BABBAGE = "Charles Babbage designed the Analytical Engine. He was born in London."
NOISE = "Bread rises when yeast ferments the sugars of the flour."


@pytest.fixture
def golden(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/ada.txt").write_text(f"{ADA}\n\n{BABBAGE}", encoding="utf-8")
    (tmp_path / "golden.jsonl").write_text(
        json.dumps(
            {
                "id": "g",
                "question": "Who designed the Analytical Engine?",
                "expected": ["Charles Babbage designed the Analytical Engine."],
            }
        ),
        encoding="utf-8",
    )
    return tmp_path


def test_a_golden_set_holds_until_its_evidence_goes(golden):
    files = {
        "golden": golden / "golden.jsonl",
        "files": golden / "docs",
        "baseline": golden / "baseline.json",
        "tokenizer": "words",
    }
    assert not run_golden(**files).regressed
    assert not run_golden(**files).regressed
    (golden / "docs/ada.txt").write_text(NOISE, encoding="utf-8")
    console = Console(record=True)
    assert run_golden(**files, console=console).regressed
    assert "lost: g" in console.export_text()
    assert run_golden(**files, tolerance=1).regressed, "the whole interval lies below 0"
    assert run_golden(**files, update=True).stored
    assert not run_golden(**files).regressed


def test_golden_questions_need_expected_texts(golden):
    (golden / "bad.jsonl").write_text('{"question": "?"}', encoding="utf-8")
    with pytest.raises(InputError, match="expected"):
        run_golden(golden / "bad.jsonl", golden / "docs", baseline=golden / "b.json")


def test_single_losses_are_tolerated_up_to_a_number():
    old = {str(n): {"full": 1.0, "ev": 1.0} for n in range(20)}
    new = {**old, "3": {"full": 0.0, "ev": 0.5}}
    assert compare(new, old).regressed
    assert not compare(new, old, tolerance=1).regressed
    assert compare(old, {}).new == tuple(old)


def test_without_a_baseline_the_scores_are_all_there_is(golden):
    found = run_golden(golden / "golden.jsonl", golden / "docs")
    assert (found.verdict, found.stored, found.regressed) == (None, False, False)
    assert found.scores == {"g": {"full": 1.0, "ev": 1.0}}
    with pytest.raises(OptionError, match="baseline"):
        run_golden(golden / "golden.jsonl", golden / "docs", update=True)
