import errno
import json
import os

import pytest
from rich.console import Console

from secondhop.errors import CorruptFileError, InputError, OptionError, SourceNotFoundError
from secondhop.evaluation import run_golden
from secondhop.evaluation.golden import GoldenRun, compare, describe
from secondhop.options import FolderOptions

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
    stored = run_golden(**files, update=True)
    assert (stored.stored, stored.verdict) == (True, None)
    assert not run_golden(**files).regressed


def test_single_losses_are_tolerated_up_to_a_number():
    old = {str(n): {"full": 1.0, "ev": 1.0} for n in range(20)}
    new = {**old, "3": {"full": 0.0, "ev": 0.5}}
    assert compare(new, old).regressed
    assert not compare(new, old, tolerance=1).regressed
    assert compare(old, {}).new == tuple(old)
    less = {**old, "3": {"full": 0.0, "ev": 0.3}}
    assert (compare(less, new).lost, compare(less, new).gained, compare(old, new).gained) == ((), (), ("3",))


def test_without_a_baseline_the_scores_are_all_there_is(golden):
    found = run_golden(golden / "golden.jsonl", golden / "docs")
    assert (found.verdict, found.stored, found.regressed) == (None, False, False)
    assert found.scores == {"g": {"full": 1.0, "ev": 1.0}}
    for option in ({"update": True}, {"tolerance": 1}):
        with pytest.raises(OptionError, match="needs a baseline"):
            run_golden(golden / "golden.jsonl", golden / "docs", **option)


QUESTION = {"question": "Who designed the Analytical Engine?", "expected": ["designed the Analytical Engine"]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no question"),
        (b" \n\r\n", "no question"),
        (b"{oops}", "line 1 is not JSON"),
        (b'\n{"question": "?",', "line 2 is not JSON"),
        (b"[" * 100_000, "line 1 is not JSON"),
        (b'["question"]', "line 1 is not a JSON object"),
        (b'{"question": "?"}', "question 1: needs .* `expected`"),
        (json.dumps({**QUESTION, "expected": ["Ada", " "]}).encode(), "question 1: each text"),
        (json.dumps({**QUESTION, "expected": ["Ada", 5]}).encode(), "question 1: each text"),
        (json.dumps({**QUESTION, "source": ["ada.txt"]}).encode(), "question 1: source"),
        (b"\n".join([json.dumps(QUESTION).encode()] * 2), "there twice"),
        (json.dumps({**QUESTION, "question": " "}).encode(), "question 1: needs `question`"),
    ],
)
def test_a_golden_set_that_asks_nothing_sensible_is_refused_with_its_line(golden, data, message):
    (golden / "bad.jsonl").write_bytes(data)
    with pytest.raises(InputError, match=message) as caught:
        run_golden(golden / "bad.jsonl", golden / "docs")
    assert "bad.jsonl" in str(caught.value)


def test_a_golden_set_that_cannot_be_read_is_a_load_error(golden):
    (golden / "bad.jsonl").write_bytes(json.dumps(QUESTION).encode("utf-16"))
    with pytest.raises(CorruptFileError, match="UTF-8"):
        run_golden(golden / "bad.jsonl", golden / "docs")
    with pytest.raises(SourceNotFoundError, match=r"none\.jsonl"):
        run_golden(golden / "none.jsonl", golden / "docs")


def test_marks_and_line_ends_of_other_editors_do_not_count(golden):
    row = json.dumps({**QUESTION, "id": None, "source": None})
    (golden / "other.jsonl").write_bytes(b"\xef\xbb\xbf\r\n" + row.encode() + b"\r\n")
    (golden / "baseline.json").write_bytes(b'\xef\xbb\xbf{"format": 1, "scores": {}}')
    found = run_golden(golden / "other.jsonl", golden / "docs", baseline=golden / "baseline.json")
    assert found.scores == {QUESTION["question"]: {"full": 1.0, "ev": 1.0}}


def test_a_golden_set_that_was_edited_is_read_again(golden):
    first = run_golden(golden / "golden.jsonl", golden / "docs").scores
    (golden / "golden.jsonl").write_text(json.dumps({**QUESTION, "id": "new"}), encoding="utf-8")
    assert list(first) == ["g"]
    assert list(run_golden(golden / "golden.jsonl", golden / "docs").scores) == ["new"]


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[]",
        b'{"format": 1}',
        b'{"format": 1, "scores": []}',
        b'{"format": 1, "scores": {"g": 5}}',
        b'{"format": 1, "scores": {"g": {"full": 1.0}}}',
        b'{"format": 1, "scores": {"g": {"full": 1.0, "ev": "all"}}}',
    ],
)
def test_what_is_no_baseline_is_refused(golden, stored):
    (golden / "baseline.json").write_bytes(stored)
    for update in (False, True):
        with pytest.raises(InputError, match=r"baseline\.json is not a stored baseline"):
            run_golden(golden / "golden.jsonl", golden / "docs", baseline=golden / "baseline.json", update=update)
    assert (golden / "baseline.json").read_bytes() == stored


def test_a_baseline_that_cannot_be_written_is_what_it_was(golden, monkeypatch):
    baseline = golden / "baseline.json"
    run_golden(golden / "golden.jsonl", golden / "docs", baseline=baseline)
    before, files = baseline.read_bytes(), sorted(golden.iterdir())

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        run_golden(golden / "golden.jsonl", golden / "docs", baseline=baseline, update=True)
    assert (baseline.read_bytes(), sorted(golden.iterdir())) == (before, files)


def test_a_baseline_that_may_not_be_written_is_named(golden, monkeypatch):
    def refused(temporary, path):
        raise PermissionError(errno.EACCES, "Permission denied", str(temporary), None, str(path))

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(PermissionError) as caught:
        run_golden(golden / "golden.jsonl", golden / "docs", baseline=golden / "baseline.json")
    assert caught.value.filename == str(golden / "baseline.json")


@pytest.mark.parametrize("place", ["none/baseline.json", "docs", ""])
def test_where_no_baseline_can_be_written_no_question_is_asked(golden, place):
    with pytest.raises(InputError, match=r"no folder|is a folder|empty"):
        run_golden(golden / "golden.jsonl", golden / "nowhere", baseline=place and golden / place)


@pytest.mark.parametrize("options", [{"ignore": ["*.md"]}, {"persist": True, "chunk_size": 64}])
def test_options_of_a_folder_go_with_questions_to_one_of_its_files(golden, options):
    (golden / "golden.jsonl").write_text(json.dumps({**QUESTION, "id": "g", "source": "ada.txt"}), "utf-8")
    scores = {"g": {"full": 1.0, "ev": 1.0}}
    assert run_golden(golden / "golden.jsonl", golden / "docs", **options).scores == scores
    assert run_golden(golden / "golden.jsonl", golden / "docs", options=FolderOptions(**options)).scores == scores


def test_a_baseline_without_these_questions_compares_nothing_and_says_so(golden):
    (golden / "baseline.json").write_text('{"format": 1, "scores": {"other": {"full": 1, "ev": 1}}}', "utf-8")
    found = run_golden(golden / "golden.jsonl", golden / "docs", baseline=golden / "baseline.json")
    assert "nothing was compared" in describe(found)
    assert "nan" not in describe(found)


def test_questions_of_the_baseline_that_are_not_asked_are_counted():
    old = {str(n): {"full": 1.0, "ev": 1.0} for n in range(4)}
    verdict = compare({key: old[key] for key in "01"}, old)
    assert (verdict.regressed, verdict.lost, verdict.gone) == (False, (), ("2", "3"))
    assert "0 new, 2 of the baseline not asked\n" in describe(GoldenRun({}, verdict, stored=False))
    assert "not asked" not in describe(GoldenRun({}, compare(old, old), stored=False))


@pytest.mark.parametrize("tolerance", [-1, "1", None])
def test_a_tolerance_that_is_no_number_of_questions_is_refused_before_anything_is_done(golden, tolerance):
    with pytest.raises(OptionError, match=f"tolerance={tolerance!r}"):
        run_golden(golden / "golden.jsonl", golden / "none", tolerance=tolerance)


def test_an_empty_path_is_not_the_current_folder(golden, monkeypatch):
    monkeypatch.chdir(golden / "docs")
    with pytest.raises(InputError, match="empty"):
        run_golden(golden / "golden.jsonl", "")


def test_an_expected_text_that_no_document_holds_is_told(golden):
    rows = [
        {"id": "no text", **QUESTION, "expected": ["Babbage designed the steam engine"]},
        {"id": "elsewhere", **QUESTION, "expected": ["yeast ferments"], "source": "ada.txt"},
        {"id": "no room", **QUESTION, "expected": ["wrote the first program. She", "He was born in London"]},
        {"id": "held", **QUESTION},
    ]
    (golden / "docs/bread.txt").write_text(NOISE, encoding="utf-8")
    (golden / "golden.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    files = {"golden": golden / "golden.jsonl", "files": golden / "docs", "budget": 8, "tokenizer": "words"}
    for baseline in (None, golden / "baseline.json", golden / "baseline.json"):
        found = run_golden(**files, baseline=baseline)
        assert [key for key, score in found.scores.items() if score["full"] < 1] == ["no text", "elsewhere", "no room"]
        assert found.nowhere == ("no text", "elsewhere")
        assert describe(found).endswith(
            "expected, but nowhere in the documents: no text\nexpected, but nowhere in the documents: elsewhere"
        )


def test_a_source_that_is_not_there_is_told_with_its_question(golden):
    (golden / "golden.jsonl").write_text(json.dumps({"id": "g", **QUESTION, "source": "eve.txt"}), "utf-8")
    with pytest.raises(SourceNotFoundError, match=r"eve\.txt: the source of the question 'g' does not exist"):
        run_golden(golden / "golden.jsonl", golden / "docs")
    with pytest.raises(InputError, match=r"the question 'g' is of source='eve\.txt', and .*ada\.txt is asked alone"):
        run_golden(golden / "golden.jsonl", golden / "docs/ada.txt")
    (golden / "golden.jsonl").write_text(json.dumps({"id": "g", **QUESTION, "source": "ada.txt"}), "utf-8")
    assert run_golden(golden / "golden.jsonl", golden / "docs/ada.txt").scores == {"g": {"full": 1.0, "ev": 1.0}}


def test_a_question_to_one_file_is_asked_with_the_options_of_the_folder(golden):
    (golden / "golden.jsonl").write_text(json.dumps({**QUESTION, "id": 0, "source": "ada.txt"}), "utf-8")
    files = {"golden": golden / "golden.jsonl", "files": golden / "docs", "budget": 20}
    assert run_golden(**files, tokenizer="words").scores == {"0": {"full": 1.0, "ev": 1.0}}
    assert run_golden(**files, tokenizer="characters").scores == {"0": {"full": 0.0, "ev": 0.0}}


def test_the_source_of_a_question_may_be_named_with_its_folder_where_one_file_is_asked(golden):
    (golden / "golden.jsonl").write_text(json.dumps({**QUESTION, "id": "g", "source": "docs/ada.txt"}), "utf-8")
    assert run_golden(golden / "golden.jsonl", golden / "docs/ada.txt").scores == {"g": {"full": 1.0, "ev": 1.0}}


def test_a_baseline_of_another_version_is_refused(golden):
    (golden / "baseline.json").write_text('{"format": 2, "scores": {}}', "utf-8")
    with pytest.raises(InputError, match=r"baseline\.json: baseline format 2 is not known"):
        run_golden(golden / "golden.jsonl", golden / "docs", baseline=golden / "baseline.json")
