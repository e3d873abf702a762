import json

import pytest

from secondhop import cli
from secondhop.errors import OptionError
from secondhop.retrieval.semantic.approximate import INDEX_KINDS, SMALLEST
from secondhop.retrieval.semantic.sizes import estimate, measure


@pytest.mark.parametrize("index", INDEX_KINDS)
@pytest.mark.usefixtures("one_thread")
def test_the_formula_is_near_what_is_measured(index):
    found = measure(SMALLEST, 64, index)
    print(f"{index}: formula {found.planned:,}, measured {found.overhead:,} bytes, recall {found.recall:.3f}")
    assert found.overhead == pytest.approx(found.planned, rel=0.1)
    assert found.recall >= 0.9


def test_vectors_take_four_bytes_a_dimension():
    planned = estimate(1_000_000, 384, "flat")
    assert planned.vectors == 1_536_000_000
    assert planned.overhead == 0
    assert planned.total == pytest.approx(1.2 * 1_536_000_000)
    with pytest.raises(OptionError, match="hnsw"):
        estimate(10, 10, "annoy")


def test_the_command_prints_formula_and_figures(capsys):
    assert cli.main(["size", "1000000", "--dims", "384", "--index", "hnsw"]) == 0
    said = capsys.readouterr().out
    assert "1,000,000 x 384 x 4 bytes" in said
    assert "1,536.0 MB" in said
    assert cli.main(["size", "5000", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["vectors"] == 5000 * 384 * 4
    assert cli.main(["size", "0"]) == 2
    assert cli.main(["size", "10", "--index", "annoy"]) == 2
