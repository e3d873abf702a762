import json

import pytest

from secondhop import Document


@pytest.fixture
def document(tmp_path):
    (tmp_path / "good.md").write_text("# Fog\n\nSound the horn.\n\n# Ice\n\nStay in port.")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 200)
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "old.log").write_text("ignored")
    (tmp_path / "latin.txt").write_bytes("Über die Brücke.".encode("latin-1"))
    return Document.from_folder(tmp_path, ignore=["*.log"])


def test_each_file_has_one_entry_with_loader_counts_and_reason(document):
    files = {file.source: file for file in document.ingest_report.files}
    assert list(files) == ["good.md", "latin.txt", "broken.pdf", "empty.txt", "old.log"]
    good = files["good.md"]
    assert (good.loader, good.sections, good.reason, good.error) == ("markdown", 2, None, None)
    assert good.chunks == sum(chunk.source == "good.md" for chunk in document.chunks)
    assert good.characters == len(document.source_text("good.md"))
    assert good.ms > 0
    assert files["latin.txt"].warnings
    assert (files["broken.pdf"].loader, files["broken.pdf"].error) == ("pdf", "CorruptFileError")
    assert (files["empty.txt"].error, files["empty.txt"].chunks) == ("NoTextError", 0)
    assert (files["old.log"].error, files["old.log"].loader) == (None, None)
    assert files["old.log"].reason == "ignored by pattern: *.log"


def test_a_name_is_one_line_of_it_whatever_is_in_it(tmp_path):
    (tmp_path / "good.md").write_text("# Fog\n\nSound the horn.")
    (tmp_path / "a\n  + b\x1b[2J\u202egnp.txt").write_text("Stay in port.")
    told = str(Document.from_folder(tmp_path).ingest_report).split("\n")
    assert told[1:] == [
        "  + a   + b\ufffd[2J\ufffdgnp.txt: text, 1 sections, 1 chunks",
        "  + good.md: markdown, 1 sections, 1 chunks",
    ]


def test_totals_skipped_files_and_warnings_agree_with_it(document):
    report = document.ingest_report
    assert report.totals["files"] == 5
    assert (report.totals["indexed"], report.totals["skipped"], report.totals["failed"]) == (2, 3, 2)
    assert report.totals["chunks"] == document.n_chunks
    assert document.skipped_files == tuple((file.source, file.reason) for file in report.skipped)
    assert document.warnings == tuple((file.source, text) for file in report.indexed for text in file.warnings)
    assert document.n_files == len(report.indexed)


def test_it_can_be_printed_and_stored(document):
    shown = str(document.ingest_report)
    assert shown.startswith("2 of 5 files indexed")
    assert "broken.pdf" in shown
    assert "[CorruptFileError]" in shown
    values = json.loads(json.dumps(document.ingest_report.to_dict()))
    assert values["totals"]["chunks"] == document.n_chunks
    assert values["files"][0]["source"] == "good.md"


def test_files_that_share_a_label_are_counted_apart():
    document = Document.from_texts(
        [{"text": "One.", "source": "x"}, {"text": "# A\n\nTwo.\n\n# B\n\nThree.", "source": "x", "format": "markdown"}]
    )
    assert [file.chunks for file in document.ingest_report.files] == [1, document.n_chunks - 1]


def test_single_files_texts_and_chunks_have_one_too(tmp_path):
    (tmp_path / "a.md").write_text("# A\n\nText.")
    [file] = Document.from_file(tmp_path / "a.md").ingest_report.files
    assert (file.loader, file.chunks) == ("markdown", 1)
    assert Document.from_text("Text.").ingest_report.totals["indexed"] == 1
    assert Document.from_bytes(b"<p>Text.</p>", source="a.html").ingest_report.files[0].loader == "html"
    assert Document.from_chunks(["Text."]).ingest_report.files == ()


def test_pictures_and_empty_texts_are_not_missed(tmp_path):
    (tmp_path / "a.md").write_text("Copper melts.\n", "utf-8")
    (tmp_path / "__init__.py").write_bytes(b"")
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    document = Document.from_folder(tmp_path)
    assert (document.ingest_report.totals["failed"], document.ingest_report.unread) == (2, ())
    assert repr(document) == "<Document: 1 chunks of 1 source>"


def test_documents_that_cannot_be_read_are_counted(tmp_path):
    (tmp_path / "a.md").write_text("Copper melts.\n", "utf-8")
    (tmp_path / "scan.pdf").write_bytes(b"")
    (tmp_path / "broken.docx").write_bytes(b"PK\x03\x04 and no more")
    document = Document.from_folder(tmp_path)
    assert [file.source for file in document.ingest_report.unread] == ["broken.docx", "scan.pdf"]
    assert repr(document) == "<Document: 1 chunks of 1 source; 2 files could not be read>"
