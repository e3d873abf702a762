"""Questions whose answer is known to stand in one place of a made document: FAQs, lists of codes, and what offices write.

    python tests/benchmarks/lookups.py

Prints, for each form and budget in words, the share of questions whose answer is shown in percent: the default / top-k
over the same chunks. Every entry shares words with every other, so only the right one will do.
"""

import random

from secondhop import Document

BUDGETS = (60, 100, 200, 400)
ASKED = 40
VERBS = ["reset", "change", "delete", "export", "print", "share", "restore", "archive", "rename", "lock"]
THINGS = [
    "password",
    "invoice",
    "calendar",
    "photo",
    "backup",
    "contract",
    "address",
    "folder",
    "profile",
    "ticket",
    "report",
    "signature",
]
WHEN = [
    "on my phone",
    "for a colleague",
    "without an internet connection",
    "after the trial has ended",
    "in the old version",
]
STEPS = """Open the settings, choose the third tab and press the blue button|Call the hotline between eight and noon
Press and hold the green key for five seconds|Write to the help desk and name your customer number
Swipe to the left until the small menu appears|This is done overnight by the system, there is nothing to do
Only an administrator may do so; ask yours|Plug in the cable first, then wait for the second tone
Log out, wait a minute and log in again|Use the wizard on the start page, it takes two minutes""".replace(
    "\n", "|"
).split("|")
NOTES = """It may take a while.|You get a message when it is finished.|The old state is kept for thirty days.
This cannot be undone.|Nothing is charged for it.|A restart is not necessary.""".replace("\n", "|").split("|")
PARTS = [
    "pump", "valve", "sensor", "motor", "fan", "heater", "door", "belt", "tank",
    "filter", "board", "relay", "cable", "battery", "display", "nozzle",
]  # fmt: skip
FAULTS = """does not answer|is too hot|is stuck|draws too much current|reports no pressure|was not closed in time
has lost its calibration|turns too slowly|leaks|shows an implausible value""".replace("\n", "|").split("|")


def faq(draw):
    """Questions with their answers; what is asked is the question as it stands."""
    asked = [f"How do I {verb} my {thing} {draw.choice(WHEN)}?" for verb in VERBS for thing in THINGS]
    draw.shuffle(asked)
    return [
        (q, q, f"{draw.choice(STEPS)} (see page {n}). {draw.choice(NOTES)}") for n, q in enumerate(asked[:100], 100)
    ]


def codes(draw):
    """Codes with their meaning; what is asked is what the code means."""
    return [
        (f"What does E{n} mean?", f"E{n}", f"the {draw.choice(PARTS)} {draw.choice(FAULTS)} {n}")
        for n in range(4000, 4300)
    ]


KINDS = ["green", "heavy", "narrow", "steel", "spare", "northern", "upper", "electric", "round", "seasonal"]
PEOPLE = ["Anna Adler", "Boris Becker", "Carla Castillo", "Dario Conti", "Elena Eriksen", "Farid Fischer"]


def things(draw):
    """Things of two words, each with a sum; what is asked is what is said of the thing."""
    found = [f"{kind} {part}" for kind in KINDS for part in PARTS]
    draw.shuffle(found)
    return [
        (f"What is said of the {thing}?", thing, f"{n} euros in {n % 7 + 2} parts")
        for n, thing in enumerate(found, 300)
    ]


FORMS = {
    "paragraphs": ("text", "", "{}\n\n{}\n\n"),
    "Q: and A:": ("text", "", "Q: {}\nA: {}\n\n"),
    "lines": ("text", "", "{} {}\n"),
    "one paragraph": ("text", "", "{} {}. "),
    "headings": ("markdown", "", "## {}\n\n{}\n\n"),
    "bold": ("markdown", "", "**{}**\n\n{}\n\n"),
    "table": ("markdown", "| this | that |\n| --- | --- |\n", "| {} | {} |\n"),
}

RECORDS = {
    "e-mail": ("text", "From: {a}\nSubject: Re: {thing}\n\nHi {b},\n\nit was {answer}. {note} {note}\n\nRegards,\n{a}\n\n"),
    "minutes": ("text", "{n}. {thing}\n\n{a}: {note}\n{b}: {note}\nDecision: {answer}.\n\n"),
    "invoices": ("text", "INVOICE No {n}\nFor: {thing}\n\n2 x cap    80.00\n3 x ring    75.00\n\nTotal due: {answer}\n\n\n"),
    "short paragraphs": ("text", "INVOICE No {n}\n\nFor: {thing}\n\n2 x cap    80.00\n\nTotal due: {answer}\n\n"),
    "leaders": ("text", "Object ....... {thing}\nAgent ........ {a}\nPremium ...... {answer}\nBranch ....... {b}\n\n"),
    "transcript": ("text", "THE COURT: What of the {thing}?\n\nMR. ADLER: We paid {answer}. {note} {note}\n\n"),
    "options": ("text", "  -x, --{thing} N\n                    {answer}, or more\n"),
    "term::": ("asciidoc", "{thing}::\n  what is sold for {answer}\n"),
    "terms of a page": ("html", "<dt>{thing}</dt><dd>what is sold for {answer}</dd>\n"),
    "functions": ("restructuredtext", ".. function:: {thing}(a)\n\n   {note}\n\n   {note}\n\n   :param a: {answer}\n\n"),
    "log": ("log", "2026-03-01 08:{n:03d} INFO request done\n2026-03-01 09:{n:03d} ERROR the {thing} took {answer}\n"),
    "log with traces": ("log", "2026-03-01 09:{n:03d} ERROR {thing}\nTraceback:\n  File \"a.py\", line {n}\n{answer}\n"),
    "chat": ("text", "[09:{n:03d}] {a}: anyone knows what the {thing} costs\n[10:{n:03d}] {b}: {answer}\n"),
    "tight minutes": ("text", "{n}. {thing}\n{a}: {note}\n{b}: {note}\nDecision: {answer}.\n"),
    "tight API": ("text", "  {thing}(host, port)\n      {note}\n      Returns {answer}.\n"),
    "price list": ("text", "{thing} {answer}\n"),
    "tabs": ("text", "{thing}\t{a}\t{answer}\n"),
    "list under a title": ("markdown", "## {thing}\n\n- {a}\n- {note}\n- {b}\n- {note}\n- {note}\n- {answer}\n\n"),
    "nested items": ("markdown", "- {thing}\n  - {note}\n  - price: {answer}\n  - {note}\n"),
    "steps": ("markdown", "## {thing}\n\n1. {note}\n2. {note}\n3. {note}\n4. It is {answer}.\n\n"),
}  # fmt: skip


def records(form, entries, draw):
    """The document, an entry each in the form."""
    pieces = []
    for n, (_, thing, answer) in enumerate(entries, 1):
        a, b = draw.sample(PEOPLE, 2)
        parts = form.split("{note}")
        notes = [draw.choice(NOTES) for _ in parts[1:]]
        with_notes = "".join(part + note for part, note in zip(parts, [*notes, ""], strict=True))
        pieces.append(with_notes.format(n=n, thing=thing, answer=answer, a=a, b=b))
    return "".join(pieces)


def release_notes(draw, title="\n## {}\n\n"):
    """A list under each version; what is asked is the version in which a thing changed."""
    entries, text = [], ""
    for n, (_, thing, _) in enumerate(things(draw)):
        version = f"{9 - n // 60}.{15 - n // 4 % 15}.0"
        text += "" if n % 4 else title.format(version)
        text += f"- The {thing} {draw.choice(FAULTS)} no more\n"
        entries.append((f"In which version did the {thing} change?", thing, version))
    return text, entries


def main():
    print(f"| entries | form | {' | '.join(map(str, BUDGETS))} |\n| --- | --- |{' --- |' * len(BUDGETS)}")
    for make in (faq, codes):
        entries = make(random.Random(7))
        for form, (format_, head, row) in FORMS.items():
            text = head + "".join(row.format(entry, answer) for _, entry, answer in entries)
            document = Document.from_texts([{"text": text, "format": format_}], tokenizer="words")
            show(make.__name__, form, document, entries)
    entries = things(random.Random(7))
    for form, (format_, row) in RECORDS.items():
        text = records(row, entries, random.Random(5))
        show("things", form, Document.from_texts([{"text": text, "format": format_}], tokenizer="words"), entries)
    for form, format_, title in (
        ("release notes", "markdown", "\n## {}\n\n"),
        ("tight release notes", "text", "Version {}\n"),
    ):
        text, entries = release_notes(random.Random(7), title)
        document = Document.from_texts([{"text": text, "format": format_}], tokenizer="words")
        show("things", form, document, entries)


def show(name, form, document, entries):
    asked = random.Random(2).sample(entries, ASKED)
    cells = [
        " / ".join(f"{shown(document, asked, budget, way):.0f}" for way in ("auto", "raw_topk")) for budget in BUDGETS
    ]
    print(f"| {name} | {form} | {' | '.join(cells)} |", flush=True)


def shown(document, asked, budget, strategy):
    texts = ((document.context(question, budget, strategy=strategy).text(), answer) for question, _, answer in asked)
    return 100 * sum(answer.partition(". ")[0] in text for text, answer in texts) / len(asked)


if __name__ == "__main__":
    main()
