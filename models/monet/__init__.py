"""Monet: mixture of monosemantic experts for transformers.

`model` is the architecture, `checkpoint` reads released weights, `train` made the small model that is shipped.
Importing this package loads nothing heavy.
"""
