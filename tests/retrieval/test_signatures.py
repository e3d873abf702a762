"""Lines from the middle of a definition come with the line that names it."""

import pytest

from secondhop import Document

STEPS = "".join(f"    step_{n} = weigh(parcel, {n})\n" for n in range(400))
FUNCTION = '@cached\ndef deliver(parcel, *, retries=3):\n    """Carries it."""\n{}    raise Undelivered("nobody at the door")\n'
SHORT = STEPS[: STEPS.index("    step_40 ")]


def shown(source, text, budget=60):
    context = Document.from_text(text, source=source, tokenizer="words").context("nobody at the door", budget)
    return context.text(), context.report


@pytest.mark.parametrize("steps", [STEPS, SHORT], ids=["several chunks", "one chunk"])
def test_a_part_of_a_definition_comes_with_its_signature(steps):
    text, report = shown("post.py", FUNCTION.format(steps))
    assert text.startswith("def deliver(parcel, *, retries=3):\n")
    assert text.endswith('raise Undelivered("nobody at the door")')
    assert report.total_tokens <= 60


def test_the_signature_in_another_chunk_is_reported_as_its_heading():
    _, report = shown("post.py", FUNCTION.format(STEPS))
    heading = next(decision for decision in report.decisions if decision.reason == "kept_heading")
    assert heading.detail["of"] in {each.chunk_id for each in report.decisions if each.fate == "kept"} - {
        heading.chunk_id
    }


def test_definitions_inside_do_not_hide_the_signature_of_the_one_around():
    inner = "".join(f"    def inner_{n}():\n        return {n}\n\n" + SHORT for n in range(20))
    text, _ = shown("post.py", FUNCTION.format(inner))
    assert text.startswith("def deliver(")


def test_a_name_in_the_comment_above_is_no_signature():
    source = (
        "// deliver carries it.\nfunc deliver(p Parcel) {\n"
        + STEPS.replace("    ", "\t")
        + '\tpanic("nobody at the door")\n}\n'
    )
    assert shown("post.go", source)[0].startswith("func deliver(p Parcel) {\n")


def test_a_long_signature_stays_out():
    long = FUNCTION.replace("retries=3", ", ".join(f"option_{n}=None" for n in range(20)))
    assert "def deliver" not in shown("post.py", long.format(STEPS))[0]


def test_lines_without_room_for_their_signature_come_only_alone():
    text, _ = shown("post.py", FUNCTION.format(STEPS), budget=7)
    assert "nobody at the door" in text
