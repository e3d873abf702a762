import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from secondhop import Document, errors
from secondhop.loading import pool as pool_module
from secondhop.loading.parsing import parse
from secondhop.loading.pool import Limits, ParserPool, shared_parse
from secondhop.processes import start_python

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "data"
PDF = EXAMPLES / "handbook.pdf"


@pytest.fixture
def hostile(monkeypatch):
    """Makes pools whose children do what a text says."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setattr(pool_module, "_WORKER", "hostile")
    pools = []

    def make(*, seconds=10.0, memory_mb=256, workers=2):
        pools.append(ParserPool("process", Limits(seconds, memory_mb), workers=workers))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


@pytest.fixture
def started(monkeypatch):
    """The processes that are started from here on. What the system lists may be of the pools that other tests share."""
    processes = []

    def start(code):
        processes.append(start_python(code))
        return processes[-1]

    monkeypatch.setattr("secondhop.processes.start_python", start)
    return processes


def are_gone(processes):
    """Whether all have ended, and been waited for."""
    return all(process.returncode is not None for process in processes)


@pytest.mark.parametrize(
    "path", sorted(path for path in EXAMPLES.rglob("*") if path.is_file()), ids=lambda path: path.name
)
def test_a_child_returns_what_this_process_would(path):
    data = path.read_bytes()
    with ParserPool("process") as pool:
        assert pool.parse(data, "label", name=path.name) == parse(data, "label", name=path.name)


def test_errors_come_back_with_type_source_and_reason():
    with ParserPool("process") as pool:
        for data, name in [
            (b"%PDF-1.7 and nothing", "x.pdf"),
            (b"PK\x03\x04 no", "x.docx"),
            (b"\x89PNG\r\n\x1a\n" + bytes(200), "x.png"),
        ]:
            with pytest.raises(errors.LoadError) as here:
                parse(data, "label", name=name)
            with pytest.raises(errors.LoadError) as there:
                pool.parse(data, "label", name=name)
            assert (type(there.value), str(there.value)) == (type(here.value), str(here.value))


@pytest.mark.parametrize(
    ("order", "error", "reason"),
    [
        ("hang", errors.ResourceLimitError, "longer than 1 seconds"),
        ("spin", errors.ResourceLimitError, "longer than 1 seconds"),
        ("allocate", errors.ResourceLimitError, "memory"),
        ("abort", errors.ParserCrashedError, "SIGABRT"),
        ("segfault", errors.ParserCrashedError, "SIGSEGV"),
        ("exit", errors.ParserCrashedError, "exit code 3"),
        ("raise", errors.CorruptFileError, "unforeseen"),
        ("recurse", errors.CorruptFileError, "recursion"),
        ("lie-span", errors.ParserCrashedError, "makes no sense"),
        ("lie-kind", errors.ParserCrashedError, "makes no sense"),
        ("lie-type", errors.ParserCrashedError, "makes no sense"),
        ("lie-bytes", errors.ParserCrashedError, "makes no sense"),
        ("lie-missing", errors.ParserCrashedError, "makes no sense"),
        ("lie-error", errors.LoadError, "out"),
    ],
)
def test_whatever_a_parser_does_it_costs_one_typed_error(hostile, order, error, reason):
    pool = hostile(seconds=1.0 if order in ("hang", "spin") else 20.0)
    with pytest.raises(error, match=reason) as caught:
        pool.parse(f"{order} now".encode(), "evil.txt")
    assert type(caught.value) is error
    assert caught.value.source == "evil.txt"
    assert pool.parse(b"fine now", "good.txt").text == "fine now"


def test_what_a_parser_prints_does_not_mix_with_its_answer(hostile, capfd):
    assert hostile().parse(b"print this", "x.txt").text == "print this"
    assert capfd.readouterr() == ("", "")


def test_children_are_reused_and_one_that_keeps_memory_is_replaced(hostile):
    pool = hostile(workers=1, memory_mb=512)

    def child():
        return next(iter(pool._all)).pid if pool._all else None

    pool.parse(b"fine", "x.txt")
    first = child()
    pool.parse(b"fine", "x.txt")
    assert child() == first
    pool.parse(b"keep a lot", "x.txt")
    assert child() is None
    pool.parse(b"fine", "x.txt")
    assert child() not in (None, first)


def test_a_file_that_a_used_child_dies_of_is_tried_once_more_with_a_fresh_one(hostile):
    pool = hostile(workers=1)
    pool.parse(b"fine", "x.txt")
    os.kill(next(iter(pool._all)).pid, signal.SIGKILL)
    assert pool.parse(b"fine too", "y.txt").text == "fine too"


def test_a_file_that_a_used_child_dies_of_is_not_parsed_here_though_no_other_child_can_be_started(hostile, monkeypatch):
    pool = hostile(workers=1)
    pool.parse(b"fine", "x.txt")
    pool.mode = "auto"
    monkeypatch.setattr(pool, "isolates", lambda *_: True)
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(errors.LoadError, match="no child process"):
        pool.parse(b"abort", "x.txt")


def test_threads_may_share_a_pool(hostile):
    pool = hostile(workers=2)
    texts = [f"fine {n}" if n % 4 else "exit" for n in range(24)]

    def load(text):
        try:
            return pool.parse(text.encode(), "x.txt").text
        except errors.ParserCrashedError:
            return "exit"

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(load, texts)) == texts
    assert len(pool._all) <= 2


def test_closing_ends_children_at_once_and_leaves_no_zombies(hostile, started):
    pool = hostile(seconds=60)
    failed = []

    def load():
        try:
            pool.parse(b"hang", "x.txt")
        except errors.SecondhopError as error:
            failed.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    while not any(child.used for child in list(pool._all)):
        time.sleep(0.01)
    began = time.monotonic()
    pool.close()
    thread.join(10)
    assert not thread.is_alive()
    assert len(failed) == 1
    assert time.monotonic() - began < 5
    assert len(started) == 1
    assert are_gone(started)


def test_a_pool_that_was_closed_at_work_parses_nothing_here(hostile, monkeypatch):
    pool = hostile(seconds=60, workers=1)
    pool.parse(b"fine", "x.txt")
    pool.mode = "auto"
    monkeypatch.setattr(pool, "isolates", lambda *_: True)
    monkeypatch.setattr(pool_module.parsing, "parse", lambda *_, **options: pytest.fail("parsed here"))
    timer = threading.Timer(0.5, pool.close)
    timer.start()
    with pytest.raises(errors.LoadError, match="no child process"):
        pool.parse(b"hang", "x.txt")  # its child has been used, so that a fresh one would try again
    timer.join()


def test_only_risky_files_go_to_children_by_default():
    pool = ParserPool()
    for name, data in [
        ("a.pdf", b""),
        ("a.docx", b""),
        ("a.html", b""),
        ("a", b"%PDF-1.7"),
        ("a.txt", b"\n PK\x03\x04"),
        ("a.md", b"\n" * 5000 + b"%PDF-1.7"),
        ("a", b"\xef\xbb\xbf" + b" " * 5000 + b"<HTML>"),
    ]:
        assert pool.isolates(name, None, data)
    for name, data in [("a.md", b"# PDF"), ("a.py", b""), ("a.csv", b""), ("Makefile", b""), ("a", b"text")]:
        assert not pool.isolates(name, None, data)
    assert pool.isolates("a.txt", "pdf")
    assert not pool.isolates("a.pdf", "text")
    assert ParserPool("process").isolates("a.md", None)
    assert not ParserPool("none").isolates("a.pdf", None)


def test_without_an_interpreter_auto_parses_here_and_process_says_so(monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    data = PDF.read_bytes()
    assert ParserPool("auto").parse(data, "x.pdf").text
    pool = ParserPool("process")
    for _ in range(2):
        with pytest.raises(errors.LoadError, match="no child process"):
            pool.parse(data, "x.pdf")
    monkeypatch.undo()
    with pool:
        assert pool.parse(data, "x.pdf").text  # what was in the way for a moment is no reason to go without


def test_without_a_thread_to_watch_the_time_it_is_the_same(monkeypatch, started):
    def refuse(timer):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with ParserPool("process") as pool, pytest.raises(errors.LoadError, match="no child process"):
        pool.parse(b"text", "x.txt")
    assert len(Document.from_folder(EXAMPLES)) > 40
    assert started
    assert are_gone(started)


@pytest.mark.parametrize("entry", [7, "a\0b", b"bytes", "\udcff"])
def test_what_python_passes_over_on_its_path_keeps_no_child_from_starting(monkeypatch, entry):
    monkeypatch.setattr(sys, "path", [*sys.path, entry])
    with ParserPool("process") as pool:
        assert pool.parse(b"text", "x.txt").text == "text"


def test_a_child_is_started_from_a_working_folder_that_is_gone(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setattr(sys, "path", [*sys.path, "relative"])
    gone.rmdir()
    with ParserPool("process") as pool:
        assert pool.parse(b"text", "x.txt").text == "text"


def test_a_child_takes_the_names_of_files_for_the_same_bytes():
    code = "from secondhop.processes import start_python; print(start_python('print(sys.flags.utf8_mode)').communicate()[0])"
    for mode in "01":
        done = subprocess.run([sys.executable, "-X", f"utf8={mode}", "-c", code], capture_output=True, check=True)
        assert f"b'{mode}\\n'".encode() in done.stdout


def test_what_numpy_takes_for_threads_leaves_room_for_source_code():
    code = b"def tide(hour):\n    return hour\n" * 50
    with ParserPool("process", Limits(memory_mb=140)) as pool:  # what another thread would exceed
        assert pool.parse(code, "x.py") == parse(code, "x.py")


@pytest.mark.usefixtures("hostile")
def test_limits_on_time_need_no_children_of_their_own_and_ended_ones_are_put_away():
    def parse(seconds, order=b"fine"):
        return shared_parse("process", Limits(seconds, 300))(order, "x.txt")

    parse(20)
    pool = pool_module._shared["process", 300]
    (first,) = pool._all
    for more in range(3):
        parse(21 + more)
    assert pool._all == {first}
    with pytest.raises(errors.ResourceLimitError, match=r"longer than 0\.5 seconds"):
        parse(0.5, b"hang")
    parse(20)
    (second,) = pool._all
    second.kill()
    shared_parse("process", Limits(20, 400))
    assert not pool._all


def test_something_else_than_an_interpreter_is_noticed(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(errors.LoadError, match="no child process"):
        ParserPool("process").parse(b"text", "x.txt")


def run(tmp_path, script, **options):
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(script))
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PDF": str(PDF)}
    return subprocess.run(
        [sys.executable, path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=120,
        check=False,
        **options,
    )


def test_a_script_without_a_main_guard_runs_once_and_a_module_in_its_folder_shadows_nothing(tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('imported from the working folder')")
    (tmp_path / "inner").mkdir()
    script = """
        import sys; sys.path.pop(0)
        import os, secondhop
        print("started")
        print(secondhop.Document.from_file(os.environ["PDF"], isolation="process").n_files)
        """
    done = run(tmp_path, script)
    assert (done.stdout, done.stderr) == ("started\n1\n", "")


def test_a_forked_process_has_children_of_its_own(tmp_path):
    script = """
        import os, secondhop
        load = lambda: secondhop.Document.from_file(os.environ["PDF"]).n_files
        load()
        pid = os.fork()
        if pid == 0:
            os._exit(0 if load() == 1 else 1)
        assert os.waitpid(pid, 0)[1] == 0
        print(load())
        """
    done = run(tmp_path, script)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_a_process_can_be_forked_while_a_thread_waits_for_a_child(tmp_path):
    script = f"""
        import os, sys, signal, threading, time
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from secondhop import Document
        from secondhop.loading import pool
        pool._WORKER = "hostile"
        def wait():
            try:
                Document.from_bytes(b"hang", "x.txt", isolation="process", max_seconds=60)
            except Exception as error:
                print(type(error).__name__)
        thread = threading.Thread(target=wait)
        thread.start()
        while not any(child.used for each in list(pool._shared.values()) for child in list(each._all)):
            time.sleep(0.01)
        time.sleep(0.2)
        pid = os.fork()
        if pid == 0:
            signal.alarm(20)
            os._exit(0 if Document.from_bytes(b"fine", "y.txt", isolation="process").n_files == 1 else 1)
        print(os.waitpid(pid, 0)[1], flush=True)
        for each in pool._shared.values():
            each.close()
        thread.join()
        """
    assert run(tmp_path, script).stdout == "0\nParserCrashedError\n"


def test_a_thread_can_read_a_folder_when_the_main_thread_has_ended(tmp_path):
    script = f"""
        import threading, time, secondhop
        def read():
            threading.main_thread().join()
            time.sleep(0.2)
            document = secondhop.Document.from_folder({str(EXAMPLES)!r})
            print(document.n_files, document.ingest_report.totals["failed"])
        threading.Thread(target=read).start()
        """
    done = run(tmp_path, script)
    assert (done.stdout, done.stderr) == ("7 0\n", "")


def test_children_end_when_their_parent_is_killed(tmp_path):
    script = """
        import os, signal, secondhop
        from secondhop.loading.pool import _shared
        secondhop.Document.from_file(os.environ["PDF"])
        print([child.pid for pool in _shared.values() for child in pool._all][0], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    pid = int(run(tmp_path, script).stdout)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_interrupt_in_the_middle_of_a_folder_ends_the_children(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.txt").write_text("hang")
    script = f"""
        import os, sys, signal, threading, time
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from secondhop import Document
        from secondhop.loading import pool
        pool._WORKER = "hostile"
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
        threading.Timer(2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        try:
            Document.from_folder({str(folder)!r}, isolation="process", max_seconds=60)
        except KeyboardInterrupt:
            print("interrupted", time.monotonic() - began < 20)
        """
    done = run(tmp_path, script)
    assert (done.stdout, done.stderr) == ("interrupted True\n", "")


@pytest.mark.usefixtures("hostile")
def test_a_folder_is_read_in_the_same_order_whatever_ends_first(tmp_path, started):
    for number in range(12):
        (tmp_path / f"{number:02}.txt").write_text(f"fine text number {number}" if number % 3 else "exit")
    document = Document.from_folder(tmp_path, isolation="process", workers=2)
    assert tuple(document.sources) == tuple(f"{number:02}.txt" for number in range(12) if number % 3)
    assert [source for source, _ in document.skipped_files] == ["00.txt", "03.txt", "06.txt", "09.txt"]
    assert all("crashed its parser" in reason for _, reason in document.skipped_files)
    assert len(started) >= 4
    assert are_gone(started)


def test_a_child_stays_within_its_memory(hostile, tmp_path):
    import resource

    def peak():
        """Of all children so far; those of other tests may have been larger."""
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss

    before = peak()
    with pytest.raises(errors.ResourceLimitError):
        hostile(memory_mb=256).parse(b"allocate", "x.txt")
    assert peak() <= max(before, 512 * 1024)
