"""Words of fluency tasks: those given again at once, and how much work a long list is."""

from __future__ import annotations

import sys

import pytest
from lalia.tests.fluency_said import names


@pytest.mark.parametrize(
    ("category", "text", "given"),
    [
        ("animals", "brown bear bear", "brown bear, bear"),
        ("animals", "sea lion lion", "sea lion, lion"),
        ("animals", "dog dog cat", "dog, dog, cat"),
        ("animals", "dog cat dog cat", "dog, cat, dog, cat"),
        ("animals", "let me let me think dog", "dog"),
        ("supermarket", "toilet paper paper towels", "toilet paper, paper towel"),
        ("tools", "hammer hammer spanner", "hammer, hammer, spanner"),
    ],
)
def test_words_said_again_at_once_are_judged_as_responses(category, text, given):
    assert ", ".join(names(text, category=category)) == given


def test_what_a_transcriber_marked_as_repeated_is_set_aside(chat):
    from lalia.data_schemas import Recording
    from lalia.features.views.fluency import answers
    from lalia.models import parsers

    said = chat("*PAR:\tdog [/] dog brown bear [/] bear cat .\n")
    recording = Recording(
        recording_id="r", participant_id="p", path="r.cha", task="semantic_fluency", category="animal"
    )
    found = answers(recording, said, parsers.load("en-core-web-sm").parse(said.of_participant))
    assert [response.name for response in found.given] == ["dog", "brown bear", "cat"]


def _lines_run(function, *given) -> int:
    """Lines of Python that a call runs, those of generators at every step: work counted, not timed."""
    seen = 0

    def count(frame, event, argument):
        nonlocal seen
        seen += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        function(*given)
    finally:
        sys.settrace(before)
    return seen


@pytest.mark.parametrize("repeated", ["dog", "I said dog cat", "sofa and", "dog i"])
def test_twice_the_words_are_twice_the_work(repeated):
    from lalia.features.views import fluency

    work = []
    for times in (100, 200):
        said = [fluency._Said(form, form, "NOUN", None) for form in repeated.lower().split() * times]
        work.append(_lines_run(fluency._by_category, said, "animals", False))
    assert work[1] < 2.2 * work[0]
