"""Tests that the limits are the limits of numpy, ml_dtypes and torch."""

import ml_dtypes
import numpy as np
import pytest

import ulp_float
from oracle import FORMATS

NAMES = [
    "bits",
    "eps",
    "epsneg",
    "iexp",
    "machep",
    "max",
    "maxexp",
    "min",
    "minexp",
    "negep",
    "nexp",
    "nmant",
    "precision",
    "resolution",
    "smallest_normal",
    "smallest_subnormal",
    "tiny",
]


@pytest.mark.parametrize("name", ["float16", "float32", "float64", *(name for name in FORMATS if hasattr(ml_dtypes, name))])
def test_finfo_is_that_of_numpy_and_ml_dtypes(name):
    right = np.finfo(name) if name in ("float16", "float32", "float64") else ml_dtypes.finfo(name)
    result = ulp_float.finfo(name)
    for attribute in NAMES:
        if attribute in ("precision", "resolution") and name.startswith("float8"):
            # torch has one digit fewer than ml_dtypes. ulp_float has the definition of torch.
            continue
        if attribute == "resolution" and name != "float64":
            # numpy and ml_dtypes round the resolution to the format.
            assert result.resolution == 10.0**-result.precision
            continue
        if name == "float8_e8m0fnu" and attribute in ("smallest_subnormal", "smallest_normal", "tiny", "minexp"):
            # All numbers of this format are normal.
            continue
        assert float(getattr(result, attribute)) == float(getattr(right, attribute)), attribute
    assert result.dtype == np.dtype(name if not hasattr(ml_dtypes, name) else getattr(ml_dtypes, name))
    if name != "float64":
        assert type(result.max) is result.dtype.type


def test_the_text_is_torchs():
    # torch 2.9 prints these texts.
    assert (
        repr(ulp_float.finfo("bfloat16"))
        == "finfo(resolution=0.01, min=-3.38953e+38, max=3.38953e+38, eps=0.0078125, smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=bfloat16)"
    )
    assert (
        repr(ulp_float.finfo("float8_e4m3fn"))
        == "finfo(resolution=1, min=-448, max=448, eps=0.125, smallest_normal=0.015625, tiny=0.015625, dtype=float8_e4m3fn)"
    )


def test_finfo_of_what_is_none():
    for dtype in ("int8", np.int64, None, 3, object()):
        with pytest.raises(TypeError):
            ulp_float.finfo(dtype)


def test_a_layout_past_floats_prints():
    assert "max=inf" in repr(ulp_float.finfo(ulp_float.Layout(15, 40)))
