"""From recordings to measures: one module a stage, and the two functions most people need.

>>> from lalia.pipeline import assess, assess_batch
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Assessed, BatchResult, assess, assess_batch

__all__ = ["Assessed", "BatchResult", "assess", "assess_batch"]


def __getattr__(name: str) -> Any:
    # Loaded when first asked for: `import lalia.pipeline` itself costs nothing.
    if name in __all__:
        from . import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
