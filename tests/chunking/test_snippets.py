"""Code among prose."""

from secondhop import Document
from secondhop.chunking.snippets import snippet

FENCE = '```python\nfrom harbour import Gate\n\ngate = Gate("north")\nif gate.is_shut:\n    gate.open()\n```'


def pieces(text):
    return [text[start:end] for start, end in snippet(text, 0, len(text))]


def test_a_short_snippet_is_one_piece():
    assert pieces(f"\n{FENCE}\n") == [FENCE]
    assert pieces(" \n\n") == []


def test_a_long_one_is_cut_between_lines():
    lines = [f"    gate_{number}.open(at={number}, by='the guard of the harbour')" for number in range(60)]
    found = pieces("\n".join(lines))
    assert "\n".join(found) == "\n".join(lines)
    assert 5 < len(found) < 20
    assert all(piece.startswith("    gate_") for piece in found)


def test_a_context_shows_all_of_a_snippet_or_nothing():
    text = f"# Gates\n\nA gate is opened so:\n\n{FENCE}\n\nIt shuts by itself at dusk, when the guard goes home to sleep.\n"
    doc = Document.from_text(text, source="a.md")
    for budget in (30, 60, 200):
        shown = doc.context("How is the gate opened in Python?", budget).text()
        assert shown.count("```") in (0, 2)
        assert ("gate.open()" in shown) == (FENCE in shown)
    assert FENCE in doc.context("How is the gate opened in Python?", 60).text()
