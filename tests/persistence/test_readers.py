"""Many processes read while one writes: no question fails, and none sees two versions."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from secondhop import Document

READER = Path(__file__).with_name("reader.py")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def write_version(folder, version):
    for number in range(6):
        text = f"# File {number}\n\nHere stands version {version} of file {number}.\n" + "The harbour is calm. " * 50
        (folder / f"{number}.md").write_text(text)


@pytest.mark.parametrize(
    ("readers", "reloads", "times"),
    [(3, 8, 100), pytest.param(8, 30, 1000, marks=[pytest.mark.long, pytest.mark.timeout(1800)])],
)
def test_readers_see_one_version_at_a_time(tmp_path, readers, reloads, times):
    folder = tmp_path / "docs"
    folder.mkdir()
    write_version(folder, 0)
    document = Document.from_folder(folder, persist=True)
    command = [sys.executable, "-W", "error", str(READER), str(folder), str(times)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, **pipes) for _ in range(readers)]
    for process in running:  # to open a folder is to look at its files: none may be half a version then
        assert process.stdout.readline() == "open\n"
    for version in range(1, reloads + 1):
        write_version(folder, version)
        document = document.refresh().document
        time.sleep(0.2)
    for process in running:
        told = json.loads(process.communicate()[0])
        assert (told["failed"], told["mixed"]) == (0, 0)
        assert told["asked"] >= times
        assert told["versions"] > 1
        assert told["growth"] < 1.3
