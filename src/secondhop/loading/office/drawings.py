"""What charts and diagrams (SmartArt) in Word and on slides say. Their text lies in parts of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from secondhop.loading.builder import raised
from secondhop.loading.office.formulas import formula

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]

_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_MAIN = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PARAGRAPH = f"{{{_MAIN}}}p"
_BREAK = f"{{{_MAIN}}}br"
_FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_TEXTS = (f"{{{_MAIN}}}t", _FORMULA, _BREAK)
_PLACES = ("cat", "xVal")
_VALUES = ("val", "yVal")


def drawn_lines(part: etree._Element) -> list[str]:
    """The lines of a chart or diagram, given the root of its part; none if it is neither."""
    lines: Iterable[str] = ()
    if part.tag == f"{{{_CHART}}}chartSpace":
        lines = _chart_lines(part)
    elif part.tag == f"{{{_DIAGRAM}}}dataModel":
        lines = map(paragraph_text, part.iter(_PARAGRAPH))
    return [line for line in lines if line.strip()]


def paragraph_text(paragraph: etree._Element) -> str:
    """The text of a paragraph, formulas included."""
    return "".join(map(_text, paragraph.iter(*_TEXTS)))


def _text(node: etree._Element) -> str:
    if node.tag == _BREAK:
        return "\n"
    if node.tag == _FORMULA:
        return formula(node)
    text = node.text or ""
    properties = node.getprevious()
    baseline = None if properties is None else properties.get("baseline")
    is_raised = baseline is not None and baseline.strip("0%").isdecimal()  # negative below the line
    return raised(text) if is_raised else text


def _chart_lines(chart: etree._Element) -> Iterator[str]:
    """Titles of the chart and its axes, then a line for each series: its name, and what it says of each category."""
    for title in chart.iter(f"{{{_CHART}}}title"):
        yield " ".join(map(paragraph_text, title.iter(_PARAGRAPH)))
    for series in chart.iter(f"{{{_CHART}}}ser"):
        name = " ".join(_points(series, "tx").values())
        places, values = _first(series, _PLACES), _first(series, _VALUES)
        yield series_line(name, ((places.get(number, ""), value) for number, value in values.items()))


def series_line(name: str, points: Iterable[tuple[str, str]]) -> str:
    """A series of a chart: its name, then its values, with their categories if they have them."""
    values = (f"{place} = {value}" if place else value for place, value in points)
    return ": ".join(filter(None, (name, "; ".join(values))))


def _first(series: etree._Element, names: tuple[str, ...]) -> dict[str, str]:
    return next(filter(None, (_points(series, name) for name in names)), {})


def _points(series: etree._Element, name: str) -> dict[str, str]:
    """The stored points of a part of the series by their number; of several levels of categories the innermost."""
    points: dict[str, str] = {}
    for part in series.iterchildren(f"{{{_CHART}}}{name}"):
        for value in part.iter(f"{{{_CHART}}}v"):
            points.setdefault(value.getparent().get("idx", ""), short_number(value.text or ""))
    return points


def short_number(text: str) -> str:
    """A number in at most 15 digits, as office programs show it (4.3 is stored as 4.2999999999999998)."""
    try:
        return f"{float(text):.15g}" if len(text) > 15 else text
    except ValueError:
        return text
