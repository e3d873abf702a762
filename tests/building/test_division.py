import multiprocessing
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from secondhop import Document, FolderOptions, Section, SourceText, processes, register_loader
from secondhop.building import division
from secondhop.building.division import build_files
from secondhop.building.share import Settings
from secondhop.loading import walk_folder

PDF = Path(__file__).resolve().parents[2] / "examples" / "data" / "handbook.pdf"


@pytest.fixture(autouse=True)
def small_shares(monkeypatch):
    """Has small folders divided as large ones are."""
    monkeypatch.setattr(division, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(division, "_BATCH", 2_000)
    monkeypatch.setattr(division, "LANGUAGE_SAMPLE", 3)


def children():
    """Processes of this one, ended ones that nobody waited for included."""
    return {child.pid for child in psutil.Process().children()}


@pytest.fixture
def own():
    """Those there were before, of other tests and their libraries."""
    return children()


@pytest.fixture
def folder(tmp_path):
    """Files of several formats, good and bad."""
    for number in range(40):
        name = f"{'abcd'[number % 4]}/{number:02}"
        text = "".join(f"Sentence {number * line} about lantern {line} and Quay{number}. " for line in range(30))
        (tmp_path / name).parent.mkdir(exist_ok=True)
        if number % 5 == 0:
            code = "".join(f"def tally_{line}(x):\n    return x * {number}\n\n" for line in range(20))
            (tmp_path / f"{name}.py").write_text(code)
        elif number % 5 == 1:
            (tmp_path / f"{name}.md").write_text(f"---\ntitle: No {number}\n---\n\n# Héading {number}\n\n{text}")
        else:
            (tmp_path / f"{name}.txt").write_text(text)
    (tmp_path / "b" / "empty.txt").touch()
    (tmp_path / "c" / "western.txt").write_bytes("Voilà, déjà vu, café à la crème.".encode("cp1252"))
    (tmp_path / "d" / "handbook.pdf").write_bytes(PDF.read_bytes())
    (tmp_path / "d" / "posing.txt").write_bytes(PDF.read_bytes())
    (tmp_path / "d" / "picture.txt").write_bytes(bytes(range(256)) * 9)
    return tmp_path


def built(folder, workers, seconds_a_file=0, **options):
    settings = Settings.of(FolderOptions(workers=workers, **options), str(folder), digests=True)
    return build_files(walk_folder(folder).files, settings, progress=lambda *_: time.sleep(seconds_a_file))


def assert_same(one, other):
    for name, array in one.segment.to_arrays().items():
        np.testing.assert_array_equal(array, other.segment.to_arrays()[name], err_msg=name)
    assert without_times(one) == without_times(other)


def without_times(found):
    return [(replace(outcome.report, ms=0), outcome.digest) for outcome in found.outcomes]


@pytest.mark.parametrize("n", [2, 3])
def test_what_several_processes_build_is_what_one_builds(folder, own, n):
    alone, together = built(folder, 1), built(folder, n)
    assert_same(alone, together)
    assert together.notes == ()
    assert children() <= own


def test_a_persisted_folder_is_the_same_whoever_built_it(folder, tmp_path_factory):
    places = [tmp_path_factory.mktemp("index") for _ in range(2)]
    alone, together = (Document.from_folder(folder, index_dir=place, workers=n) for n, place in enumerate(places, 1))
    assert [chunk.id for chunk in alone.chunks] == [chunk.id for chunk in together.chunks]
    assert [(replace(file, ms=0)) for file in alone.ingest_report.files] == [
        (replace(file, ms=0)) for file in together.ingest_report.files
    ]
    (folder / "a" / "00.py").unlink()
    assert together.refresh().deleted == ("a/00.py",)


def test_a_folder_that_one_process_reads_soon_starts_none(folder, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(division, "Builder", None)
    assert built(folder, 8).segment is not None


def test_isolation_none_starts_no_process(folder, monkeypatch):
    monkeypatch.setattr(division, "Builder", None)
    assert built(folder, 8, isolation="none").segment is not None


def test_formats_of_the_user_are_loaded_in_this_process(folder):
    loaded = []

    def load(data, source):
        loaded.append(source)
        return SourceText(source, data.decode(), (Section(0, len(data)),))

    for number in range(9):
        (folder / f"{number}.notes").write_text("Remember the lantern.")
    register_loader("notes", load, suffixes=[".notes"])
    together = built(folder, 2)
    assert len(loaded) == 9
    assert_same(built(folder, 1), together)


def test_every_file_is_told_of_once(folder):
    told = []
    listing = walk_folder(folder)
    settings = Settings.of(FolderOptions(workers=2), str(folder))
    build_files(listing.files, settings, progress=lambda *seen: told.append((*seen, threading.current_thread())))
    assert [done for done, *_ in told] == list(range(len(listing.files)))
    assert sorted(source for _, _, source, _ in told) == [file.source for file in listing.files]
    assert {(total, thread) for _, total, _, thread in told} == {(len(listing.files), threading.current_thread())}


def test_an_interrupt_ends_the_children(folder, own):
    def interrupt(done, total, source):
        if done == 5:
            raise KeyboardInterrupt

    settings = Settings.of(FolderOptions(workers=3), str(folder))
    with pytest.raises(KeyboardInterrupt):
        build_files(walk_folder(folder).files, settings, progress=interrupt)
    assert children() <= own
    assert not [thread for thread in threading.enumerate() if thread.name == "secondhop-build"]


DYING = {
    "at once": "import os; os._exit(3)",
    "at its second batch": "n = 0\ndef dying(*a, take=share.Share.take):\n    global n; n += 1\n    if n == 2: os.kill(os.getpid(), 9)\n"
    "    return take(*a)\nshare.Share.take = dying",
    "when it hands over": "share.Share.segment = lambda *a: os._exit(0)",
    "in the middle of its answer": "from secondhop.building import worker\n"
    "def cut(pipe, arrays): pipe.write(b'x' * 1000); pipe.flush(); os._exit(5)\nworker.write_arrays = cut",
    "by an exception": "share.Share.segment = lambda *a: 1 / 0",
}


def run_first(monkeypatch, code):
    """Has children run this before what they are for."""
    start = processes.start_python
    monkeypatch.setattr(processes, "start_python", lambda then: start(f"{code}\n{then}"))


@pytest.mark.parametrize("when", DYING)
def test_what_a_dying_child_had_is_read_again_here_and_that_is_said(folder, own, monkeypatch, when):
    run_first(monkeypatch, f"import os; from secondhop.building import share\n{DYING[when]}")
    found = built(folder, 2, seconds_a_file=0.05)  # so that the child gets some
    assert_same(built(folder, 1), found)
    assert [note for note in found.notes if "read again in this one" in note] == list(found.notes)
    assert len(found.notes) == 1
    assert children() <= own


def test_notes_reach_the_report_and_the_warnings(folder, monkeypatch):
    run_first(monkeypatch, "import os; os._exit(3)")
    document = Document.from_folder(folder, workers=2)
    assert "exit code 3" in document.ingest_report.notes[0]
    assert ("index", document.ingest_report.notes[0]) in document.warnings
    kept = Document.from_folder(folder, workers=2, persist=True)
    assert "exit code 3" in kept.ingest_report.notes[0]


def test_without_an_interpreter_this_process_does_all(folder, monkeypatch):
    expected = built(folder, 1)
    monkeypatch.setattr(sys, "executable", "")
    found = built(folder, 4)
    assert_same(expected, found)
    assert found.notes == ()


def test_without_threads_this_process_does_all(folder, own, monkeypatch):
    start = threading.Thread.start

    def refuse(thread):
        if thread.name == "secondhop-build" and len(refused) < 1:
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        start(thread)

    refused = []
    monkeypatch.setattr(threading.Thread, "start", refuse)
    found = built(folder, 3)
    assert len(refused) == 1
    assert found.notes == ()
    assert children() <= own
    assert_same(built(folder, 1), found)


def test_the_language_is_told_by_the_first_texts_wherever_they_were_read(tmp_path):
    for number in range(10):
        (tmp_path / f"{number}.txt").write_text(
            "" if number < 6 else f"Der Hafen {number} und die Boote sind nicht da. "
        )
    for number in range(10, 30):
        (tmp_path / f"{number}.txt").write_text("The harbour and the boats are not what they were. " * 20)
    alone, together = built(tmp_path, 1), built(tmp_path, 3)
    assert_same(alone, together)


def _in_a_fork(folder, answers):
    answers.put(len(Document.from_folder(folder, workers=2).chunks))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_a_forked_process_with_threads_can_divide_the_work(folder):
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    process = context.Process(target=_in_a_fork, args=(folder, answers))
    process.start()
    try:
        assert answers.get(timeout=60) == len(Document.from_folder(folder, workers=1).chunks)
    finally:
        stop.set()
        thread.join()
        process.join()


def test_a_script_without_a_main_guard_runs_once(folder, tmp_path_factory):
    script = tmp_path_factory.mktemp("script") / "script.py"
    script.write_text(
        "from secondhop import Document\nfrom secondhop.building import division\ndivision.WORTH_A_PROCESS = 1\n"
        f"print(len(Document.from_folder({str(folder)!r}, workers=2).chunks) > 9)\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", script], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_threads_can_divide_work_at_the_same_time(folder):
    found = []
    threads = [threading.Thread(target=lambda: found.append(built(folder, 2))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in found:
        assert_same(found[0], each)


def test_children_end_with_the_process_that_started_them(folder):
    program = (
        "import os, sys\nfrom secondhop.building.child import Builder\nfrom secondhop.building.share import Settings\n"
        "from secondhop import FolderOptions\n"
        f"child = Builder()\nchild.begin(Settings.of(FolderOptions(), {str(folder)!r}))\nchild.take([], [])\n"
        "print(child.pid, flush=True)\nos._exit(0)\n"
    )
    pid = int(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)
    deadline = time.monotonic() + 10
    while _lives(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _lives(pid)


def _lives(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
