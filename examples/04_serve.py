"""The pattern of a service: index once, answer from many threads, publish a new index by assigning it.

A Document is an immutable snapshot. Queries share nothing that changes, so no lock is needed: requests that are under
way go on with the snapshot that they began with. The same holds in a web framework; keep the Document in its state.
"""

import asyncio
import json
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import secondhop

DATA = Path(__file__).resolve().parent / "data"


class Service:
    """Answers questions about a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reload()

    def reload(self) -> None:
        """Reads the folder again. With `persist=True` only files that have changed are parsed."""
        self.document = secondhop.Document.from_folder(self.folder, persist=True)

    def ask(self, question: str) -> dict:
        """What a handler returns; ready for JSON."""
        context = self.document.context(question, budget=300)
        return {
            "prompt": context.text(),
            "citations": context.citations,
            "report": secondhop.report_to_dict(context.report),
        }


with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary) / "docs"
    shutil.copytree(DATA, folder)
    service = Service(folder)

    questions = ["What happens in fog?", "How much is a berth for visitors?", "Who may bring a dog?"] * 20
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(service.ask, questions))
    assert answers == [service.ask(question) for question in questions]  # threads change nothing
    print(f"{len(answers)} answers, {len({json.dumps(answer) for answer in answers})} distinct")

    # A new document arrives.
    (folder / "parking.md").write_text("# Parking\n\nParking at the slip costs four euros a day.\n", "utf-8")
    print("before:", service.ask("What does parking cost?")["report"]["unmatched_terms"])
    service.reload()
    print("after: ", [citation["source"] for citation in service.ask("What does parking cost?")["citations"]])

    # In asyncio, `acontext` keeps the event loop free.
    async def ask_together() -> list[secondhop.Context]:
        return await asyncio.gather(*(service.document.acontext(question, 300) for question in questions[:3]))

    print([len(context) for context in asyncio.run(ask_together())])
