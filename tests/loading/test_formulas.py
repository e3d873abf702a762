from io import BytesIO

import docx
import pptx
import pytest
from lxml import etree

from secondhop.loading.office import docx as word
from secondhop.loading.office import pptx as slides
from secondhop.loading.office.formulas import formula

MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
DRAWN = "http://schemas.microsoft.com/office/drawing/2010/main"


def made(xml):
    return etree.fromstring(f'<oMath xmlns="{MATH}" xmlns:m="{MATH}">{xml}</oMath>')


def run(text):
    return f"<r><rPr><sty m:val='p'/></rPr><t>{text}</t></r>"


def power(base, exponent):
    return f"<sSup><sSupPr/><e>{base}</e><sup>{exponent}</sup></sSup>"


def fraction(above, below):
    return f"<f><num>{above}</num><den>{below}</den></f>"


SUM = run("a+b")
ROOT = f"<rad><radPr/><deg/><e>{run('b−4c')}</e></rad>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (power(f"<d>{'<e>' + SUM + '</e>'}</d>", run("2")) + run("=c"), "(a+b)²=c"),
        (fraction(SUM, run("2c")), "(a+b)/2c"),
        (fraction(f"<d><e>{SUM}</e></d>", run("−1")), "(a+b)/(−1)"),
        (ROOT, "√(b−4c)"),
        (f"<rad><deg>{run('3')}</deg><e>{run('x')}</e></rad>", "³√x"),
        (power(run("2"), run("n")), "2^n"),
        (power(run("e"), run("−x")), "e^(−x)"),
        (power(run("f"), run("′")), "f′"),
        (
            f"<nary><naryPr><chr m:val='∑'/></naryPr><sub>{run('i=1')}</sub><sup>{run('n')}</sup><e>{run('x')}</e></nary>",
            "∑_(i=1)^n x",
        ),
        (f"<nary><sub/><sup/><e>{run('f')}</e></nary>", "∫ f"),
        (
            f"<d><dPr><begChr m:val='['/><endChr m:val=')'/><sepChr m:val=','/></dPr><e>{run('0')}</e><e>{run('1')}</e></d>",
            "[0,1)",
        ),
        (f"<d><e><f><fPr><type m:val='noBar'/></fPr><num>{run('n')}</num><den>{run('k')}</den></f></e></d>", "(n k)"),
        (
            f"<d><e><m><mPr/><mr><e>{run('1')}</e><e>{run('2')}</e></mr><mr><e>{run('3')}</e></mr></m></e></d>",
            "(1, 2; 3)",
        ),
        (f"<eqArr><e>{run('x=1')}</e><e>{run('y=2')}</e></eqArr>", "x=1; y=2"),
        (f"<func><fName>{run('sin')}</fName><e>{run('x')}</e></func>", "sin x"),
    ],
)
def test_formulas_are_written_in_one_line(xml, text):
    assert formula(made(xml)) == text


def test_formulas_of_documents_and_slides_read_alike():
    document, deck = docx.Document(), pptx.Presentation()
    document.add_paragraph("Of ")._p.append(made(fraction(SUM, ROOT)))
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    paragraph = slide.shapes.title.text_frame.paragraphs[0]
    paragraph.text = "Of "
    etree.SubElement(paragraph._p, f"{{{DRAWN}}}m").append(made(fraction(SUM, ROOT)))
    for made_by, load in ((document, word.load), (deck, slides.load)):
        out = BytesIO()
        made_by.save(out)
        assert load(out.getvalue(), "a").text == "Of (a+b)/(√(b−4c))"
