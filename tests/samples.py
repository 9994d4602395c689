"""Samples for the feature battery: a made-up interview, its synthetic voice, and ways to change both."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from lalia.data_schemas import (
    Audio,
    Kind,
    Missing,
    Parse,
    ParticipantChoice,
    Phone,
    Recording,
    Sample,
    Span,
    Speaker,
    TimeSource,
    Transcript,
    Tree,
    Utterance,
    Word,
)
from lalia.data_schemas.sample import EMBEDDER, LANGUAGE_MODEL

RATE = 16_000

TALK = (
    ("INV", "What did you do this morning ?"),
    ("PAR", "Well &um I got up at seven and then the the dog wanted to go out ."),
    ("PAR", "So we walked down to the river , which was quite high after all that rain ."),
    ("PAR", "&uh my neighbour was standing at the gate with her little boy ."),
    ("INV", "Did you talk to them ?"),
    ("PAR", "Yes , *she *told she told me that her car had been stolen in the night ."),
    ("PAR", "I said /she should/ they should call the police but they had done that already ."),
    ("PAR", "The boy was eating a huge sandwich and he gave half of it to my dog ."),
    ("INV", "And after that ?"),
    ("PAR", "After that I went home because I was cold , cold and wet , and the cat wanted the cat food ."),
    ("PAR", "I made some tea , &um sat by the window and read the newspaper ."),
    ("PAR", "There was a thing about the old bridge being closed until the summer ."),
    ("PAR", "That will be annoying for everyone who works in the town , won't it ?"),
    ("PAR", "Later my daughter called me and we spoke for nearly an hour about her new job ."),
    ("PAR", "She likes it &th- there but the people are not very friendly yet ."),
    ("PAR", "Anyway , now I am here ."),
)


def _words(text: str) -> list[tuple[str, Kind]]:
    found: list[tuple[str, Kind]] = []
    parts = text.split()
    for place, part in enumerate(parts):
        if part in {",", ".", "?"}:
            continue
        following = parts[place + 1] if place + 1 < len(parts) else ""
        if part.startswith("&"):
            found.append((part[1:], Kind.FRAGMENT if part.endswith("-") else Kind.FILLER))
        elif part.startswith("/") or part.endswith("/"):
            found.append((part.strip("/"), Kind.REVISED))
        elif part.startswith("*"):
            found.append((part[1:], Kind.REPEATED))
        else:
            found.append((part, Kind.REPEATED if part == following else Kind.WORD))
    return found


LETTERS = dict(zip("aeiouyc", ["AA", "EH", "IY", "AO", "UW", "IY", "K"], strict=True))


def _phones(word: str, start: float, length: float) -> tuple[Phone, ...]:
    """A sound a letter, all equally long: what alignment would give if English were spelt as it is said."""
    letters = [LETTERS.get(letter, letter.upper()) for letter in word.lower() if letter.isalpha()]
    step = length / max(1, len(letters))
    return tuple(
        Phone(text=text, start=start + place * step, end=start + (place + 1) * step)
        for place, text in enumerate(letters)
    )


def transcript() -> Transcript:
    """The interview, timed: 90 ms a letter, 80 ms between words, a pause before every third word of five letters."""
    clock, utterances = 0.5, []
    for speaker, text in TALK:
        words, begun = [], clock
        for place, (word, kind) in enumerate(_words(text)):
            if place and place % 3 == 0 and len(word) >= 5:
                clock += 0.35 + 0.25 * (len(word) - 4)
            length = 0.09 * len(word) + 0.05
            words.append(
                Word(
                    text=word,
                    kind=kind,
                    start=clock,
                    end=clock + length,
                    times=TimeSource.GIVEN,
                    probability=0.95,
                    phones=_phones(word, clock, length),
                )
            )
            clock += length + 0.08
        utterances.append(
            Utterance(speaker=speaker, words=tuple(words), start=begun, end=clock - 0.08, terminator=text[-1])
        )
        clock += 0.7
    return Transcript(
        source="chat",
        language="en",
        verbatim=True,
        speakers=(Speaker(code="PAR", role="Participant"), Speaker(code="INV", role="Investigator")),
        participant="PAR",
        participant_choice=ParticipantChoice.ROLE,
        utterances=tuple(utterances),
    )


def voice(said: Transcript, seed: int = 3) -> Audio:
    """A harmonic voice wherever a word is: F0 falls over each utterance, 220 Hz for the interviewer, 120 Hz else."""
    rng = np.random.default_rng(seed)
    end = max(word.end or 0 for utterance in said.utterances for word in utterance.words) + 0.6
    samples = rng.normal(0, 0.0005, int(end * RATE))
    for utterance in said.utterances:
        base = 220.0 if utterance.speaker == "INV" else 120.0
        for place, word in enumerate(utterance.words):
            assert word.start is not None
            assert word.end is not None
            first, last = int(word.start * RATE), int(word.end * RATE)
            time = np.arange(last - first) / RATE
            f0 = base * (1.15 - 0.02 * place) * (1 + 0.03 * np.sin(2 * np.pi * 3 * time + place))
            phase = 2 * np.pi * np.cumsum(f0) / RATE
            tone = sum(np.cos(k * phase + k) / k for k in range(1, 20))
            loudness = 0.05 * (1 + 0.4 * np.sin(place)) * np.sin(np.pi * np.arange(len(time)) / len(time)) ** 0.5
            samples[first:last] += loudness * tone
    speech = tuple(
        Span(word.start or 0.0, word.end or 0.0) for utterance in said.utterances for word in utterance.words
    )
    return Audio(samples=samples.astype(np.float32), rate=RATE, sha256="0" * 64, speech=speech)


def spoken_sample() -> Sample:
    """The interview with its voice, parsed and embedded by the real models."""
    from lalia.models import embedders, parsers
    from lalia.models.monet import embedded

    said = transcript()
    parser, embedder = parsers.load("en-core-web-sm"), embedders.load("monet")
    mine = said.of_participant
    parses = parser.parse(mine)
    texts = [" ".join(word.text for word in u.words if word.kind is Kind.WORD) for u in mine]
    lemmas = sorted({token.lemma.lower() for parse in parses for token in parse})
    read = embedded.load("monet", "cpu").read(texts, surprisal=True, routing=True)
    return Sample(
        recording=Recording(recording_id="talk", participant_id="p1", path="talk.wav", task="interview", language="en"),
        audio=voice(said),
        transcript=said,
        parses=parses,
        trees=parsers.load_constituency("lalia-gum").parse(parses),
        embeddings=embedder.embed(texts),
        word_vectors=dict(zip(lemmas, embedder.embed(lemmas), strict=True)),
        exchange_embeddings=_exchanges(said),
        routing=read.routing,
        surprisal=read.surprisal,
        prompt_embedding=embedder.embed(["Tell me about your morning."])[0],
        weights={EMBEDDER: embedder.use.sha256, LANGUAGE_MODEL: embedded.use("monet", LANGUAGE_MODEL).sha256},
    )


def _exchanges(said: Transcript) -> np.ndarray:
    """Each turn of the interviewer beside the first utterance of the answer."""
    from lalia.models import embedders

    pairs = [(one, two) for one, two in pairwise(said.utterances) if one.speaker == "INV" and two.speaker == "PAR"]
    texts = [" ".join(word.text for word in u.words if word.kind is Kind.WORD) for pair in pairs for u in pair]
    embedder = embedders.load("monet")
    return embedder.embed(texts).reshape(len(pairs), 2, embedder.dimension)


def upper_case(sample: Sample, seed: int) -> Sample:
    """Every word and token in capitals."""
    del seed
    said = _each_utterance(
        sample, lambda u: _with_words(u, [w.model_copy(update={"text": w.text.upper()}) for w in u.words])
    )
    parses = tuple(tuple(t.model_copy(update={"text": t.text.upper()}) for t in parse) for parse in sample.parses)
    trees = sample.trees if isinstance(sample.trees, Missing) else _trees(parses)
    return replace(sample, transcript=said, parses=parses, trees=trees)


def _trees(parses: tuple[Parse, ...]) -> tuple[Tree, ...]:
    from lalia.models import parsers

    return parsers.load_constituency("lalia-gum").parse(parses)


def shuffle_words(sample: Sample, seed: int) -> Sample:
    """Tokens in another order within each parse (heads follow), words within each utterance; all is read anew."""
    from lalia.models import embedders
    from lalia.models.monet import embedded

    rng = np.random.default_rng(seed)
    said = _each_utterance(sample, lambda u: _with_words(u, [u.words[i] for i in rng.permutation(len(u.words))]))
    parses = tuple(_permuted(parse, rng) for parse in sample.parses)
    texts = [" ".join(word.text for word in u.words if word.kind is Kind.WORD) for u in said.of_participant]
    read = embedded.load("monet", "cpu").read(texts, surprisal=True, routing=True)
    return replace(
        sample,
        transcript=said,
        parses=parses,
        trees=_trees(parses),
        embeddings=embedders.load("monet").embed(texts),
        exchange_embeddings=_exchanges(said),
        routing=read.routing,
        surprisal=read.surprisal,
    )


def shuffle_utterances(sample: Sample, seed: int) -> Sample:
    """The participant's utterances, parses and embeddings in another order, all alike."""
    order = np.random.default_rng(seed).permutation(len(sample.parses))
    mine = [sample.transcript.of_participant[i] for i in order]
    utterances = tuple(mine.pop(0) if u.speaker == "PAR" else u for u in sample.transcript.utterances)
    said = sample.transcript.model_copy(update={"utterances": utterances})
    return replace(
        sample,
        transcript=said,
        exchange_embeddings=_exchanges(said),
        parses=tuple(sample.parses[i] for i in order),
        trees=sample.trees if isinstance(sample.trees, Missing) else tuple(sample.trees[i] for i in order),
        embeddings=sample.embeddings[order],
        routing=sample.routing if isinstance(sample.routing, Missing) else sample.routing.taken(order),
        surprisal=sample.surprisal
        if isinstance(sample.surprisal, Missing)
        else tuple(sample.surprisal[i] for i in order),
    )


def louder(sample: Sample, seed: int) -> Sample:
    """Half the amplitude."""
    del seed
    return replace(sample, audio=replace(sample.audio, samples=sample.audio.samples * np.float32(0.5)))


def flipped(sample: Sample, seed: int) -> Sample:
    """The signal upside down."""
    del seed
    return replace(sample, audio=replace(sample.audio, samples=-sample.audio.samples))


def padded(sample: Sample, seed: int) -> Sample:
    """One second of digital silence before and after, every time moved along."""
    del seed
    silence = np.zeros(RATE, np.float32)
    speech = tuple(Span(span.start + 1, span.end + 1) for span in sample.audio.speech)
    audio = replace(sample.audio, samples=np.concatenate([silence, sample.audio.samples, silence]), speech=speech)
    return replace(sample, audio=audio, transcript=_each_utterance(sample, _later))


CHANGES = {
    "case": upper_case,
    "word_order": shuffle_words,
    "utterance_order": shuffle_utterances,
    "gain": louder,
    "polarity": flipped,
    "padding": padded,
}


def _later(utterance: Utterance) -> Utterance:
    words = [w.model_copy(update=_moved(w) | {"phones": tuple(map(_one_later, w.phones))}) for w in utterance.words]
    return _with_words(utterance, words).model_copy(update=_moved(utterance))


def _moved(timed) -> dict[str, float]:
    return {"start": timed.start + 1, "end": timed.end + 1}


def _one_later(phone: Phone) -> Phone:
    return phone.model_copy(update=_moved(phone))


def _with_words(utterance: Utterance, words: list[Word]) -> Utterance:
    return utterance.model_copy(update={"words": tuple(words)})


def _each_utterance(sample: Sample, change) -> Transcript:
    return sample.transcript.model_copy(update={"utterances": tuple(change(u) for u in sample.transcript.utterances)})


def _permuted(parse: Parse, rng: np.random.Generator) -> Parse:
    order = rng.permutation(len(parse))
    place = {old: new for new, old in enumerate(order)}
    return tuple(parse[old].model_copy(update={"head": place[parse[old].head]}) for old in order)
