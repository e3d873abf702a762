from io import BytesIO

import pypdf
import pytest
from making import drawn_pdf
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from secondhop.loading import pdf

HIDDEN, NO_VIEW, PASSWORD = 2, 32, 1 << 13
NAME, HARBOUR = (200, 665, 400, 685), (72, 590, 300, 632)


def annotation(kind, box, *, flags=4, **entries):
    """An annotation; entries are strings, names as `/X`, or numbers."""
    made = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject(kind)})
    made[NameObject("/Rect")] = ArrayObject(map(FloatObject, box))
    made[NameObject("/F")] = NumberObject(flags)
    for key, value in entries.items():
        name = isinstance(value, str) and value.startswith("/")
        kinds = {int: NumberObject, str: NameObject if name else TextStringObject}
        made[NameObject(f"/{key}")] = kinds[type(value)](value)
    return made


def field(box, value, **entries):
    return annotation("/Widget", box, FT="/Tx", T=f"field {box}", V=value, **entries)


def choice(chosen, options, **entries):
    """A field of options, given as pairs of what is stored and what is shown."""
    made = annotation("/Widget", NAME, FT="/Ch", T="choice", **entries)
    made[NameObject("/Opt")] = ArrayObject(ArrayObject(map(TextStringObject, pair)) for pair in options)
    made[NameObject("/V")] = ArrayObject(map(TextStringObject, chosen))
    return made


def with_annotations(data, *annotations, listed=True):
    """The file with these on its first page, widgets also in its form."""
    writer = pypdf.PdfWriter(clone_from=BytesIO(data))
    added = [writer._add_object(each) for each in annotations]
    writer.pages[0][NameObject("/Annots")] = ArrayObject(added)
    widgets = [one for one, each in zip(added, annotations, strict=True) if each["/Subtype"] == "/Widget"]
    if widgets and listed:
        writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject(widgets)})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


APPLICATION = drawn_pdf(
    [[(72, 700, 12, "Application for a mooring"), (72, 670, 12, "Name of the boat:"), (72, 640, 12, "Home harbour")]]
)


def test_values_of_form_fields_stand_beside_or_below_their_labels():
    loaded = pdf.load(with_annotations(APPLICATION, field(HARBOUR, "Kiel\rPier 4"), field(NAME, "Aurora")), "a.pdf")
    assert loaded.text == "Application for a mooring\nName of the boat: Aurora\nHome harbour\nKiel\nPier 4"
    assert loaded.warnings == ()


def test_a_value_is_that_of_the_nearest_label_above_it():
    lines = [
        (72, 700, 12, "Owner"),
        (72, 670, 12, "Boat"),
        (350, 655, 12, "Berths in the west"),
        (72, 600, 12, "Signed"),
    ]
    text = pdf.load(with_annotations(drawn_pdf([lines]), field((72, 630, 200, 648), "Aurora")), "a.pdf").text
    assert "\nBoat\nAurora\n" in text


def test_fields_of_a_page_shown_turned_stand_beside_their_labels():
    labels = "BT /F1 12 Tf 0 1 -1 0 100 72 Tm (Name of the boat:) Tj 0 -30 Td (Home harbour:) Tj ET"
    stream = f"<< /Length {len(labels)} >>\nstream\n{labels}\nendstream"
    form = with_annotations(drawn_pdf([[]], contents={0: stream}), field((86, 200, 106, 400), "Aurora"))
    writer = pypdf.PdfWriter(clone_from=BytesIO(form))
    writer.pages[0].rotate(90)
    out = BytesIO()
    writer.write(out)
    assert pdf.load(out.getvalue(), "a.pdf").text == "Name of the boat: Aurora\nHome harbour:"


def test_fields_of_one_row_are_read_left_to_right_whatever_their_height():
    first, second = field((200, 664, 280, 684.4), "Aurora"), field((290, 664, 400, 684.6), "Borealis")
    for fields in ((first, second), (second, first)):
        text = pdf.load(with_annotations(APPLICATION, *fields), "a.pdf").text
        assert "Name of the boat: Aurora Borealis\n" in text


def test_what_is_filled_in_below_a_heading_is_no_part_of_it():
    body = [(72, 400 - 14 * number, 10, f"The owner keeps rule {number} of the harbour.") for number in range(12)]
    remarks = drawn_pdf([[(72, 740, 18, "Remarks"), *body]])
    loaded = pdf.load(with_annotations(remarks, field((72, 600, 500, 730), "The boat is old\rand leaks")), "a.pdf")
    assert loaded.text.startswith("Remarks\nThe boat is old\nand leaks\nThe owner")
    assert [section.heading_path for section in loaded.sections] == [("Remarks",)]


MULTIPLE, COMBO = 1 << 21, 1 << 17
FLAGS = [("DE", "Germany"), ("DK", "Denmark"), ("SE", "Sweden")]


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (choice(["DK"], FLAGS, Ff=COMBO), "Denmark"),
        (choice(["DE", "SE"], FLAGS, Ff=MULTIPLE), "Germany\nSweden"),
        (choice(["Other"], FLAGS, Ff=COMBO), "Other"),
    ],
    ids=["one", "several", "written"],
)
def test_all_options_that_are_chosen_are_read_as_they_are_shown(made, shown):
    loaded = pdf.load(with_annotations(APPLICATION, made), "a.pdf")
    assert f"Name of the boat: {shown}\nHome harbour" in loaded.text


def test_fields_that_no_form_lists_are_read_too():
    made = [field(NAME, "Aurora"), field(HARBOUR, "Secret", Ff=PASSWORD), choice(["DK"], FLAGS, flags=HIDDEN)]
    loaded = pdf.load(with_annotations(APPLICATION, *made, listed=False), "a.pdf")
    assert loaded.text == "Application for a mooring\nName of the boat: Aurora\nHome harbour"
    tick = annotation("/Widget", (72, 600, 84, 612), FT="/Btn", T="ice", V="/Yes", AS="/Yes")
    assert pdf.load(with_annotations(APPLICATION, tick, listed=False), "a.pdf").warnings


def test_text_boxes_laid_over_a_page_are_read_and_comments_are_not():
    box = annotation("/FreeText", (72, 610, 300, 625), Contents="Approved by the harbour master")
    comment = annotation("/Text", (400, 600, 420, 620), Contents="Is he?")
    loaded = pdf.load(with_annotations(APPLICATION, comment, box), "a.pdf")
    assert loaded.text.endswith("Home harbour\nApproved by the harbour master")
    assert "Is he?" not in loaded.text
    assert loaded.warnings == ("Left out 1 comment.",)


def test_notes_on_marks_and_embedded_files_are_warned_about():
    marked = annotation("/Highlight", (72, 665, 200, 685), Contents="Spelt so?")
    unseen = annotation("/Text", (400, 600, 420, 620), Contents="Gone", flags=HIDDEN)
    blank = annotation("/Underline", (72, 665, 200, 685), Contents=" ")
    writer = pypdf.PdfWriter(
        clone_from=BytesIO(
            with_annotations(APPLICATION, marked, annotation("/Text", NAME, Contents="Is he?"), unseen, blank)
        )
    )
    writer.add_attachment("fees.csv", b"1,2")
    out = BytesIO()
    writer.write(out)
    assert pdf.load(out.getvalue(), "a.pdf").warnings == ("Left out 2 comments.", "Left out 1 embedded file.")


@pytest.mark.parametrize(
    "unseen",
    [
        field(NAME, "Secret", flags=HIDDEN),
        field(NAME, "Secret", flags=NO_VIEW),
        field(NAME, "Secret", Ff=PASSWORD),
        field((0, 0, 0, 0), "Secret"),
        field((700, 665, 900, 685), "Secret"),
        annotation("/FreeText", NAME, flags=HIDDEN, Contents="Secret"),
        annotation("/Link", (72, 665, 200, 685), Contents="Name of the boat:"),
    ],
    ids=["hidden", "not viewed", "password", "no area", "off the page", "hidden box", "link"],
)
def test_what_readers_do_not_see_of_annotations_stays_out(unseen):
    assert pdf.load(with_annotations(APPLICATION, unseen), "a.pdf").text == pdf.load(APPLICATION, "a.pdf").text


@pytest.mark.parametrize(
    ("state", "warnings"), [("/Yes", ("Filled in but not read, such as ticked boxes: page 1.",)), ("/Off", ())]
)
def test_ticked_boxes_are_warned_about(state, warnings):
    box = annotation("/Widget", (72, 600, 84, 612), FT="/Btn", T="ice", V=state, AS=state)
    assert pdf.load(with_annotations(APPLICATION, box), "a.pdf").warnings == warnings


def test_a_form_that_is_drawn_by_xfa_alone_is_warned_about():
    writer = pypdf.PdfWriter(clone_from=BytesIO(drawn_pdf([[(72, 700, 12, "Please wait")]])))
    writer.root_object[NameObject("/NeedsRendering")] = BooleanObject(True)
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/Fields"): ArrayObject(), NameObject("/XFA"): ArrayObject([TextStringObject("template")])}
    )
    out = BytesIO()
    writer.write(out)
    loaded = pdf.load(out.getvalue(), "a.pdf")
    assert loaded.text == "Please wait"
    assert loaded.warnings == ("An XFA form: only what stands in its place, for readers without XFA, is read.",)


def test_a_filled_in_scan_is_read_and_still_named_as_one():
    loaded = pdf.load(with_annotations(drawn_pdf([[]], pictures=[0]), field(NAME, "Aurora")), "a.pdf")
    assert loaded.text == "Aurora"
    assert loaded.warnings == ("Page 1: no_text_layer: pictures only; run OCR first.",)
    assert pdf.load(with_annotations(drawn_pdf([[]]), field(NAME, "Aurora")), "a.pdf").warnings == ()


@pytest.mark.parametrize(("limit", "value"), [("_MAX_FIELDS", 2), ("_MAX_CHARS", 20)])
def test_a_page_of_very_many_fields_is_read_up_to_a_limit(monkeypatch, limit, value):
    monkeypatch.setattr(f"secondhop.loading.pdf.fields.{limit}", value)
    fields = [field((72, 500 - 20 * number, 200, 515 - 20 * number), f"Berth {number}") for number in range(3)]
    loaded = pdf.load(with_annotations(APPLICATION, *fields), "a.pdf")
    assert loaded.text.endswith("Berth 0\nBerth 1")
    assert loaded.warnings == ("Filled in but not read, such as ticked boxes: page 1.",)
