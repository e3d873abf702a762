"""Questions whose answer is known to stand in one place of a made document: FAQs and lists of codes, in many forms.

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


FORMS = {
    "paragraphs": ("text", "", "{}\n\n{}\n\n"),
    "Q: and A:": ("text", "", "Q: {}\nA: {}\n\n"),
    "lines": ("text", "", "{} {}\n"),
    "one paragraph": ("text", "", "{} {}. "),
    "headings": ("markdown", "", "## {}\n\n{}\n\n"),
    "bold": ("markdown", "", "**{}**\n\n{}\n\n"),
    "table": ("markdown", "| this | that |\n| --- | --- |\n", "| {} | {} |\n"),
}


def main():
    print(f"| entries | form | {' | '.join(map(str, BUDGETS))} |\n| --- | --- |{' --- |' * len(BUDGETS)}")
    for make in (faq, codes):
        entries = make(random.Random(7))
        for form, (format_, head, row) in FORMS.items():
            text = head + "".join(row.format(entry, answer) for _, entry, answer in entries)
            document = Document.from_texts([{"text": text, "format": format_}], tokenizer="words")
            asked = random.Random(2).sample(entries, ASKED)
            cells = [
                " / ".join(f"{shown(document, asked, budget, way):.0f}" for way in ("auto", "raw_topk"))
                for budget in BUDGETS
            ]
            print(f"| {make.__name__} | {form} | {' | '.join(cells)} |", flush=True)


def shown(document, asked, budget, strategy):
    texts = ((document.context(question, budget, strategy=strategy).text(), answer) for question, _, answer in asked)
    return 100 * sum(answer.partition(". ")[0] in text for text, answer in texts) / len(asked)


if __name__ == "__main__":
    main()
