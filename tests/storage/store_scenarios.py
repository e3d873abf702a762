"""What is done to a store by processes that are killed, refused, or in each other's way. Each scenario is run by a test:

    python store_scenarios.py kills FOLDER 200

It exits with 0 and prints a JSON object of counts, or with a traceback.
"""

import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from secondhop.errors import IndexLockedError, NoSpaceError, StoreError
from secondhop.storage import IndexStore

COMMITTED, REFUSED, NO_SPACE, FAILED = 0, 10, 11, 12


def commit_version(store, number, size=400, timeout=0.0):
    """Publish an index in which everything says `number`: two segments, the table and the data."""
    with store.write(timeout=timeout) as transaction:
        parts = [transaction.add_segment({"value": np.full(size + number % 5, number, "<i4")}) for _ in range(2)]
        table = {"value": np.full(3, number, "<i8")}
        return transaction.commit(fingerprint=f"version {number}", segments=parts, table=table, data={"number": number})


def version_of(index):
    """The number that everything in the index says."""
    numbers = {index.manifest.data["number"], int(index.manifest.fingerprint.split()[1])}
    for arrays in (*(segment.arrays for segment in index.segments), index.table):
        numbers |= set(arrays["value"].tolist())
    assert len(index.segments) == 2
    assert len(numbers) == 1, f"mixed versions: {numbers}"
    return numbers.pop()


def child(work):
    """Run `work` in a child; its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = work() or 0
    finally:
        os._exit(code)


def wait(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kills(folder, rounds):
    """A writer commits one version after the other and is killed at a random moment, many times over."""
    store, draw, last, strays = IndexStore(folder), random.Random(5), 0, 0
    for _ in range(rounds):
        read_end, write_end = os.pipe()

        def write(first=last + 1, write_end=write_end):
            for number in range(first, first + 1000):
                commit_version(store, number)
                os.write(write_end, b".")

        pid = child(write)
        os.close(write_end)
        time.sleep(draw.uniform(0.001, 0.04))
        os.kill(pid, signal.SIGKILL)
        assert wait(pid) == -signal.SIGKILL
        with os.fdopen(read_end, "rb") as pipe:
            acknowledged = last + len(pipe.read())
        strays += store.status().bytes_unused > 0
        index = store.load()
        found = 0 if index is None else version_of(index)
        assert acknowledged <= found <= acknowledged + 1, (acknowledged, found)
        assert store.verify() == ()
        last = commit_version(store, found + 1).data["number"]
        store.sweep()
        assert store.status().bytes_unused == 0
    return {"rounds": rounds, "with strays": strays, "versions": last}


FAULTS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "KILL": None}
CALLS = ("open", "write", "fsync", "replace", "unlink", "ftruncate", "utime", "close")


def inject(call, nth, fault):
    """Let the n-th call of an `os` function fail in this process; returns the counter of calls."""
    real, count = getattr(os, call), [0]

    def failing(*arguments, **keywords):
        count[0] += 1
        if count[0] == nth and fault == "KILL":
            os.kill(os.getpid(), signal.SIGKILL)
        if count[0] == nth:
            if call == "close":
                real(*arguments)
            raise OSError(FAULTS[fault], os.strerror(FAULTS[fault]))
        return real(*arguments, **keywords)

    setattr(os, call, failing)
    return count


def commit_once(folder):
    """One commit of version 2, with something to sweep before it; the exit code says how it went."""
    try:
        commit_version(IndexStore(folder), 2, size=30_000)
    except NoSpaceError:
        return NO_SPACE
    except StoreError:
        return FAILED
    return COMMITTED


def prepare(folder):
    """Version 1, and what a killed writer left behind."""
    shutil.rmtree(folder, ignore_errors=True)
    first = folder.with_name("first")
    if not first.exists():
        commit_version(IndexStore(first), 1)
    shutil.copytree(first, folder)
    (folder / "0000000002-0.arrays").write_bytes(b"half")
    (folder / "manifest-0000000002.tmp").write_bytes(b"{")


def check_survived(folder, outcome, case):
    """The index is the old one or the new one, and the next writer is not in any way hindered."""
    store = IndexStore(folder)
    assert store.verify() == (), case
    found = version_of(store.load())
    assert found in (1, 2), case
    assert outcome != COMMITTED or found == 2, case
    commit_version(store, 3)
    assert version_of(store.load()) == 3, case
    store.sweep()
    left = {path.name for path in folder.iterdir()} - {file.name for file in store.manifest().files}
    assert left == {"manifest.json", "writer.lock"}, (case, left)
    return found


def faults(folder, _):
    """Each call of the operating system in a commit is made to fail or to be the process's last, one at a time."""
    counts = {}
    for call in CALLS:

        def count(call=call):
            counter = inject(call, 0, "EIO")
            commit_once(folder)
            return counter[0]

        prepare(folder)
        counts[call] = wait(child(count))
    results = []
    for call, total in counts.items():
        assert total, call
        for nth in range(1, total + 1):
            for fault in FAULTS:

                def run(call=call, nth=nth, fault=fault):
                    inject(call, nth, fault)
                    return commit_once(folder)

                prepare(folder)
                outcome = wait(child(run))
                case = (call, nth, fault)
                expected = {"KILL": {-signal.SIGKILL}, "ENOSPC": {NO_SPACE, COMMITTED}, "EIO": {FAILED, COMMITTED}}
                assert outcome in expected[fault], (case, outcome)
                results.append((outcome, check_survived(folder, outcome, case)))
    return {
        "calls": counts,
        "cases": len(results),
        "raised": sum(outcome > 0 for outcome, _ in results),
        "old": sum(found == 1 for _, found in results),
        "new": sum(found == 2 for _, found in results),
    }


def strace(folder, _):
    """The same with the system calls themselves, by strace."""
    script = [sys.executable, __file__, "commit", str(folder), "0"]
    names = ("write", "fsync", "rename", "unlink", "ftruncate", "utimensat", "flock")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    results, counts = [], {}
    for name in names:
        prepare(folder)
        log = folder.parent / "strace.log"
        command = ["strace", "-f", "-o", str(log), "-e", f"trace={name}"]
        subprocess.run([*command, *script], check=True, env=environment)
        counts[name] = sum(f" {name}(" in line for line in log.read_text().splitlines())
        for nth in range(1, counts[name] + 1):
            for fault in ("error=ENOSPC", "error=EIO", "signal=KILL"):
                prepare(folder)
                inject = ["-e", f"inject={name}:{fault}:when={nth}"]
                done = subprocess.run([*command, *inject, *script], check=False, env=environment, capture_output=True)
                case = (name, nth, fault, done.returncode, done.stderr)
                assert done.returncode in (COMMITTED, NO_SPACE, FAILED, -signal.SIGKILL), case
                results.append((done.returncode, check_survived(folder, done.returncode, case)))
    return {
        "calls": counts,
        "cases": len(results),
        "killed": sum(outcome < 0 for outcome, _ in results),
        "raised": sum(outcome > 0 for outcome, _ in results),
        "old": sum(found == 1 for _, found in results),
    }


def commit(folder, _):
    """One commit, to be run under strace."""
    sys.exit(commit_once(folder))


def writers(folder, commits):
    """Two writers add a segment each time; all of them are kept."""
    store = IndexStore(folder)

    def write(who):
        for number in range(commits):
            with store.write(timeout=60) as transaction:
                base = transaction.manifest.segments if transaction.manifest else ()
                entry = transaction.add_segment({"value": np.array([who, number], "<i4")})
                transaction.commit(fingerprint="two writers", segments=[*base, entry])

    children = [child(lambda who=who: write(who)) for who in range(2)]
    assert [wait(pid) for pid in children] == [0, 0]
    index = store.load()
    kept = {tuple(segment.arrays["value"].tolist()) for segment in index.segments}
    assert kept == {(who, number) for who in range(2) for number in range(commits)}
    assert index.manifest.generation == 2 * commits
    return {"kept": len(kept)}


def rss():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def readers(folder, commits):
    """Eight processes load again and again while versions are committed; none sees a mixture or an error."""
    store = IndexStore(folder)
    commit_version(store, 1, size=200_000)

    def read():
        kept = first = store.load()
        version_of(kept)
        before, loads = rss(), 0
        while version_of(kept) < commits:
            kept = store.load(previous=kept if loads % 2 else None)
            loads += 1
        assert version_of(first) == 1  # its files are long gone
        del first
        assert rss() < 1.3 * before, (rss(), before)
        return min(loads, 100)

    children = [child(read) for _ in range(8)]
    for number in range(2, commits + 1):
        commit_version(store, number, size=200_000)
        time.sleep(0.01)
    loads = [wait(pid) for pid in children]
    assert min(loads) >= 1, loads
    return {"loads": loads}


def refused_to(store):
    """The error of a writer that cannot have the lock."""
    try:
        commit_version(store, 2)
    except IndexLockedError as error:
        return error
    raise AssertionError("the lock was not held")


def holder(folder, _):
    """A writer is killed while a child that it forked lives on; the next one does not notice."""
    store = IndexStore(folder)
    commit_version(store, 1)
    read_end, write_end = os.pipe()

    def hold():
        with store.write() as transaction:
            transaction.add_segment({"value": np.zeros(10, "<i4")})
            child(live_on)
            time.sleep(60)

    def live_on():  # says so itself: by then the child has let go of what it inherited
        os.write(write_end, os.getpid().to_bytes(4, "little"))
        time.sleep(60)

    pid = child(hold)
    orphan = int.from_bytes(os.read(read_end, 4), "little")
    try:
        assert refused_to(store).pid == pid
        os.kill(pid, signal.SIGKILL)
        wait(pid)
        os.kill(orphan, 0)
        commit_version(store, 2)
    finally:
        os.kill(orphan, signal.SIGKILL)
    return {"version": version_of(store.load())}


def limited(folder, _):
    """A limit on the size of files, as on a full disk."""

    def write():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        return commit_once(folder)

    prepare(folder)
    outcome = wait(child(write))
    assert outcome == NO_SPACE, outcome
    return {"version": check_survived(folder, outcome, "RLIMIT_FSIZE")}


def full(folder, _):
    """A small file system is filled up. The index is still there, and goes on when there is room."""
    store, size, number = IndexStore(folder), 1000, 1
    try:
        while True:
            commit_version(store, number, size)
            size, number = size * 2, number + 1
    except NoSpaceError as error:
        needed = error.needed
    assert store.verify() == ()
    assert version_of(store.load()) == number - 1
    rest = folder / "rest"
    try:
        with rest.open("wb") as file:
            while True:
                file.write(bytes(4096))
                file.flush()
    except OSError:
        assert version_of(store.load()) == number - 1
    try:
        commit_version(store, number, 1000)
    except NoSpaceError:
        assert version_of(store.load()) == number - 1
        rest.unlink()
        commit_version(store, number, 1000)
    assert version_of(store.load()) == number
    return {"needed": needed, "versions": number}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))))
