"""Whatever a user can name has a line in the guides (the generated reference does not count)."""

import importlib
import inspect
import re
import subprocess
import sys
from dataclasses import fields
from importlib.metadata import requires
from pathlib import Path

import pytest

import secondhop
from secondhop import errors
from secondhop.cli import app
from secondhop.cli.ask import ask
from secondhop.options import STRATEGY_NAMES, ContextOptions, DocumentOptions, FolderOptions
from secondhop.text.tokens import TOKENIZERS

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDES = {path.name: path.read_text("utf-8") for path in sorted(DOCS.glob("*.md")) if path.name != "reference.md"}
ERRORS = [name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)]
OPTIONS = sorted({*ContextOptions.model_fields, *DocumentOptions.model_fields, *FolderOptions.model_fields})
REPORT_FIELDS = [field.name for field in fields(secondhop.DecisionReport)]
ASKED = sorted({*inspect.signature(ask).parameters} - {"path", "question", "as_json"})
INTEGRATIONS = {
    "langchain_secondhop": "langchain.md",
    "llama_index.postprocessor.secondhop": "llama_index.md",
    "llama_index.retrievers.secondhop": "llama_index.md",
}
METHODS = [name for name in vars(secondhop.Document) if not name.startswith("_")]


def mentioned(name: str, page: str) -> bool:
    return re.search(rf"`[^`\n]*(?<!\w){re.escape(name)}(?!\w)[^`\n]*`", GUIDES[page]) is not None


def anywhere(name: str) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", page) for page in GUIDES.values())


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_is_documented(option):
    assert mentioned(option, "options.md")


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_is_documented(error):
    assert mentioned(error, "errors.md")


@pytest.mark.parametrize("reason", [reason.value for reason in secondhop.Reason])
def test_a_reason_is_documented(reason):
    assert mentioned(reason, "report.md")


@pytest.mark.parametrize("field", REPORT_FIELDS)
def test_a_field_of_the_report_is_documented(field):
    assert mentioned(field, "report.md")


@pytest.mark.parametrize("strategy", STRATEGY_NAMES)
def test_a_strategy_is_documented(strategy):
    assert mentioned(strategy, "strategies.md")


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_a_tokenizer_is_documented(tokenizer):
    assert mentioned(tokenizer, "options.md")


@pytest.mark.parametrize("command", [command.callback.__name__ for command in app.registered_commands])
def test_a_command_is_documented(command):
    assert f"secondhop {command}" in GUIDES["cli.md"]


@pytest.mark.parametrize("option", [*ASKED, "json", "fetch-tokenizer"])
def test_an_option_of_the_command_line_is_documented(option):
    assert mentioned(f"--{option.replace('_', '-')}", "cli.md")


@pytest.mark.parametrize(
    "key", sorted(secondhop.Document.from_text("One sentence here.").context("sentence").citations[0])
)
def test_a_key_of_a_citation_is_documented(key):
    assert mentioned(key, "citations.md")


@pytest.mark.parametrize("name", sorted({*secondhop.__all__, *METHODS} - {"__version__"}))
def test_a_public_name_is_documented(name):
    assert anywhere(name)


@pytest.mark.parametrize(("module", "page"), INTEGRATIONS.items())
def test_the_public_names_of_an_integration_and_their_options_are_documented(module, page):
    public = importlib.import_module(module)
    values = {name: getattr(public, name) for name in public.__all__ if name != "__version__"}
    classes = [value for value in values.values() if inspect.isclass(value)]
    options = {
        name
        for value in classes
        for base in value.__mro__
        if base.__module__.startswith(module)
        for name in (*getattr(base, "__annotations__", ()), *inspect.signature(base.__init__).parameters)
    }
    theirs = {"self", "args", "kwargs", "data", "model_config", "callback_manager", "objects", "object_map", "verbose"}
    hidden = {name for name in options if name.startswith("_")}
    assert [name for name in sorted({*values, *options} - theirs - hidden) if not mentioned(name, page)] == []


def test_every_dependency_is_explained():
    names = [re.match(r"[\w.-]+", requirement)[0] for requirement in requires("secondhop")]
    page = GUIDES["dependencies.md"].lower()
    assert [name for name in names if f"| `{name.lower()}` |" not in page] == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 writes signatures in another way")
def test_the_reference_is_up_to_date():
    done = subprocess.run(
        [sys.executable, DOCS / "make_reference.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_each_guide_can_be_reached_from_the_index():
    assert [name for name in GUIDES if name != "index.md" and f"({name})" not in GUIDES["index.md"]] == []


def test_links_between_pages_lead_somewhere():
    root = DOCS.parent
    pages = [root / "README.md", root / "CONTRIBUTING.md", *DOCS.rglob("*.md"), *root.glob("integrations/*/README.md")]
    for page in pages:
        for target, place in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", page.read_text("utf-8")):
            if not target.startswith("http"):
                there = page.parent / target if target else page
                assert there.exists(), f"{page.name}: {target}"
                assert not place or place in anchors(there.read_text("utf-8")), f"{page.name}: {target}#{place}"


def anchors(page: str) -> set[str]:
    """What GitHub calls the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
