"""The command line: what it prints where, and with which code it exits."""

import importlib.metadata
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import secondhop
from secondhop.cli import options as options_module
from secondhop.errors import StoreError
from secondhop.storage import IndexStore
from secondhop.text.tokens import TOKENIZERS

DATA = Path(__file__).resolve().parents[2] / "examples" / "data"
HANDBOOK = str(DATA / "handbook.pdf")
QUESTION = "When does a berth become forfeit?"


@pytest.fixture(autouse=True)
def _no_vocabulary_of_the_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "docs"
    root.mkdir()
    (root / "a.md").write_text("# Horn\n\nThe horn is sounded every two minutes.\n", "utf-8")
    (root / "b.txt").write_text("The lookout stands at the bow.\n", "utf-8")
    return root


@pytest.fixture
def broken(folder):
    """A file in the folder that cannot be read."""
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    return folder / "broken.pdf"


def test_ask_prints_text_citations_and_report(run):
    code, out, err = run("ask", HANDBOOK, QUESTION, "--budget", 120, "--text-style", "numbered")
    assert (code, err) == (0, "")
    context = secondhop.Document.from_file(HANDBOOK).context(QUESTION, 120, text_style="numbered")
    assert out.startswith(context.text())
    assert f"{context.citations[-1]['marker']}  {HANDBOOK}" in out
    assert "Decision Report" in out
    assert "\x1b" not in out


@pytest.mark.parametrize("name", ["handbook.pdf", "notes.txt"])
def test_a_dash_reads_standard_input(tmp_path, name):
    (tmp_path / "notes.txt").write_text("The horn is sounded every two minutes.", "utf-8")
    file = DATA / name if (DATA / name).exists() else tmp_path / name
    command = [sys.executable, "-m", "secondhop", "ask", "-", "How often is the horn sounded?", "--json"]
    with file.open("rb") as content:
        done = subprocess.run(command, stdin=content, capture_output=True, check=False)
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    assert found["text"] == secondhop.Document.from_file(file).context("How often is the horn sounded?").text()
    assert {citation["source"] for citation in found["citations"]} == {"stdin"}


def test_the_report_is_readable_at_80_columns(run):
    _, out, _ = run("analyze", HANDBOOK, QUESTION)
    assert max(map(len, out.splitlines())) <= 80


def test_json_is_one_object_and_nothing_else(run):
    code, out, err = run("ask", HANDBOOK, QUESTION, "--budget", 90, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == secondhop.Document.from_file(HANDBOOK).context(QUESTION, 90).to_dict()
    assert list(json.loads(out)) == ["text", "citations", "report"]


def test_no_columns_at_all_are_80(run, monkeypatch):
    expected = run("analyze", HANDBOOK, QUESTION)
    monkeypatch.setenv("COLUMNS", "0")
    assert run("analyze", HANDBOOK, QUESTION) == expected


def test_analyze_gives_the_report_alone(run):
    code, out, _ = run("analyze", HANDBOOK, QUESTION, "--budget", 90, "--json")
    assert code == 0
    assert json.loads(out) == {"report": secondhop.Document.from_file(HANDBOOK).analyze(QUESTION, 90).to_dict()}


def test_every_option_reaches_the_library(run, folder):
    arguments = "--budget 50 --strategy raw_topk --text-style numbered --neighbors 1 --include-heading --top-k 2"
    arguments += " --tokenizer words --ignore b.* --persist --json"
    code, out, _ = run("ask", folder, "horn", *arguments.split())
    report = json.loads(out)["report"]
    assert code == 0
    assert (report["token_budget"], report["strategy"], report["text_style"]) == (50, "raw_topk", "numbered")
    assert report["tokenizer"].endswith("words")
    assert {citation["source"] for citation in json.loads(out)["citations"]} == {"a.md"}
    assert (folder / ".secondhop").is_dir()


def test_an_index_that_cannot_be_kept_is_said(run, monkeypatch, folder):
    def refuse(*_, **__):
        raise StoreError(folder, "Read-only file system") from OSError(30, "Read-only file system")

    monkeypatch.setattr(IndexStore, "write", refuse)
    code, out, err = run("ask", folder, "horn", "--persist", "--json")
    assert (code, bool(json.loads(out)["text"])) == (0, True)
    assert err == f"warning: {folder}: Read-only file system: what has changed is held in memory only\n"


def test_files_with_names_elsewhere_are_read_if_asked_for(run, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "kept.txt").write_text("Copper melts.", "utf-8")
    os.link(tmp_path / "kept.txt", tmp_path / "docs" / "linked.txt")
    code, _, err = run("inspect", tmp_path / "docs")
    assert code == 3
    assert "hard_links" in err
    for command in (["inspect"], ["analyze"], ["index", "build"]):
        question = ["copper"] if command == ["analyze"] else []
        assert run(*command, tmp_path / "docs", *question, "--hard-links")[0] == 0


@pytest.mark.parametrize("options", [[], ["--json"], ["--persist"]])
@pytest.mark.parametrize("command", ["ask", "analyze"])
def test_files_that_cannot_be_read_are_said_beside_the_answer(run, folder, broken, command, options):
    for _ in range(2):  # from the kept index, too
        code, out, err = run(command, folder, "horn", *options, "--ignore", "b.txt")
        assert (code, "The horn" in out or command == "analyze") == (0, True)
        assert re.fullmatch(
            r"warning: 1 file could not be read: not a readable PDF .* \(1\); `secondhop inspect` lists them\n", err
        )


def test_inspect_shows_what_was_loaded_and_what_was_not(run, folder, broken):
    code, out, _ = run("inspect", folder, "--ignore", "b.txt", "--json")
    found = json.loads(out)
    assert code == 0
    assert [entry["source"] for entry in found["sources"]] == ["a.md"]
    assert {entry["source"] for entry in found["skipped_files"]} == {"b.txt", "broken.pdf"}
    assert all(entry["reason"] for entry in found["skipped_files"])
    code, out, _ = run("inspect", HANDBOOK)
    assert "7 pages" in out


@pytest.mark.parametrize("command", [["inspect"], ["ask", "horn"], ["analyze", "horn"]], ids=lambda command: command[0])
def test_an_index_is_kept_where_that_is_asked_for_and_nowhere_else(run, folder, command):
    name, *question = command
    for options, kept in ([], False), (["--persist"], True):
        assert run(name, folder, *question, *options)[0] == 0
        assert (folder / ".secondhop").exists() == kept


def test_doctor_says_what_is_there(run):
    code, out, _ = run("doctor", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["secondhop"] == secondhop.__version__
    assert found["dependencies"]["numpy"]
    assert all(found["extras"]["office"].values())
    assert found["tokenizer"]["vocabulary_present"] is False
    code, out, _ = run("doctor")
    assert "secondhop doctor --fetch-tokenizer" in out


def test_doctor_does_without_the_metadata_of_the_package(run, monkeypatch):
    def not_installed(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(sys.modules["secondhop.cli.doctor"], "metadata", not_installed)
    code, out, _ = run("doctor")
    assert code == 0
    assert "runs from its source" in out


def test_doctor_fetches_only_when_asked_and_says_so(run, monkeypatch):
    import tiktoken

    def no_network(name):
        raise OSError("no route to host")

    monkeypatch.setattr(tiktoken, "get_encoding", no_network)
    assert run("doctor")[0] == 0
    code, out, err = run("doctor", "--fetch-tokenizer")
    assert (code, out) == (3, "")
    assert "over the network" in err
    assert "error: the vocabulary of o200k_base could not be fetched: no route to host" in err


def test_doctor_does_not_fetch_what_is_there(run, monkeypatch):
    monkeypatch.setattr(sys.modules["secondhop.cli.doctor"], "has_vocabulary", lambda encoding: True)
    code, out, err = run("doctor", "--fetch-tokenizer")
    assert (code, err) == (0, "")
    assert "counts with o200k_base" in out


def test_nothing_found_is_code_1(run):
    code, out, err = run("ask", HANDBOOK, "zeppelin")
    assert (code, err) == (1, "")
    assert "no_lexical_match" in out
    assert run("analyze", HANDBOOK, "")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["ask", HANDBOOK], "QUESTION"),
        (["ask", HANDBOOK, "x", "--budget", "many"], "'--budget'"),
        (["ask", HANDBOOK, "x", "--budget", "many"], "'many'"),
        (["ask", HANDBOOK, "x", "--budget", "0"], "budget=0"),
        (["ask", HANDBOOK, "x", "--strategy", "best"], "max_density"),
        (["ask", HANDBOOK, "x", "--text-style", "fancy"], "fancy"),
        (["ask", HANDBOOK, "x", "--tokenizer", "abacus"], "abacus"),
        (["ask", HANDBOOK, "x", "--top-k", "-1"], "top_k=-1"),
        (["ask", HANDBOOK, "x", "--ignore", "*.md"], "--ignore is for folders"),
        (["ask", HANDBOOK, "x", "--hard-links"], "--hard-links is for folders"),
        (["ask", HANDBOOK, "x", "--persist"], "--persist is for folders"),
        (["ask", HANDBOOK, "x", "--bugdet", "3"], "--bugdet"),
        (["aks", HANDBOOK, "x"], "aks"),
    ],
)
def test_a_wrong_command_line_is_code_2_and_one_line(run, arguments, part):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert part in err


def test_an_unreadable_source_is_code_3_and_one_line(run, broken, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    for path in (tmp_path / "missing.pdf", broken, empty):
        code, out, err = run("ask", path, "x")
        assert (code, out) == (3, "")
        assert err.startswith("error: ")
        assert err.count("\n") == 1
        assert path.name in err


def test_a_want_of_memory_is_code_3_and_one_line(run, monkeypatch):
    def measure(*_):
        raise MemoryError("Unable to allocate 1 TiB")

    monkeypatch.setattr(sys.modules["secondhop.cli.size"], "measure", measure)
    code, out, err = run("size", 1000, "--measure")
    assert (code, out, err) == (3, "", "error: not enough memory: Unable to allocate 1 TiB\n")


def test_an_interruption_is_code_130(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(options_module.Document, "from_file", interrupted)
    code, out, err = run("ask", HANDBOOK, "x")
    assert (code, out) == (130, "")
    assert err.strip() == "error: interrupted"


def test_an_interruption_while_modules_are_loaded_is_one_too():
    code = (
        "import sys\n"
        "from secondhop.__main__ import main\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'secondhop.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "error: interrupted\n")


def test_without_a_command_the_help_is_shown(run):
    code, out, _ = run()
    assert code == 2
    assert "analyze" in out
    assert run("ask", "--help")[0] == 0
    assert run("--version")[:2] == (0, f"secondhop {secondhop.__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "defaults"),
    [
        (["ask"], ["8192", "auto"]),
        (["eval"], ["512 and 1024; golden: 2048", "secondhop", "the first"]),
        (["index", "build"], ["FOLDER/.secondhop", "60.0"]),
    ],
)
def test_a_help_has_the_defaults(run, monkeypatch, arguments, defaults):
    monkeypatch.setenv("COLUMNS", "200")
    _, out, _ = run(*arguments, "--help")
    shown = out.replace("(", "").replace(")", "")
    assert [value for value in defaults if f"[default: {value}]" not in shown] == []


@pytest.mark.parametrize("command", ["ask", "analyze", "eval"])
def test_a_help_has_the_tokenizers(run, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "300")
    assert ", ".join(TOKENIZERS) in run(command, "--help")[1]


def test_a_progress_bar_appears_on_a_terminal_when_reading_takes_long(monkeypatch, folder):
    monkeypatch.setattr(options_module, "PATIENCE_S", 0.0)
    shown = []
    monkeypatch.setattr(options_module.Progress, "update", lambda self, task, **fields: shown.append(fields["source"]))
    options_module.load(folder)
    assert shown == []  # standard error is no terminal here
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    options_module.load(folder)
    assert shown == ["a.md", "b.txt"]


@pytest.mark.parametrize("columns", ["30", "80"])
def test_no_name_pushes_the_progress_bar_out_or_steers_the_terminal(monkeypatch, columns):
    monkeypatch.setattr(options_module, "PATIENCE_S", 0.0)
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", "dumb")  # lines alone, no movements
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with options_module.ProgressBar() as bar:
        bar(1234, 5678, "\x1b]0;other\nname" + "folder/" * 20)
        shown = "".join(segment.text for segment in bar._progress.console.render(bar._progress.get_renderable()))
    assert "1234/5678" in shown
    assert shown.count("\n") == 1
    assert "\x1b" not in shown


def test_an_error_cannot_steer_a_terminal(run, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run("ask", "a\x1b[31m.txt", "x") == (3, "", "error: a\ufffd[31m.txt: no such file\n")


def test_control_characters_cannot_steer_a_terminal(tmp_path):
    from rich.console import Console

    from secondhop.cli.output import _visible

    assert _visible(Console(force_terminal=True), "a\x1b[31mb\tc\n") == "a\ufffd[31mb\tc\n"
    assert _visible(Console(force_terminal=False), "a\x1b[31mb") == "a\x1b[31mb"


def test_texts_with_windows_line_ends_are_printed_with_those_of_the_system(tmp_path, run, monkeypatch):
    (tmp_path / "a.txt").write_bytes(b"The horn is loud.\r\nIt sounds twice.\r\n")
    assert run("ask", tmp_path / "a.txt", "horn")[1].startswith("The horn is loud.\nIt sounds twice.\n")
    windows = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\r\n")
    monkeypatch.setattr("sys.stdout", windows)
    run("ask", tmp_path / "a.txt", "horn")
    assert windows.buffer.getvalue().startswith(b"The horn is loud.\r\nIt sounds twice.\r\n\r\n[1]")


def test_texts_with_windows_line_ends_are_clean_on_a_terminal(tmp_path, run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    (tmp_path / "a.txt").write_bytes(b"The horn is loud.\r\nIt sounds twice.\r\n")
    assert run("ask", tmp_path / "a.txt", "horn")[1].startswith("The horn is loud.\nIt sounds twice.\n")


def call(*arguments, **environment):
    command = [sys.executable, "-W", "error", "-m", "secondhop", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False)


def test_a_name_with_line_ends_is_on_one_line(run, folder):
    (folder / "a.md").rename(folder / "a\nnot a file  prose.md")
    _, out, _ = run("inspect", folder)
    assert "  a not a file  prose.md  prose, 1 chunk" in out
    _, out, _ = run("ask", folder, "How often is the horn sounded?")
    assert "[1]  a not a file  prose.md  lines 1–3  Horn\n" in out


def test_the_module_runs_as_a_program(folder):
    done = call("ask", folder, "horn", "--json")
    assert done.returncode == 0
    assert done.stderr == b""
    assert json.loads(done.stdout)["text"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["ask", "", "horn"], "PATH"),
        (["analyze", "", "horn"], "PATH"),
        (["inspect", ""], "PATH"),
        (["index", "build", ""], "FOLDER"),
        (["index", "status", ""], "FOLDER"),
        (["index", "build", "{}", "--index-dir", ""], "--index-dir"),
    ],
)
def test_an_empty_path_is_not_the_current_folder(folder, run, monkeypatch, arguments, named):
    monkeypatch.chdir(folder)
    code, out, err = run(*(each.format(folder) for each in arguments))
    assert (code, out) == (2, "")
    assert f"'{named}': is empty" in err
    assert sorted(os.listdir(folder)) == ["a.md", "b.txt"]


def test_output_survives_a_narrow_encoding(tmp_path):
    (tmp_path / "wörter.txt").write_text("Der Bär schläft im Wald — 熊.\n", "utf-8")
    for arguments in ([], ["--json"]):
        done = call("ask", tmp_path, "Bär", *arguments, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert done.returncode == 0, done.stderr
    assert "熊" in json.loads(done.stdout)["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell with pipes")
def test_a_reader_who_leaves_is_no_error(tmp_path):
    (tmp_path / "long.txt").write_text("The horn is sounded every two minutes. " * 20_000, "utf-8")
    ask = (
        f"'{sys.executable}' -m secondhop ask '{tmp_path}' horn --strategy raw_topk --budget 1000000 --tokenizer words"
    )
    done = subprocess.run(f"{ask} | head -n 1 > /dev/null", shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break in another way")
@pytest.mark.parametrize(
    "command",
    [
        "ask {} horn",
        "analyze {} horn",
        "inspect {}",
        "index build {}",
        "index status {}",
        "index build {} --json",
        "doctor",
        "--version",
        "index --help",
    ],
)
def test_a_reader_who_has_gone_has_an_exit_code_of_its_own(run, folder, command):
    run("index", "build", folder)
    reader, writer = os.pipe()
    os.close(reader)
    arguments = [sys.executable, "-m", "secondhop", *command.format(folder).split(" ")]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(arguments, env=buffered, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.parametrize(
    ("arguments", "closed", "code", "out", "err"),
    [
        ("ask '{}/a.md' horn", ">&-", 0, "", ""),
        ("ask '{}/a.md' zebra", ">&-", 1, "", ""),
        ("ask - horn", "<&-", 3, "", "error: stdin: is closed\n"),
        ("ask '{}/none.md' horn", "2>&-", 3, "", ""),  # the message must not land on standard output
    ],
)
def test_closed_streams_are_no_reason_to_crash(folder, arguments, closed, code, out, err):
    line = f"'{sys.executable}' -m secondhop {arguments.format(folder)} {closed}"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, out, err)
