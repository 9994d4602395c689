"""Fluency tasks: what counts as a response, the list of animals, clusters, and an invented minute of animals."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Measured, Missing, Reason, Recording, Sample, Token
from lalia.features import FEATURES, evaluate
from lalia.features.fluency.animals import ALSO_CALLED, SUBCATEGORIES
from lalia.features.fluency.clusters import clusters
from lalia.features.fluency.foods import ALSO_CALLED as FOODS_ALSO_CALLED
from lalia.features.fluency.lists import LISTS, category, plurals
from lalia.features.fluency.phonemic import families
from lalia.models import parsers
from lalia.pipeline.formats import read
from lalia.tests.fluency_said import FLUENCY, measure, sample_of, with_responses
from lalia.tests.samples import CHANGES

ROOT = Path(__file__).resolve().parent.parent
ANIMALS, FORMS = LISTS["animal"].groups, LISTS["animal"].forms


@pytest.fixture(scope="module")
def minute() -> Sample:
    said = read(ROOT / "examples" / "transcripts" / "animals.cha")
    recording = Recording(
        recording_id="animals", participant_id="p", path="animals.wav", task="semantic_fluency", category="animals"
    )
    parses = parsers.load("en-core-web-sm").parse(said.of_participant)
    return Sample(recording=recording, transcript=said, parses=parses)


def test_the_invented_minute(minute):
    found = measure(minute)
    assert found["correct_count"] == 22
    assert found["repetition_count"] == 1, "dog"
    assert found["intrusion_count"] == 1, "tractor"
    # Farm: dog to pig; African: lion to monkey; kangaroo; pets: rabbit, mouse, dog; British woodland: squirrel,
    # hedgehog; farm and birds: duck, chicken; tractor; water: whale, penguin.
    assert found["switch_count"] == 7
    assert found["mean_cluster_size"] == pytest.approx((6 + 5 + 0 + 2 + 1 + 1 + 0 + 1) / 8, abs=1e-12)
    assert found["inter_response_mean"] is Reason.NO_WORD_TIMES
    assert found["first_quartile_share"] is Reason.NO_WORD_TIMES


def test_one_animal_by_many_names_is_a_repetition():
    found = measure(sample_of("dog dogs hippo hippopotamus mice mouse Ladybug ladybird", category="animal"))
    assert (found["correct_count"], found["repetition_count"], found["intrusion_count"]) == (4, 4, 0)


@pytest.mark.parametrize("written", ["polar bear", "polar-bear", "polar_bear", "polarbear", "Polar bears,"])
def test_names_of_two_words_are_one_response(written):
    found = measure(sample_of(f"lion {written} guinea pig", category="animals"))
    assert found["correct_count"] == 3
    assert found["intrusion_count"] == 0


@pytest.mark.parametrize(
    "comment",
    ["what else", "let me think", "I can't think of any more animals", "did I say dog already ?", "I already said dog",
     "no that's not one", "that is the end of my list", "oh my goodness", "how much time do I have ?"],
)  # fmt: skip
def test_talk_about_the_task_is_no_response(comment):
    found = measure(sample_of("cat dog cow", comment, "horse", category="animals"))
    assert (found["correct_count"], found["repetition_count"], found["intrusion_count"]) == (4, 0, 0)


def test_a_bare_noun_outside_the_category_is_an_intrusion():
    found = measure(sample_of("cat", "a table", "dog and tractor", category="animals"))
    assert (found["correct_count"], found["intrusion_count"]) == (2, 2)


def test_without_a_category_or_a_letter_everything_is_missing():
    assert set(measure(sample_of("cat dog")).values()) == {Reason.UNDEFINED}
    letters = measure(sample_of("fish fun", task="letter_fluency"))
    assert set(letters.values()) == {Reason.UNDEFINED}


def test_a_category_without_a_list_keeps_what_needs_none():
    sample = sample_of("apple", "banana", "cherry", "apple", "what else", category="tools")
    found = evaluate(sample, FLUENCY)
    for name in ("correct_count", "intrusion_count", "mean_cluster_size", "switch_count"):
        assert found[f"fluency.{name}"] == Missing(Reason.UNDEFINED, "no list for 'tools'")
    measured = measure(sample)
    assert measured["repetition_count"] == 1
    assert measured["inter_response_mean"] == 1
    assert 3 < measured["mean_zipf_frequency"] < 6


def test_a_letter():
    sample = sample_of("fish farm fence", "flower", "let me think", "dog", "fourteen", "fish",
                       "find another one", task="letter_fluency", letter="F")  # fmt: skip
    found = measure(sample)
    assert found["correct_count"] == 4, "fish, farm, fence, flower"
    assert found["repetition_count"] == 1, "fish"
    assert found["intrusion_count"] == 2, "dog is no f, fourteen is a number"
    assert found["switch_count"] == 6, "no neighbours begin alike, rhyme or differ in a vowel"


def test_times():
    found = measure(sample_of("cat dog cow horse", "what else oh dear me", "lion", category="animals"))
    # Onsets at 0, 1, 2, 3 and 9 s; the last word ends at 9.5 s.
    assert found["inter_response_mean"] == pytest.approx(9 / 4, abs=1e-12)
    assert found["inter_response_sd"] == pytest.approx(np.std([1, 1, 1, 6], ddof=1), abs=1e-12)
    assert found["first_quartile_share"] == 3 / 5, "0, 1 and 2 s lie before 2.375 s"


def test_silence_is_missing_and_nothing_right_is_zero():
    assert measure(sample_of("", category="animals"))["correct_count"] is Reason.TOO_SHORT
    assert measure(sample_of("let me think", category="animals"))["correct_count"] == 0


@pytest.mark.parametrize("change", ["case", "word_order", "utterance_order"])
def test_declared_invariances(change):
    lines = ("cat dog um cow", "lion and tiger", "dog", "polar bear", "a table", "did I say cow ?", "trout whale")
    sample = sample_of(*lines, category="animals")
    before = evaluate(sample, FLUENCY)
    shown: set[str] = set()
    for seed in range(6):
        after = evaluate(with_responses(CHANGES[change](sample, seed=seed)), FLUENCY)
        moved = {name for name in FLUENCY if not _same(before[name], after[name])}
        broken = [name for name in moved if FEATURES[name].spec.invariances[change]]
        assert not broken
        shown |= moved
    if change == "utterance_order":
        assert {"fluency.switch_count", "fluency.mean_cluster_size"} <= shown


def _same(one: Measured | Missing, other: Measured | Missing) -> bool:
    if isinstance(one, Missing) or isinstance(other, Missing):
        return one == other
    return one.value == pytest.approx(other.value, abs=1e-9)


def test_the_list():
    assert len(ANIMALS) >= 250
    assert all(groups for groups in ANIMALS.values())
    assert set(ALSO_CALLED.values()) <= set(ANIMALS), "every other name stands for a listed one"
    assert {many for name in ANIMALS for many in plurals(name)} <= set(FORMS)
    assert FORMS["wolves"] == "wolf"
    assert FORMS["polarbears"] == "polar bear"
    for names in SUBCATEGORIES.values():
        listed = names.split(", ")
        assert len(listed) == len(set(listed))


def test_no_name_of_two_words_hides_two_responses():
    for name in ANIMALS:
        parts = name.split(" ")
        if len(parts) > 1 and all(part in FORMS for part in parts):
            assert any(FORMS[part] == name for part in parts), f"{name}: may be two responses"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.frozensets(st.sampled_from("abcd"), max_size=3), min_size=1, max_size=15))
def test_clusters_against_every_stretch(groups):
    """Brute force: of all stretches that share a subcategory, those inside no other."""
    stretches = [
        (first, last)
        for first in range(len(groups))
        for last in range(first, len(groups))
        if first == last or frozenset.intersection(*groups[first : last + 1])
    ]
    longest = [(a, b) for a, b in stretches if not any(c <= a and b <= d and (a, b) != (c, d) for c, d in stretches)]
    assert clusters(groups) == sorted(longest)


def test_published_lists_of_animals_are_known(shared):
    """Typed lists of 111 people (Lundin 2020): the share of typed responses, misspelt ones included, in our list."""
    path = shared / "data" / "fluency_schizophrenia" / "sz_data.txt"
    if not path.is_file():
        pytest.skip("the open fluency lists are not present")
    with open(path, encoding="utf-8", newline="") as stream:
        typed = [row[1].strip().lower() for row in csv.reader(stream, delimiter="\t") if len(row) > 1]
    known = sum(form in FORMS for form in typed) / len(typed)
    print(f"{100 * known:.1f} % of {len(typed)} typed responses")
    assert known >= 0.93


def test_a_parse_of_other_words_is_no_crash():
    sample = sample_of("cat dog", category="animals")
    token = Token(text="cat", lemma="cat", pos="NOUN", tag="NN", dep="root", head=0, word=-1)
    assert measure(replace(sample, parses=((token,),)))["correct_count"] == 2


def test_other_categories_are_listed():
    assert {name: len(members.groups) >= 90 for name, members in LISTS.items()} == dict.fromkeys(LISTS, True)
    for name, members in LISTS.items():
        assert set(members.forms.values()) <= set(members.groups), name
    assert {name.replace("-", " ") for name in FOODS_ALSO_CALLED.values()} <= set(LISTS["supermarket"].groups)


@pytest.mark.parametrize(
    ("asked", "said", "counts"),
    [
        ("fruits", "apples pear apple carrot", (2, 1, 1)),
        ("Fruits and vegetables", "apple carrot tomatoes eggplant aubergine hammer", (4, 1, 1)),
        ("supermarket items", "milk orange juice bread toilet paper loo paper yoghurt yogurt", (5, 2, 0)),
        ("groceries", "ice cream bananas", (2, 0, 0)),
    ],
)
def test_members_of_other_categories(asked, said, counts):
    found = measure(sample_of(said, category=asked))
    assert (found["correct_count"], found["repetition_count"], found["intrusion_count"]) == counts


@pytest.mark.parametrize(
    ("asked", "name"),
    [("Animals", "animal"), ("animal", "animal"), ("fruit or vegetables", "fruit and vegetable"), ("tools", "tool"),
     ("things in a supermarket", "supermarket"), ("supermarket", "supermarket")],
)  # fmt: skip
def test_what_a_category_is_called(asked, name):
    assert category(asked) == name


@pytest.mark.parametrize(
    ("one", "other", "related"),
    [("flag", "flower", True), ("sand", "stand", True), ("fat", "foot", True), ("five", "fence", False),
     ("a", "apple", False)],
)  # fmt: skip
def test_families_of_words(one, other, related):
    assert bool(families(one) & families(other)) is related


def test_similar_responses_follow_each_other():
    """Lions beside tigers are nearer than lions beside sardines: by the real embedder."""
    near = measure(sample_of("lion tiger leopard trout salmon sardine", category="animals"))
    far = measure(sample_of("lion trout tiger salmon leopard sardine", category="animals"))
    assert near["pair_similarity_mean"] > far["pair_similarity_mean"]
    assert near["semantic_cluster_size"] > far["semantic_cluster_size"]
