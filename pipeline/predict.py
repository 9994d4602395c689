"""The predict stage: scores from the risk models that are installed."""

from __future__ import annotations

from ..data_schemas import FeatureTable, Sample, Score, Settings


def predict(table: FeatureTable, sample: Sample, settings: Settings) -> tuple[Score, ...]:
    """Score a recording with every risk model installed.

    No risk model is shipped, because none has been validated; scores.csv then has its header only.
    """
    del table, sample, settings
    return ()
