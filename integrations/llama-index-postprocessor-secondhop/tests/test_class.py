"""What LlamaIndex expects of a postprocessor: its place in the tree, its names, and that it can be stored."""

import pickle
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.postprocessor import secondhop
from llama_index.postprocessor.secondhop import SecondhopDeduplicator, SecondhopPostprocessor

from conftest import CLASSES
from secondhop import OptionError


@pytest.mark.parametrize("cls", CLASSES)
def test_class(cls):
    names_of_base_classes = [b.__name__ for b in cls.__mro__]
    assert BaseNodePostprocessor.__name__ in names_of_base_classes
    assert cls.class_name() == cls.__name__


def test_a_class_of_the_users_own_goes_by_its_own_name(nodes):
    class Shortened(SecondhopPostprocessor):
        pass

    (kept, *_) = Shortened().postprocess_nodes(nodes, query_str="night mail")
    assert (Shortened.class_name(), kept.node.metadata["secondhop"][-1]["step"]) == ("Shortened", "Shortened")


def test_the_public_names_are_these():
    assert secondhop.__all__ == [
        "DecisionReportEvent",
        "DecisionReportEventHandler",
        "SecondhopBudgetPacker",
        "SecondhopDeduplicator",
        "SecondhopPostprocessor",
        "SecondhopRelevanceFloor",
        "SecondhopSentencePruner",
        "collect_reports",
    ]
    assert all(hasattr(secondhop, name) for name in secondhop.__all__)


def test_types_are_shipped():
    assert (files("llama_index.postprocessor.secondhop") / "py.typed").is_file()


@pytest.mark.parametrize("cls", CLASSES)
def test_a_postprocessor_survives_a_round_trip_through_a_dict_and_json(cls, nodes):
    made = cls(token_budget=60, top_n=3, tokenizer="words", grain="chunk")
    dumped = made.model_dump(exclude={"callback_manager"})
    for again in (cls.from_dict(made.to_dict()), cls.from_json(made.to_json()), cls.model_validate(dumped)):
        assert again.to_dict() == made.to_dict()
        assert again.postprocess_nodes(nodes, query_str="night mail") == made.postprocess_nodes(
            nodes, query_str="night mail"
        )


def test_keys_of_headings_are_a_list_of_its_own():
    made = SecondhopPostprocessor(heading_keys=["company"])
    assert made.heading_keys == ["company"]
    SecondhopPostprocessor().heading_keys.append("company")
    assert "company" not in SecondhopPostprocessor().heading_keys


def test_a_callable_option_stays_in_the_dict():
    made = SecondhopPostprocessor(tokenizer=len)
    assert SecondhopPostprocessor.from_dict(made.to_dict()).tokenizer is len


def test_a_callable_that_does_not_pickle_is_neither_dropped_nor_lost(nodes):
    made = SecondhopPostprocessor(token_budget=60, tokenizer=lambda text: text.split())
    kept = made.postprocess_nodes(nodes, query_str="night mail")
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(made)
    assert made.postprocess_nodes(nodes, query_str="night mail") == kept
    made = SecondhopPostprocessor(token_budget=60, tokenizer=str.split)
    assert pickle.loads(pickle.dumps(made)).postprocess_nodes(nodes, query_str="night mail") == kept


@pytest.mark.parametrize(
    "options",
    [
        {"token_budget": 0},
        {"top_n": 0},
        {"grain": "word"},
        {"min_grounding": 2},
        {"token_budget": "many"},
        {"tokenizer": "gpt-4o"},
        {"language": "klingon"},
        {"synonyms": [["mail"]]},
        {"budget": 300},
    ],
)
def test_a_wrong_option_is_refused_when_made(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        SecondhopPostprocessor(**options)


def test_synonyms_find_what_the_query_has_other_words_for(nodes):
    made = SecondhopPostprocessor(token_budget=60, tokenizer="words", synonyms=[["post", "night mail"]])
    (first, *_) = made.postprocess_nodes(nodes, query_str="Which vessel for the post?")
    assert "mail" in first.node.get_content()


def test_a_tokenizer_that_returns_a_mapping_is_refused(nodes):
    class Tokenizer:
        def __call__(self, text):
            return {"input_ids": text.split(), "attention_mask": [1 for _ in text.split()]}

    with pytest.raises(OptionError, match="tokenizer=Tokenizer returns a mapping; give its encode"):
        SecondhopPostprocessor(token_budget=60, tokenizer=Tokenizer()).postprocess_nodes(nodes, query_str="mail")


def test_a_tokenizer_may_return_numbers_of_numpy(nodes):
    counted = SecondhopPostprocessor(token_budget=60, tokenizer=lambda text: np.int64(len(text.split())))
    by_name = SecondhopPostprocessor(token_budget=60, tokenizer="words")
    assert counted.postprocess_nodes(nodes, query_str="night mail") == by_name.postprocess_nodes(
        nodes, query_str="night mail"
    )


def test_a_step_does_one_thing_only():
    with pytest.raises(ValueError, match="strategy"):
        SecondhopDeduplicator(strategy="raw_topk")


def test_an_unknown_strategy_is_named_with_those_there_are():
    with pytest.raises(ValueError, match=r"best.*raw_topk"):
        SecondhopPostprocessor(strategy="best")


def test_nothing_but_llama_index_core_and_secondhop_is_loaded():
    code = (
        "import sys, llama_index.postprocessor.secondhop\n"
        "heavy = {'torch', 'transformers', 'openai', 'onnxruntime', 'langchain_core', 'langfuse', 'opentelemetry.sdk'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
