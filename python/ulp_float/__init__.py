"""Conversion between the floating-point formats of machine learning, for numpy, torch and jax.

    >>> import numpy, ulp_float
    >>> x = numpy.random.default_rng(0).normal(size=(1000, 1000)).astype("float32")
    >>> y = ulp_float.cast(x, "float8_e4m3fn", saturate=True)
    >>> y.dtype, ulp_float.finfo(y.dtype).max
    (dtype(float8_e4m3fn), 448)

Every result is the exact value, rounded once. Results have equal bits on every machine.
"""

# The compiled part uses numpy's C interface.
import numpy as _numpy  # noqa: F401

from ._files import check, convert, inspect
from ._native import BlockCounts, Counts, Error, Finfo, Layout, Quantized, cast, dequantize, finfo, quantize

__all__ = [
    "BlockCounts",
    "Counts",
    "Error",
    "Finfo",
    "Layout",
    "Quantized",
    "cast",
    "check",
    "convert",
    "dequantize",
    "finfo",
    "inspect",
    "quantize",
]
