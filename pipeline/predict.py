"""The predict stage: scores from the composites and the risk models that are installed."""

from __future__ import annotations

from ..data_schemas import FeatureTable, Sample, Score, Settings


def predict(table: FeatureTable, sample: Sample, settings: Settings) -> tuple[Score, ...]:
    """Score a recording with every composite and every model installed, or say why each refuses.

    Parameters
    ----------
    table : FeatureTable
        Of the recording.
    sample : Sample
        Tells the task, the language, the codec and who speaks.
    settings : Settings
        Has no part in scoring so far.

    Returns
    -------
    tuple of Score
        One for each composite and model, by kind and name; none of them is clinically validated.
    """
    from ..models.risk import composites, site, subjects

    del settings
    subject = subjects.of_sample(table, sample)
    return (*composites.score_all(subject), *(column[0] for column in site.scores([subject])))
