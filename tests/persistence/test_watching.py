"""A watch follows a real folder with real child processes."""

import os
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import secondhop
from secondhop import StoreError, watching
from secondhop.storage import IndexStore

PATIENCE = 60.0


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "docs"
    root.mkdir()
    for number in range(5):
        (root / f"{number}.md").write_text(f"# File {number}\n\nThe harbour of file {number} is calm.\n")
    return root


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


class Events(list):
    """What a watch has told, and a way to wait for more."""

    def __init__(self):
        self._more = threading.Condition()

    def __call__(self, event):
        with self._more:
            self.append(event)
            self._more.notify_all()

    def wait_for(self, wanted):
        with self._more:
            assert self._more.wait_for(lambda: any(wanted(event) for event in self), PATIENCE), list(map(str, self))


def with_changes(event):
    return event.kind == "refreshed" and bool(event.refresh)


@pytest.mark.timeout(180)
def test_a_change_is_served_soon_after_and_the_old_document_stays(folder):
    events = Events()
    with secondhop.watch(folder, on_event=events) as watched:
        before = watched.document
        assert not before.context("lighthouse").passages
        (folder / "new.md").write_text("# New\n\nThe lighthouse stands on the cape.\n")
        events.wait_for(with_changes)
        assert watched.document.context("lighthouse").passages
        assert not before.context("lighthouse").passages
        assert watched.document.chunks == secondhop.Document.from_folder(folder).chunks
    told = [str(event) for event in events]
    assert told[0] == "started"
    assert any("1 added, 5 unchanged" in line for line in told)
    assert not watched.is_running


@pytest.mark.timeout(180)
@pytest.mark.parametrize("executable", ["", shutil.which("true")], ids=["none", "another program"])
def test_without_an_interpreter_to_start_a_change_is_indexed_here(folder, monkeypatch, executable):
    monkeypatch.setattr(sys, "executable", executable)
    events = Events()
    with secondhop.watch(folder, on_event=events) as watched:
        (folder / "new.md").write_text("# New\n\nThe lighthouse stands on the cape.\n")
        events.wait_for(with_changes)
        assert watched.document.context("lighthouse").passages
    assert all(event.kind != "failed" for event in events)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_does_not_watch_and_ends_nothing_of_its_parent(folder, monkeypatch):
    with secondhop.watch(folder) as watched, subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as child:
        monkeypatch.setattr(watched, "_child", child)  # as if a build were under way
        forked = os.fork()
        if forked == 0:
            was_running = watched.is_running
            watched.stop()
            os._exit(was_running)
        assert os.waitpid(forked, 0)[1] == 0
        assert watched.is_running
        assert child.poll() is None
        child.communicate(b"\n")


@pytest.mark.timeout(180)
def test_a_rebuild_that_fails_leaves_the_document_and_says_why(folder):
    events = Events()
    with secondhop.watch(folder, on_event=events, sweep_seconds=1.0) as watched:
        before = watched.document
        for path in folder.glob("*.md"):
            path.unlink()
        events.wait_for(lambda event: event.kind == "failed" and "there is no file" in event.reason)
        assert watched.document is before
        assert before.context("harbour").passages
        (folder / "back.md").write_text("# Back\n\nThe harbour is back.\n")
        events.wait_for(with_changes)
        assert watched.document.sources == ("back.md",)


@pytest.mark.timeout(180)
def test_without_notifications_the_sweep_finds_changes_and_that_is_said(folder, monkeypatch):
    import watchfiles

    def refuse(*_, **__):
        raise OSError("inotify watch limit reached")

    monkeypatch.setattr(watchfiles, "watch", refuse)
    events = Events()
    with secondhop.watch(folder, on_event=events, sweep_seconds=0.5) as watched:
        events.wait_for(lambda event: event.kind == "failed" and "inotify watch limit" in event.reason)
        (folder / "new.md").write_text("The lighthouse stands on the cape.\n")
        events.wait_for(with_changes)
        assert watched.document.n_files == 6
        assert [event.kind for event in events].count("failed") == 1


@pytest.mark.timeout(180)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_a_name_that_cannot_be_reported_does_not_end_the_notifications(folder, monkeypatch):
    import watchfiles

    notifications, listened, events = watchfiles.watch, [], Events()
    monkeypatch.setattr(watchfiles, "watch", lambda *of, **how: listened.append(of) or notifications(*of, **how))
    with secondhop.watch(folder, on_event=events, sweep_seconds=1.0) as watched:
        while not any("looking every" in str(event) for event in events):
            (folder / os.fsdecode(b"sir\xe8ne.txt")).write_text(f"The siren is heard {len(events)} times.\n")
            time.sleep(0.2)
        n_listened, deadline = len(listened), time.monotonic() + PATIENCE
        while len(listened) == n_listened:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        events.wait_for(lambda event: event.kind == "refreshed" and event.refresh.document.n_files == 6)
        assert watched.is_running


@pytest.mark.timeout(180)
@pytest.mark.parametrize("error", [ValueError, SystemExit])
def test_a_callback_that_raises_does_not_end_the_watch(folder, caplog, error):
    seen = Events()

    def raising(event):
        seen(event)
        raise error("no")

    with secondhop.watch(folder, on_event=raising, sweep_seconds=0.5) as watched:
        (folder / "new.md").write_text("The lighthouse stands on the cape.\n")
        seen.wait_for(with_changes)
        assert watched.document.n_files == 6
    assert "on_event raised" in caplog.text


@pytest.mark.timeout(180)
def test_what_another_program_indexes_with_other_options_is_not_served(folder, monkeypatch):
    finish = watching.finish_refresh

    def overtaken(*arguments):
        finish(*arguments)
        secondhop.Document.from_folder(folder, persist=True)

    monkeypatch.setattr(watching, "finish_refresh", overtaken)
    events = Events()
    with secondhop.watch(folder, ignore=["0.md"], on_event=events):
        (folder / "new.md").write_text("The lighthouse stands on the cape.\n")
        events.wait_for(with_changes)
    served = [event.refresh.document.sources for event in events if event.kind == "refreshed"]
    assert all("0.md" not in sources for sources in served)
    assert "new.md" in served[-1]


@pytest.mark.timeout(180)
def test_a_format_of_ones_own_is_loaded_in_this_process(folder):
    calls = []

    def load(data, source):
        calls.append(os.getpid())
        return secondhop.SourceText(source, data.decode(), (secondhop.Section(0, len(data)),))

    secondhop.register_loader("minutes", load, suffixes=[".minutes"])
    events = Events()
    with secondhop.watch(folder, on_event=events, sweep_seconds=0.5) as watched:
        (folder / "may.minutes").write_text("The lighthouse stands on the cape.\n")
        events.wait_for(with_changes)
    assert "may.minutes" in watched.document.sources
    assert set(calls) == {os.getpid()}


def test_a_stopped_watch_leaves_a_sound_index(folder):
    for _ in range(3):
        watched = secondhop.watch(folder, sweep_seconds=np.float32(0.1))  # a number that no lock waits for
        time.sleep(0.3)
        watched.stop()
        watched.stop()
    assert IndexStore(folder / ".secondhop").verify() == ()


def test_an_index_that_cannot_be_written_is_refused_at_once(folder, monkeypatch):
    secondhop.Document.from_folder(folder, persist=True)

    def refuse(*_, **__):
        raise StoreError(folder, "Read-only file system") from OSError(30, "Read-only file system")

    monkeypatch.setattr(IndexStore, "write", refuse)
    with pytest.raises(StoreError, match=r"Read-only file system; .* index_dir="):
        secondhop.watch(folder)


def move_away(folder):
    folder.rename(folder.with_name("old"))


@pytest.mark.timeout(180)
@pytest.mark.parametrize("lose", [shutil.rmtree, move_away])
def test_a_folder_that_is_made_again_is_followed_again(folder, lose):
    events = Events()
    with secondhop.watch(folder, on_event=events, sweep_seconds=3600) as watched:
        events.wait_for(lambda event: event.kind == "refreshed")  # the first look; the next one is an hour away
        lose(folder)
        events.wait_for(lambda event: event.kind == "failed")
        assert watched.document.n_files == 5
        folder.mkdir()
        (folder / "a.md").write_text("# A\n\nThe lighthouse stands on the cape.\n")
        events.wait_for(lambda event: with_changes(event) and event.refresh.document.sources == ("a.md",))
        (folder / "b.md").write_text("# B\n\nThe buoy is red.\n")
        events.wait_for(lambda event: with_changes(event) and event.refresh.document.sources == ("a.md", "b.md"))


@pytest.mark.timeout(180)
def test_a_link_that_leads_elsewhere_is_followed_there(folder, tmp_path):
    (tmp_path / "next").mkdir()
    (tmp_path / "next/a.md").write_text("# A\n\nThe lighthouse stands on the cape.\n")
    current, events = tmp_path / "current", Events()
    current.symlink_to(folder, target_is_directory=True)
    with secondhop.watch(current, on_event=events, sweep_seconds=3600) as watched:
        current.unlink()
        current.symlink_to(tmp_path / "next", target_is_directory=True)
        events.wait_for(lambda event: with_changes(event) and event.refresh.document.sources == ("a.md",))
        (tmp_path / "next/b.md").write_text("# B\n\nThe buoy is red.\n")
        events.wait_for(lambda event: with_changes(event) and event.refresh.document.sources == ("a.md", "b.md"))
        assert watched.document.sources == ("a.md", "b.md")


@pytest.mark.timeout(180)
def test_a_link_that_goes_while_it_is_followed_is_looked_for_again(folder, tmp_path, monkeypatch):
    current, events, goes, follow = tmp_path / "current", Events(), ["once"], os.readlink
    current.symlink_to(folder, target_is_directory=True)

    def follow_late(path, **options):
        if goes and threading.current_thread().name == "secondhop-watch-listen":
            raise FileNotFoundError(goes.pop(), path)
        return follow(path, **options)

    monkeypatch.setattr(os, "readlink", follow_late)
    with secondhop.watch(current, on_event=events, sweep_seconds=1) as watched:
        (folder / "b.md").write_text("# B\n\nThe buoy is red.\n")
        events.wait_for(with_changes)
        assert not goes
        assert "b.md" in watched.document.sources


def watches_of_the_system():
    """How many folders this process is told of."""
    told = 0
    for number in os.listdir("/proc/self/fdinfo"):
        try:
            with open(f"/proc/self/fdinfo/{number}") as file:
                told += sum(line.startswith("inotify wd:") for line in file)
        except FileNotFoundError:
            continue
    return told


@pytest.mark.timeout(180)
@pytest.mark.skipif(sys.platform != "linux", reason="counts what Linux has in /proc")
def test_what_links_lead_to_is_not_listened_to(folder, tmp_path):
    for number in range(50):
        (tmp_path / f"elsewhere/{number}").mkdir(parents=True)
    (folder / "elsewhere").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "around").symlink_to(folder, target_is_directory=True)
    for name in ("seen", ".hidden"):
        (folder / name).mkdir()
    before, events = watches_of_the_system(), Events()
    with secondhop.watch(folder, on_event=events, sweep_seconds=3600) as watched:
        events.wait_for(lambda event: event.kind == "refreshed")  # the first look; the next one is an hour away
        assert watches_of_the_system() - before == 2  # the folder, and `seen`
        (folder / "seen/buoy.md").write_text("# Buoy\n\nThe buoy is red.\n")
        events.wait_for(with_changes)
        assert "seen/buoy.md" in watched.document.sources
    assert all(event.kind != "failed" for event in events)


@pytest.mark.timeout(180)
def test_folders_that_are_made_moved_or_made_again_are_followed(folder):
    events = Events()

    def wait_for(*sources):
        events.wait_for(lambda event: with_changes(event) and {*sources} == {*event.refresh.document.sources} - before)

    with secondhop.watch(folder, on_event=events, sweep_seconds=3600) as watched:
        before = {*watched.document.sources}
        events.wait_for(lambda event: event.kind == "refreshed")  # the first look; the next one is an hour away
        (folder / "a/b").mkdir(parents=True)
        (folder / "a/b/one.md").write_text("# One\n\nThe buoy is red.\n")
        wait_for("a/b/one.md")
        (folder / "a/b/two.md").write_text("# Two\n\nThe buoy is green.\n")
        wait_for("a/b/one.md", "a/b/two.md")
        (folder / "a").rename(folder / "c")
        wait_for("c/b/one.md", "c/b/two.md")
        (folder / "c/b/two.md").unlink()
        wait_for("c/b/one.md")
        shutil.rmtree(folder / "c")
        (folder / "c/b").mkdir(parents=True)
        (folder / "c/b/three.md").write_text("# Three\n\nThe buoy is black.\n")
        wait_for("c/b/three.md")
        (folder / "c/b/four.md").write_text("# Four\n\nThe buoy is blue.\n")
        wait_for("c/b/three.md", "c/b/four.md")
        assert "blue" in watched.document.context("buoy").text()
    assert all(event.kind != "failed" for event in events)
