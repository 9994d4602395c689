"""The measure stage: every registered feature of a sample, in catalogue order."""

from __future__ import annotations

from ..data_schemas import FeatureSpec, FeatureTable, FeatureValue, Measured, Missing, Sample
from ..features import Views, evaluate, specs


def measure(sample: Sample, *, seed: int = 0, views: Views | None = None) -> FeatureTable:
    """Measure every registered feature.

    Parameters
    ----------
    sample : Sample
    seed : int
        Seed of the bootstrap intervals.
    views : Views, optional
        Views of this sample, shared with what is drawn from it.

    Returns
    -------
    FeatureTable
        One row a feature in catalogue order; a missing value carries its reason.
    """
    results = evaluate(sample, seed=seed, views=views)
    known = specs()
    return FeatureTable(
        recording_id=sample.recording.recording_id,
        values=tuple(_row(known[name], result) for name, result in results.items()),
    )


def _row(spec: FeatureSpec, result: Measured | Missing) -> FeatureValue:
    if isinstance(result, Missing):
        value, status, reason = Measured(0.0), "missing", str(result)
    else:
        value, status, reason = result, "ok", None
    return FeatureValue(
        feature=spec.name,
        value=value.value if status == "ok" else None,
        unit=spec.unit,
        status=status,
        reason=reason,
        n=value.n,
        ci_low=value.ci_low,
        ci_high=value.ci_high,
        version=spec.version,
    )
