"""Named models: fetched once into huggingface-hub's own cache, checked every time.

Two things are checked before a file is used. The hub's cache names its files by their digests, so a file that was cut
short or changed on disk is found at once. And `models.lock.json` in secondhop's cache folder records the commit and
digests of what was fetched first: from then on exactly that is asked for, and exactly that is accepted.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
from collections.abc import Mapping
from hashlib import sha1
from pathlib import Path
from typing import Any

from secondhop.embedding.model import Model, open_model, sha256_of
from secondhop.embedding.registry import ModelSpec
from secondhop.embedding.user_cache import lock_path
from secondhop.errors import MissingExtraError, ModelIntegrityError, ModelNotFoundError
from secondhop.replacing import replacing

_log = logging.getLogger(__name__)

_CONFIGURATION = (
    "tokenizer.json",
    "config.json",
    "modules.json",
    "*_Pooling/config.json",
    "sentence_*_config.json",
    "config_sentence_transformers.json",
)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_TRUE = frozenset({"1", "on", "yes", "true"})


def open_named(name: str, spec: ModelSpec) -> Model:
    """The model of a specification, fetched if it is not on this machine.

    Raises:
        ModelNotFoundError: it is not here, and offline mode or the network keeps it from being fetched.
        ModelIntegrityError: a file is not what the hub, the specification or the lock file says.
        MissingExtraError: huggingface-hub is not installed.
    """
    locked: Mapping[str, Any] = {}
    with contextlib.suppress(OSError):  # said below, where nothing can be recorded either
        locked = _read_lock().get(spec.repo, {})
    folder = _fetch(name, spec, spec.revision or locked.get("revision"))
    root = folder.parents[1]  # …/models--owner--name/snapshots/<commit>; the files are links into its blobs folder
    for path in (folder / spec.file, *_data_files(folder / spec.file), folder / "tokenizer.json"):
        if path.exists():
            _check_blob(path)
    model = open_model(folder, name=name, spec=spec, file=folder / spec.file, root=root)
    found = {"revision": folder.name, "files": {"model": model.digest, "tokenizer": model.tokenizer_digest}}
    if not locked:
        try:
            _write_lock(spec.repo, found)
        except OSError as error:
            _log.warning("%s is used without being recorded, so changes go unnoticed: %s", spec.repo, error)
    elif spec.revision in (None, locked["revision"]) and locked["files"] != found["files"]:
        raise ModelIntegrityError(
            folder, f"is not what was recorded when it was fetched first, in {lock_path()}; delete one of the two"
        )
    return model


def _is_offline() -> bool:
    """Whether HF_HUB_OFFLINE forbids the network. Read when asked, not when imported."""
    return os.environ.get("HF_HUB_OFFLINE", "").lower() in _TRUE


def _fetch(name: str, spec: ModelSpec, revision: str | None) -> Path:
    """The folder of a snapshot. The network is used only if the files are not here, and never in offline mode."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import LocalEntryNotFoundError
    except ImportError:
        raise MissingExtraError("huggingface_hub", extra="semantic") from None
    patterns = [spec.file, *(str(path) for path in _data_files(Path(spec.file))), *_CONFIGURATION]
    if _is_offline() or (revision is not None and _COMMIT.fullmatch(revision)):
        with contextlib.suppress(LocalEntryNotFoundError, ValueError):
            folder = Path(snapshot_download(spec.repo, revision=revision, local_files_only=True))
            if (folder / spec.file).exists() and (folder / "tokenizer.json").exists():
                return folder
    if _is_offline():
        raise ModelNotFoundError(
            name,
            f"{spec.file} of {spec.repo} is not on this machine, and HF_HUB_OFFLINE forbids fetching it; "
            "unset it once, or give a folder with the model as model=",
        )
    try:
        return Path(snapshot_download(spec.repo, revision=revision, allow_patterns=patterns))
    except Exception as error:  # whatever the network, the proxy or the disk came up with
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ModelNotFoundError(
            name, f"{spec.repo} could not be fetched: {first}; or give a folder with the model as model="
        ) from error


def _data_files(path: Path) -> tuple[Path, ...]:
    """Where exporters put the tensors of a large model."""
    return path.with_name(path.name + "_data"), path.with_name(path.name + ".data")


def _check_blob(path: Path) -> None:
    """The hub's cache names a file by SHA-256 if it is large, and as git would if it is small."""
    expected = path.resolve().name
    if re.fullmatch(r"[0-9a-f]{64}", expected):
        found = sha256_of(path)
    elif _COMMIT.fullmatch(expected):
        data = path.read_bytes()
        found = sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    else:
        return  # copied to a file system without links; the lock file still tells
    if found != expected:
        raise ModelIntegrityError(
            path, "is not the file that was fetched (cut short or changed); delete it and try again"
        )


def _read_lock() -> dict[str, Any]:
    path = lock_path()
    try:
        models = json.loads(path.read_bytes())["models"]
        for entry in models.values():
            entry["revision"], entry["files"]["model"], entry["files"]["tokenizer"]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ModelIntegrityError(path, "is damaged; delete it, and models are recorded anew") from None
    return dict(models)


def _write_lock(repo: str, entry: Mapping[str, Any]) -> None:
    """Adds a model to the lock file, which readers see old or new and never in part."""
    path = lock_path()
    body = {"version": 1, "models": {**_read_lock(), repo: entry}}
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(json.dumps(body, indent=2, sort_keys=True).encode())
