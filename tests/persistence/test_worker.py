"""The child process that brings an index up to date ends when it should, and not before."""

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from secondhop import FolderOptions
from secondhop.persistence.worker import finish_refresh, start_refresh
from secondhop.storage import IndexStore


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.md").write_text("# A\n\nThe lighthouse stands on the cape.\n")
    return tmp_path


def wait_until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def has_begun(child):
    """Whether it is beyond the start of the interpreter: numpy has threads, and so has itself."""
    return child.num_threads() > 1


def has_ended(child):
    return not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


@pytest.mark.timeout(180)
def test_it_ends_with_the_process_that_asked(folder):
    program = (
        "import os, sys, threading\nfrom pathlib import Path\nfrom secondhop import FolderOptions\n"
        "from secondhop.persistence.worker import finish_refresh, start_refresh\nchild = start_refresh()\n"
        f"asked = child, Path({str(folder)!r}), FolderOptions(persist=True, lock_timeout=600)\n"
        "threading.Thread(target=finish_refresh, args=asked, daemon=True).start()\n"
        "print(child.pid, flush=True)\nsys.stdin.read()\nos._exit(0)\n"
    )
    command = [sys.executable, "-c", program]
    with IndexStore(folder / ".secondhop").write():  # which it waits for
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            child = psutil.Process(int(process.stdout.readline()))
            wait_until(lambda: has_begun(child))
            process.stdin.close()
        wait_until(lambda: has_ended(child))


@pytest.mark.timeout(180)
def test_an_interrupt_of_the_group_is_for_its_parent_to_decide(folder):
    store = IndexStore(folder / ".secondhop")
    child = start_refresh()
    asked = child, folder, FolderOptions(persist=True, lock_timeout=600)
    with store.write():
        thread = threading.Thread(target=finish_refresh, args=asked)
        thread.start()
        wait_until(lambda: has_begun(psutil.Process(child.pid)))
        os.kill(child.pid, signal.SIGINT)
    thread.join()
    assert child.exit_code == 0
    assert store.manifest() is not None
