"""What a store survives, with real processes. The scenarios are in `store_scenarios`; `-m long` runs them in full."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("store_scenarios.py")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scenarios fork and kill")


def run(scenario, folder, number=0, wrapper=()):
    command = [*wrapper, sys.executable, "-W", "error", str(SCRIPT), scenario, str(folder), str(number)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # fork in a process with threads is warned about
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def long(*values):
    return pytest.param(*values, marks=[pytest.mark.long, pytest.mark.timeout(1800)])


@pytest.fixture
def index(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def index_in_memory():
    """Where nothing is really written to a disk: for what only counts calls."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        yield Path(folder) / "index"


@pytest.mark.parametrize("rounds", [20, long(200)])
def test_killed_at_any_moment_nothing_acknowledged_is_lost(index, rounds):
    counts = run("kills", index, rounds)
    assert counts["rounds"] == rounds
    assert counts["with strays"] > 0  # it was killed inside commits


def test_every_call_that_fails_or_is_the_last_leaves_the_old_index_or_the_new(index_in_memory):
    counts = run("faults", index_in_memory)
    assert counts["cases"] >= 100
    assert min(counts["raised"], counts["old"], counts["new"]) > 0


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_every_system_call_that_fails_or_is_the_last_leaves_the_old_index_or_the_new(index):
    if shutil.which("strace") is None:
        pytest.skip("NOT TESTED: faults in system calls; install strace")
    counts = run("strace", index)
    assert counts["cases"] >= 60
    assert min(counts["killed"], counts["raised"], counts["old"]) > 0


@pytest.mark.parametrize("commits", [20, long(200)])
def test_two_writers_keep_all_their_commits(index, commits):
    assert run("writers", index, commits) == {"kept": 2 * commits}


def test_eight_readers_see_one_version_each_time(index):
    assert len(run("readers", index, 30)["loads"]) == 8


def test_a_dead_writer_blocks_nobody(index):
    assert run("holder", index) == {"version": 2}


def test_a_limit_on_file_size_leaves_the_old_index(index):
    assert run("limited", index) == {"version": 1}


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare to mount")
def test_a_full_disk_leaves_the_old_index_and_goes_on_when_there_is_room(index):
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("NOT TESTED: a full disk; may not mount here")
    index.mkdir()
    mount = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=400k none "$0" && exec "$@"', str(index)]
    assert run("full", index, wrapper=mount)["versions"] > 3
