"""A small harbour: texts whose answer takes a second hop, and what tests ask of them."""

import re
import uuid
from collections import defaultdict

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document

QUESTION = "Who repairs the engine of the ship that carries the night mail?"
MAIL = "The night mail is carried by the Aurora Vellamo. The ship leaves the outer quay at ten. Mail bags are counted twice."
YARD = "The Aurora Vellamo goes to Brannock & Daughters for gearbox and diesel. Their account is HL-2207."
SCHOOL = "The school boat brings pupils from Grey Holm. No freight may be loaded beside pupils."
ENGINE = "Every engine is inspected in May. What fails is sealed by the mate."
LOST = "Lost property is kept at the ticket office for thirty days."
TEXTS = [MAIL, SCHOOL, ENGINE, LOST, YARD]
FILLER = [
    f"The {word} of berth {n} was painted in {1950 + n}." for n, word in enumerate(["crane", "bollard", "ramp"] * 8)
]


def documents():
    """Documents as a splitter leaves them: ids, sources, offsets, nested metadata."""
    found = []
    for number, text in enumerate(TEXTS):
        metadata = {"source": f"notes-{number}.txt", "start_index": 100 * number, "tags": {"team": ["deck", number]}}
        found.append(Document(page_content=text, metadata=metadata, id=f"doc-{number}"))
    return found


def joining(text):
    """Counts as byte-pair tokenizers do: line ends join the punctuation before them."""
    return len(re.findall(r"\w+|[^\w\s]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)", text))


def reached(found):
    """Whether the question's ship and, over the second hop, its yard were found."""
    text = " ".join(document.page_content for document in found)
    return "carried by the Aurora Vellamo" in text and "Brannock & Daughters" in text


class Recorder(BaseCallbackHandler):
    """Keeps every run: what it was given, what came out, what it hangs below."""

    run_inline = True

    def __init__(self):
        self.runs = {}
        self.events = defaultdict(list)

    def _start(self, kind, inputs, run_id, parent_run_id, metadata, kwargs):
        name = kwargs.get("name")
        self.runs[run_id] = {
            "kind": kind, "name": name, "inputs": inputs, "parent": parent_run_id, "metadata": dict(metadata or {}),
            "outputs": None, "error": None,
        }  # fmt: skip

    def on_retriever_start(self, serialized, query, *, run_id, parent_run_id=None, tags=None, metadata=None, **kwargs):
        self._start("retriever", query, run_id, parent_run_id, metadata, kwargs)

    def on_chain_start(self, serialized, inputs, *, run_id, parent_run_id=None, tags=None, metadata=None, **kwargs):
        self._start("chain", inputs, run_id, parent_run_id, metadata, kwargs)

    def on_retriever_end(self, documents, *, run_id, **kwargs):
        self.runs[run_id]["outputs"] = documents

    def on_chain_end(self, outputs, *, run_id, **kwargs):
        self.runs[run_id]["outputs"] = outputs

    def on_retriever_error(self, error, *, run_id, **kwargs):
        self.runs[run_id]["error"] = error

    def on_chain_error(self, error, *, run_id, **kwargs):
        self.runs[run_id]["error"] = error

    def on_custom_event(self, name, data, *, run_id, **kwargs):
        assert isinstance(run_id, uuid.UUID)
        self.events[run_id].append((name, data))

    def named(self, name):
        """The runs of a name, with their ids, in order of their beginning."""
        return [(run_id, run) for run_id, run in self.runs.items() if run["name"] == name]
