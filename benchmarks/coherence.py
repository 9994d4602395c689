"""Whether measures of coherence fall when coherence falls, and only then: writes benchmarks/results/coherence.md.

Documents are stretches of 20-30 utterances of one text or speaker, of GUM's speech genres, AMI meetings and COCO
captions (../shared/data), of texts that no reference value was made from. Each is spoilt in six ways at three doses
(coherence_disturb.py) and measured before and after by lalia's own features, under three embedders: the embedded Monet,
MiniLM, and TF-IDF, whose word vectors are lemmas.

    python benchmarks/coherence.py                      # everything that has no result yet, then the report
    python benchmarks/coherence.py --embedder monet     # one embedder, anew
    python benchmarks/coherence.py --gum monet          # only GUM's, under one embedder, by the main measures
    python benchmarks/coherence.py --report             # the report from what there is

Scores are kept in build/benchmarks/coherence. About fifteen CPU minutes an embedder.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import coherence_report
import coherence_text
import numpy as np
import numpy.typing as npt
from coherence_disturb import DISTURBANCES, Others
from coherence_text import Document, Said
from lalia.data_schemas import Missing, Recording, Sample, Transcript, Utterance, Word
from lalia.data_schemas.sample import EMBEDDER, LANGUAGE_MODEL
from lalia.features import FEATURES, Views
from lalia.features.views.language import counts
from lalia.models import embedders
from lalia.models.monet import embedded
from lalia.models.monet.reader import Reading

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "build" / "benchmarks" / "coherence"
RESULT = ROOT / "benchmarks" / "results" / "coherence.md"
EMBEDDERS = ("monet", "minilm", "tfidf")
MEETINGS = 72
"""Stretches of AMI: as many as GUM has."""

OF_VECTORS = tuple(
    f"semantic.{name}"
    for name in (
        "coherence_first_mean coherence_first_min coherence_first_sd coherence_first_p10 coherence_second_mean "
        "coherence_second_min coherence_first_z coherence_first_z_length_adjusted coherence_length_adjusted "
        "coherence_length_correlation word_window_coherence centroid_similarity tangentiality_slope max_similarity "
        "sif_coherence_mean semantic_density topic_count"
    ).split()
)
OF_READING = tuple(
    f"semantic.{name}"
    for name in (
        "surprisal_mean surprisal_sd perplexity surprisal_frequency_residual monet_expert_entropy monet_expert_overlap "
        "monet_topic_persistence"
    ).split()
)
"""Features of the embeddings, measured under each embedder, and those of the language model alone."""

OF_COHERENCE = tuple(
    f"semantic.{name}"
    for name in (
        "coherence_first_mean coherence_length_adjusted coherence_first_z coherence_first_z_length_adjusted "
        "coherence_second_mean sif_coherence_mean"
    ).split()
)
"""Those by which the embedder was chosen."""

Rows = npt.NDArray[np.float32]
Row = dict[str, Any]


class Reader:
    """Embeddings, word vectors and, with a Monet, its reading of some documents, each text read once."""

    def __init__(self, name: str, embed: Callable[[Sequence[str]], Rows], weights: dict[str, str], reads: bool) -> None:
        self.name, self.weights = name, weights
        self._embed, self._reads = embed, reads
        self._rows: dict[str, Rows] = {}
        self._places: dict[str, int] = {}
        self._reading: Reading | None = None

    def learn(self, documents: Sequence[Document]) -> None:
        """Read some documents, all at once; what was read before is dropped, for spoilt texts come but once."""
        lemmas = {t.lemma.lower() for d in documents for s in d.said for word in s.tokens for t in word if counts(t)}
        texts = sorted({said.text for document in documents for said in document.said})
        wanted = sorted({*lemmas, *texts})
        self._rows = dict(zip(wanted, self._embed(wanted), strict=True))
        if self._reads:
            self._places = {text: place for place, text in enumerate(texts)}
            self._reading = embedded.load("monet", "cpu").read(texts, surprisal=True, routing=True)

    def sample(self, document: Document) -> Sample:
        """A sample as the line would annotate it."""
        said = tuple(Utterance(speaker="PAR", words=tuple(Word(text=f) for f in one.forms)) for one in document.said)
        parses = tuple(_parse(one) for one in document.said)
        lemmas = {token.lemma.lower() for parse in parses for token in parse if counts(token)}
        given: dict[str, Any] = {}
        if self._reading is not None and self._reading.routing is not None:
            places = [self._places[one.text] for one in document.said]
            given["surprisal"] = tuple(self._reading.surprisal[place] for place in places)
            given["routing"] = self._reading.routing.taken(places)
        return Sample(
            recording=Recording(recording_id="r", participant_id="p", path="r.wav", language="en"),
            transcript=Transcript(source="text", language="en", participant="PAR", utterances=said),
            parses=parses,
            embeddings=np.array([self._rows[one.text] for one in document.said], dtype=np.float32),
            word_vectors={lemma: self._rows[lemma] for lemma in lemmas},
            weights=self.weights,
            **given,
        )


def _parse(said: Said) -> tuple[Any, ...]:
    # Heads are not read by these features; a token keeps to itself.
    tokens = [token for word in said.tokens for token in word]
    return tuple(token.model_copy(update={"head": place}) for place, token in enumerate(tokens))


def reader(name: str, reads: bool = True) -> Reader:
    """The reader of that embedder; without `reads` the Monet gives its embeddings alone."""
    if name == "tfidf":
        from sklearn.feature_extraction.text import TfidfVectorizer

        # Weights of words from the half that nothing is reported of.
        model = TfidfVectorizer(lowercase=True, sublinear_tf=True, token_pattern=r"[^\s]+")
        model.fit([said.text for document in first_half() for said in document.said])
        return Reader(name, lambda texts: np.asarray(model.transform(texts).toarray(), np.float32), {}, False)
    found = embedders.load(name, "cpu")
    weights = {EMBEDDER: found.use.sha256}
    if name == "monet":
        weights[LANGUAGE_MODEL] = embedded.use(name, LANGUAGE_MODEL).sha256
    return Reader(name, found.embed, weights, reads and name == "monet")


def first_half() -> list[Document]:
    """Documents of the texts that references are made from."""
    return [
        *coherence_text.gum(held_out=False),
        *coherence_text.ami(held_out=False, most=MEETINGS),
        *coherence_text.coco(held_out=False),
    ]


def held_out() -> list[Document]:
    """Documents of the other texts, on which everything is reported."""
    return [
        *coherence_text.gum(held_out=True),
        *coherence_text.ami(held_out=True, most=MEETINGS),
        *coherence_text.coco(held_out=True),
    ]


def values(sample: Sample, names: Sequence[str]) -> dict[str, float | None]:
    """Features of a sample, without intervals and whatever its length."""
    views = Views(sample)
    made: dict[Any, Any] = {}
    found: dict[str, float | None] = {}
    for name in names:
        feature = FEATURES[name]
        given = [views[view] for view in feature.views]
        if any(isinstance(value, Missing) for value in given):
            found[name] = None
            continue
        if feature.function not in made:
            made[feature.function] = feature.function(*given)
        value = made[feature.function]
        value = value[name] if isinstance(value, dict) else value
        found[name] = None if isinstance(value, Missing) else float(value)
    return found


def measure(read: Reader, documents: Sequence[Document], names: Sequence[str], most: int | None = None) -> list[Row]:
    """Scores of documents (the first ones, where `most` is given), spoilt and not, under one embedder."""
    name, others = read.name, Others(documents)
    rows: list[Row] = []
    for number, document in enumerate(documents[:most]):
        spoilt = [("none", 0.0, document)]
        for kind, (disturb, doses) in DISTURBANCES.items():
            for dose in doses:
                # The same draws for every embedder.
                random = np.random.default_rng(zlib.crc32(f"{number} {kind} {dose}".encode()))
                spoilt.append((kind, dose, disturb(document, dose, random, others)))
        read.learn([made for _, _, made in spoilt])
        rows += [
            {
                "document": number,
                "corpus": document.corpus,
                "words": float(np.mean([said.length for said in made.said])),
                "kind": kind,
                "dose": dose,
                "scores": values(read.sample(made), names),
            }
            for kind, dose, made in spoilt
        ]
        if number % 20 == 19:
            print(f"{name}: {number + 1} of {most or len(documents)}", flush=True)
    return rows


def keep(name: str, rows: Sequence[Row]) -> None:
    """Write scores where they are kept."""
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{name}.json").write_text(json.dumps(rows), "utf-8")


def gum_alone(name: str) -> str:
    """Tables of GUM's documents, which come first: spoilt with the same draws as among all."""
    coherence_text.present()
    documents = held_out()
    most = sum(document.corpus not in ("ami", "coco") for document in documents)
    rows = measure(reader(name, reads=False), documents, OF_COHERENCE, most)
    keep(f"{name}_gum", rows)
    return "\n\n".join(coherence_report.of_embedder(name, rows))


def main() -> None:
    """Measure what is asked for, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", choices=EMBEDDERS, help="only this one, anew")
    parser.add_argument("--report", action="store_true", help="only write the report")
    parser.add_argument("--gum", choices=EMBEDDERS, help="only print the tables of GUM's documents under this one")
    chosen = parser.parse_args()
    if chosen.gum:
        print(gum_alone(chosen.gum))
        return
    if not chosen.report:
        import torch

        torch.set_num_threads(1)
        coherence_text.present()
        wanted = [chosen.embedder] if chosen.embedder else [n for n in EMBEDDERS if not (KEPT / f"{n}.json").is_file()]
        documents = held_out() if wanted else []
        for name in wanted:
            names = OF_VECTORS + (OF_READING if name == "monet" else ())
            keep(name, measure(reader(name), documents, names))
    found = {
        n: json.loads((KEPT / f"{n}.json").read_text("utf-8")) for n in EMBEDDERS if (KEPT / f"{n}.json").is_file()
    }
    RESULT.write_text(coherence_report.markdown(found), "utf-8")
    print(RESULT.read_text("utf-8"))


if __name__ == "__main__":
    main()
