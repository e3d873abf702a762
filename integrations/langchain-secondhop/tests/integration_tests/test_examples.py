"""The examples run without a key and without a warning; the notebook shows what its cells print."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[4] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("langchain_*.py"))
NEEDS = {"langchain_langgraph.py": "langgraph"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_an_example_runs(script, tmp_path):
    if script.name in NEEDS:
        pytest.importorskip(NEEDS[script.name])
    environment = {**os.environ, "TIKTOKEN_CACHE_DIR": str(tmp_path), "PYTHONUTF8": "1"}
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def test_there_are_examples():
    assert len(SCRIPTS) >= 4


def shown(notebook):
    """What each cell prints. The kernel may send it in several pieces."""
    return [
        "".join(output.get("text") or output.data["text/plain"] for output in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.enable_socket
def test_the_notebook_shows_what_its_cells_print():
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    stored = nbformat.read(EXAMPLES / "langchain_quickstart.ipynb", as_version=4)
    fresh = nbformat.read(EXAMPLES / "langchain_quickstart.ipynb", as_version=4)
    run = client.NotebookClient(fresh, timeout=120, resources={"metadata": {"path": str(EXAMPLES)}})
    run.execute()
    assert shown(fresh) == shown(stored)
