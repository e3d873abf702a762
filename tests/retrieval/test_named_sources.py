"""What stands in a file, or on a page, that a question names comes before what holds its words as well elsewhere."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest

from secondhop import Chunk, Document, build_context
from secondhop.retrieval.named.referred import ASKED_FOR
from secondhop.retrieval.named.sources import MOST_ALIKE, WORDLESS, NamedSources, named_in

YEARS = (2021, 2022, 2023)
FILES = {
    **{
        f"reports/annual-report-{year}.md": f"# Annual report {year}\n\nThe board wrote this report for {year}.\n\n"
        f"# Results\n\nNet profit was {year - 2000} million euros.\n\n# Staff\n\nThe yard employed {year - 1700} people."
        for year in YEARS
    },
    "contracts/supplier.md": "# Notice\n\nThe notice period is sixty days.\n\n# Payment\n\nInvoices are due in May.",
    "contracts/fuel.md": "# Notice\n\nThe notice period is six months.\n\n# Payment\n\nInvoices are due in June.",
    "README.md": "# Installation\n\nRun make install.\n\n# Tests\n\nRun make check.",
    "billing/README.md": "# Installation\n\nRun pip install billing.\n\n# Tests\n\nRun pytest.",
    "docs/README.md": "# Parts\n\nThe manual has three parts.",
    "src/berth_fees.py": "RATE = 3.2\n\n\ndef compute_fee(amount):\n    return RATE * amount\n",
    "src/fuel_fees.py": "RATE = 1.7\n\n\ndef compute_fee(amount):\n    return RATE * amount\n",
}
PAGES = [
    {"text": f"The harbour of {place} is open from {page} to nine.", "source": f"{place}.pdf", "page": page}
    for place in ("Ellery", "Holm", "Sound")
    for page in range(1, 6)
]


@pytest.fixture(scope="module")
def folder():
    return Document.from_texts([{"text": text, "source": source} for source, text in FILES.items()])


def sources(document, question):
    """The files that a question names."""
    named = named_in(document._snapshot, question)
    return named and {each.source for each in document._snapshot.chunks(named.chunks)}


def first(document, question, budget=40, **options):
    """The source of the passage that is worth most."""
    context = document.context(question, budget, **options)
    return context.passages[context._by_value[0]].chunk.source


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("What was net profit in annual-report-2022.md?", "reports/annual-report-2022.md"),
        ("net profit: REPORTS/Annual-Report-2021.md", "reports/annual-report-2021.md"),
        ("What is the notice period (contracts/fuel.md)?", "contracts/fuel.md"),
        ("notice period according to ./contracts/supplier.md.", "contracts/supplier.md"),
        (r"notice period in contracts\fuel.md", "contracts/fuel.md"),
        ("How do I install it? README.md", "README.md"),
        ("How do I install it? billing/README.md", "billing/README.md"),
        ("What was net profit in the 2021 annual report?", "reports/annual-report-2021.md"),
        ("What was net profit in the annual report of 2022?", "reports/annual-report-2022.md"),
        ("What is the notice period in the supplier contract?", "contracts/supplier.md"),
        ("What do the fuel contracts say of the notice period?", "contracts/fuel.md"),
        ("notice period in supplier.md", "contracts/supplier.md"),
        ("How are tests run, in the README of billing?", "billing/README.md"),
    ],
)
def test_the_file_that_a_question_names_comes_first(folder, question, source):
    assert first(folder, question) == source
    assert sources(folder, question) == {source}


def test_a_name_of_one_word_counts_in_capitals(folder):
    question = "Is make_check, as the README says, run by pip_check?"
    assert sources(folder, question) == {"README.md", "billing/README.md", "docs/README.md"}
    (span,) = named_in(folder._snapshot, question).spans
    assert question[slice(*span)] == "README"


@pytest.mark.parametrize(
    ("name", "question", "is_named"),
    [
        ("faq.md", "What does the FAQ say?", True),
        ("c2.md", "Is C2 dry?", False),
        ("terms-of-use.md", "Do the terms of use say so?", True),
        ("Release 1.2 of Holm", "What is in release 1.2?", False),
        ("v1.2 notes.md", "What do the notes.md say?", False),
        ("v1.2 notes.md", "What do the v1.2 notes.md say?", True),
        ("berth-fff.md", "Is it in berth FFF?", True),  # a rare word beside a common one
    ],
)
def test_what_names_a_file(name, question, is_named):
    texts = [
        {"text": "Ropes.", "source": each} for each in (*(f"berth-{letter * 3}.md" for letter in "abcdeghijklm"), name)
    ]
    assert sources(Document.from_texts(texts), question) == ({name} if is_named else None)


def test_where_names_and_pages_stand_is_told_in_order():
    chunks = [{"text": "Ropes.", "source": name, "page": 4} for name in ("page 4.pdf", "see page 4.pdf", "other.pdf")]
    snapshot = Document.from_chunks(chunks)._snapshot
    for question, told in (
        ("page 4 of page 4.pdf", ["page 4", "page 4.pdf"]),
        ("on page 4 of see page 4.pdf", ["page 4", "see page 4.pdf"]),
        ("İs page 4 of other.pdf", ["page 4"]),  # longer in small letters
    ):
        assert [question[slice(*span)] for span in named_in(snapshot, question).spans] == told


def test_what_is_named_is_raised_by_what_the_best_has():
    named = NamedSources((), np.array([1, 2]), np.array([2, 4]))
    scores = np.array([4.0, 1.0, 0.0, 2.0, 0.0])
    best = 4 * ASKED_FOR
    assert named.raised(scores, scores).tolist() == [4, 1 + best, (1 + WORDLESS) * best, 2, best]
    assert named.raised(0 * scores, 0 * scores).tolist() == [
        0,
        ASKED_FOR * WORDLESS,
        ASKED_FOR * (1 + WORDLESS),
        0,
        ASKED_FOR,
    ]
    direct, ordinals = np.array([4.0, 0.0, 1.0, 0.0]), np.array([1, 1, 2, 4])
    assert named.sentences_raised(direct, ordinals).tolist() == [4 + best, 0, 1 + 2 * best, best]
    assert not len(named.sentences_raised(direct[:0], ordinals[:0]))


def test_code_of_the_file_that_is_named_is_shown_first(folder):
    for name, other in (("berth", "fuel"), ("fuel", "berth")):
        shown = {each.chunk.source for each in folder.context(f"What is RATE in {name}_fees.py?", 20).passages}
        assert f"src/{name}_fees.py" in shown
        assert f"src/{other}_fees.py" not in shown


def test_all_files_that_are_named_count(folder):
    context = folder.context("net profit in annual-report-2021.md and annual-report-2023.md", 40)
    assert {each.chunk.source[-7:-3] for each in context.passages} == {"2021", "2023"}


def test_what_is_in_a_file_needs_no_other_words(folder):
    for question in ("contracts/fuel.md", "What is in contracts/fuel.md?"):
        assert first(folder, question) == "contracts/fuel.md"
        assert not folder.context(question, 40).report.unmatched_terms


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the report?",  # a word of three names
        "Which supplier sends invoices?",  # the one word of a name, as a word
        "net profit in annual-report-2019.md",
        "my-fuel.md",  # another file
        "net profit in biannual-report-2022.md",
        "net profit in budget-2022.md",
        "What is README_FILE?",
        "Is fuel due by contract?",  # words that stand apart
        "e.g. 3.14",
        "What is on page 3?",  # there are no pages
        "",
        "?",
    ],
)
def test_what_names_nothing_changes_nothing(folder, question):
    assert named_in(folder._snapshot, question) is None


def test_words_that_most_files_have_name_none():
    texts = [{"text": f"Rule {n} is about ropes.", "source": f"harbour-rules-{n}/harbour-rules.md"} for n in range(3)]
    assert named_in(Document.from_texts(texts)._snapshot, "ropes in the harbour rules") is None
    assert named_in(Document.from_texts(texts[:1])._snapshot, "ropes in the harbour rules") is None


@pytest.mark.parametrize(("alike", "others"), [(MOST_ALIKE, 10), (MOST_ALIKE, 9), (MOST_ALIKE + 1, 30)])
def test_a_name_of_too_many_files_tells_none(alike, others):
    names = [*(f"{n}/quay-plan.md" for n in range(alike)), *(f"{n}.txt" for n in range(others))]
    found = sources(Document.from_texts([{"text": "Ropes.", "source": name} for name in names]), "in the quay plan")
    assert found == (set(names[:alike]) if (alike, others) == (MOST_ALIKE, 10) else None)


def test_the_only_file_is_not_preferred():
    document = Document.from_texts([{"text": "Ropes.", "source": "rules.md"}])
    assert sources(document, "What is in rules.md?") == set()


def test_titles_are_no_names_of_files():
    texts = [{"text": f"{name} was a captain.", "source": name} for name in ("Anna Berg", "Ivo Kern", "Lena Orth")]
    assert named_in(Document.from_texts(texts)._snapshot, "Was Anna Berg a captain?") is None


def test_a_wrong_name_loses_nothing(folder):
    question = "How many people did the yard employ in 2023?"
    for wrong in ("README.md", "contracts/fuel.md"):
        assert "employed 323 people" in folder.context(f"{question} See {wrong}", 60).text()


def test_a_part_by_number_is_that_of_the_file():
    texts = [
        {
            "text": f"1 Purpose\n\nThis is about {what}.\n\n2 Advice\n\nWe advise to mend the {what}.",
            "source": f"{name}.txt",
        }
        for name, what in (("alpha", "soil"), ("beta", "piles"), ("gamma", "cranes"))
    ]
    document = Document.from_texts(texts)
    assert "mend the piles" in document.context("What does section 2 of beta.txt say?", 20).text()
    snapshot = document._snapshot
    every = np.arange(snapshot.chunk_sentences[-1])
    named = named_in(snapshot, "beta.txt")
    inside = named.of_files(snapshot, every)
    assert {each.source for each in snapshot.chunks(snapshot.chunk_of(inside))} == {"beta.txt"}
    outside = np.setdiff1d(every, inside)
    assert named.of_files(snapshot, outside) is outside


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("When is the harbour open? page 4", {("Ellery", 4), ("Holm", 4), ("Sound", 4)}),
        ("What is on p. 4 of Holm.pdf?", {("Holm", 4)}),
        ("holm.pdf, p.4", {("Holm", 4)}),
        ("Seite 2 in Sound.pdf", {("Sound", 2)}),
        ("pages 2-4 of Ellery.pdf", {("Ellery", 2), ("Ellery", 3), ("Ellery", 4)}),
        ("slide 5 of Holm.pdf", {("Holm", 5)}),
        ("PAGE 1 OF HOLM.PDF", {("Holm", 1)}),
    ],
)
def test_the_page_that_a_question_names_comes_first(question, places):
    document = Document.from_chunks(PAGES)
    named = named_in(document._snapshot, question)
    assert {(each.source[:-4], each.page) for each in document._snapshot.chunks(named.on_pages)} == places
    context = document.context(question, 17 * len(places))
    assert {(each.chunk.source[:-4], each.chunk.page) for each in context.passages} <= places
    assert context.passages


def test_a_page_that_the_named_file_lacks_is_none():
    document = Document.from_chunks([*PAGES, {"text": "The harbour of Rye is open.", "source": "Rye.pdf", "page": 1}])
    assert not len(named_in(document._snapshot, "page 4 of Rye.pdf").on_pages)


def test_pages_are_found_by_their_labels():
    labels = {"page_labels": ["I", "II", "1", "2"], "page_count": 4}
    chunks = [
        {"text": f"On {page} stands {what}.", "source": "book.pdf", "page": page, "metadata": labels}
        for page, what in enumerate(("a title", "a preface", "a beginning", "an end"), 1)
    ]
    chunks.append({"text": "On 2 stands another preface.", "source": "other.pdf", "page": 2})
    snapshot = Document.from_chunks(chunks)._snapshot
    for asked, pages in (
        ("page II", [2]),
        ("page ii", [2]),
        ("pages ii-4", [2]),
        ("page 1", [1, 3]),
        ("pages 1-2", [1, 2, 3, 4, 2]),
        ("page 3", [3]),
        ("page xii", None),
    ):
        named = named_in(snapshot, f"What is on {asked}?")
        assert (named and [each.page for each in snapshot.chunks(named.on_pages)]) == pages


def test_the_report_says_what_was_named(folder):
    decisions = folder.context("What is in contracts/fuel.md?", 60).report.decisions
    named = {each.label.split()[0] for each in decisions if each.detail.get("named") is True}
    assert named == {"contracts/fuel.md"}
    assert "the question names its file or page" in str(folder.context("contracts/fuel.md", 60).report)
    plain = folder.context("What is the notice period?", 60).report.decisions
    assert not any("named" in each.detail for each in plain)


def test_filters_hold(folder):
    context = folder.context("notice period in contracts/fuel.md", 60, filter={"source": "contracts/supplier.md"})
    assert {each.chunk.source for each in context.passages} == {"contracts/supplier.md"}


def test_kept_pickled_and_changed_indexes_answer_alike(tmp_path, folder):
    for source, text in FILES.items():
        path = tmp_path / "files" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    question = "What was net profit in annual-report-2022.md?"
    plain = Document.from_folder(tmp_path / "files")
    wanted = plain.context(question, 40).text()
    assert "22 million" in wanted
    settings = {"persist": True, "index_dir": tmp_path / "index"}
    kept = Document.from_folder(tmp_path / "files", **settings)
    again = Document.from_folder(tmp_path / "files", **settings)
    travelled = SimpleNamespace(document=Document(pickle.loads(pickle.dumps(plain._snapshot)), plain._options))
    for document in (kept, again, travelled.document):
        assert document.context(question, 40).text() == wanted
    (tmp_path / "files" / "reports" / "annual-report-2024.md").write_text(
        "# Results\n\nNet profit was 24 million euros."
    )
    refreshed = again.refresh().document
    assert "24 million" in refreshed.context("net profit in the 2024 annual report", 40).text()
    assert again.context(question, 40).text() == wanted


def test_given_chunks_are_preferred_by_their_source():
    chunks = [Chunk(text, id=source, source=source) for source, text in FILES.items()]
    for source in ("contracts/fuel.md", "contracts/supplier.md"):
        context = build_context(f"What is the notice period in {source}?", chunks, token_budget=20, tokenizer="words")
        assert context.passages[context._by_value[0]].chunk.source == source


def named_among(paths, asked):
    document = Document.from_chunks(
        [{"text": f"As many as {n} clients may connect.", "source": path} for n, path in enumerate(paths, 32)]
    )
    return sorted(sources(document, asked) or ())


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("In version 2, how many clients may connect?", ["v2/server.md"]),
        ("how many clients may connect v1", ["v1/server.md"]),
        ("How many clients may connect in release 2.4?", ["2.4/server.md"]),
        ("How many clients could connect in 2019?", ["archive/2019/notes/server.md"]),
        ("In version 2, what does v1/server.md say of clients?", ["v1/server.md"]),
        ("How many clients may connect in version 3?", []),
        ("May 2 clients connect?", []),
        ("How many clients may connect in 2.4.1?", []),
        ("How many clients may connect?", []),
    ],
)
def test_a_version_or_a_year_names_the_folder_that_is_called_by_it(asked, named):
    paths = ("v1/server.md", "v2/server.md", "2.4/server.md", "archive/2019/notes/server.md")
    assert named_among(paths, asked) == named


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("In version 2, how many clients may connect?", ["manual-v2.pdf"]),
        ("How many clients may connect in release 2.4?", ["server_release-2.4.md"]),
        ("How many clients could connect in 2019?", ["guide_2019.html"]),
        ("How many clients could connect in 2020?", ["docs-2020/a.md"]),
        ("In version 2, what does manual-v1.pdf say of clients?", ["manual-v1.pdf"]),
        ("How many clients may connect in version 7?", []),
        ("How many clients may connect in version 4?", []),
        ("How many clients may connect over IPv6?", []),
    ],
)
def test_a_version_or_a_year_names_the_files_that_have_it_in_their_names(asked, named):
    paths = (
        "manual-v1.pdf", "manual-v2.pdf", "server_release-2.4.md", "guide_2019.html", "docs-2020/a.md", "chapter-7.md", "4.md", "ipv6.md"
    )  # fmt: skip
    assert named_among(paths, asked) == named


def test_a_year_in_the_name_of_every_file_names_none():
    reports = [{"text": f"Sales of the {unit} in 2023.", "source": f"{unit}_2023.pdf"} for unit in ("yard", "ferry")]
    assert sources(Document.from_chunks(reports[:1]), "Sales in 2023?") is None
    assert sources(Document.from_chunks(reports), "Sales in 2023?") is None


def test_what_both_versions_say_is_cited_from_the_one_that_the_question_names():
    text = "# Limits\n\nAt most thirty clients may connect.\n\n# Port\n\nThe server listens on port 9418."
    document = Document.from_texts([{"text": text, "source": f"{version}/server.md"} for version in ("v1", "v2")])
    best = max(
        document.context("On which port does the server listen in version 2?", 100).citations,
        key=lambda each: each["score"],
    )
    assert best["source"] == "v2/server.md"
