"""Forced alignment: the front end and the scores are PocketSphinx's own, the search is exact, every word has sounds."""

from __future__ import annotations

import contextlib
import functools
import itertools
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Code, Kind, LaliaError
from lalia.models import aligners, registry
from lalia.models.aligners import Token, Window
from lalia.models.aligners import cepstra as front_end
from lalia.models.aligners.graph import GAP, build
from lalia.models.aligners.letters import Letters, held_out
from lalia.models.aligners.search import search
from lalia.models.aligners.spoken import readings
from lalia.models.resample import to_16k

RATE = 16_000


@pytest.fixture(scope="module")
def aligner():
    if "pocketsphinx" not in {known.name for known in registry.installed()}:
        pytest.skip("the package of pocketsphinx is not installed")
    return aligners.load("pocketsphinx")


TEXT = "the woman in the picture wants to dry the dishes"


@functools.cache
def _speech() -> np.ndarray:
    """`TEXT` by a synthetic voice, at 16 kHz; silence before and after."""
    pytest.importorskip("espeakng_loader")
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))
    import synthesise

    samples, _ = synthesise.Espeak().say(TEXT, synthesise.VOICES["male"][0])
    signal = to_16k((samples / 32_768).astype(np.float32), synthesise.RATE)
    noise = np.random.default_rng(0).normal(0, 1e-3, len(signal) + RATE)
    noise[RATE // 2 : -RATE // 2] += signal
    return np.round(noise * 32_767).astype(np.float32) / 32_767


def _sounds(seconds: float = 3.0, seed: int = 0) -> np.ndarray:
    """Noise and tones that come and go."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    voice = sum(np.sin(2 * np.pi * 140 * k * time) / k for k in range(1, 25))
    signal = 0.2 * voice * (np.sin(2 * np.pi * 1.7 * time) > 0) + random.normal(0, 0.01, len(time))
    return np.clip(0.5 * signal, -1, 1).astype(np.float32)


@pytest.fixture(scope="module")
def library(aligner, tmp_path_factory):
    """Cepstra and scores of all senones as the library itself writes them."""
    pocketsphinx = pytest.importorskip("pocketsphinx")
    folder = tmp_path_factory.mktemp("dump")
    decoder = pocketsphinx.Decoder(
        loglevel="FATAL", lm=None, compallsen=True, mfclogdir=str(folder), senlogdir=str(folder)
    )
    decoder.set_align_text("no")
    decoder.start_utt()
    decoder.process_raw((_speech() * 32_767).astype(np.int16).tobytes(), full_utt=True)
    with contextlib.suppress(RuntimeError):  # no word is said: the search fails, but everything is written by then
        decoder.end_utt()
    cepstra = np.frombuffer((folder / "000000000.mfc").read_bytes(), ">f4", offset=4).reshape(-1, 13)
    raw = (folder / "000000000.sen").read_bytes()
    scores = np.frombuffer(raw, "<i2", offset=raw.index(b"endhdr\n") + 11).reshape(-1, 5127)[:, 1:]
    return cepstra, scores * (1024 * np.log(1.0001))


def test_cepstra_are_those_of_the_library(library):
    ours = front_end.cepstra(_speech())
    assert ours.shape == library[0].shape
    # Single precision there, double here; cepstra span 100.
    assert np.abs(ours - library[0]).max() < 0.05


def test_scores_are_those_of_the_library(aligner, library):
    features = front_end.features(_speech())
    scores, _ = aligner._model.score(features, np.arange(5126))
    below = scores.max(axis=1, keepdims=True) - scores
    near = library[1] < 5
    # The library sums the 4 best of 128 densities and rounds to 0.1 nat, which lowers what fits badly.
    assert np.median(np.abs(below - library[1])[near]) < 0.5
    assert np.corrcoef(below.ravel(), library[1].ravel())[0, 1] > 0.9


@pytest.mark.parametrize("length", [0, 1, 409, 410, 411, 570])
def test_frames_are_counted_as_the_library_counts_them(length):
    frames = len(front_end.features(np.zeros(length, np.float32)))
    assert frames == (0 if length < 410 else 1 + -(-(length - 410) // 160))


def test_digital_silence_has_finite_features():
    assert np.isfinite(front_end.features(np.zeros(RATE, np.float32))).all()


def test_the_right_text_is_trusted_and_another_is_not(aligner):
    right = aligner.align(_speech(), [Token(word) for word in TEXT.split()])
    wrong = aligner.align(
        _speech(), [Token(word) for word in "forty yellow elephants ate my orange juice again".split()]
    )
    assert min(word.confidence for word in right) > 0.5
    assert max(word.confidence for word in wrong) < 0.3


@pytest.mark.parametrize(("word", "place"), [("elephant", 5), ("banana", 4), ("yesterday", 8), ("house", 3)])
def test_a_word_that_nobody_says_is_not_trusted_for_its_neighbours_sake(aligner, word, place):
    said = TEXT.split()
    found = aligner.align(_speech(), [Token(text) for text in [*said[:place], word, *said[place:]]])
    assert found[place].confidence < 0.1
    # Those beside it are squeezed too, but judged by themselves first.
    assert np.median([other.confidence for at, other in enumerate(found) if at != place]) > 0.5


class _Toy:
    """Three sounds and silence; each sound has senones of its own, whatever is beside it."""

    phones = ("A", "B", "C", "SIL")
    silence = 3
    alone = 12

    def __init__(self, seed: int, frames: int) -> None:
        random = np.random.default_rng(seed)
        self.sequences = np.arange(12).reshape(4, 3)
        self.stay = np.log(random.uniform(0.2, 0.8, (4, 3))).astype(np.float32)
        self.leave = np.log1p(-np.exp(self.stay))
        self._scores = random.normal(0, 3, (frames, 12)).astype(np.float32)

    def sequence(self, phone, left, right, place):
        return phone

    def score(self, features, senones):
        return self._scores[:, list(senones)].copy(), self._scores.max(axis=1)


def _best_by_trying_all(model, words, frames):
    """Highest score of any way to lay words and silences over the frames, found by going through all of them."""
    from lalia.models.aligners.graph import SILENCE

    best = -np.inf
    for choice in itertools.product(*words):
        for quiet in itertools.product([False, True], repeat=len(words) + 1):
            units, cost = [], 0.0
            for number, sounds in enumerate(choice):
                if quiet[number]:
                    units.append(model.silence)
                    cost += SILENCE if number else 0.0
                units += sounds
            if quiet[-1]:
                units.append(model.silence)
                cost += SILENCE
            states = [(unit, state) for unit in units for state in range(3)]
            if len(states) > frames:
                continue
            for cuts in itertools.combinations(range(1, frames), len(states) - 1):
                edges = [0, *cuts, frames]
                score = cost
                for (unit, state), one, other in zip(states, edges[:-1], edges[1:], strict=True):
                    score += model._scores[one:other, 3 * unit + state].sum()
                    score += (other - one - 1) * model.stay[unit, state] + model.leave[unit, state]
                best = max(best, score)
    return best


def _score_of(model, graph, path):
    from lalia.models.aligners.graph import SILENCE

    total, frames = 0.0, len(path.unit)
    total = float((path.fit + model._scores.max(axis=1)).sum())
    runs = [(unit, len(list(run))) for unit, run in itertools.groupby(path.unit)]
    for number, (unit, _) in enumerate(runs):
        if graph.word[unit] == GAP and number:
            total += SILENCE
    assert sum(length for _, length in runs) == frames
    return total


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), frames=st.integers(6, 10), words=st.sampled_from([
    [[(0,)], [(1,)]], [[(0,), (1,)]], [[(0, 1)]], [[(2,)], [(0,), (1,)]],
]))  # fmt: skip
def test_the_search_finds_the_best_path_of_all(seed, frames, words):
    from lalia.models.aligners import graph as graphs

    model = _Toy(seed, frames)
    kept, graphs.NOISE = graphs.NOISE, -1e6
    try:
        graph = build(model, words)
        path = search(model, graph, np.zeros((frames, 3, 13), np.float32))
    finally:
        graphs.NOISE = kept
    best = _best_by_trying_all(model, words, frames)
    assert (path is None) == (best == -np.inf)
    if path is None:
        return
    # The search does not tell where states change; the rest of the score comes from the frames themselves.
    moves = _moves(model, graph, path)
    assert _score_of(model, graph, path) + moves == pytest.approx(best, abs=1e-3)


def _moves(model, graph, path):
    """Log probability of the best state changes within the units of a path, given its frames' fits."""
    total = 0.0
    for unit, run in itertools.groupby(enumerate(path.unit), key=lambda pair: pair[1]):
        frames = [frame for frame, _ in run]
        phone = graph.phone[unit]
        options = []
        for one in range(1, len(frames) - 1):
            for other in range(one + 1, len(frames)):
                parts = [frames[:one], frames[one:other], frames[other:]]
                sound = sum(model._scores[part, 3 * phone + state].sum() for state, part in enumerate(parts))
                steps = sum(
                    (len(part) - 1) * model.stay[phone, state] + model.leave[phone, state]
                    for state, part in enumerate(parts)
                )
                options.append((sound + steps, steps))
        total += max(options)[1]
    return total


def test_too_little_sound_has_no_path(aligner):
    assert aligner.align(np.zeros(0, np.float32), [Token("word")]) == (None,)
    assert aligner.align(np.zeros(800, np.float32), [Token("extraordinarily")]) == (None,)


def test_nothing_to_align(aligner):
    assert aligner.align(_sounds(), []) == ()
    pause, lone = Token("(1.2)", Kind.PAUSE), Token("…")
    assert aligner.align(_sounds(), [pause, lone]) == (None, None)


def test_times_lie_in_the_window_and_phones_fill_words(aligner):
    tokens = [Token("one"), Token("&", Kind.NONVERBAL), Token("two"), Token("seven")]
    found = aligner.align(_sounds(), tokens, Window(start=100.0))
    assert found[1] is None
    words = [word for word in found if word is not None]
    assert len(words) == 3
    edge = 100.0
    for word in words:
        assert edge <= word.start < word.end <= 103.0
        assert (word.phones[0].start, word.phones[-1].end) == (word.start, word.end)
        assert all(one.end == other.start for one, other in itertools.pairwise(word.phones))
        assert 0 <= word.confidence <= 1
        edge = word.end
    assert [phone.text for phone in words[1].phones] == ["T", "UW"]


def test_an_unfinished_text_may_stop_anywhere(aligner):
    tokens = [Token("banana")] * 60
    whole = aligner.align(_sounds(2.0), tokens)
    part = aligner.align(_sounds(2.0), tokens, Window(unfinished=True))
    assert all(word is None for word in whole)
    reached = [word is not None for word in part]
    assert any(reached)
    assert reached == sorted(reached, reverse=True)


def test_the_same_bits_twice_whatever_came_between(aligner):
    tokens = [Token("some"), Token("words")]
    first = aligner.align(_sounds(), tokens)
    aligner.align(_sounds(1.0, seed=3), [Token("others")])
    assert aligner.align(_sounds(), tokens) == first


def _said(aligner, text, kind=Kind.WORD, following=""):
    return [" ".join(sounds) for sounds in aligner._say(Token(text, kind, following))]


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("hello", "HH AH L OW"),
        ("HELLO", "HH AH L OW"),
        ("3", "TH R IY"),
        ("21st", "T W EH N T IY F ER S T"),
        ("1990", "N AY N T IY N N AY N T IY"),
        ("90s", "N AY N T IY Z"),
        ("10%", "T EH N P ER S EH N T"),
        ("$5", "F AY V D AA L ER Z"),
        ("2:30", "T UW TH ER D IY"),
        ("3.5", "TH R IY P OY N T F AY V"),
        ("Dr", "D AA K T ER"),
        ("Mr.", "M IH S T ER"),
        ("no", "N OW"),
        ("TV", "T IY V IY"),
        ("wake-up", "W EY K AH P"),
        ("ice_cream", "AY S K R IY M"),
        ("don’t", "D OW N T"),
        ("smartphone's", "S M AA R T F OW N Z"),
        ("blurgled", "B L ER G AH L D"),
    ],
)
def test_words_are_said_as_they_are(aligner, text, sounds):
    assert sounds in _said(aligner, text)


@pytest.mark.parametrize(
    ("text", "sounds"),
    [("uh", "AH"), ("uhhh", "AH"), ("um", "AH M"), ("umm", "AH M"), ("erm", "ER M"), ("er", "ER"), ("hmm", "HH M"),
     ("mm", "M"), ("mhm", "M HH M"), ("mm-hmm", "M HH M"), ("uh-huh", "AH HH AH"), ("ah", "AA")],
)  # fmt: skip
def test_fillers_are_said(aligner, text, sounds):
    assert sounds in _said(aligner, text, Kind.FILLER)


def test_a_fragment_is_the_beginning_of_the_word_after_it(aligner):
    assert _said(aligner, "mont", Kind.FRAGMENT, "montreal")[0] == "M AH N T"
    assert "F AO" in _said(aligner, "fo", Kind.FRAGMENT, "forced")
    alone = _said(aligner, "st", Kind.FRAGMENT)
    assert alone[0] == "S T"
    assert "T AH" in _said(aligner, "t", Kind.FRAGMENT)


@given(text=st.text(min_size=1, max_size=12), kind=st.sampled_from([k for k in Kind if k is not Kind.PAUSE]))
@settings(max_examples=200, deadline=None)
def test_whatever_is_written_has_sounds_of_the_model_or_none(aligner, text, kind):
    known = set(aligner._model.phones)
    said = aligner._say(Token(text, kind))
    assert len(said) <= 6
    assert all(sounds and set(sounds) <= known for sounds in said)


@given(value=st.integers(0, 10**13))
@settings(max_examples=100, deadline=None)
def test_numbers_are_said_in_words_of_the_dictionary(aligner, value):
    every = readings(str(value))
    assert every
    assert all(word in aligner._say._dictionary for reading in every for word in reading)


def test_figures_have_the_readings_people_use():
    assert ("one", "hundred", "and", "five") in readings("105")
    assert ("twelve", "hundred") in readings("1200")
    assert ("nineteen", "oh", "five") in readings("1905")
    assert ("five", "five", "five", "oh") in readings("5550")
    assert ("zero", "zero", "seven") in readings("007")
    assert ("one", "dollar", "fifty") in readings("$1.50")
    assert ("two", "million", "three") in readings("2,000,003")
    assert readings("word") == ()


def _edits(said, right):
    row = list(range(len(right) + 1))
    for i, one in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(right, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (one != other))
    return row[-1]


def test_letters_give_nine_sounds_in_ten_of_words_never_learned(aligner):
    dictionary = aligner._say._dictionary
    words = [word for word in dictionary if word.isascii() and word.isalpha() and len(word) > 1 and held_out(word)]
    letters = Letters()
    wrong = total = 0
    for word in words[::12]:
        errors, length = min((_edits(letters(word), right), len(right)) for right in dictionary[word])
        wrong, total = wrong + errors, total + length
    assert total > 5_000
    # 10.3 % of all 12,487 words held out (benchmarks/results/g2p.md).
    assert wrong / total < 0.12


def test_an_unknown_aligner_is_refused():
    with pytest.raises(LaliaError) as caught:
        aligners.load("other")
    assert caught.value.code is Code.BAD_SETTING


def test_loading_is_once_and_says_what_was_loaded(aligner):
    assert aligners.load("pocketsphinx") is aligner
    assert aligner.language == "en"
    assert (aligner.use.role, aligner.use.name, len(aligner.use.sha256)) == ("aligner", "pocketsphinx", 64)


def test_damaged_model_files_are_told(tmp_path):
    from lalia.models.aligners.acoustic import _gaussians

    (tmp_path / "means").write_bytes(b"s3\nendhdr\n" + struct.pack(">I", 0x11223344))
    with pytest.raises(ValueError, match="little endian"):
        _gaussians(tmp_path / "means")
