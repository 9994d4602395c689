"""What every loader asks first, and what a language code comes down to."""

from __future__ import annotations

import pytest
from lalia.data_schemas import Code, LaliaError, base_language
from lalia.models import aligners, embedders, parsers
from lalia.models.choice import available_device, require_known, resolved


@pytest.mark.parametrize(
    ("load", "what", "besides"),
    [
        (parsers.load, "A parser must be one of en-core-web-sm", ""),
        (parsers.load_constituency, "A constituency parser must be one of lalia-gum, stanza-en", ", or none"),
        (aligners.load, "An aligner must be one of pocketsphinx", ", or none"),
        (embedders.load, "An embedder must be one of minilm, monet", ", or the folder of a Monet checkpoint"),
    ],
)
def test_unknown_names_are_refused_with_those_there_are(load, what, besides):
    with pytest.raises(LaliaError) as caught:
        load("minilmm")
    assert caught.value.code is Code.BAD_SETTING
    assert str(caught.value).startswith(what)
    assert f"{besides}. Got 'minilmm'." in str(caught.value)


def test_known_names_pass():
    require_known("b", {"b": 1, "a": 2}, "A thing", "thing")


def test_auto_is_the_device_there_is():
    assert resolved("auto") == available_device()
    assert (resolved("cpu"), resolved("cuda")) == ("cpu", "cuda")


@pytest.mark.parametrize(("code", "base"), [("en", "en"), ("en-GB", "en"), ("PT-br", "pt"), ("", ""), ("EN", "en")])
def test_a_language_code_comes_down_to_its_language(code, base):
    assert base_language(code) == base
