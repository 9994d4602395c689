"""Examples for training: packed token ids and the teacher's sentence vectors, made once and kept on disc.

Run as ``python -m lalia.models.monet.train_data --data ../shared/data --extra FOLDER --out FOLDER``.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .train_text import SOURCES, Document, ami, excluded, unpunctuated

LONGEST = 127
"""Word pieces of an example; with the start mark it fills the 128 tokens that are read at once."""

COPIES = 2
"""How often the same text may be an example: meetings hold thousands of `yeah`."""

BLOCK = 4096
"""Examples the teacher reads before their vectors are handed on."""

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
"""The teacher's marks; [CLS] starts and [SEP] ends a text."""


def examples(data: Path, extra: Path, seed: int = 0) -> Iterator[str]:
    """Sentences, passages, fragments and words.

    A spoken sentence comes as written and as recognised (lower case follows in the tokeniser; no punctuation); another
    in one of the two forms. Passages of 2 to 6 sentences and fragments of 1 to 6 words make lengths vary.
    """
    draw = random.Random(seed)  # noqa: S311
    barred, seen = excluded(data), Counter[str]()
    for source in SOURCES:
        for document in source.read(data if source.folder == "data" else extra):
            clean = [text for text in document if unpunctuated(text).lower() not in barred]
            for text in _forms(clean, source.spoken, draw):
                seen[text] += 1
                if seen[text] <= COPIES:
                    yield text
    yield from _words()


def _forms(document: Document, spoken: bool, draw: random.Random) -> Iterator[str]:
    for text in document:
        plain = unpunctuated(text)
        if spoken:
            yield from {text: None, plain: None}
        else:
            yield draw.choice((text, plain))
        words = plain.split()
        if len(words) > 3 and draw.random() < 0.12:
            start = draw.randrange(len(words) - 1)
            yield " ".join(words[start : start + draw.randint(1, 6)])
    start = 0
    while start < len(document) - 1:
        size = draw.randint(2, 6)
        if draw.random() < (0.8 if spoken else 0.4):
            joined = " ".join(document[start : start + size])
            yield unpunctuated(joined) if draw.random() < (0.7 if spoken else 0.3) else joined
        start += size


def _words() -> Iterator[str]:
    from wordfreq import top_n_list

    yield from (word for word in top_n_list("en", 25_000) if word.isascii())


def vocabulary(tokenizer: Any, counts: Counter[int], least: int = 14, common: float = 3.7) -> list[str]:
    """The teacher's word pieces that are kept: frequent here or in English at large, and every character.

    Parameters
    ----------
    least : int
        Occurrences in the examples.
    common : float
        Zipf frequency of a whole word in English.
    """
    from wordfreq import zipf_frequency

    pieces: dict[str, int] = tokenizer.get_vocab()
    kept = list(SPECIAL)
    for piece, number in sorted(pieces.items(), key=lambda item: item[1]):
        bare = piece.removeprefix("##")
        if piece in SPECIAL or not bare.isascii() or piece.startswith("["):
            continue
        whole = piece == bare and bare.isalpha() and zipf_frequency(bare, "en") >= common
        if len(bare) == 1 or counts[number] >= least or whole:
            kept.append(piece)
    return kept


def restricted(tokenizer: Any, kept: Sequence[str]) -> Any:
    """The teacher's tokeniser with the word pieces kept alone, numbered anew, adding no marks."""
    from tokenizers import Tokenizer

    spec = json.loads(tokenizer.to_str())
    spec["model"]["vocab"] = {piece: number for number, piece in enumerate(kept)}
    spec["added_tokens"] = [
        {**token, "id": kept.index(token["content"])} for token in spec["added_tokens"] if token["content"] in SPECIAL
    ]
    spec["post_processor"] = spec["padding"] = spec["truncation"] = None
    return Tokenizer.from_str(json.dumps(spec))


def teacher_vectors(model: Any, ids: list[list[int]], marks: tuple[int, int], tokens: int = 8192) -> Any:
    """The teacher's unit sentence vectors, float16, shape (examples, 384).

    Texts of one length are read together, in bfloat16: the vectors are within 0.001 of cosine 1 of the exact ones.
    """
    import torch

    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    found = np.zeros((len(ids), model.config.hidden_size), np.float16)
    at = 0
    while at < len(order):
        length = len(ids[order[at]])
        most = max(tokens // (length + 2), 1)
        places = [place for place in order[at : at + most] if len(ids[place]) == length]
        at += len(places)
        batch = torch.tensor([[marks[0], *ids[place], marks[1]] for place in places])
        with torch.inference_mode():
            states = model(input_ids=batch, attention_mask=torch.ones_like(batch)).last_hidden_state
        found[places] = torch.nn.functional.normalize(states.float().mean(dim=1), dim=1).half().numpy()
    return found


def _teacher() -> tuple[Any, Any, tuple[int, int]]:
    from ..embedders import load

    teacher: Any = load("minilm", "cpu")
    marks = teacher._tokenizer.token_to_id("[CLS]"), teacher._tokenizer.token_to_id("[SEP]")
    return teacher._model, teacher._tokenizer, marks


def prepare(given: argparse.Namespace, model: Any, tokenizer: Any, marks: tuple[int, int]) -> list[list[int]]:
    """Write the pupil's tokens and tokeniser and the teacher's vector of each piece; the teacher's tokens come back."""
    texts = list(examples(given.data, given.extra))
    long_ids = [e.ids[:LONGEST] for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    kept = vocabulary(tokenizer, Counter(piece for ids in long_ids for piece in ids))
    own = restricted(tokenizer, kept)
    own.save(str(given.out / "tokenizer.json"))
    np.save(given.out / "piece_vectors.npy", teacher_vectors(model, [[tokenizer.token_to_id(k)] for k in kept], marks))
    # Both read the same text: one cut for the teacher is cut for the pupil too.
    cut = [tokenizer.decode(ids) if len(ids) == LONGEST else text for ids, text in zip(long_ids, texts, strict=True)]
    own_ids = [e.ids[:LONGEST] for e in own.encode_batch_fast(cut, add_special_tokens=False)]
    usable = [k for k, ids in enumerate(own_ids) if ids and long_ids[k]]
    flat = np.concatenate([np.asarray(own_ids[k], np.uint16) for k in usable])
    np.save(given.out / "ids.npy", flat)
    np.save(given.out / "lengths.npy", np.asarray([len(own_ids[k]) for k in usable], np.int32))
    check = [text for document in ami(given.data, validation=True) for text in document]
    (given.out / "validation.json").write_text(json.dumps(check), "utf-8")
    print(f"{len(usable):,} examples, {len(flat):,} tokens, {len(kept):,} word pieces", flush=True)
    return [long_ids[k] for k in usable]


def _open(path: Path, shape: tuple[int, ...], kind: type) -> Any:
    """An array on disc, made empty where there is none of that shape."""
    if path.exists() and np.load(path, mmap_mode="r").shape == shape:
        return np.load(path, mmap_mode="r+")
    return np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape)


def main() -> None:
    """Make the examples, then the teacher's vectors in random order; started again, go on. Training may begin early."""
    parser = argparse.ArgumentParser()
    for name in ("data", "extra", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    model, tokenizer, marks = _teacher()
    model = model.bfloat16()
    ids = prepare(given, model, tokenizer, marks)
    vectors = _open(given.out / "teacher.npy", (len(ids), model.config.hidden_size), np.float16)
    done = _open(given.out / "done.npy", (len(ids),), np.uint8)
    left = np.random.default_rng(1).permutation(np.flatnonzero(done == 0))
    for start in range(0, len(left), BLOCK):
        block = left[start : start + BLOCK]
        vectors[block] = teacher_vectors(model, [ids[k] for k in block], marks)
        done[block] = 1
        print(f"{int(done.sum()):,} vectors", flush=True)


if __name__ == "__main__":
    main()
