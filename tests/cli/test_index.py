"""`secondhop index`: build, status, verify, repair, compact."""

import json
import os
import time
from functools import partial

import pytest

from secondhop import Document, StoreError, cli
from secondhop.storage import IndexStore
from secondhop.storage.lock import writer_lock


@pytest.fixture
def folder(tmp_path):
    for number in range(4):
        (tmp_path / f"{number}.md").write_text(f"# File {number}\n\nThe harbour of file {number} is calm.\n")
    return tmp_path


@pytest.fixture
def run(run):
    return partial(run, "index")


def test_an_index_is_built_and_shown(run, folder):
    code, out, _ = run("build", folder)
    assert code == 0
    assert "generation 1, 1 segment, 0 tombstones, language english" in out
    assert "4 of 4 files indexed" in out
    status = run("status", folder, "--json")
    told = json.loads(status[1])
    assert told["index"]["chunks"] == 4
    assert told["report"]["totals"]["indexed"] == 4
    assert run("build", folder)[1].splitlines()[0] == out.splitlines()[0]  # nothing has changed


@pytest.mark.parametrize("command", ["status", "verify", "compact"])
def test_without_an_index_there_is_nothing_to_look_at(run, folder, command):
    code, out, _ = run(command, folder)
    assert (code, "secondhop index build" in out) == (1, True)
    assert json.loads(run(command, folder, "--json")[1]) == {"index": None}
    code, out, err = run(command, folder / "none")
    assert (code, out, err) == (3, "", f"error: {folder / 'none'}: no such folder\n")


def test_without_a_command_the_help_is_shown(run):
    code, out, err = run()
    assert (code, "compact" in out, err) == (2, True, "")


def test_damage_is_found_and_repaired(run, folder):
    run("build", folder)
    assert run("verify", folder) == (0, "no damage found\n", "")
    path = next((folder / ".secondhop").glob("*-0.arrays"))
    path.write_bytes(path.read_bytes()[:-1])
    code, out, _ = run("verify", folder)
    assert (code, path.name in out) == (1, True)
    assert json.loads(run("verify", folder, "--json")[1])["problems"][0]["path"] == str(path)
    assert run("status", folder)[0] == 3
    assert run("compact", folder)[0] == 3
    assert run("repair", folder)[0] == 0
    assert run("verify", folder)[0] == 0
    sound = told(run, "status", folder)
    assert told(run, "build", folder) == sound
    assert told(run, "repair", folder)["generation"] == sound["generation"] + 1


@pytest.mark.parametrize("command", ["build", "repair"])
def test_what_could_not_be_written_is_no_success(run, folder, monkeypatch, command):
    def refuse(*_, **__):
        raise StoreError(folder, "Read-only file system") from OSError(30, "Read-only file system")

    monkeypatch.setattr(IndexStore, "write", refuse)
    for options in ((), ("--json",)):
        code, _, err = run(command, folder, *options)
        assert (code, "Read-only file system" in err) == (3, True)


def test_compact_removes_what_is_not_used(run, folder):
    run("build", folder, "--index-dir", folder / "kept")
    (folder / "0.md").write_text("# File 0\n\nA lighthouse.\n")
    run("build", folder, "--index-dir", folder / "kept", "--verify")
    code, out, _ = run("compact", folder, "--index-dir", folder / "kept", "--json")
    told = json.loads(out)["index"]
    assert (code, told["segments"], told["tombstones"], told["bytes_unused"]) == (0, 1, 0, 0)


@pytest.mark.parametrize("command", ["build", "status", "verify", "repair", "compact"])
def test_a_file_is_no_folder(run, folder, command):
    code, _, err = run(command, folder / "0.md")
    assert (code, f"{folder / '0.md'} is a file, and an index is of a folder" in err) == (2, True)


def test_an_index_is_brought_up_to_date_as_it_was_made(run, folder):
    options = {"persist": True, "chunk_size": 50, "ignore": ["3.md"], "recursive": False}
    made = Document.from_folder(folder, **options)
    (folder / "0.md").write_text("# File 0\n\nThe harbour of file 0 is rough.\n")
    assert run("build", folder)[0] == 0
    assert len(made.reload().document.chunks) == 3
    assert run("compact", folder)[0] == 0
    assert run("repair", folder)[0] == 0
    assert json.loads(run("status", folder, "--json")[1])["index"]["chunks"] == 3
    assert run("build", folder, "--ignore", "none")[0] == 0
    assert json.loads(run("status", folder, "--json")[1])["index"]["chunks"] == 4


def test_an_index_that_a_command_line_cannot_make_is_left_alone(run, folder):
    Document.from_folder(folder, persist=True, password="quay")
    before = run("status", folder, "--json")[1]
    for command in ("build", "repair"):
        code, _, err = run(command, folder)
        assert (code, "a password" in err) == (2, True)
    assert run("status", folder, "--json")[1] == before


def test_a_question_leaves_an_index_as_it_was_made(run, folder, capsys):
    Document.from_folder(folder, persist=True)
    Document.from_folder(folder, persist=True, ignore=["*.log", "x.md"])  # the same files
    (folder / "x.md").write_text("# File X\n\nThe harbour of file X is calm.\n")
    before = run("status", folder, "--json")[1]
    assert cli.main(["ask", str(folder), "the calm harbour", "--persist"]) == 0
    assert "File X" not in capsys.readouterr().out
    assert run("status", folder, "--json")[1] == before


def told(run, *arguments):
    return json.loads(run(*arguments, "--json")[1])["index"]


def test_an_index_elsewhere_is_built_shown_and_brought_up_to_date_there(run, folder, tmp_path_factory):
    place = tmp_path_factory.mktemp("kept") / "index"
    Document.from_folder(folder, persist=True, index_dir=place, ignore=["3.md"])
    (folder / "0.md").write_text("# File 0\n\nThe harbour of file 0 is rough.\n")
    built = told(run, "build", folder, "--index-dir", place)
    assert (built["chunks"], built["generation"]) == (3, 2)
    assert told(run, "status", folder, "--index-dir", place) == built
    assert run("status", folder)[0] == 1
    assert not (folder / ".secondhop").exists()


@pytest.mark.parametrize("command", [("build", "--verify"), ("repair",)])
def test_a_change_that_the_times_of_a_file_hide_is_found_where_that_is_asked_for(run, folder, command):
    run("build", folder)
    before, path = told(run, "status", folder)["digest"], folder / "0.md"
    times = path.stat()
    path.write_text(path.read_text().replace("calm", "wild"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert told(run, command[0], folder, *command[1:])["digest"] != before
    assert Document.from_folder(folder, persist=True).context("wild harbour").text().count("wild") == 1


def test_a_damaged_list_of_what_is_in_an_index_is_no_missing_index(run, folder):
    run("build", folder)
    (path,) = (folder / ".secondhop").glob("manifest*")
    path.write_bytes(b"{")
    code, out, _ = run("verify", folder)
    assert (code, path.name in out) == (1, True)


def test_who_writes_is_shown_and_not_waited_for_longer_than_was_said(run, folder):
    run("build", folder)
    (folder / "0.md").write_text("# File 0\n\nThe harbour of file 0 is rough.\n")
    with writer_lock(folder / ".secondhop"):
        assert told(run, "status", folder)["writer"]["pid"] == os.getpid()
        assert f"being written by process {os.getpid()} on " in run("status", folder)[1]
        began = time.monotonic()
        for command in ("build", "repair", "compact"):
            code, _, err = run(command, folder, "--timeout", 0)
            assert (code, f"process {os.getpid()}" in err) == (3, True)
        assert time.monotonic() - began < 30
    assert told(run, "status", folder)["writer"] is None
