"""Samples of fluency tasks from lines of text, and what is measured in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from lalia.data_schemas import Measured, Missing, Reason, Recording, Sample, Transcript, Utterance, Word
from lalia.features import FEATURES, evaluate
from lalia.features.views.fluency import Response, answers
from lalia.models import embedders, parsers
from lalia.pipeline.formats import plain

FLUENCY = [name for name in FEATURES if name.startswith("fluency.")]


def sample_of(*lines: str, task: str = "semantic_fluency", timed: bool = True, **asked: str) -> Sample:
    """Lines as utterances, one word a second, parsed by the real parser."""
    clock, utterances = 0.0, []
    for line in lines:
        words = []
        for form in line.rstrip("?").split():
            at = {"start": clock, "end": clock + 0.5} if timed else {}
            words.append(Word(text=form, **at))
            clock += 1
        terminator = "?" if line.endswith("?") else "."
        utterances.append(Utterance(speaker="PAR", words=tuple(words), terminator=terminator))
    said = Transcript(source="text", language="en", verbatim=True, utterances=tuple(utterances))
    recording = Recording(recording_id="r", participant_id="p", path="r.wav", task=task, **asked)
    parses = parsers.load("en-core-web-sm").parse(utterances)
    still = np.zeros((len(parses), 4), np.float32)
    return with_responses(Sample(recording=recording, transcript=said, parses=parses, embeddings=still))


def with_responses(sample: Sample) -> Sample:
    """The sample with the vectors of its responses, as the pipeline adds them."""
    found = answers(sample.recording, sample.transcript, sample.parses)
    if isinstance(found, Missing):
        return replace(sample, response_embeddings=found)
    return replace(sample, response_embeddings=embedders.load("monet").embed([r.name for r in found.given]))


def measure(sample: Sample) -> dict[str, float | Reason]:
    found = evaluate(sample, FLUENCY)
    return {
        name.removeprefix("fluency."): result.value if isinstance(result, Measured) else result.reason
        for name, result in found.items()
    }


def responses(text: str, engine: str | None = None, **asked: str) -> tuple[Response, ...]:
    """What is answered in a text that is read as a plain transcript is, disfluencies marked by rule."""
    said = Transcript(source="text", language="en", utterances=plain.utterances(text, "PAR", "en"), engine=engine)
    task = "letter_fluency" if "letter" in asked else "semantic_fluency"
    recording = Recording(recording_id="r", participant_id="p", path="r.wav", task=task, **asked)
    found = answers(recording, said, parsers.load("en-core-web-sm").parse(said.of_participant))
    assert not isinstance(found, Missing)
    return found.given


def names(text: str, **asked: str) -> list[str]:
    """The names answered that are no intrusion."""
    return [response.name for response in responses(text, **asked) if response.valid is not False]
