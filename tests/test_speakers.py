"""Who said what: by channel, by the transcript, by voice; and one speaker where nothing proves a second."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lalia.data_schemas import (
    Audio,
    Code,
    Kind,
    LaliaError,
    ModelUse,
    ParticipantChoice,
    Recording,
    Settings,
    Span,
    Speaker,
    Task,
    Transcript,
    Utterance,
    Word,
)
from lalia.models import diarisers
from lalia.models.diarisers import Turn
from lalia.pipeline import channels, speakers
from lalia.pipeline.ingest import Located

USE = ModelUse(role="diariser", name="test", sha256="0", licence="", source="")


class Heard:
    """A diariser that hears what a test says."""

    use = (USE,)

    def __init__(self, *turns: Turn) -> None:
        self._turns = turns

    def turns(self, samples, speech):
        assert samples.dtype == np.float32
        return self._turns


def item(**more) -> Located:
    return Located(Recording(recording_id="r", participant_id="p", path="r.wav", **more), None)


def audio(seconds: float = 20.0, rate: int = 16_000) -> Audio:
    return Audio(samples=np.zeros(round(seconds * rate), np.float32), rate=rate, speech=(Span(0.0, seconds),))


def timed(text: str, start: float, step: float = 0.5) -> tuple[Word, ...]:
    return tuple(
        Word(text=word, start=start + at * step, end=start + at * step + 0.4) for at, word in enumerate(text.split())
    )


def said(*utterances: tuple[Word, ...], choice=ParticipantChoice.ASSUMED) -> Transcript:
    return Transcript(
        source="whisper",
        speakers=(Speaker(code="PAR", role="Participant"),),
        participant_choice=choice,
        utterances=tuple(
            Utterance(speaker="PAR", words=words, start=words[0].start, end=words[-1].end, terminator="?")
            for words in utterances
        ),
        notes=("One speaker is assumed: the recogniser does not tell voices apart.", "Another note."),
    )


@pytest.fixture
def hearing(monkeypatch):
    def hear(*turns: Turn) -> None:
        monkeypatch.setattr(diarisers, "load", lambda name, device="cpu": Heard(*turns))

    return hear


def shown(transcript: Transcript) -> list[str]:
    return [f"{u.speaker}: {' '.join(word.text for word in u.words)} {u.terminator}" for u in transcript.utterances]


TALK = said(timed("how are you well thank you and yes", 0.0), timed("good", 6.0))


def test_words_go_to_whose_turn_they_lie_in(hearing):
    hearing(Turn("S1", 0.0, 1.45, 0.9), Turn("S2", 1.5, 4.0, 0.9), Turn("S1", 5.9, 6.5, 0.9))
    done = speakers.assign(TALK, audio(), item(task=Task.INTERVIEW), Settings())
    assert shown(done) == ["INV: how are you .", "PAR: well thank you and yes ?", "INV: good ?"]
    assert [(u.start, u.end) for u in done.utterances] == [(0.0, 1.4), (1.5, 3.9), (6.0, 6.4)]
    assert [(s.code, s.role) for s in done.speakers] == [("INV", "Investigator"), ("PAR", "Participant")]
    assert (done.participant, done.participant_choice) == ("PAR", ParticipantChoice.MOST_WORDS)
    assert done.diariser == "embedded"
    assert "2 voices were told apart" in done.notes[0]
    assert done.notes[1:] == ("Another note.",)


def test_outside_an_interview_nobody_is_called_an_investigator(hearing):
    hearing(Turn("S1", 0.0, 1.45, 0.9), Turn("S2", 1.5, 2.45, 0.9), Turn("S3", 2.5, 4.0, 0.9))
    done = speakers.assign(TALK, audio(), item(), Settings())
    assert shown(done) == ["SP2: how are you .", "SP3: well thank .", "PAR: you and yes ?", "PAR: good ?"]
    assert [s.role for s in done.speakers] == ["Unidentified", "Unidentified", "Participant"]


def test_one_voice_leaves_every_word_with_the_participant(hearing):
    hearing(Turn("S1", 0.0, 6.5, 1.0))
    done = speakers.assign(TALK, audio(), item(), Settings())
    assert done.of_participant == TALK.utterances
    assert done.participant_choice is ParticipantChoice.ONLY_SPEAKER
    assert "One voice was heard" in done.notes[0]


@pytest.mark.parametrize(("seconds", "unheard", "told"), [(2.0, 0.0, False), (2.0, 1.0, True), (12.0, 0.0, True)])
def test_that_a_second_voice_may_be_missed_is_told_where_there_could_be_one(hearing, seconds, unheard, told):
    other = [Turn("S2", seconds, seconds + unheard, 0.9)] if unheard else []
    hearing(Turn("S1", 0.0, seconds, 1.0), *other)
    done = speakers.assign(said(timed("no", 0.0)), audio(), item(), Settings())
    assert done.notes[0].startswith("One voice was heard")
    assert (speakers.MEASURED in done.notes[0]) is told


def test_a_voice_without_words_makes_no_speaker(hearing):
    hearing(Turn("S1", 0.0, 6.5, 0.9), Turn("S2", 12.0, 14.5, 0.9))
    done = speakers.assign(TALK, audio(), item(), Settings())
    assert done.of_participant == TALK.utterances
    assert "another was, for 2.5 s, but not in words" in done.notes[0]


def test_words_between_turns_go_to_the_nearest_and_words_without_times_with_the_word_before(hearing):
    hearing(Turn("S1", 0.0, 1.0, 0.9), Turn("S2", 3.0, 4.0, 0.9))
    words = (
        Word(text="um", kind=Kind.FILLER),
        Word(text="one", start=0.2, end=0.6),
        Word(text="two", start=1.3, end=1.6),
        Word(text="(.)", kind=Kind.PAUSE),
        Word(text="three", start=2.6, end=2.9),
        Word(text="four"),
    )
    one = Transcript(source="whisper", utterances=(Utterance(speaker="PAR", words=words),))
    done = speakers.assign(one, audio(), item(), Settings())
    assert [[word.text for word in u.words] for u in done.utterances] == [
        ["um", "one", "two", "(.)"],
        ["three", "four"],
    ]


def test_of_two_who_speak_at_once_the_one_who_was_speaking_goes_on(hearing):
    hearing(Turn("S1", 0.0, 3.0, 0.9), Turn("S2", 1.4, 5.0, 0.9))
    done = speakers.assign(said(timed("a b c d e f g h", 0.0)), audio(), item(), Settings())
    assert [len(u.words) for u in done.utterances] == [6, 2]


@pytest.mark.parametrize("task", [task for task in Task if task not in speakers.SHARED])
def test_other_tasks_have_one_speaker(monkeypatch, task):
    monkeypatch.setattr(diarisers, "load", None)
    assert speakers.assign(TALK, audio(), item(task=task), Settings()) is TALK


def test_nothing_is_asked_of_voices_where_speakers_are_known(monkeypatch):
    monkeypatch.setattr(diarisers, "load", None)
    labelled = said(timed("yes", 0.0), choice=ParticipantChoice.ROLE)
    assert speakers.assign(labelled, audio(), item(), Settings()) is labelled
    assert speakers.assign(TALK, audio(), item(), Settings(diariser="none")) is TALK
    assert speakers.assign(TALK, audio(), item(participant_channel=0), Settings()) is TALK
    untimed = said((Word(text="yes"),))
    untimed = untimed.model_copy(update={"utterances": (Utterance(speaker="PAR", words=(Word(text="yes"),)),)})
    assert speakers.assign(untimed, audio(), item(), Settings()) is untimed


def test_absent_weights_are_told_and_a_folder_that_is_none_is_refused(monkeypatch, tmp_path):
    def absent(name, device="cpu"):
        raise LaliaError("The weights must be installed", "none", "Run", code=Code.MODEL_ABSENT)

    with pytest.raises(LaliaError, match="embedded, none, or the path"):
        speakers.assign(TALK, audio(), item(), Settings(diariser=str(tmp_path / "nothing")))
    monkeypatch.setattr(diarisers, "load", absent)
    done = speakers.assign(TALK, audio(), item(), Settings())
    assert done.utterances == TALK.utterances
    assert done.diariser is None
    assert "not installed" in done.notes[-1]


spans = st.tuples(st.floats(0, 19), st.floats(0.05, 3)).map(lambda pair: (pair[0], min(20.0, pair[0] + pair[1])))


@given(
    words=st.lists(spans, min_size=1, max_size=12),
    turns=st.lists(st.tuples(st.sampled_from(["S1", "S2", "S3"]), spans), min_size=1, max_size=8),
)
def test_no_word_is_lost_changed_or_moved(words, turns):
    words = sorted(words)
    told = tuple(Word(text=str(at), start=a, end=b) for at, (a, b) in enumerate(words))
    half = len(told) // 2
    transcript = said(*(part for part in (told[:half], told[half:]) if part))
    heard = tuple(Turn(name, a, b, 1.0) for name, (a, b) in sorted(turns, key=lambda turn: turn[1]))
    done = speakers._by_voice(transcript, heard, None)
    assert tuple(word for u in done.utterances for word in u.words) == told
    assert {u.speaker for u in done.utterances} <= {s.code for s in done.speakers} | {t.speaker for t in heard}
    assert all(u.start is not None for u in done.utterances)


# Channels.


def test_channels_keep_what_overlaps_and_name_the_participant():
    own, other = said(timed("a b", 0.0), timed("c d", 4.0)), said(timed("x y z", 0.5))
    done = speakers.assign(own, audio(), item(task=Task.INTERVIEW, participant_channel=1), Settings(), other=other)
    assert shown(done) == ["PAR: a b ?", "INV: x y z ?", "PAR: c d ?"]
    assert done.utterances[0].end > done.utterances[1].start
    assert (done.participant, done.participant_choice) == ("PAR", ParticipantChoice.MANIFEST)
    assert done.diariser == "channels"
    assert not any("assumed" in note for note in done.notes)


def bursts(*spans: tuple[float, float], level: float = 0.1, seconds: float = 12.0, rate: int = 16_000) -> np.ndarray:
    """Noise that comes and goes at 4 Hz, as syllables do, in the given spans; beside it a faint hiss."""
    random = np.random.default_rng(3)
    signal = random.normal(0, 1e-4, round(seconds * rate))
    for start, end in spans:
        time = np.arange(round((end - start) * rate)) / rate
        beat = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * time)
        signal[round(start * rate) : round(start * rate) + len(time)] += random.normal(0, level, len(time)) * beat
    return signal.astype(np.float32)


@pytest.fixture
def two(monkeypatch):
    """Channels as decoded and checked, without a file: speech is what is given."""

    def make(own: np.ndarray, other: np.ndarray, own_speech, other_speech, **more):
        first = Audio(own, 16_000, native_channels=2, channel=0, speech=tuple(Span(*s) for s in own_speech))
        second = Audio(other, 16_000, native_channels=2, channel=1, speech=tuple(Span(*s) for s in other_speech))
        monkeypatch.setattr(channels, "decode", lambda item, limits: second)
        monkeypatch.setattr(channels, "check", lambda audio: audio)
        return channels.apart(item(**{"participant_channel": 0, **more}), first, Settings())

    return make


MINE, YOURS = ((0.5, 3.0), (7.0, 9.0)), ((3.5, 6.5), (8.5, 11.0))


def test_what_leaks_over_is_not_the_participants_speech(two):
    mine, yours = bursts(*MINE), bursts(*YOURS, level=0.05)
    # Each microphone also hears the other speaker, 20 dB fainter, and voice activity finds both on both.
    everything = ((0.5, 3.0), (3.5, 6.5), (7.0, 11.0))
    own, other = two(mine + 0.1 * yours, yours + 0.1 * mine, everything, everything)
    assert other is not None
    # To a syllable's beat: at its troughs nothing tells whose sound it is.
    for found, truth in ((own.speech, MINE), (other.speech, YOURS)):
        inside = sum(max(0.0, min(f.end, b) - max(f.start, a)) for f in found for a, b in truth)
        assert inside >= 0.9 * sum(b - a for a, b in truth)
        assert sum(f.end - f.start for f in found) - inside <= 0.3


def test_the_recogniser_hears_a_channel_without_the_other_voice():
    samples = bursts(*MINE)
    given = Audio(samples, 16_000, speech=(Span(7.0, 9.0),))
    heard = channels.hushed(given).samples
    assert np.array_equal(heard[int(6.8 * 16_000) : int(9.2 * 16_000)], samples[int(6.8 * 16_000) : int(9.2 * 16_000)])
    assert np.abs(heard[: int(6.7 * 16_000)]).max() <= 0.0011 * np.abs(samples).max()
    # What is measured is the sound itself.
    assert np.array_equal(given.samples, bursts(*MINE))


def test_the_same_sound_twice_is_one_speaker(two):
    mine = bursts(*MINE)
    own, other = two(mine, 0.5 * mine, MINE, MINE)
    assert other is None
    assert own.speech == tuple(Span(*s) for s in MINE)


def test_the_other_channel_is_not_looked_for_without_reason(two, tmp_path):
    mine, yours = bursts(*MINE), bursts(*YOURS)
    assert two(mine, yours, MINE, YOURS)[1] is not None
    assert two(mine, yours, MINE, ())[1] is None
    assert two(mine, yours, MINE, YOURS, task=Task.SUSTAINED_VOWEL)[1] is None
    assert two(mine, yours, MINE, YOURS, participant_channel=None)[1] is None
