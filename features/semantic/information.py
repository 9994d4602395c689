"""Information units: how much of a picture or a story was told, and in how much talk."""

from __future__ import annotations

from ...data_schemas.audio import Span
from ...data_schemas.feature import Example, Missing
from ...data_schemas.sample import Token
from ..estimates import Estimate, Value, ratio
from ..invariances import unchanged_by_all_but
from ..registry import feature
from ..views.examples import parse_of
from ..views.speech import Timeline
from ..views.units import NEAR, Mention

TASKS = frozenset(["picture_description", "story_recall"])
SETTINGS = {"least_cosine": NEAR, "norms": "none for lalia's own stimuli"}

_TOLD = (Mention(0, 0, 1, True), Mention(3, 0, 4, True), Mention(0, 1, 2, True))
_EIGHT = tuple(parse_of(" ".join(["word/NOUN"] * 8))[:8])
_UNCHANGED = unchanged_by_all_but("word_order")


def _told(unit_mentions: tuple[Mention, ...]) -> int:
    return len({mention.unit for mention in unit_mentions})


@feature(
    name="semantic.information_units",
    unit="count",
    low=0,
    high=None,
    tasks=TASKS,
    definition="Content units of the stimulus that were mentioned at least once: by a lemma or form in the unit's "
    f"list, or by a word in no list whose embedding has a cosine of at least {NEAR} with a listed one. What is denied "
    "(no dog; there isn't a dog; nobody sees a dog; the boy isn't *falling*) mentions nothing; a definite thing that "
    "something is not done to (she doesn't notice the water) is mentioned, but for one the speaker cannot see. It "
    "depends on the stimulus and its list: compare only within one.",
    citation="croisile1996 yancheva2016",
    version=2,
    example=Example({"unit_mentions": _TOLD}, 2, 0, "units 0 and 3, one of them twice"),
    invariances=_UNCHANGED,
    settings=SETTINGS,
)
def information_units(unit_mentions: tuple[Mention, ...]) -> int:
    return _told(unit_mentions)


@feature(
    name="semantic.information_efficiency",
    unit="units/s",
    low=0,
    high=None,
    tasks=TASKS,
    needs={"timeline": 1},
    version=2,
    definition="information_units / seconds from the participant's first to last sound, pauses included, the time of "
    "other speakers left out.",
    citation="croisile1996",
    example=Example(
        {"unit_mentions": _TOLD, "timeline": Timeline((Span(0.0, 3.0), Span(5.0, 8.0)), stretches=(Span(0.0, 8.0),))},
        2 / 8,
        1e-12,
        "two units in eight seconds",
    ),
    invariances=_UNCHANGED,
    settings=SETTINGS,
)
def information_efficiency(unit_mentions: tuple[Mention, ...], timeline: Timeline) -> Value:
    spent = sum(end - start for start, end in timeline.stretches)
    return _per(unit_mentions, spent, "seconds of talk")


@feature(
    name="semantic.information_density",
    unit="units/word",
    low=0,
    high=None,
    tasks=TASKS,
    needs={"words": 1},
    version=2,
    definition="information_units / words: the participant's words, without fillers and retraced material.",
    citation="croisile1996",
    example=Example({"unit_mentions": _TOLD, "tokens": _EIGHT}, 2 / 8, 1e-12, "two units in eight words"),
    invariances=_UNCHANGED,
    settings=SETTINGS,
)
def information_density(unit_mentions: tuple[Mention, ...], tokens: tuple[Token, ...]) -> Value:
    return _per(unit_mentions, len(tokens), "words")


def _per(mentions: tuple[Mention, ...], amount: float, what: str) -> Estimate | Missing:
    # Units told are not drawn again: a unit mentioned in two utterances counts once, so no interval is given.
    found = ratio([_told(mentions)], [amount], what=what)
    return found if isinstance(found, Missing) else Estimate(found.value, _told(mentions), 0)
