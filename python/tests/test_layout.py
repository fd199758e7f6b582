"""Tests formats that the user defines."""

import copy
import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import oracle
import ulp_float
from oracle import INFINITY, NAN, ROUNDINGS
from test_values import split
from ulp_float import Layout

FIELDS = dict(
    exponent_bits=st.integers(1, 6),
    fraction_bits=st.integers(0, 6),
    bias=st.integers(-10, 40),
    signed=st.booleans(),
    zero=st.booleans(),
    negative_zero=st.booleans(),
    infinities=st.booleans(),
    nans=st.integers(0, 5),
)


@st.composite
def layouts(draw):
    """Draws a layout, and the format of the oracle with the same fields."""
    fields = {name: draw(strategy) for name, strategy in FIELDS.items()}
    try:
        layout = Layout(fields["exponent_bits"], fields["fraction_bits"], **{k: v for k, v in fields.items() if not k.endswith("_bits")})
    except ValueError:
        assume(False)
    return layout, oracle.Format(**fields)


@given(
    *[st.one_of(st.integers(-2, 70), st.integers(-(2**63), 2**63 - 1))] * 2,
    st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
    *[st.booleans()] * 2,
    *[st.sampled_from([None, False, True])] * 2,
    st.one_of(st.none(), st.integers(0, 2**64 - 1)),
)
def test_any_fields_make_a_layout_or_a_value_error(exponent_bits, fraction_bits, bias, signed, zero, negative_zero, infinities, nans):
    try:
        layout = Layout(
            exponent_bits, fraction_bits, bias=bias, signed=signed, zero=zero, negative_zero=negative_zero, infinities=infinities, nans=nans
        )
    except ValueError as error:
        assert "layout" in str(error)
        return
    assert (layout.exponent_bits, layout.fraction_bits, layout.signed, layout.zero) == (exponent_bits, fraction_bits, signed, zero)
    assert layout.bits == signed + exponent_bits + fraction_bits
    assert bias in (None, layout.bias) and nans in (None, layout.nans) and infinities in (None, layout.infinities)
    assert pickle.loads(pickle.dumps(layout)) == copy.deepcopy(layout) == layout == eval(repr(layout))
    assert hash(copy.copy(layout)) == hash(layout)
    ulp_float.finfo(layout)


@settings(max_examples=60, deadline=None)
@given(layouts(), st.sampled_from(ROUNDINGS[:5]), st.booleans(), st.integers(0, 2**32))
def test_casts_to_and_from_a_layout(pair, rounding, saturate, seed):
    layout, format = pair
    codes = np.arange(1 << format.bits, dtype="u1" if format.bits <= 8 else "u2")
    numbers = ulp_float.cast(codes, "float64", source=layout)
    for code, number in zip(codes.tolist(), numbers):
        sign, magnitude = format.value(code)
        expected = math.nan if magnitude == NAN else math.inf if magnitude == INFINITY else float(magnitude)
        np.testing.assert_equal(
            number, -expected if sign and not math.isnan(expected) else expected if not math.isnan(expected) else number
        )
        assert math.isnan(number) == (magnitude == NAN)
    x = np.concatenate([numbers, numbers * 1.25, np.random.default_rng(seed).normal(size=20), [2.0**50, np.inf, -0.0]])
    # In a signed format without zero, a zero becomes the smallest number. No rule gives the sign of this number: zeros are left out.
    x = x[~np.isnan(x) & ((x != 0) | format.zero | (not format.signed))]
    result, counts = ulp_float.cast(x, layout, rounding=rounding, saturate=saturate, counted=True)
    expected = [format.round(*split(number), rounding, saturate) for number in x]
    assert result.dtype == codes.dtype
    assert result.tolist() == [code for code, _ in expected]
    assert counts.overflowed == sum(overflowed for _, overflowed in expected)


def test_long_arrays_are_looked_up_to_the_same_results():
    layout = Layout(5, 6)
    codes = np.random.default_rng(0).integers(0, 1 << 12, size=200_000).astype("u2")
    few = np.concatenate([ulp_float.cast(part, "float32", source=layout) for part in np.array_split(codes, 200)])
    np.testing.assert_array_equal(ulp_float.cast(codes, "float32", source=layout, threads=2), few)


def test_the_shipped_formats_as_layouts():
    for name, format in oracle.FORMATS.items():
        fields = {k: getattr(format, k) for k in ("bias", "signed", "zero", "negative_zero", "infinities", "nans")}
        layout = Layout(format.exponent_bits, format.fraction_bits, **fields)
        x = np.random.default_rng(0).normal(size=1000).astype("f4") * 10
        right = ulp_float.cast(x, name)
        np.testing.assert_array_equal(ulp_float.cast(x, layout), right.view(f"u{right.itemsize}"))
        assert float(layout.max) == float(ulp_float.finfo(name).max)


def test_numbers_of_wide_layouts_are_exact():
    assert Layout(15, 40).max == (2 - Fraction(1, 2**40)) * 2**16383
    assert Layout(15, 40).decode(1) == Fraction(1, 2 ** (16382 + 40))
    assert Layout(2, 58, bias=0).decode((1 << 58) + 1) == 2 + Fraction(1, 2**57)
    assert type(Layout(11, 52).max) is float
    with pytest.raises(OverflowError, match="more than the 8 bits"):
        Layout(4, 3).decode(256)
