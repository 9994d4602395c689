"""Short ways to answer, in a spec, which changes of a sample leave a value as it was."""

from __future__ import annotations

from ..data_schemas.feature import INVARIANCES


def unchanged_by_all_but(*changes: str) -> dict[str, bool]:
    """Every invariance holds except `changes`.

    >>> unchanged_by_all_but("gain")["gain"], unchanged_by_all_but("gain")["case"]
    (False, True)
    """
    unknown = set(changes) - INVARIANCES
    if unknown:
        raise ValueError(f"changes must be among {sorted(INVARIANCES)}. Got {sorted(unknown)}. Correct the spec.")
    return {name: name not in changes for name in sorted(INVARIANCES)}
