"""Every example runs, without a warning, and prints something; the demo's PDF is what its script makes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("[0-9]*.py"))


def run(script: Path, *arguments: str, cwd: Path) -> str:
    environment = {**os.environ, "TIKTOKEN_CACHE_DIR": str(cwd), "PYTHONUTF8": "1"}
    command = [sys.executable, "-W", "error", str(script), *arguments]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", cwd=cwd, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_an_example_runs(script, tmp_path):
    assert run(script, cwd=tmp_path).strip()


def test_the_demo_reaches_the_second_hop(tmp_path):
    shown = run(EXAMPLES / "01_first_context.py", cwd=tmp_path)
    assert "Brannock & Daughters" in shown
    assert "Decision Report" in shown
    assert "kept_second_hop" in shown


def test_plain_ranking_does_not_reach_it():
    import secondhop

    document = secondhop.Document.from_folder(EXAMPLES / "data", tokenizer="estimate")
    question = "Who repairs the engine of the ship that carries the night mail?"
    assert "Brannock" in document.context(question, 400).text()
    assert "Brannock" not in document.context(question, 400, strategy="raw_topk").text()


def test_the_pdf_is_what_the_script_makes(tmp_path):
    run(EXAMPLES / "handbook" / "make_pdf.py", str(tmp_path / "handbook.pdf"), cwd=tmp_path)
    assert (tmp_path / "handbook.pdf").read_bytes() == (EXAMPLES / "data" / "handbook.pdf").read_bytes()
