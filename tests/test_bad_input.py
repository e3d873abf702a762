"""What is refused, with which error, and what its message says."""

import inspect
import json
import pickle
import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import secondhop
from secondhop import errors


class PathLike:
    """What tells its path as `os.DirEntry` does, which may be bytes."""

    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


ERRORS = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)]


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("as_path", [str, Path])
@pytest.mark.parametrize("load", [secondhop.Document.from_file, secondhop.Document.from_folder])
def test_a_missing_path_is_a_file_not_found_error_that_names_it(tmp_path, load, as_path):
    missing = tmp_path / "no such thing.pdf"
    with pytest.raises(FileNotFoundError, match=r"no such thing\.pdf") as caught:
        load(as_path(missing))
    assert isinstance(caught.value, secondhop.SourceNotFoundError)
    assert caught.value.source == str(missing)


def test_a_damaged_pdf_is_a_typed_error_that_names_path_and_cause(tmp_path):
    path = tmp_path / "damaged.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 200)
    with pytest.raises(secondhop.CorruptFileError, match=r"damaged\.pdf") as caught:
        secondhop.Document.from_file(path)
    assert caught.value.source == str(path)
    assert caught.value.reason
    assert caught.value.reason in str(caught.value)


def test_a_damaged_file_does_not_stop_a_folder(tmp_path):
    (tmp_path / "damaged.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 200)
    (tmp_path / "good.txt").write_text("Copper melts.")
    doc = secondhop.Document.from_folder(tmp_path)
    assert doc.n_files == 1
    (skipped,) = doc.skipped_files
    assert skipped[0].endswith("damaged.pdf")
    assert skipped[1]


def test_a_folder_is_no_file_and_a_file_is_no_folder(tmp_path):
    (tmp_path / "a.txt").write_text("Copper melts.")
    with pytest.raises(secondhop.LoadError, match="from_folder"):
        secondhop.Document.from_file(tmp_path)
    with pytest.raises(secondhop.LoadError, match=r"a\.txt"):
        secondhop.Document.from_folder(tmp_path / "a.txt")


def test_a_folder_without_a_readable_file_is_empty(tmp_path):
    with pytest.raises(secondhop.EmptyTextError, match=str(tmp_path.name)):
        secondhop.Document.from_folder(tmp_path)


def test_an_empty_file_has_no_text(tmp_path):
    (tmp_path / "empty.txt").touch()
    with pytest.raises(secondhop.NoTextError, match=r"empty\.txt"):
        secondhop.Document.from_file(tmp_path / "empty.txt")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        *((path, "is neither a str nor a Path") for path in (None, 7, b"contract.md", Path, PathLike(b"contract.md"))),
        *((path, "is empty; the current folder is") for path in ("", PathLike(""))),
        ("a\0b", "holds a NUL character"),
        ("notes\ud800.txt", "holds half a character"),
    ],
)
@pytest.mark.parametrize("load", [secondhop.Document.from_file, secondhop.Document.from_folder, secondhop.watch])
def test_what_is_no_path_is_refused(load, path, message):
    with pytest.raises(secondhop.InputError, match=f"path=.*{message}"):
        load(path)


# ── options ──────────────────────────────────────────────────────────────────────────────────────────────────────────

BAD_OPTIONS = [
    ("chunk_sise", 64, "chunk_size"),
    ("strategy", "magic", "reasoning_preserving"),
    ("token_budget", 0, "greater than or equal to 1"),
    ("token_budget", -5, "greater than or equal to 1"),
    ("token_budget", float("nan"), ""),
    ("token_budget", "many", ""),
    ("top_k", 0, "greater than or equal to 1"),
    ("candidate_k", 0, "greater than or equal to 1"),
    ("neighbors", -1, "greater than or equal to 0"),
    ("min_grounding", float("nan"), "finite number"),
    ("min_grounding", 5.0, "less than or equal to 1"),
    ("chunk_size", 0, "greater than or equal to"),
    ("chunk_overlap", -1, ""),
    ("language", "klingon", "english"),
    ("tokenizer", "gpt-17", "o200k_base"),
    ("text_style", "fancy", "numbered"),
    ("grain", "word", "sentence"),
    ("format", "papyrus", "markdown"),
    ("bm25_variant", "bm26", "okapi"),
    ("bm25_k1", float("inf"), ""),
    ("bm25_b", 1.5, "less than or equal to 1"),
]


@pytest.mark.parametrize(("name", "value", "allowed"), BAD_OPTIONS)
def test_a_bad_option_is_refused_with_its_value_and_what_is_allowed(name, value, allowed):
    with pytest.raises(secondhop.OptionError) as caught:
        secondhop.Document.from_text("Copper melts.", **{name: value})
    message = str(caught.value)
    assert name in message
    assert repr(value) in message
    assert allowed in message
    with pytest.raises(secondhop.OptionError) as the_same:
        secondhop.Document.from_text("Copper melts.", options=secondhop.DocumentOptions(**{name: value}))
    assert str(the_same.value) == message


@pytest.mark.parametrize("value", [0, -1, True, 2.5, float("nan"), "12", 10**400])
def test_a_budget_is_a_positive_whole_number(contract, value):
    with pytest.raises(secondhop.OptionError) as caught:
        contract.context("law", value)
    assert repr(value) in str(caught.value)
    with pytest.raises(secondhop.OptionError):
        secondhop.build_context("law", ["Laws apply."], token_budget=value)
    with pytest.raises(secondhop.OptionError):
        secondhop.Document.from_text("Laws apply.", token_budget=value)


def test_whole_numbers_of_numpy_are_numbers(contract):
    budget, one = np.int64(40), np.uint8(1)
    context = contract.context("law", budget, top_k=one, neighbors=one, candidate_k=np.int32(9))
    assert context == contract.context("law", 40, top_k=1, neighbors=1, candidate_k=9)
    assert json.loads(context.report.json())["token_budget"] == 40
    options = secondhop.FolderOptions(token_budget=budget, chunk_size=np.int16(64), workers=one)
    assert options.model_dump_json() == '{"token_budget":40,"chunk_size":64,"workers":1}'
    assert secondhop.build_context("law", ["Laws apply."], token_budget=budget).report.token_budget == 40
    for value in (np.array([1, 2]), np.float64(2), np.bool_(1), int):
        with pytest.raises(secondhop.OptionError, match="budget="):
            contract.context("law", value)
        with pytest.raises(secondhop.OptionError, match="top_k="):
            contract.search("law", top_k=value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strategy", "magic"),
        ("text_style", "fancy"),
        ("grain", "word"),
        ("top_k", 0),
        ("neighbors", -1),
        ("candidate_k", 0),
        ("top_k", True),
    ],
)
def test_a_query_refuses_bad_options_too(contract, name, value):
    with pytest.raises(secondhop.OptionError, match=name):
        contract.context("law", **{name: value})


def test_options_and_keywords_together_are_refused():
    options = secondhop.DocumentOptions(chunk_size=64)
    with pytest.raises(secondhop.OptionError, match="chunk_size"):
        secondhop.Document.from_text("Copper melts.", options=options, chunk_size=32)


def test_options_of_one_file_are_refused_for_a_folder(tmp_path):
    (tmp_path / "a.txt").write_text("Copper melts.")
    for name, value in {"format": "markdown", "source": "metals"}.items():
        with pytest.raises(secondhop.OptionError, match=f"{name} cannot be given for a folder"):
            secondhop.Document.from_folder(tmp_path, **{name: value})
        with pytest.raises(secondhop.OptionError, match=f"{name} cannot be given for a folder"):
            secondhop.Document.from_folder(tmp_path, options=secondhop.DocumentOptions(**{name: value}))


PARSING = [("password", "sesame"), ("isolation", "process"), ("max_seconds", 1), ("max_memory_mb", 256)]
CUTTING = [("format", "markdown"), ("chunk_size", 64), ("include_heading", True)]


@pytest.mark.parametrize(("name", "value"), [*PARSING, *CUTTING])
def test_options_that_read_and_cut_are_refused_for_chunks(name, value):
    with pytest.raises(secondhop.OptionError, match=f"{name} cannot be given for chunks"):
        secondhop.Document.from_chunks(["Copper melts."], **{name: value})


@pytest.mark.parametrize(("name", "value"), CUTTING)
def test_options_that_cut_are_refused_for_chunks_in_an_object_too(name, value):
    with pytest.raises(secondhop.OptionError, match=f"{name} cannot be given for chunks"):
        secondhop.Document.from_chunks(["Copper melts."], options=secondhop.DocumentOptions(**{name: value}))


def test_what_asks_for_nothing_is_not_refused():
    given = {"password": None, "format": None, "include_heading": False}
    assert len(secondhop.Document.from_chunks(["Copper melts."], **given)) == 1


@pytest.mark.parametrize(("name", "value"), PARSING)
def test_options_of_parsing_are_refused_for_texts(name, value):
    for make in (secondhop.Document.from_text, lambda text, **given: secondhop.Document.from_texts([text], **given)):
        with pytest.raises(secondhop.OptionError, match=f"{name} cannot be given for texts"):
            make("Copper melts.", **{name: value})


def test_one_object_of_options_serves_files_texts_and_chunks(tmp_path):
    (tmp_path / "a.txt").write_text("Copper melts.")
    options = secondhop.DocumentOptions(**dict(PARSING))
    for made in (
        secondhop.Document.from_folder(tmp_path, options=options),
        secondhop.Document.from_text("Copper melts.", options=options),
        secondhop.Document.from_texts(["Copper melts."], options=options),
        secondhop.Document.from_chunks(["Copper melts."], options=options),
    ):
        assert made.context("copper").text() == "Copper melts."


def test_nested_options_are_for_what_is_not_given_beside_them(tmp_path):
    (tmp_path / "a.txt").write_text("Copper melts.")
    nested = secondhop.DocumentOptions(token_budget=40, text_style="numbered")
    doc = secondhop.Document.from_folder(tmp_path, options=secondhop.FolderOptions(token_budget=9, options=nested))
    report = doc.analyze("copper")
    assert (report.token_budget, report.text_style) == (9, "numbered")


@pytest.mark.parametrize("options", [{"chunk_size": 64}, 7, "fast"])
def test_options_must_be_an_options_object(options):
    with pytest.raises(secondhop.OptionError, match="DocumentOptions"):
        secondhop.Document.from_text("Copper melts.", options=options)


def test_min_grounding_is_checked_for_chunks_from_elsewhere():
    for value in (float("nan"), 5.0, -0.1):
        with pytest.raises(secondhop.OptionError, match="min_grounding"):
            secondhop.build_context("law", ["Laws apply."], min_grounding=value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("text_style", "fancy", "text_style='fancy': input should be 'plain', 'numbered' or 'fenced' or callable"),
        ("strategy", 5, "strategy=5: input should be a valid string or callable"),
    ],
)
def test_an_option_of_several_types_says_once_what_it_takes(contract, name, value, message):
    with pytest.raises(secondhop.OptionError) as caught:
        contract.context("law", **{name: value})
    assert str(caught.value) == message


def test_a_document_says_how_one_is_made():
    with pytest.raises(secondhop.InputError, match="from_file"):
        secondhop.Document("contract.pdf")


async def awaited(*_):
    """What is called without await does nothing, and gives something that counts as true."""


class Awaited:
    """The same of an object."""

    async def __call__(self, *_):
        """Nothing."""


@pytest.mark.parametrize("progress", [5, awaited])
def test_a_progress_that_cannot_be_called_is_refused(tmp_path, progress):
    with pytest.raises(secondhop.OptionError, match=f"progress={re.escape(repr(progress))}"):
        secondhop.Document.from_folder(tmp_path, progress=progress)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sweep_seconds", "a"),
        ("sweep_seconds", 0),
        ("sweep_seconds", float("nan")),
        ("on_event", 3),
        ("on_event", awaited),
        ("persist", False),
    ],
)
def test_a_watch_refuses_what_it_could_not_use_later(tmp_path, name, value):
    (tmp_path / "a.txt").write_text("Copper melts.")
    with pytest.raises(secondhop.OptionError, match=re.escape(f"{name}={value!r}")):
        secondhop.watch(tmp_path, **{name: value})
    assert not (tmp_path / ".secondhop").exists()


@pytest.mark.parametrize("key", ["abc", b"", bytes(65)])
def test_a_log_refuses_a_key_that_keys_nothing(contract, key):
    with pytest.raises(secondhop.InputError, match=r"key is .*, and not from 1 to 64 bytes"):
        contract.analyze("law").to_log(key=key)


@pytest.mark.parametrize("compare", [secondhop.grounding_score, secondhop.link_strength])
def test_a_language_is_a_string(compare):
    with pytest.raises(secondhop.InputError, match=r"language=\['english'\] is not a string"):
        compare("law", "Laws apply.", language=["english"])


def test_text_refuses_an_unknown_style(contract):
    with pytest.raises(secondhop.OptionError, match="plain, numbered"):
        contract.context("law").text(style="fancy")


@pytest.mark.parametrize("top_k", [0, -1, True, 2.0])
def test_search_refuses_a_top_k_that_is_no_positive_number(contract, top_k):
    with pytest.raises(secondhop.OptionError, match="top_k"):
        contract.search("law", top_k=top_k)


def test_a_filter_is_a_mapping_or_a_callable(contract):
    with pytest.raises(secondhop.InputError, match="filter"):
        contract.context("law", filter="contract.md")


def test_a_filter_that_would_have_to_be_awaited_lets_nothing_through(contract):
    for ask, given in product((contract.context, contract.search), (awaited, Awaited())):
        with pytest.raises(secondhop.InputError, match=r"filter=.* is async"):
            ask("law", filter=given)


@pytest.mark.parametrize(
    ("name", "value"), [("source", Path("contract.md")), ("id", 5), ("page", "3"), ("heading", b"Law"), ("kind", 0)]
)
def test_a_filter_that_no_chunk_could_pass_is_refused(contract, name, value):
    for wanted in (value, [None, value]):
        with pytest.raises(secondhop.InputError, match=f"filter: {name}=.* is not a"):
            contract.context("law", filter={name: wanted})
    assert contract.context("law", filter={"page": np.int64(3)}).report.n_input_chunks == 0


def test_a_tokenizer_that_returns_no_count_is_refused():
    with pytest.raises(secondhop.OptionError, match="whole number"):
        secondhop.Document.from_text("Copper melts.", tokenizer=lambda text: None)


# ── texts, queries, chunks ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["\ufeff", "\ufeff \r\n"])
def test_a_byte_order_mark_alone_is_no_text(text):
    for name in ("notes.txt", "notes.md", "rows.csv"):
        with pytest.raises(secondhop.EmptyTextError):
            secondhop.Document.from_text(text, source=name)
    assert secondhop.Document.from_texts(["Copper melts.", text]).n_files == 1


@pytest.mark.parametrize("text", ["", "   ", "\n\t\n", "\u2003"])
def test_an_empty_text_is_refused(text):
    with pytest.raises(secondhop.EmptyTextError):
        secondhop.Document.from_text(text)
    with pytest.raises(secondhop.EmptyTextError):
        secondhop.Document.from_texts([text, text])
    with pytest.raises(secondhop.EmptyTextError):
        secondhop.Document.from_chunks([text])
    with pytest.raises(secondhop.EmptyTextError):
        secondhop.build_context("law", [text])


@pytest.mark.parametrize("text", [None, 7, b"bytes", ["list"]])
def test_a_text_is_a_string(text):
    with pytest.raises(secondhop.InputError):
        secondhop.Document.from_text(text)
    with pytest.raises(secondhop.InputError):
        secondhop.Document.from_texts([text])


def test_bytes_are_bytes():
    with pytest.raises(secondhop.InputError, match="str, not bytes"):
        secondhop.Document.from_bytes("text", source="a.txt")


@pytest.mark.parametrize("query", ["", "  ", "\n"])
def test_an_empty_query_gives_an_empty_context_with_a_warning(contract, query):
    context = contract.context(query)
    assert not context
    assert (context.text(), context.citations) == ("", [])
    assert [warning.code for warning in context.report.warnings] == ["empty_query"]


@pytest.mark.parametrize("query", [None, 7, b"law", ["law"]])
def test_a_query_is_a_string(contract, query):
    for ask in (
        contract.context,
        contract.analyze,
        contract.search,
        lambda query: secondhop.build_context(query, ["a"]),
    ):
        with pytest.raises(secondhop.InputError, match="query"):
            ask(query)


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        ([{"id": "a"}], "chunk 0 has no text"),
        (["fine", {"text": None}], "chunk 1 has no text"),
        ([{"text": "a", "colour": "red"}], "colour"),
        ([{"text": "a", "id": "x"}, {"text": "b", "id": "x"}], "'x' is given twice"),
        ([7], "chunk 0 is int"),
        ([None], "chunk 0 is NoneType"),
        ("one string", "give a list"),
        ({"text": "one mapping"}, "give a list"),
        (None, "give a list"),
    ],
)
def test_bad_chunks_are_refused_by_number_and_name(chunks, message):
    with pytest.raises(secondhop.InputError, match=message):
        secondhop.Document.from_chunks(chunks)
    with pytest.raises(secondhop.InputError, match=message):
        secondhop.build_context("law", chunks)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source", 5),
        ("source", Path("a.md")),
        ("heading", 0),
        ("heading_path", "one heading"),
        ("heading_path", ["Fees", 5]),
        ("kind", "verse"),
        ("metadata", "harbour"),
        ("page", "iv"),
        ("page", 3.0),
        ("page", 2**31),
        ("start", "5"),
        ("line", 1.5),
        ("line_end", [1]),
    ],
)
def test_a_value_of_another_type_in_a_chunk_is_named_with_the_chunk(name, value):
    mapping = {"text": "A law.", name: value}
    for chunk in (mapping, mapping if name == "heading" else secondhop.Chunk(**mapping)):
        for load in (secondhop.Document.from_chunks, lambda chunks: secondhop.build_context("law", chunks)):
            with pytest.raises(secondhop.InputError, match=f"chunk 1: {name}=") as caught:
                load(["fine", chunk])
            assert repr(value) in str(caught.value)


def test_numbers_of_numpy_in_chunks_become_plain_ones():
    numbers = {"page": np.int64(3), "start": np.int32(7), "line": np.uint8(2)}
    context = secondhop.build_context("law", [{"text": "A law.", "id": 0, **numbers}])
    (citation,) = json.loads(json.dumps(context.to_dict()))["citations"]
    assert (citation["chunk_id"], citation["page"], citation["start"], citation["line"]) == ("0", 3, 7, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source", 5),
        ("source", 0),
        ("source", np.array(["a", "b"])),
        ("metadata", ["year", 2024]),
        ("format", ["md"]),
        ("heading", 5),
    ],
)
def test_a_value_of_another_type_in_a_text_is_named_with_the_text(name, value):
    with pytest.raises(secondhop.InputError, match=f"text 1: {name}="):
        secondhop.Document.from_texts(["fine", {"text": "A law.", name: value}])


def test_an_unknown_key_of_a_text_is_named_with_the_text():
    with pytest.raises(secondhop.InputError, match=r"text 1 has unknown keys \['colour'\]"):
        secondhop.Document.from_texts(["fine", {"text": "A law.", "colour": "red"}])


@pytest.mark.parametrize("source", [5, b"a.txt", Path("a.txt")])
def test_the_name_of_bytes_is_a_string(source):
    with pytest.raises(secondhop.InputError, match="source="):
        secondhop.Document.from_bytes(b"A law.", source=source)


TABLE = np.array([["text", "source"], ["A law.", "a.txt"]])  # as a data frame, which would pass for its columns


@pytest.mark.parametrize("texts", ["one string", b"bytes", {"a.txt": "one mapping"}, None, np.array("one"), TABLE])
def test_one_text_is_no_list_of_texts(texts):
    with pytest.raises(secondhop.InputError, match="give a list of texts"):
        secondhop.Document.from_texts(texts)


def test_no_chunks_are_no_document():
    with pytest.raises(secondhop.EmptyTextError):
        secondhop.Document.from_chunks([])


@pytest.mark.parametrize("scores", [[1.0], [1.0, 2.0, 3.0]])
def test_scores_must_be_as_many_as_the_chunks(scores):
    with pytest.raises(secondhop.InputError, match="scores were given for 2 chunks"):
        secondhop.build_context("law", ["a law", "b"], scores=scores)


@pytest.mark.parametrize("score", [float("nan"), None, "high", [1.0], 10**400])
def test_a_score_that_is_no_number_is_named(score):
    with pytest.raises(secondhop.InputError, match=r"score of chunk 1 is .*, not a number"):
        secondhop.build_context("law", ["a law", "b"], scores=[1.0, score])


@pytest.mark.parametrize("scores", ["ab", {"a": 1.0, "b": 2.0}, 5, np.array(5)])
def test_scores_are_a_list(scores):
    with pytest.raises(secondhop.InputError, match="scores is one"):
        secondhop.build_context("law", ["a law", "b"], scores=scores)


def test_scores_may_come_from_a_generator():
    context = secondhop.build_context("law", ["a law", "b law"], scores=(score for score in (1.0, 2.0)))
    assert context.report.n_selected == 2


def test_scores_may_be_any_numbers():
    scores = np.array([0.5, -np.inf], np.float32)
    assert secondhop.build_context("law", ["a law", "b law"], scores=scores).report.n_selected == 2


@pytest.mark.parametrize("persist", [False, True])
def test_a_folder_without_text_counts_the_reasons(tmp_path, persist):
    folder = tmp_path / "folder"
    folder.mkdir()
    index = {"persist": True, "index_dir": tmp_path / "index"} if persist else {}
    with pytest.raises(secondhop.EmptyTextError, match="there is no file in it"):
        secondhop.Document.from_folder(folder, **index)
    (folder / "a.txt").touch()
    (folder / "b.txt").touch()
    (folder / "c.exe").write_bytes(bytes(9))
    with pytest.raises(
        secondhop.EmptyTextError, match=r"none of 3 files could be indexed: the file is empty \(2\); .* \(1\)"
    ):
        secondhop.Document.from_folder(folder, **index)


def test_an_unknown_source_has_no_text(contract):
    with pytest.raises(secondhop.InputError, match=r"other\.md"):
        contract.source_text("other.md")


def test_a_label_of_several_texts_is_not_that_of_the_first():
    texts = [{"text": "Copper melts.", "source": "metals"}, {"text": "Lead bends.", "source": "metals"}]
    with pytest.raises(secondhop.InputError, match="source='metals' is the label of 2 texts here; give each"):
        secondhop.Document.from_texts(texts).source_text("metals")


# ── strategies ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_strategy_of_the_users_must_return_a_selection(contract):
    with pytest.raises(secondhop.OptionError, match="not a Selection"):
        contract.context("law", strategy=lambda query, hits, budget: list(hits))


def test_a_strategy_of_the_users_must_decide_on_every_hit(contract):
    with pytest.raises(secondhop.OptionError, match="exactly one decision"):
        contract.context("law", strategy=lambda query, hits, budget: secondhop.Selection((), ()))


def _best_two(query, hits, budget):
    """A strategy as it should be."""
    passages, decisions = [], []
    for place, hit in enumerate(hits):
        chunk, span = hit.chunk, (hit.chunk.start, hit.chunk.end)
        told = {"fate": "dropped", "reason": secondhop.Reason.DROPPED_TOP_K}
        if place < 2:
            passages.append(secondhop.Passage(chunk, (span,), "seed", hit.score, hit.ordinal))
            told = {"fate": "kept", "reason": secondhop.Reason.KEPT_RELEVANT, "role": "seed", "spans": (span,)}
        decisions.append(secondhop.Decision(chunk.id, tokens=budget.count_tokens(chunk.text), **told))
    return passages, decisions


def _first(values, **changes):
    return [replace(values[0], **changes), *values[1:]]


BAD_SELECTIONS = {
    "kept and not shown": (lambda p, d: (p[1:], d), "is 'kept' and has 0 passages"),
    "shown and dropped": (lambda p, d: (p, _first(d, fate="dropped")), "is 'dropped' and has 1 passages"),
    "shown twice": (lambda p, d: (p + p[:1], d), "is 'kept' and has 2 passages"),
    "no such fate": (lambda p, d: (p, _first(d, fate="maybe")), "'maybe'"),
    "a reason of its own": (lambda p, d: (p, _first(d, reason="because")), "needs a Reason"),
    "tokens of numpy": (lambda p, d: (p, _first(d, tokens=np.int64(5))), "tokens as an int"),
    "no score": (lambda p, d: (p, _first(d, score=None)), "None is no score"),
    "a score in words": (lambda p, d: (_first(p, score="high"), d), "'high' is no score"),
    "no decision": (lambda p, d: (p, ["kept", *d[1:]]), "returned 'kept' where a Decision belongs"),
    "no passage": (lambda p, d: (["text", *p[1:]], d), "returned 'text' where a Passage belongs"),
    "a decision on nothing": (lambda p, d: (p, [*d, replace(d[-1], chunk_id="x")]), "0 have none, and 1 are too many"),
    "text of its own": (lambda p, d: (_first(p, chunk=secondhop.Chunk("Mine.", id=p[0].chunk.id)), d), "of a hit"),
    "no spans": (lambda p, d: (_first(p, spans=()), d), "not parts of the chunk's"),
    "spans beyond the chunk": (lambda p, d: (_first(p, spans=((-1, 5),)), d), "not parts of the chunk's"),
    "spans out of order": (lambda p, d: (_first(p, spans=((3, 5), (1, 2))), d), "not parts of the chunk's"),
    "spans of floats": (lambda p, d: (_first(p, spans=((0.0, 5.0),)), d), "not parts of the chunk's"),
}


@pytest.mark.parametrize(("change", "message"), BAD_SELECTIONS.values(), ids=BAD_SELECTIONS)
def test_a_strategy_of_the_users_must_show_what_it_says_that_it_keeps(change, message):
    doc = secondhop.Document.from_chunks(["A law applies.", "No law applies.", "Laws apply here."])

    def mine(query, hits, budget):
        return secondhop.Selection(*map(tuple, change(*_best_two(query, hits, budget))))

    with pytest.raises(secondhop.OptionError, match="strategy mine") as caught:
        doc.context("law", strategy=mine)
    assert message in str(caught.value)


def test_what_a_decision_of_the_users_leaves_out_is_that_of_its_hit_and_passage(contract):
    def brief(query, hits, budget):
        passages, decisions = _best_two(query, hits, budget)
        told = [{"chunk_id": each.chunk_id, "fate": each.fate, "reason": each.reason} for each in decisions]
        return secondhop.Selection(tuple(passages), tuple(secondhop.Decision(**each) for each in told))

    context = contract.context("Who decides disputes on liability and law?", strategy=brief)
    ours = contract.analyze("Who decides disputes on liability and law?", strategy="raw_topk", top_k=2)
    assert [(each.label, each.score, each.rank, each.tokens) for each in context.report.decisions] == [
        (each.label, each.score, each.rank, each.tokens) for each in ours.decisions
    ]
    assert [each.spans for each in context.report.decisions if each.fate == "kept"] == [
        passage.spans for passage in sorted(context.passages, key=lambda passage: -passage.score)
    ]


def test_a_strategy_of_the_users_is_not_taken_for_one_of_ours_of_that_name(contract):
    def auto(query, hits, budget):
        return secondhop.Selection(*map(tuple, _best_two(query, hits, budget)))

    report = contract.analyze("law", strategy=auto)
    assert (report.strategy, report.auto_decision) == (f"{__name__}.auto", "not_auto")


def test_a_strategy_of_the_users_must_keep_to_the_budget(contract):
    from secondhop.selection import STRATEGIES

    def greedy(query, hits, budget):
        wide = secondhop.Budget(10_000, budget.count_tokens)
        return STRATEGIES["raw_topk"](query, hits, wide)

    with pytest.raises(secondhop.OptionError, match="for a budget of 5"):
        contract.context("law", 5, strategy=greedy)


# ── the errors ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _make(kind):
    if kind is errors.IndexLockedError:
        return kind("index", 7, "here", "2026-01-01T00:00:00Z")
    if kind is errors.NoSpaceError:
        return kind("index", 4096)
    if issubclass(kind, (errors.LoadError, errors.StoreError, errors.ModelError)):
        return kind("a.pdf", "is damaged")
    if issubclass(kind, errors.MissingExtraError):
        return kind("docx", "office")
    return kind("a message")


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_is_ours_and_crosses_process_borders(kind):
    error = _make(kind)
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(error, secondhop.SecondhopError)
    assert (type(copy), str(copy), vars(copy)) == (kind, str(error), vars(error))


def test_errors_are_also_what_python_calls_them():
    assert issubclass(secondhop.SourceNotFoundError, FileNotFoundError)
    assert issubclass(secondhop.OptionError, ValueError)
    assert issubclass(secondhop.MissingExtraError, ImportError)
    assert "pip install 'secondhop[office]'" in str(secondhop.MissingExtraError("docx", "office"))
