"""`secondhop eval`: what it prints, writes and exits with."""

import json

import pytest

HORN = "The horn is sounded every two minutes in fog."
BOW = "The lookout stands at the bow and reports by hand."


@pytest.fixture(autouse=True)
def _no_data_of_the_machine(monkeypatch):
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


def test_systems_are_compared_in_a_table(run, data):
    code, out, err = run(
        "eval", "fog", "--data", data, "--system", "bm25", "--system", "secondhop", "--budget", 12,
        "--tokenizer", "words", "--mode", "both", "--split", "all",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "fog, own documents, 12 words, n=4" in out
    assert "fog, pooled documents" in out
    assert all(word in out for word in ("bm25", "secondhop", "run words", "open runs", "difference"))


def test_json_alone_is_printed(run, data, golden, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ["eval", "fog", "--data", data, "--budget", 12, "--tokenizer", "words", "--limit", 2]
    code, out, err = run(*arguments, "--json", "-", "--html", tmp_path / "page.html")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["summary"][0]["metrics"]["full"]["mean"] == 1.0
    assert len(found["rows"]) == 2
    assert "<svg" in (tmp_path / "page.html").read_text(encoding="utf-8")
    run(*arguments, "--json", tmp_path / "run.json")
    written = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert [row["full"] for row in written["rows"]] == [1.0, 1.0]
    assert json.loads(run(*golden, "--json", "-")[1])["scores"] == {"horn": {"full": 1.0, "ev": 1.0}}
    assert not (tmp_path / "-").exists()


def test_the_folder_may_come_from_the_environment(run, data, monkeypatch):
    monkeypatch.setenv("SECONDHOP_EVAL_DATA", str(data))
    assert run("eval", "fog", "--budget", 12)[0] == 0


def test_confidence_is_measured_on_unanswerable_questions(run, data):
    code, out, _ = run("eval", "fog", "--data", data, "--budget", 12, "--unanswerable", "removed", "--json", "-")
    assert code == 0
    assert json.loads(out)["summary"][0]["n"] == 8


def test_a_regression_of_a_golden_set_is_exit_code_1(run, golden, tmp_path):
    store = ["--store", tmp_path / "baseline.json"]
    code, out, _ = run(*golden)
    assert (code, "1 of 1 questions" in out) == (0, True)
    assert run(*golden, *store)[0] == 0
    assert "holds" in run(*golden, *store)[1]
    assert "0 of 1 questions" in run(*golden, "--budget", 2)[1]
    (tmp_path / "manual.txt").write_text(f"{BOW}\n", encoding="utf-8")
    code, out, _ = run(*golden, *store, "--budget", 500)
    assert (code, "REGRESSED" in out, "lost: horn" in out) == (1, True, True)
    code, out, _ = run(*golden, *store, "--json", "-")
    assert (code, json.loads(out)["verdict"]["lost"]) == (1, ["horn"])
    run(*golden, *store, "--json", tmp_path / "verdict.json")
    assert json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))["regressed"]
    assert run(*golden, *store, "--update")[0] == 0
    assert run(*golden, *store)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "not one of"),
        (["fog", "--system", "nobody"], "not one of"),
        (["fog", "--mode", "some"], "mode='some'"),
        (["fog", "--split", "C"], "split='C'"),
        (["fog", "--budget", "0"], "budget=0"),
        (["fog", "--baseline", "nobody"], "baseline"),
        (
            ["fog", "--store", "x", "--update", "--tolerance", 1],
            "--store, --update, --tolerance cannot go with DATASET",
        ),
        (["fog", "--update"], "--golden"),
        (["fog", "--system", "secondhop:self=x"], "option='self'"),
        (["fog", "--system", "secondhop", "--system", "secondhop"], "name secondhop"),
        (["fog", "--json", "none/run.json"], "no folder none"),
        (["fog", "--json", ""], "empty"),
        (["fog", "--html", ""], "empty"),
        (["fog", "--data", ""], "empty"),
        (["fog", "--unanswerable", "marked"], "adds no question to 'fog'"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(run, data, arguments, message):
    code, out, err = run("eval", "--data", data, *arguments)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["another"], "one file or folder"),
        (["--budget", 5, "--budget", 6], "one --budget"),
        (["--baseline", "y"], "--baseline cannot go with"),
        (
            ["--system", "bm25", "--unanswerable", "marked", "--html", "page.html"],
            "--system, --unanswerable, --html cannot go",
        ),
        (
            ["--mode", "pooled", "--split", "A", "--limit", 1, "--data", "."],
            "--data, --mode, --split, --limit cannot go",
        ),
        (["--tolerance", 1], "tolerance needs a baseline"),
        (["--store", ""], "empty"),
        (["--golden", ""], "empty"),
    ],
)
def test_a_golden_set_takes_no_option_that_it_would_not_use(run, golden, arguments, message):
    code, out, err = run(*golden, *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_nothing_is_stored_where_the_json_cannot_be_written(run, golden, tmp_path):
    code, _, err = run(*golden, "--store", tmp_path / "new.json", "--json", tmp_path)
    assert (code, "is a folder" in err) == (2, True)
    assert not (tmp_path / "new.json").exists()


@pytest.mark.parametrize("columns", ["0", "40", "80"])
def test_no_figure_is_cut_however_narrow_the_terminal_is(run, data, monkeypatch, columns):
    for name, value in (("COLUMNS", columns), ("TERM", "xterm"), ("FORCE_COLOR", "1")):  # as on a terminal
        monkeypatch.setenv(name, value)
    systems = ["--system", "bm25", "--system", "secondhop", "--system", "secondhop:strategy=raw_topk,grain=chunk"]
    _, out, _ = run("eval", "fog", "--data", data, *systems, "--budget", 12, "--tokenizer", "words")
    assert "…" not in out
    line = next(line for line in out.splitlines() if "grain=chunk" in line)
    cells = [cell.strip() for cell in line.split("│")[:3]]
    assert cells == ["secondhop:strategy=raw_topk,grain=chunk", "100.0", "+0.0 [+0.0, +0.0]"]


def test_an_id_with_half_a_surrogate_is_written_as_json_has_it(run, data, golden, tmp_path):
    row = json.loads((data / "dev/fog.jsonl").read_text("utf-8").splitlines()[0]) | {"id": "a\ud83d"}
    (tmp_path / "half.jsonl").write_text(json.dumps(row), "utf-8")
    code, _, err = run("eval", tmp_path / "half.jsonl", "--budget", 12, "--json", tmp_path / "run.json")
    assert (code, err) == (0, "")
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["rows"][0]["id"] == "a\ud83d"
    (tmp_path / "golden.jsonl").write_text(json.dumps({"question": "Fog \ud83d?", "expected": [HORN]}), "utf-8")
    store = ["--store", tmp_path / "baseline.json", "--json", tmp_path / "run.json"]
    assert [run(*golden, *store)[0] for _ in range(2)] == [0, 0]
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["verdict"]["new"] == []


def test_a_damaged_golden_set_is_no_regression(run, golden, tmp_path):
    (tmp_path / "golden.jsonl").write_text("{oops}", encoding="utf-8")
    code, out, err = run(*golden)
    assert (code, out) == (2, "")
    assert "golden.jsonl, line 1 is not JSON" in err


def test_json_of_a_golden_set_is_json_where_nothing_was_compared(run, golden, tmp_path):
    (tmp_path / "baseline.json").write_text('{"format": 1, "scores": {}}', encoding="utf-8")
    _, out, _ = run(*golden, "--store", tmp_path / "baseline.json", "--json", "-")
    verdict = json.loads(out, parse_constant=pytest.fail)["verdict"]
    assert (verdict["change"], verdict["new"]) == (None, ["horn"])


def test_missing_data_is_unreadable(run, tmp_path):
    code, _, err = run("eval", "fog", "--data", tmp_path / "none")
    assert (code, "does not exist" in err) == (3, True)
    assert "SECONDHOP_EVAL_DATA" in run("eval", "fog")[2]


def test_json_of_a_golden_set_names_what_no_document_holds(run, golden, tmp_path):
    row = {"id": "g", "question": "How often is the horn sounded?", "expected": ["every three minutes"]}
    (tmp_path / "golden.jsonl").write_text(json.dumps(row), encoding="utf-8")
    code, out, _ = run(*golden, "--json", "-")
    assert (code, json.loads(out)["nowhere"]) == (0, ["g"])


@pytest.mark.parametrize("name", ["golden.jsonl", "baseline.json"])
def test_the_json_is_not_written_over_the_golden_set_or_its_baseline(run, golden, tmp_path, name):
    command = [*golden, "--store", tmp_path / "baseline.json"]
    run(*command)
    before = (tmp_path / name).read_bytes()
    code, _, err = run(*command, "--json", tmp_path / name)
    assert (code, "is another file of this run" in err) == (2, True)
    assert (tmp_path / name).read_bytes() == before
