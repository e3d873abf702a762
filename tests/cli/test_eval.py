"""`secondhop eval`: what it prints, writes and exits with."""

import json

import pytest

from secondhop import cli

HORN = "The horn is sounded every two minutes in fog."
BOW = "The lookout stands at the bow and reports by hand."


@pytest.fixture(autouse=True)
def _plain(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("SECONDHOP_EVAL_DATA", raising=False)


@pytest.fixture
def data(tmp_path):
    questions = [
        {
            "id": f"q{number}",
            "question": "How often is the horn sounded?",
            "answer": "every two minutes",
            "passages": [
                {"id": "a", "title": "Horn", "text": HORN, "is_gold": True},
                {"id": "b", "title": f"Bow {number}", "text": BOW, "is_gold": False},
            ],
        }
        for number in range(4)
    ]
    (tmp_path / "dev").mkdir()
    lines = "\n".join(json.dumps(question) for question in questions)
    (tmp_path / "dev/fog.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


@pytest.fixture
def golden(tmp_path):
    (tmp_path / "manual.txt").write_text(f"{HORN}\n\n{BOW}\n", encoding="utf-8")
    row = {"id": "horn", "question": "How often is the horn sounded?", "expected": [HORN]}
    (tmp_path / "golden.jsonl").write_text(json.dumps(row), encoding="utf-8")
    return ["eval", "--golden", tmp_path / "golden.jsonl", tmp_path / "manual.txt", "--tokenizer", "words"]


def run(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_systems_are_compared_in_a_table(capsys, data):
    code, out, err = run(
        capsys, "eval", "fog", "--data", data, "--system", "bm25", "--system", "secondhop", "--budget", 12,
        "--tokenizer", "words", "--mode", "both", "--split", "all",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "fog, own documents, 12 words, n=4" in out
    assert "fog, pooled documents" in out
    assert all(word in out for word in ("bm25", "secondhop", "run words", "open runs", "difference"))


def test_json_alone_is_printed(capsys, data, tmp_path):
    arguments = ["eval", "fog", "--data", data, "--budget", 12, "--tokenizer", "words", "--limit", 2]
    code, out, err = run(capsys, *arguments, "--json", "-", "--html", tmp_path / "page.html")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["summary"][0]["metrics"]["full"]["mean"] == 1.0
    assert len(found["rows"]) == 2
    assert "<svg" in (tmp_path / "page.html").read_text(encoding="utf-8")
    run(capsys, *arguments, "--json", tmp_path / "run.json")
    written = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert [row["full"] for row in written["rows"]] == [1.0, 1.0]


def test_the_folder_may_come_from_the_environment(capsys, data, monkeypatch):
    monkeypatch.setenv("SECONDHOP_EVAL_DATA", str(data))
    assert run(capsys, "eval", "fog", "--budget", 12)[0] == 0


def test_confidence_is_measured_on_unanswerable_questions(capsys, data):
    code, out, _ = run(
        capsys, "eval", "fog", "--data", data, "--budget", 12, "--unanswerable", "removed", "--json", "-"
    )
    assert code == 0
    assert json.loads(out)["summary"][0]["n"] == 8


def test_a_regression_of_a_golden_set_is_exit_code_1(capsys, golden, tmp_path):
    store = ["--store", tmp_path / "baseline.json"]
    code, out, _ = run(capsys, *golden)
    assert (code, "1 of 1 questions" in out) == (0, True)
    assert run(capsys, *golden, *store)[0] == 0
    assert "holds" in run(capsys, *golden, *store)[1]
    (tmp_path / "manual.txt").write_text(f"{BOW}\n", encoding="utf-8")
    code, out, _ = run(capsys, *golden, *store, "--budget", 500)
    assert (code, "REGRESSED" in out, "lost: horn" in out) == (1, True, True)
    code, out, _ = run(capsys, *golden, *store, "--json", "-")
    assert (code, json.loads(out)["verdict"]["lost"]) == (1, ["horn"])
    run(capsys, *golden, *store, "--json", tmp_path / "verdict.json")
    assert json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))["regressed"]
    assert run(capsys, *golden, *store, "--update")[0] == 0
    assert run(capsys, *golden, *store)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "not one of"),
        (["fog", "--system", "nobody"], "not one of"),
        (["fog", "--mode", "some"], "mode='some'"),
        (["fog", "--split", "C"], "split='C'"),
        (["fog", "--budget", "0"], "at least 1 token"),
        (["fog", "--baseline", "nobody"], "baseline"),
        (["fog", "--store", "x"], "--golden"),
        (["fog", "fog", "--golden", "x"], "one file or folder"),
        (["fog", "--golden", "x", "--baseline", "y"], "--baseline"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(capsys, data, arguments, message):
    code, out, err = run(capsys, "eval", *arguments, "--data", data)
    assert (code, out) == (2, "")
    assert message in err


def test_a_damaged_golden_set_is_no_regression(capsys, golden, tmp_path):
    (tmp_path / "golden.jsonl").write_text("{oops}", encoding="utf-8")
    code, out, err = run(capsys, *golden)
    assert (code, out) == (2, "")
    assert "golden.jsonl, line 1 is not JSON" in err


def test_json_of_a_golden_set_is_json_where_nothing_was_compared(capsys, golden, tmp_path):
    (tmp_path / "baseline.json").write_text('{"format": 1, "scores": {}}', encoding="utf-8")
    _, out, _ = run(capsys, *golden, "--store", tmp_path / "baseline.json", "--json", "-")
    verdict = json.loads(out, parse_constant=pytest.fail)["verdict"]
    assert (verdict["change"], verdict["new"]) == (None, ["horn"])


def test_missing_data_is_unreadable(capsys, tmp_path):
    code, _, err = run(capsys, "eval", "fog", "--data", tmp_path / "none")
    assert (code, "does not exist" in err) == (3, True)
    assert "SECONDHOP_EVAL_DATA" in run(capsys, "eval", "fog")[2]
