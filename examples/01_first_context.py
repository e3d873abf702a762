"""A folder, a question, the passages that answer it, and why these. This is what `make demo` runs.

Who repairs the engine is not said where the night mail is: the handbook names the ship, and the supplier list, which
shares no word with the question, names the workshop.
"""

from pathlib import Path

import secondhop

DATA = Path(__file__).resolve().parent / "data"

document = secondhop.Document.from_folder(DATA)
context = document.context(
    "Who repairs the engine of the ship that carries the night mail?", budget=400, text_style="numbered"
)

print(context.text())
print()
print(context.report)
