"""Texts through a tokenizer and an ONNX model, in batches of like length.

One thread to a batch and several batches at a time: the runtime gets no thread pool of its own, so that a session
survives a fork, nothing spins while it waits, and a text's result does not depend on how many cores there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakValueDictionary

import numpy as np

from secondhop.embedding.model import Model
from secondhop.errors import MissingExtraError, ModelError, ModelIntegrityError
from secondhop.processes import available_cores

if TYPE_CHECKING:
    from numpy.typing import NDArray

Text = str | tuple[str, str]
"""One text, or a pair that the model reads together."""

BATCH_SIZE = 8
"""Larger batches gain nothing on a processor."""
_SLICE = 4096
"""Texts tokenized at a time, so that memory does not grow with the corpus."""
_OF_THE_RUNTIME = "onnxruntime"
"""Where the classes of its errors are defined. It is an extra, so they cannot be named here."""
_encoders: WeakValueDictionary[tuple[Model, int], Encoder] = WeakValueDictionary()
"""Those in use."""


def encoder_of(model: Model, threads: int | None = None) -> Encoder:
    """The encoder that all who use the model share, as each takes as much memory as its file. None: a thread a core."""
    threads = threads or available_cores()
    return _encoders.setdefault((model, threads), Encoder(model, threads))


class Batch(NamedTuple):
    """What the model made of some of the texts."""

    places: NDArray[np.int64]
    """Which of the texts these are."""
    outputs: list[NDArray[Any]]
    mask: NDArray[np.int64]
    """[texts, tokens] 1 where there is one, 0 where the text has ended."""


class Encoder:
    """A tokenizer and a session for one model, opened when first used."""

    def __init__(self, model: Model, threads: int) -> None:
        """`threads`: how many batches run at a time."""
        self.model = model
        self.threads = threads

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels as its files' names; the other side opens them again."""
        return encoder_of, (self.model, self.threads)

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer, with our limit on the length and without the padding that its file may ask for."""
        try:
            from tokenizers import Tokenizer
        except ImportError:
            raise MissingExtraError("tokenizers", extra="semantic") from None
        self.model.check()
        try:
            tokenizer = Tokenizer.from_file(str(self.model.tokenizer))
        except Exception as error:  # tokenizers raises bare Exception for a file that it cannot read
            raise ModelIntegrityError(self.model.tokenizer, f"is no tokenizer ({error})") from None
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.model.max_length)
        return tokenizer

    @cached_property
    def session(self) -> Any:
        """The model, loaded."""
        try:
            import onnxruntime
        except ImportError:
            raise MissingExtraError("onnxruntime", extra="semantic") from None
        self.model.check()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # lengths differ from batch to batch
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            return onnxruntime.InferenceSession(str(self.model.path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            if not type(error).__module__.startswith(_OF_THE_RUNTIME):
                raise
            raise ModelIntegrityError(self.model.path, f"cannot be loaded: {str(error).splitlines()[0]}") from None

    @cached_property
    def inputs(self) -> frozenset[str]:
        """Names of what the model takes."""
        return frozenset(item.name for item in self.session.get_inputs())

    @cached_property
    def batch_size(self) -> int:
        """Texts to a batch: one where activations are quantised by batch, or a vector would depend on its neighbours."""
        return 1 if self.model.is_quantized else BATCH_SIZE

    def run(self, texts: Sequence[Text]) -> Iterator[Batch]:
        """All texts, batch by batch, in any order."""
        for first in range(0, len(texts), _SLICE):
            yield from self._run_slice(texts[first : first + _SLICE], first)

    def _run_slice(self, texts: Sequence[Text], first: int) -> Iterator[Batch]:
        encodings = self.tokenizer.encode_batch_fast([_whole(text) for text in texts])
        lengths = np.array([len(encoding) for encoding in encodings])
        order = (-lengths).argsort(kind="stable")
        batches = [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
        self.session  # noqa: B018  opened here, not by all threads at once

        def forward(places: NDArray[np.int64]) -> Batch:
            feed = _feed([encodings[place] for place in places.tolist()])
            try:
                outputs = self.session.run(None, {name: feed[name] for name in self.inputs if name in feed})
            except Exception as error:
                if not type(error).__module__.startswith(_OF_THE_RUNTIME):
                    raise
                reason = f"fails on a text of {feed['input_ids'].shape[1]} tokens: {str(error).splitlines()[0]}"
                raise ModelError(self.model.path, reason) from None
            return Batch(first + places, outputs, feed["attention_mask"])

        if len(batches) == 1 or self.threads == 1:
            yield from map(forward, batches)
            return
        with ThreadPoolExecutor(min(self.threads, len(batches)), "secondhop-embed") as pool:
            yield from pool.map(forward, batches)


def _whole(text: Text) -> Text:
    """The text with U+FFFD for halves of surrogate pairs, which tokenizers do not take."""
    if isinstance(text, tuple):
        return _without_halves(text[0]), _without_halves(text[1])
    return _without_halves(text)


def _without_halves(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _feed(encodings: Sequence[Any]) -> dict[str, NDArray[np.int64]]:
    """Ids, mask and types, padded with zeros: what the mask hides has no influence."""
    longest = max(len(encoding) for encoding in encodings)
    feed = {
        name: np.zeros((len(encodings), longest), np.int64)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    for row, encoding in enumerate(encodings):
        length = len(encoding)
        feed["input_ids"][row, :length] = encoding.ids
        feed["token_type_ids"][row, :length] = encoding.type_ids
        feed["attention_mask"][row, :length] = 1
    return feed
