"""One writer at a time, and a lock never outlives who holds it."""

import os
import socket
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

import pytest

from secondhop.errors import IndexLockedError
from secondhop.storage.lock import LOCK, read_holder, writer_lock


def test_a_second_writer_is_refused_at_once_and_told_who_writes(tmp_path):
    seconds = []
    with writer_lock(tmp_path):
        for _ in range(5):  # another process may have had the processor
            began = time.monotonic()
            with pytest.raises(IndexLockedError) as refused, writer_lock(tmp_path):
                pass
            seconds.append(time.monotonic() - began)
    assert min(seconds) < 0.1
    assert (refused.value.pid, refused.value.host) == (os.getpid(), socket.gethostname())
    since = datetime.fromisoformat(refused.value.since)
    assert timedelta(0) <= datetime.now(timezone.utc) - since < timedelta(seconds=30)
    assert f"process {os.getpid()} on" in str(refused.value)


def test_a_second_writer_waits_as_long_as_it_says(tmp_path):
    taken, waited = threading.Event(), []

    def hold():
        with writer_lock(tmp_path):
            taken.set()
            time.sleep(0.3)

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait()
    with pytest.raises(IndexLockedError), writer_lock(tmp_path, timeout=0.05):
        pass
    with writer_lock(tmp_path, timeout=10):
        waited.append(time.monotonic())
    thread.join()
    assert waited


def test_a_lock_file_that_nobody_holds_blocks_nobody(tmp_path):
    (tmp_path / LOCK).write_text('{"pid": 1, "host": "elsewhere", "since": "2020-01-01T00:00:00+00:00"}')
    with writer_lock(tmp_path):
        assert read_holder(tmp_path).pid == os.getpid()
    assert read_holder(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', "\0" * 80])
def test_a_lock_file_with_anything_in_it_can_be_taken(tmp_path, content):
    (tmp_path / LOCK).write_text(content)
    assert read_holder(tmp_path) is None
    with writer_lock(tmp_path):
        assert read_holder(tmp_path) is not None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell whether a process has ended")
def test_a_holder_that_has_ended_is_none(tmp_path):
    code = "import os, sys\nfrom pathlib import Path\nfrom secondhop.storage.lock import writer_lock\n"
    code += "with writer_lock(Path(sys.argv[1])):\n    os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code, tmp_path], check=False).returncode != 0
    assert (tmp_path / LOCK).stat().st_size > 0
    assert read_holder(tmp_path) is None
    with writer_lock(tmp_path):
        pass


def test_the_lock_is_of_the_folder_that_is_there_now(tmp_path):
    folder = tmp_path / "index"
    folder.mkdir()
    with writer_lock(folder):
        (folder / LOCK).unlink()
        folder.rmdir()
        folder.mkdir()
        with writer_lock(folder):
            assert (folder / LOCK).exists()


def test_an_error_inside_gives_the_lock_back(tmp_path):
    with pytest.raises(ZeroDivisionError), writer_lock(tmp_path):
        raise ZeroDivisionError
    with writer_lock(tmp_path):
        pass


def test_the_time_that_the_lock_was_taken_is_that_of_the_file_system(tmp_path):
    with writer_lock(tmp_path) as started:
        later = tmp_path / "later"
        later.touch()
        assert 0 <= later.stat().st_mtime_ns - started < 10**10
