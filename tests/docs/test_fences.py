"""Every code fence of the README and of docs/ runs, and prints what the page says.

SECONDHOP_UPDATE_DOCS=1 pytest tests/docs/test_fences.py    writes what they print into the pages: read the diff
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import fences

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.fixture(autouse=True)
def _in_a_folder_with_the_demo_documents(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "examples" / "data", tmp_path / "examples" / "data")
    (tmp_path / "vocabularies").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "vocabularies"))  # the same counts on every machine
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_prints_what_it_says(path):
    page = path.read_text("utf-8")
    if os.environ.get("SECONDHOP_UPDATE_DOCS"):
        path.write_text(fences.updated(page), "utf-8")
        return
    for shown, printed, _ in fences.run_page(page):
        assert printed == shown


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_fence_is_run_or_tagged_as_text(path):
    tags = {fence.tag for fence in fences.fences(path.read_text("utf-8"))}
    assert tags <= set(fences.TAGS)


def test_a_wrong_output_would_be_noticed():
    page = "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n"
    assert fences.run_page(page) == [("3\n", "2\n", (36, 38))]
    assert fences.updated(page).endswith("```text\n2\n```\n")
