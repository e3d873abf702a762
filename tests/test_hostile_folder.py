"""Many broken, hostile files among good ones: the good ones are indexed and citable, the others have a reason each."""

import gzip
import io
import os
import random
import resource
import subprocess
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from secondhop import Document, errors
from secondhop.loading import load_file

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "data"
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.LoadError)}


def office(kind):
    """A small real office file."""
    buffer = io.BytesIO()
    if kind == "docx":
        import docx

        document = docx.Document()
        document.add_heading("Moorings", 1)
        document.add_paragraph("The mooring fee is due in spring. " * 20)
        document.save(buffer)
    elif kind == "pptx":
        import pptx

        slides = pptx.Presentation()
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.shapes.title.text = "Moorings"
        slide.placeholders[1].text = "The mooring fee is due in spring."
        slides.save(buffer)
    else:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", "application/epub+zip")
    return buffer.getvalue()


def zipped(entries, level=9):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def flate_bomb(layers, megabytes=64):
    """A PDF whose page is a stream of zeros, deflated several times over."""
    stream = bytes(megabytes * 2**20)
    for _ in range(layers):
        stream = zlib.compress(stream, 9)
    filters = " ".join(["/FlateDecode"] * layers)
    body = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    body += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
    body += f"4 0 obj<</Length {len(stream)}/Filter[{filters}]>>stream\n".encode() + stream + b"\nendstream endobj\n"
    return body + b"trailer<</Root 1 0 R>>\n"


CONTENT_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
LAUGHS = (
    "<!DOCTYPE l [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + "]><l>&j;</l>"
)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx_of(xml):
    return zipped([("[Content_Types].xml", CONTENT_TYPES), ("word/document.xml", xml)])


def bombs():
    """Small files that mean to be large, endless or somebody else's."""
    yield "zeros.docx", docx_of(bytes(200 * 2**20))
    yield "zeros.xlsx", zipped([("[Content_Types].xml", CONTENT_TYPES), ("xl/workbook.xml", bytes(200 * 2**20))])
    yield "zeros.pptx", zipped([("[Content_Types].xml", CONTENT_TYPES), ("ppt/presentation.xml", bytes(200 * 2**20))])
    yield "entries.docx", zipped([("[Content_Types].xml", ""), *((f"word/{n}", "") for n in range(25_000))], level=1)
    yield "laughs.docx", docx_of(LAUGHS)
    yield "outside.docx", docx_of('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>')
    yield "deep.docx", docx_of(f"<w:document {W}><w:body>" + "<w:p>" * 100_000)
    yield "nested.docx", docx_of(docx_of(docx_of(bytes(10**7))))
    yield "flate2.pdf", flate_bomb(2)
    yield "flate4.pdf", flate_bomb(4)
    yield (
        "kids.pdf",
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>endobj\ntrailer<</Root 1 0 R>>",
    )
    yield "size.pdf", b"%PDF-1.7\nxref\n0 999999999\ntrailer<</Size 999999999/Root 1 0 R>>\nstartxref\n9\n%%EOF"
    yield "archive.zip", zipped([("a.txt", "text")])
    yield "packed.gz", gzip.compress(bytes(10**7))
    yield "noise.bin", random.Random(0).randbytes(5_000)
    yield "empty.pdf", b""
    yield "blank.txt", b" \n\t\n"


def variants(n, seed=0):
    """Real files cut off or with flipped bits, then the bombs."""
    chance = random.Random(seed)
    originals = {"pdf": (EXAMPLES / "handbook.pdf").read_bytes(), **{kind: office(kind) for kind in ("docx", "pptx")}}
    made = list(bombs())[:n]
    while len(made) < n:
        kind = chance.choice(sorted(originals))
        data = bytearray(originals[kind])
        if chance.random() < 0.5:
            data = data[: chance.randrange(len(data))]
        else:
            for _ in range(chance.choice([1, 8, 64, 512])):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        made.append((f"variant{len(made):04}.{kind}", bytes(data)))
    return made


def largest_child():
    """Memory in KiB of the largest child so far; those of other tests count as well."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def ended_children():
    """Process ids of children that ended and that nobody waited for."""
    listed = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "pid=,args="], capture_output=True, text=True, check=False
    )
    return {line.split()[0] for line in listed.stdout.splitlines() if "<defunct>" in line}


def check(folder, n_hostile, n_good):
    hostile = variants(n_hostile)
    for name, data in hostile:
        (folder / name).write_bytes(data)
    originals = {"docx": office("docx"), "pdf": (EXAMPLES / "handbook.pdf").read_bytes()}
    good = []
    for number in range(n_good):
        suffix = ("md", "txt", "docx", "pdf", "html")[number % 5]
        good.append(f"good{number:03}.{suffix}")
        text = (
            f"<h1>Berth {number}</h1><p>Berth number {number} is let to the Kestrel of pier {number}.</p>"
            if suffix == "html"
            else f"# Berth {number}\n\nBerth number {number} is let to the Kestrel of pier {number}."
        )
        (folder / good[-1]).write_bytes(originals.get(suffix, text.encode()))
    peak, ended = largest_child(), ended_children()
    began = time.monotonic()
    document = Document.from_folder(folder)
    seconds = time.monotonic() - began
    files = {file.source: file for file in document.ingest_report.files}
    assert sorted(files) == sorted([*good, *(name for name, _ in hostile)])
    assert [name for name in good if files[name].reason is not None] == []
    for number, name in enumerate(good):
        if not name.endswith(("docx", "pdf")):
            citation = document.context(f"Who is berth number {number} let to?", filter={"source": name}).citations[0]
            assert f"pier {number}" in citation["text"]
            assert citation["text"] in document.source_text(name)
        else:
            loaded = load_file(folder / name, source=name)
            assert document.source_text(name) == loaded.text
    bad = [files[name] for name, _ in hostile if files[name].reason is not None]
    assert {file.error for file in bad} <= ERRORS
    assert all(file.reason and not file.reason.startswith("Traceback") for file in bad)
    refused = {"zeros.docx", "zeros.xlsx", "entries.docx", "laughs.docx", "outside.docx"}
    assert refused <= {file.source for file in bad}
    assert not any("root:" in document.source_text(source) for source in document.sources)  # of this machine's passwd
    assert max(file.ms for file in files.values()) < 25_000
    assert largest_child() <= max(peak, 512 * 1024)
    assert ended_children() <= ended
    return len(bad), seconds


def test_sixty_hostile_files_among_twenty_good_ones(tmp_path):
    bad, _ = check(tmp_path, 60, 20)
    assert bad > 20


@pytest.mark.long
@pytest.mark.timeout(0)
def test_a_thousand_hostile_files_among_two_hundred_good_ones(tmp_path, capsys):
    bad, seconds = check(tmp_path, 1_000, 200)
    assert bad > 300
    with capsys.disabled():
        print(f"\n1,000 hostile files: {bad} refused with a reason, the others held readable text; {seconds:.0f} s")
