import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import models

from secondhop.embedding.convert import convert
from secondhop.embedding.model import open_model
from secondhop.embedding.onnx_models import OnnxEmbedder


@pytest.fixture(scope="session")
def tiny_source(tmp_path_factory):
    """A sentence-transformers folder with random weights."""
    return models.write_tiny(tmp_path_factory.mktemp("tiny") / "source")


@pytest.fixture(scope="session")
def tiny(tiny_source, tmp_path_factory):
    """The same, converted."""
    folder = tmp_path_factory.mktemp("tiny") / "onnx"
    convert(tiny_source, folder)
    return folder


@pytest.fixture(scope="session")
def tiny_embedder(tiny):
    return OnnxEmbedder(open_model(tiny, name="tiny"))


@pytest.fixture(scope="session")
def tiny_cross_encoder(tmp_path_factory):
    """A folder with a converted cross-encoder of random weights."""
    folder = tmp_path_factory.mktemp("cross")
    convert(models.write_tiny(folder / "source", cross_encoder=True), folder / "onnx")
    return folder / "onnx"


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """The real model (MiniLM), converted. Skips where it is not installed, and says how to get it."""
    source, why = models.real_model()
    if source is None:
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("real")
    convert(source, folder)
    return folder
