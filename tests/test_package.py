"""The package as a whole: its public names, its options in both spellings, and what importing it costs."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import secondhop
from secondhop import keywords, options

PUBLIC = [
    "Budget", "Chunk", "Citation", "Context", "ContextOptions", "CorruptFileError", "Decision",
    "DecisionReport", "Document", "DocumentOptions", "EmptyTextError", "FileTooLargeError",
    "FolderOptions", "FolderWatch", "Hit", "IndexCorruptError", "IndexLockedError", "IndexVersionError",
    "InputError", "LoadError", "MissingExtraError", "ModelError", "ModelIntegrityError",
    "ModelNotFoundError", "NoSpaceError", "NoTextError", "OptionError", "ParserCrashedError",
    "Passage", "PasswordRequiredError", "Query", "Ranking", "Reason", "Refresh", "ReportWarning",
    "ResourceLimitError", "SecondhopError", "Section", "Selection", "SourceNotFoundError",
    "SourceText", "StoreError", "TokenCounter", "UnsupportedFormatError", "WatchEvent", "__version__",
    "analyze_context", "build_context", "context_economics", "filter_context", "grounding_score",
    "instrument", "link_strength", "register_loader", "report_to_dict", "uninstrument", "watch",
]  # fmt: skip

# What nobody should pay for by importing the package.
FORBIDDEN = [
    "langchain", "langchain_core", "llama_index", "onnxruntime", "pypdf", "pypdfium2",
    "opentelemetry", "fastapi", "typer", "rich", "tiktoken", "requests", "tree_sitter",
    "cryptography", "asyncio",
]  # fmt: skip


def test_the_public_names_are_these():
    assert sorted(PUBLIC) == PUBLIC
    assert secondhop.__all__ == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_exists(name):
    assert getattr(secondhop, name) is not None
    assert name in dir(secondhop)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Dokument'"):
        secondhop.Dokument


def names_of(typed_dict):
    return set(typed_dict.__annotations__)


def test_keywords_and_option_objects_have_the_same_names():
    fields = set(options.DocumentOptions.model_fields)
    assert names_of(keywords.DocumentKeywords) == fields
    assert names_of(keywords.TextKeywords) == fields - options.OF_PARSING
    assert names_of(keywords.ChunkKeywords) == fields - options.OF_PARSING - options.OF_CUTTING
    assert names_of(keywords.BytesKeywords) == fields - {"source"}
    assert names_of(keywords.FolderKeywords) == set(options.FolderOptions.model_fields) - {
        "options",
        "source",
        "format",
    }


@pytest.mark.parametrize(
    ("function", "typed_dict", "first"),
    [
        (secondhop.Document.context, keywords.ContextKeywords, {"query", "budget"}),
        (
            secondhop.build_context,
            keywords.RetrievedKeywords,
            {"query", "retrieved_chunks", "strategy", "token_budget"},
        ),
    ],
)
def test_what_passes_keywords_on_has_their_types(function, typed_dict, first):
    types = get_type_hints(function)
    assert get_type_hints(typed_dict) == {name: types[name] for name in types.keys() - first - {"return"}}


DOCUMENT = secondhop.Document
TYPED = [
    *(getattr(DOCUMENT, name) for name in sorted(vars(DOCUMENT)) if name.startswith(("from_", "a", "co", "se"))),
    secondhop.analyze_context,
    secondhop.build_context,
    secondhop.context_economics,
    secondhop.filter_context,
    secondhop.watch,
]


@pytest.mark.parametrize("function", TYPED, ids=lambda function: function.__name__)
def test_types_can_be_looked_up_at_run_time(function):
    types = get_type_hints(function)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            (wanted,) = get_args(types[parameter.name])  # of Unpack[...]: an editor sees the keywords
            assert get_type_hints(wanted)


@pytest.mark.parametrize(
    "statement", ["import secondhop", "from secondhop import Document, DecisionReport, build_context"]
)
def test_importing_loads_nothing_that_is_not_needed(statement):
    code = f"{statement}\nimport sys\nprint(*({set(FORBIDDEN)!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


# Prints the names of the modules of others that a statement imports.
OTHERS = "\nimport sys\nprint(*[name for name in sys.modules if not name.startswith('secondhop')])"
# Imports the modules it is given, then prints the milliseconds of the processor that the statement takes with those there.
OWN_TIME = """
import contextlib, importlib, sys, time
statement, *others = sys.argv[1:]
for name in others:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
assert not any(name.startswith("secondhop") for name in sys.modules)
began = time.process_time()
exec(statement)
print(1e3 * (time.process_time() - began))
"""


def printed_by(code, *arguments):
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.split()


def own_import_time_ms(statement):
    """Milliseconds of the processor spent in secondhop's own modules, however busy the machine is."""
    (taken,) = printed_by(OWN_TIME, statement, *printed_by(statement + OTHERS))
    return float(taken)


@pytest.mark.parametrize(("statement", "limit"), [("import secondhop", 150), ("from secondhop import Document", 500)])
def test_importing_is_quick(statement, limit):
    assert own_import_time_ms(statement) < limit


def test_the_package_says_that_it_is_typed():
    from importlib.resources import files

    assert files("secondhop").joinpath("py.typed").is_file()


@pytest.mark.slow
def test_options_need_no_plugin_to_be_checked(tmp_path):
    (tmp_path / "user.py").write_text(
        "from secondhop import DocumentOptions, FolderOptions\n"
        "FolderOptions(token_budget=300, ignore=['*.txt'])\n"
        "DocumentOptions(chunk_size=256)\n",
        "utf-8",
    )
    cache = Path(__file__).resolve().parents[1] / ".mypy_cache" / "user"  # so that the second run takes a second
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--follow-imports=silent", "user.py"]
    command += ["--cache-dir", cache]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
