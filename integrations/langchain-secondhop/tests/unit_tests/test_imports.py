"""What the package shows, and what it costs to import."""

import json
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

import langchain_secondhop

ROOT = Path(langchain_secondhop.__file__).parent
NAMES = [
    "DECISION_REPORT_EVENT",
    "DecisionReportCallbackHandler",
    "SecondhopCompressor",
    "SecondhopRetriever",
    "__version__",
    "collect_reports",
    "format_context",
]


def test_the_public_names_are_these():
    assert langchain_secondhop.__all__ == NAMES
    assert all(hasattr(langchain_secondhop, name) for name in NAMES)


def test_the_package_is_typed():
    assert (ROOT / "py.typed").exists()


def test_the_version_is_that_of_the_project_file():
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    assert re.search(r'^version = "(.+)"$', project, re.MULTILINE)[1] == langchain_secondhop.__version__


def test_it_depends_on_the_core_of_langchain_alone():
    names = {re.match(r"[\w-]+", line)[0] for line in requires("langchain-secondhop")}
    assert names == {"secondhop", "langchain-core"}


def test_importing_it_loads_no_other_framework_and_no_model():
    heavy = ["langchain", "langchain_classic", "langchain_community", "langgraph", "llama_index", "onnxruntime",
             "langfuse", "pypdf", "pypdfium2"]  # fmt: skip
    code = f"import json, sys, langchain_secondhop; print(json.dumps([n for n in {heavy} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


@pytest.mark.compile
def test_everything_imports():
    for path in ROOT.glob("*.py"):
        __import__(f"langchain_secondhop.{path.stem}")
