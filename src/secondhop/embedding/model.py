"""A model on disk: which files it is made of, and how its own configuration wants it used."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from secondhop.embedding.registry import ModelSpec, Pooling
from secondhop.embedding.safety import check_onnx
from secondhop.errors import ModelError, ModelIntegrityError, ModelNotFoundError

_MODEL_FILES = ("onnx/model.onnx", "model.onnx")
_LONGEST = 512
"""Tokens that are read where no file says how many."""
_POSITIONS_BEFORE_TEXT = {"roberta": 2, "xlm-roberta": 2, "camembert": 2}
"""Positions that these families keep for themselves."""
_KNOWN_MODULES = frozenset({"Transformer", "Pooling", "Normalize"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The files of a model and all that changes what comes out of it."""

    name: str
    path: Path
    """The ONNX file."""
    tokenizer: Path
    digest: str
    """SHA-256 of the ONNX file and its external data."""
    tokenizer_digest: str
    external: tuple[Path, ...] = ()
    """The files of external data."""
    pooling: Pooling = "mean"
    normalize: bool = True
    max_length: int = _LONGEST
    positions: int | None = None
    """Tokens that it has positions for, if its files say so: the most that `max_length` can be."""
    query_prefix: str = ""
    document_prefix: str = ""
    lower_case: bool = False
    """Whether texts are lower-cased before the tokenizer sees them."""
    dims: int | None = None

    def check(self) -> None:
        """Whether the files are still those that were opened: vectors are cached by their digests.

        Raises:
            ModelNotFoundError: one is gone.
            ModelIntegrityError: one is another.
        """
        try:
            found = _digest_of((self.path, *self.external)), sha256_of(self.tokenizer)
        except OSError as error:
            raise ModelNotFoundError(self.path, f"cannot be read any more: {error}") from None
        if found != (self.digest, self.tokenizer_digest):
            raise ModelIntegrityError(self.path, "it or its tokenizer was replaced after it was opened; open it again")

    @property
    def is_quantized(self) -> bool:
        """Whether activations are quantised too, so that a text's vector would depend on its batch."""
        with self.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return data.find(b"DynamicQuantizeLinear") >= 0


def open_model(
    folder: Path,
    *,
    name: str,
    spec: ModelSpec | None = None,
    file: Path | None = None,
    tokenizer: Path | None = None,
    root: Path | None = None,
) -> Model:
    """The model in a folder as sentence-transformers lays it out, checked.

    Args:
        folder: the folder with `tokenizer.json` and the configuration.
        name: how reports call it.
        spec: what is known besides; its fields win over the folder's files.
        file: the ONNX file if it is not `model.onnx` or `onnx/model.onnx`.
        tokenizer: the tokenizer if it does not lie in the folder.
        root: the folder that links may lead into; None for the folder itself.

    Raises:
        ModelNotFoundError: there is no such folder, or no model or tokenizer in it.
        ModelIntegrityError: a file is damaged, not the one that was recorded, or not safe to open.
        ModelError: the model needs a step that secondhop does not have.
    """
    if not folder.is_dir():
        raise ModelNotFoundError(folder, "no such folder")
    path = file or _first(folder, _MODEL_FILES, "no ONNX model", folder)
    if not path.is_file():
        raise ModelNotFoundError(path, "no such file")
    tokenizer = tokenizer or _first(folder, ("tokenizer.json", "onnx/tokenizer.json"), "no tokenizer.json", folder)
    if not tokenizer.is_file():
        raise ModelNotFoundError(tokenizer, "no such file")
    external = check_onnx(path, root or folder)
    digests = {str(found): sha256_of(found) for found in (path, tokenizer, *external)}
    for wanted, digest in (spec.digests if spec else {}).items():
        found = digests.get(str(folder / wanted))
        if found is not None and found != digest:
            raise ModelIntegrityError(
                folder / wanted, f"has SHA-256 {found}, not {digest}; delete it to have it fetched anew"
            )
    model = Model(
        name=name,
        path=path,
        tokenizer=tokenizer,
        digest=_digest_of((path, *external)),
        tokenizer_digest=sha256_of(tokenizer),
        external=external,
        **_configuration(folder),
    )
    return model if spec is None else _with_spec(model, spec)


def _with_spec(model: Model, spec: ModelSpec) -> Model:
    if spec.max_length is not None and spec.max_length > (model.positions or spec.max_length):
        raise ModelError(
            model.path, f"has positions for {model.positions} tokens, and embedder_max_length={spec.max_length} is more"
        )
    names = ("pooling", "max_length", "query_prefix", "document_prefix", "dims")
    known: dict[str, Any] = {name: getattr(spec, name) for name in names}
    return replace(model, **{name: value for name, value in known.items() if value is not None})


def _configuration(folder: Path) -> dict[str, Any]:
    """What modules.json, the pooling, sentence_…_config.json, config.json and the prompts say."""
    modules = _json(folder / "modules.json") or []
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in modules]
    if unknown := [kind for kind in kinds if kind not in _KNOWN_MODULES]:
        raise ModelError(
            folder, f"has a {unknown[0]} step, and secondhop knows only {', '.join(sorted(_KNOWN_MODULES))}"
        )
    values: dict[str, Any] = {"normalize": "Normalize" in kinds or not kinds}
    for module, kind in zip(modules, kinds, strict=True):
        if kind == "Pooling":
            values["pooling"] = _pooling(folder, _json(folder / module.get("path", "") / "config.json") or {})
    config = _json(folder / "config.json") or {}
    sentence = next((_json(path) or {} for path in sorted(folder.glob("sentence_*_config.json"))), {})
    stated = config.get("max_position_embeddings")
    most = int(stated or _LONGEST) - _POSITIONS_BEFORE_TEXT.get(str(config.get("model_type")), 0)
    values["positions"] = most if stated else None
    values["max_length"] = int(sentence.get("max_seq_length") or most)
    values["lower_case"] = bool(sentence.get("do_lower_case"))
    prompts = (_json(folder / "config_sentence_transformers.json") or {}).get("prompts") or {}
    values["query_prefix"] = str(prompts.get("query") or "")
    values["document_prefix"] = str(prompts.get("document") or prompts.get("passage") or "")
    return values


def _pooling(folder: Path, config: Mapping[str, Any]) -> Pooling:
    chosen = [key.removeprefix("pooling_mode_") for key, on in config.items() if key.startswith("pooling_mode_") and on]
    if chosen == ["cls_token"]:
        return "cls"
    if chosen in (["mean_tokens"], []):
        return "mean"
    raise ModelError(folder, f"pools by {' and '.join(chosen)}, and secondhop knows only mean_tokens and cls_token")


def _first(folder: Path, names: tuple[str, ...], problem: str, model: object) -> Path:
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise ModelNotFoundError(model, f"{problem} in it; looked for {', '.join(names)}")
    return found


def _json(path: Path) -> Any:
    """What a JSON file holds; None if there is none."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ModelIntegrityError(path, f"is no JSON ({error})") from None


def _digest_of(paths: Iterable[Path]) -> str:
    return sha256(" ".join(map(sha256_of, paths)).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Of the file as it is now: it is read again only if it is another one."""
    stat = path.stat()
    return _read_sha256(path, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


@lru_cache(maxsize=64)
def _read_sha256(path: Path, *_state: int) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
