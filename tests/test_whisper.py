"""Windows, word times, typed words, the guards and the weights' conversion: all without recognising anything."""

from __future__ import annotations

import dataclasses
import itertools
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lalia.data_schemas import Audio, Code, Kind, LaliaError, Span, TimeSource
from lalia.models.whisper import convert, load, openai
from lalia.models.whisper.engine import RawWord, Text, split
from lalia.models.whisper.placed import Placed
from lalia.models.whisper.times import NONE, Bias, place
from lalia.models.whisper.windows import LIMIT, MARGIN, Piece, Window, halves, rest, samples, windows
from lalia.models.whisper.words import undivided, utterances

RATE = 1000  # samples a second of the synthetic recordings: only lengths matter


@st.composite
def speech(draw):
    """Disjoint voiced stretches in a recording of up to a few minutes."""
    steps = draw(st.lists(st.tuples(st.integers(100, 20_000), st.integers(30, 70_000)), min_size=1, max_size=15))
    spans, at = [], 0
    for pause, length in steps:
        at += pause
        spans.append(Span(at / 1000, (at + length) / 1000))
        at += length
    return tuple(spans), (at + draw(st.integers(0, 5000))) / 1000


def _audio(duration: float, spans: tuple[Span, ...] | None = None) -> Audio:
    return Audio(samples=np.zeros(round(duration * RATE), dtype=np.float32), rate=RATE, speech=spans)


@given(speech())
@settings(max_examples=100, deadline=None)
def test_every_voiced_stretch_is_heard_exactly_once(case):
    spans, duration = case
    packed = windows(_audio(duration), spans)
    heard = [span for window in packed for span in window.speech]
    assert sum(end - start for start, end in heard) == pytest.approx(sum(end - start for start, end in spans))
    cuts = {span.start for span in heard} - {span.start for span in spans}
    assert all(any(span.end - span.start > LIMIT - 2 * MARGIN and span.start < cut < span.end for span in spans)
               for cut in cuts), "only a stretch longer than a window is cut"  # fmt: skip
    pieces = [piece for window in packed for piece in window.pieces]
    for window in packed:
        assert window.duration <= LIMIT + 1e-6
        assert all(any(p.start - 1e-9 <= s.start and s.end <= p.start + p.duration + 1e-9 for p in window.pieces)
                   for s in window.speech)  # fmt: skip
    assert pieces[0].start >= 0
    assert pieces[-1].start + pieces[-1].duration <= duration + 1e-9
    for before, after in itertools.pairwise(pieces):
        assert before.start + before.duration <= after.start + 1e-9


@given(speech())
@settings(max_examples=50, deadline=None)
def test_a_window_holds_no_pause_longer_than_two_margins(case):
    spans, duration = case
    for window in windows(_audio(duration), spans):
        silent = window.duration - sum(end - start for start, end in window.speech)
        assert silent <= 2 * MARGIN * len(window.speech) + 1e-6


def test_a_long_stretch_is_cut_where_it_is_quietest():
    signal = np.ones(50 * RATE, dtype=np.float32)
    signal[22 * RATE : 22 * RATE + 40] = 0.01
    packed = windows(Audio(samples=signal, rate=RATE), (Span(0.0, 50.0),))
    assert packed[0].speech[0].end == pytest.approx(22.02, abs=0.02)  # a frame of 20 ms


def test_halves_part_at_the_longest_pause_and_keep_everything():
    spans = (Span(1, 2), Span(2.2, 3), Span(7, 8))
    (window,) = windows(_audio(10, spans), spans)
    left, right = halves(window)
    assert left.speech + right.speech == spans
    assert right.speech == (Span(7, 8),)
    assert halves(right) == (right,)


def test_the_sound_of_a_window_is_its_pieces_end_to_end():
    signal = np.arange(16_000 * 4, dtype=np.float32) / 64_000
    window = Window((Piece(0.0, 0.5, 1.0), Piece(1.0, 2.25, 0.5)), ())
    sound = samples(Audio(samples=signal, rate=16_000), window)
    np.testing.assert_array_equal(sound, np.concatenate([signal[8000:24_000], signal[36_000:44_000]]))


@given(
    st.lists(st.tuples(st.floats(-1, 12), st.floats(-1, 12)), min_size=1, max_size=40),
    st.floats(-0.3, 0.3),
)
def test_word_times_are_in_order_disjoint_and_inside(times, late):
    window = Window((Piece(0.0, 5.0, 4.0), Piece(4.0, 20.0, 6.0)), (Span(6.0, 8.0), Span(21.0, 25.0)))
    words = [RawWord(" a", start, end, 0.5) for start, end in times]
    spans = place(words, window, Bias(late, late, "test"))
    assert len(spans) == len(words)
    assert all(5.0 <= start < end <= 26.0 for start, end in spans)
    assert all(not (9.0 < point < 20.0) for span in spans for point in span), "in the silence left out"
    assert all(before.end <= after.start + 1e-9 for before, after in itertools.pairwise(spans))


def test_bias_moves_words_and_pauses_bound_them():
    window = Window((Piece(0.0, 100.0, 5.0),), (Span(100.5, 101.0), Span(102.0, 103.0)))
    words = [RawWord(" one", 0.6, 2.05, 1), RawWord(" two", 2.2, 2.6, 1)]
    (one, two) = place(words, window, Bias(0.1, 0.1, "test"))
    assert one == pytest.approx((100.5, 101.0)), "it does not go on through the pause"
    assert two == pytest.approx((102.1, 102.5))
    (lost,) = place([RawWord(" uh", 1.2, 1.22, 1)], window, NONE)
    assert window.speech[1].start <= lost.start < lost.end <= window.speech[1].end, "a word in silence moves to speech"


def _spoken(*texts: str, gap: float = 0.1) -> list[Placed]:
    step = 0.3 + gap
    return [Placed(RawWord(text, 0, 0, 0.5), Span(i * step, i * step + 0.3)) for i, text in enumerate(texts)]


KINDS = [
    ([" Um,", " the", " boy."], ["filler", "word", "word"]),
    ([" uh-huh", " Uh", " er", " hmm", " ah", " mhm"], ["word", "filler", "filler", "filler", "filler", "word"]),
    ([" the", " the", " boy"], ["repeated", "word", "word"]),
    ([" the", " um", " the", " boy"], ["repeated", "filler", "word", "word"]),
    ([" the", " b-", " the"], ["repeated", "fragment", "word"]),
    ([" I", " like", " I", " like", " I", " like", " beans"], ["repeated"] * 4 + ["word"] * 3),
    ([" the", " the", " dog", " uh", " the", " dog"], ["repeated"] * 3 + ["filler", "word", "word"]),
    ([" the", " man", " I", " mean", " the", " woman"], ["revised"] * 2 + ["word"] * 4),
    ([" that", " that", " very", " very", " no,", " no"], ["word"] * 6),
    ([" I", " I", " i"], ["repeated", "repeated", "word"]),
    ([" mother-", " -in-law"], ["fragment", "word"]),
]


@pytest.mark.parametrize(("texts", "kinds"), KINDS)
def test_kinds_of_words(texts, kinds):
    (utterance,) = utterances(_spoken(*texts))
    assert [word.kind.value for word in utterance.words] == kinds
    assert all(word.detected == (word.kind in (Kind.REPEATED, Kind.REVISED, Kind.FRAGMENT)) for word in utterance.words)
    assert all(word.times is TimeSource.ENGINE for word in utterance.words)


def test_what_is_a_filler_depends_on_the_language():
    kinds = lambda *texts, language: [w.kind.value for w in utterances(_spoken(*texts), language)[0].words]  # noqa: E731
    assert kinds(" Ähm", " er", " geht", " um", " uh", language="de") == ["filler", "word", "word", "word", "filler"]
    assert kinds(" um", " menino", language="pt-BR") == ["word", "word"]
    assert kinds(" um", " boy", language="en-GB") == ["filler", "word"]
    assert kinds(" die", " die", language="de") == ["word", "word"], (
        "which doubled words are grammar is known of English"
    )


@pytest.mark.parametrize(
    ("stop", "gap", "ends"),
    [("", 0.4, [30]), ("", 0.6, [10, 30]), (",", 0.6, [30]), ("um", 0.6, [30])],
)
def test_a_long_run_without_punctuation_ends_at_pauses(stop, gap, ends):
    said = [f" w{i}" for i in range(30)]
    if stop == "um":
        said[9] = " um"
    else:
        said[9] += stop
    words = [Placed(w.raw, Span(w.span.start + gap * (i > 9), w.span.end + gap * (i > 9)))
             for i, w in enumerate(_spoken(*said, gap=0.0))]  # fmt: skip
    found = utterances(words)
    assert list(itertools.accumulate(len(u.words) for u in found)) == ends
    assert bool(undivided(words)) is (stop != ",")
    assert undivided(words[:25]) == ()


TEXTS = [
    (" “Don’t,”", "Don't"), (" goin'", "goin'"), (" 'quoted'", "quoted"), (" well-known,", "well-known"),
    (" $5.50.", "$5.50"), (" 50%!", "50%"), (" th-", "th"), (" naïve;", "naïve"), (" John's?", "John's"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "text"), TEXTS)
def test_text_keeps_what_belongs_to_the_word(raw, text):
    assert utterances(_spoken(raw))[0].words[0].text == text


def test_what_is_only_punctuation_is_no_word():
    assert utterances(_spoken(" -", " ...", " ♪")) == ()
    assert utterances([]) == ()


@pytest.mark.parametrize(
    ("texts", "ends"),
    [
        ([" Yes.", " Is", " it?", " Oh!", " so"], [".", "?", "!", "."]),
        ([" Mr.", " Smith", " left."], ["."]),
        ([" J.", " Smith", " paid", " 3.5", " euros"], ["."]),
        ([" It", " was", " I.", " Yes"], [".", "."]),
        ([" and", " then...", " well"], ["."]),
        ([" and", " then..."], ["+..."]),
    ],
)
def test_utterances_end_at_sentence_ends(texts, ends):
    assert [utterance.terminator for utterance in utterances(_spoken(*texts))] == ends


@pytest.mark.parametrize(("gap", "count"), [(0.99, 1), (1.01, 3)])
def test_utterances_end_at_long_pauses(gap, count):
    found = utterances(_spoken(" one", " two", " three", gap=gap))
    assert len(found) == count
    assert all(u.start == u.words[0].start and u.end == u.words[-1].end for u in found)


TOKENS = [
    # 100 and above are timestamps in steps of 0.02 s; 50 and above are no text.
    ([100, 1, 2, 150], [1, 2], 1.0, False),
    ([100, 1, 2, 150, 150, 3, 4, 200], [1, 2, 3, 4], 2.0, False),
    ([100, 1, 2, 150, 150], [1, 2], 1.0, True),
    ([100, 1, 2, 150, 150, 3, 4], [1, 2], 1.0, True),
    ([100, 1, 2], [1, 2], None, False),
    ([1, 2], [1, 2], None, False),
    ([], [], None, False),
]


@pytest.mark.parametrize(("tokens", "text", "until", "cut"), TOKENS)
def test_timestamps_say_how_far_a_decoding_got(tokens, text, until, cut):
    assert split(tokens, 50, 100) == Text(text, until, cut)


def test_the_rest_of_a_window_keeps_the_recording_s_clock():
    window = Window((Piece(0.0, 5.0, 4.0), Piece(4.0, 20.0, 6.0)), (Span(6.0, 8.0), Span(21.0, 25.0)))
    left = rest(window, 5.5)
    assert left == Window((Piece(0.0, 21.5, 4.5),), (Span(21.5, 25.0),))
    assert left.to_recording(0.5, 1.0) == Span(22.0, 22.5)
    assert rest(window, 9.5) is None
    assert rest(window, 99.0) is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("tiny.en", "kaldi"), Code.BAD_SETTING),
        (("tiny.en", "auto", "tpu"), Code.BAD_SETTING),
        (("minilm",), Code.BAD_SETTING),
        (("no-such-model",), Code.MODEL_ABSENT),
    ],
)
def test_load_refuses_what_it_cannot_do(arguments, code):
    with pytest.raises(LaliaError) as caught:
        load(*arguments)
    assert caught.value.code is code


# -- Conversion: a small random Whisper of PyTorch's is written as CTranslate2 would and read back.


def _network():
    import torch
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(1)
    model = Whisper(ModelDimensions(80, 12, 16, 2, 1, 30, 10, 16, 2, 2)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3)
    return model


def _block(block, name: str, out: dict) -> None:
    def pair(layer, where: str, kind=("weight", "bias")) -> None:
        out[f"{where}/{kind[0]}"] = layer.weight
        out[f"{where}/{kind[1]}"] = layer.bias

    def stacked(attention, where: str, parts: tuple[str, ...]) -> None:
        import torch

        layers = [getattr(attention, part) for part in parts]
        out[f"{where}/weight"] = torch.cat([layer.weight for layer in layers])
        out[f"{where}/bias"] = torch.cat([torch.zeros(16) if layer.bias is None else layer.bias for layer in layers])

    norm = ("gamma", "beta")
    pair(block.attn_ln, f"{name}/self_attention/layer_norm", norm)
    stacked(block.attn, f"{name}/self_attention/linear_0", ("query", "key", "value"))
    pair(block.attn.out, f"{name}/self_attention/linear_1")
    if block.cross_attn is not None:
        pair(block.cross_attn_ln, f"{name}/attention/layer_norm", norm)
        pair(block.cross_attn.query, f"{name}/attention/linear_0")
        stacked(block.cross_attn, f"{name}/attention/linear_1", ("key", "value"))
        pair(block.cross_attn.out, f"{name}/attention/linear_2")
    pair(block.mlp_ln, f"{name}/ffn/layer_norm", norm)
    pair(block.mlp[0], f"{name}/ffn/linear_0")
    pair(block.mlp[2], f"{name}/ffn/linear_1")


def _variables(model) -> dict[str, np.ndarray]:
    out: dict = {
        "encoder/position_encodings/encodings": model.encoder.positional_embedding,
        "encoder/layer_norm/gamma": model.encoder.ln_post.weight,
        "encoder/layer_norm/beta": model.encoder.ln_post.bias,
        "decoder/embeddings/weight": model.decoder.token_embedding.weight,
        "decoder/position_encodings/encodings": model.decoder.positional_embedding,
        "decoder/layer_norm/gamma": model.decoder.ln.weight,
        "decoder/layer_norm/beta": model.decoder.ln.bias,
    }
    for i, layer in ((1, model.encoder.conv1), (2, model.encoder.conv2)):
        out[f"encoder/conv{i}/weight"], out[f"encoder/conv{i}/bias"] = layer.weight, layer.bias
    for side, blocks in (("encoder", model.encoder.blocks), ("decoder", model.decoder.blocks)):
        for i, block in enumerate(blocks):
            _block(block, f"{side}/layer_{i}", out)
    plain = {name: value.detach().numpy().astype("<f4") for name, value in out.items()}
    return plain | {f"{side}/num_heads": np.array(2, "<i2") for side in ("encoder", "decoder")}


def _file(variables: dict[str, np.ndarray], aliases=(("decoder/projection/weight", "decoder/embeddings/weight"),)):
    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    kinds = {"<f4": 0, "|i1": 1, "<i2": 2, "<i4": 3, "<f2": 4}
    out = [struct.pack("<I", 6), text("WhisperSpec"), struct.pack("<II", 3, len(variables))]
    for name, value in variables.items():
        out += [text(name), struct.pack(f"<B{value.ndim}I", value.ndim, *value.shape)]
        out += [struct.pack("<BI", kinds[value.dtype.str], value.nbytes), value.tobytes()]
    out.append(struct.pack("<I", len(aliases)))
    out += [text(part) for alias in aliases for part in alias]
    return b"".join(out)


@pytest.fixture
def written(tmp_path):
    def write(data: bytes, heads: tuple[int, int] = (1, 0)):
        (tmp_path / "model.bin").write_bytes(data)
        (tmp_path / "config.json").write_text(json.dumps({"alignment_heads": [heads]}))
        return tmp_path

    return write


def _logits(model):
    import torch

    generator = torch.Generator().manual_seed(2)
    mel, tokens = torch.randn(1, 80, 24, generator=generator), torch.tensor([[1, 5, 7, 29]])
    with torch.no_grad():
        return model(mel, tokens).numpy()


def test_conversion_gives_the_same_network(written):
    model = _network()
    converted = openai._from_folder(written(_file(_variables(model)))).eval()
    np.testing.assert_array_equal(_logits(converted), _logits(model))
    assert converted.alignment_heads.indices().T.tolist() == [[1, 0]]


def test_eight_bit_weights_are_scaled_by_row(written):
    variables = _variables(_network())
    name = "decoder/layer_0/ffn/linear_0/weight"
    scale = 127 / np.abs(variables[name]).max(axis=1)
    quantised = np.rint(variables[name] * scale[:, None]).astype("i1")
    original = variables[name]
    data = _file(variables | {name: quantised, f"{name}_scale": scale.astype("<f4")})
    tensors = convert.convert(written(data)).tensors
    # Half a step of the row's own 8-bit scale.
    assert (np.abs(tensors["decoder.blocks.0.mlp.0.weight"] - original) <= 0.5001 / scale[:, None]).all()


def _broken() -> dict[str, bytes]:
    good = _variables(_network())
    whole = _file(good)
    key = "decoder/layer_1/attention/linear_1/bias"
    biased = good[key].copy()
    biased[3] = 0.5
    return {
        "unknown variable": _file(good | {"decoder/layer_0/adapter/weight": np.ones(3, "<f4")}),
        "missing variable": _file({k: v for k, v in good.items() if k != "encoder/conv2/bias"}),
        "missing heads": _file({k: v for k, v in good.items() if k != "decoder/num_heads"}),
        "key bias": _file(good | {key: biased}),
        "8 bits without a scale": _file(good | {"encoder/conv1/weight": np.ones((16, 80, 3), "i1")}),
        "alibi": _file(good | {"decoder/alibi": np.array(1, "i1")}),
        "another alias": _file(good, (("a", "b"),)),
        "trailing bytes": whole + b"x",
        "truncated": whole[:-40],
        "empty": b"",
        "not a model": b"RIFF" * 20,
        "another spec": whole.replace(b"WhisperSpec", b"WhisperSpeX"),
    }


def test_conversion_takes_nothing_it_does_not_understand(written):
    for data in _broken().values():
        folder = written(data)
        with pytest.raises(LaliaError, match="Converting Whisper weights") as caught:
            convert.convert(folder)
        assert caught.value.code is Code.BAD_MODEL


def test_alignment_heads_outside_the_decoder_are_refused(written):
    with pytest.raises(LaliaError, match="alignment heads"):
        convert.convert(written(_file(_variables(_network())), (2, 0)))


def test_a_checkpoint_may_hold_tensors_only(tmp_path):
    import torch

    class Evil:
        def __reduce__(self):
            return (exec, (f"open({str(tmp_path / 'ran')!r}, 'w')",))

    path = tmp_path / "evil.pt"
    torch.save({"dims": Evil(), "model_state_dict": {}}, path)
    with pytest.raises(LaliaError, match="tensors only"):
        openai._from_checkpoint(path, "")
    assert not (tmp_path / "ran").exists()


def test_a_checkpoint_of_openai_s_layout_loads(tmp_path):
    import torch

    model = _network()
    torch.save({"dims": dataclasses.asdict(model.dims), "model_state_dict": model.state_dict()}, tmp_path / "m.pt")
    np.testing.assert_array_equal(_logits(openai._from_checkpoint(tmp_path / "m.pt", "").eval()), _logits(model))
