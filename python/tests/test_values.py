"""Tests values against exact fractions, numpy, and ml_dtypes where ml_dtypes is right."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ulp_float
from oracle import FORMATS, INFINITY, NAN, ROUNDINGS

EIGHT_BITS = [name for name, format in FORMATS.items() if format.bits <= 8]


def codes_of(array):
    return array.view(f"u{array.dtype.itemsize}")


def split(x):
    """Returns a float as (whether the float is negative, magnitude)."""
    sign = bool(np.signbit(x))
    if np.isnan(x):
        return sign, NAN
    if np.isinf(x):
        return sign, INFINITY
    return sign, abs(Fraction(float(x)))


def near_limits(format):
    """Returns numbers at, beside and between the numbers of a format, and numbers past the largest number."""
    values = sorted({v for v in format.magnitudes[:40] + format.magnitudes[-40:]})
    between = [(a + b) / 2 for a, b in zip(values, values[1:])]
    exact = [float(v) for v in values + between]
    beside = [np.nextafter(v, to) for v in exact for to in (0, np.inf)]
    largest = float(values[-1])
    numbers = [*exact, *beside, 2 * largest, 1e300, 5e-324, 0.0, np.inf, np.nan]
    return np.array(numbers + [-number for number in numbers])


@pytest.mark.parametrize("saturate", [False, True])
@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("name", FORMATS)
def test_the_cast_of_float64_is_rounded_once(name, rounding, saturate):
    format = FORMATS[name]
    x = near_limits(format)
    result, counts = ulp_float.cast(x, name, rounding=rounding, saturate=saturate, counted=True)
    expected = [format.round(*split(number), rounding, saturate) for number in x]
    for number, code, (right, _) in zip(x, codes_of(result).tolist(), expected):
        assert code == right, (number, hex(code), hex(right))
    assert counts.overflowed == sum(overflowed for _, overflowed in expected)


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("saturate", [False, True])
@pytest.mark.parametrize("name", EIGHT_BITS)
@pytest.mark.parametrize("source", ["float8_e4m3fnuz", "float8_e5m2", "float6_e3m2fn"])
def test_counts_of_every_code(source, name, saturate, rounding):
    before, after = FORMATS[source], FORMATS[name]
    codes = np.arange(1 << before.bits, dtype="u2" if before.bits == 16 else "u1")
    # The array is longer than a tile, and does not end where a tile ends.
    times = 2500 // codes.size + 1
    _, counts = ulp_float.cast(np.tile(codes, times), name, source=source, rounding=rounding, saturate=saturate, counted=True)
    expected = dict(overflowed=0, became_zero=0, became_subnormal=0, nan=0)

    def kind(format, code):
        magnitude = format.value(code)[1]
        if magnitude in (NAN, INFINITY):
            return magnitude
        is_small = format.zero and code & ((1 << format.magnitude_bits) - 1) < 1 << format.fraction_bits
        return "zero" if magnitude == 0 else "subnormal" if is_small else "normal"

    for code in codes.tolist():
        right, overflowed = after.round(*before.value(code), rounding, saturate)
        was, now = kind(before, code), kind(after, right)
        expected["overflowed"] += overflowed
        expected["became_zero"] += now == "zero" != was
        expected["became_subnormal"] += now == "subnormal" != was
        expected["nan"] += NAN in (was, now)
    assert {kind: getattr(counts, kind) for kind in expected} == {kind: times * n for kind, n in expected.items()}


@pytest.mark.parametrize("name", [name for name in FORMATS if hasattr(ml_dtypes, name)])
def test_the_cast_of_float32_is_that_of_ml_dtypes(name):
    random = np.random.default_rng(1)
    every_bfloat16 = (np.arange(1 << 16, dtype="u4") << 16).view("f4")
    x = np.concatenate([every_bfloat16, random.normal(size=100_000).astype("f4"), np.exp2(random.uniform(-30, 30, 100_000)).astype("f4")])
    if name == "float8_e8m0fnu":
        # ml_dtypes turns a number below the smallest number into NaN, and rounds differently there.
        x = x[np.abs(x) >= 2.0**-126]
    if name.startswith(("float6", "float4")):
        # ml_dtypes turns a NaN into -0. ulp_float turns a NaN into the largest number, like CUDA.
        x = x[~np.isnan(x)]
    with np.errstate(all="ignore"):
        right = x.astype(getattr(ml_dtypes, name))
    result = ulp_float.cast(x, name)
    assert result.dtype == right.dtype
    differ = (codes_of(result) != codes_of(right)) & ~(np.isnan(result) & np.isnan(right))
    assert not differ.any(), (x[differ][:5], result[differ][:5], right[differ][:5])


@pytest.mark.parametrize("name", [name for name in FORMATS if hasattr(ml_dtypes, name)])
@pytest.mark.parametrize("wide", ["float32", "float64"])
def test_every_code_widened_is_that_of_ml_dtypes(name, wide):
    codes = np.arange(1 << FORMATS[name].bits, dtype="u2" if FORMATS[name].bits == 16 else "u1")
    numbers = codes.view(getattr(ml_dtypes, name, name))
    with np.errstate(all="ignore"):
        result, right = ulp_float.cast(numbers, wide), numbers.astype(wide)
    np.testing.assert_array_equal(result, right)
    numbers = ~np.isnan(right)
    np.testing.assert_array_equal(np.signbit(result)[numbers], np.signbit(right)[numbers])


@given(st.lists(st.floats(), min_size=1, max_size=50))
def test_float16_and_float32_are_those_of_numpy(numbers):
    x = np.array(numbers)
    for dtype in ("float16", "float32"):
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(ulp_float.cast(x, dtype), x.astype(dtype))
            single = x.astype("f4")
            np.testing.assert_array_equal(ulp_float.cast(single, dtype), single.astype(dtype))


def test_what_ml_dtypes_rounds_twice():
    x = np.array([1 + 2.0**-8 + 2.0**-40])
    assert float(ulp_float.cast(x, "bfloat16")[0]) == 1 + 2.0**-7


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**64 - 1), st.sampled_from(["bfloat16", "float8_e4m3fn", "float4_e2m1fn"]), st.booleans())
def test_at_random_means_one_of_the_neighbours(seed, name, saturate):
    x = np.random.default_rng(seed).normal(size=3000).astype("f4")
    drawn = ulp_float.cast(x, name, seed=seed, saturate=saturate).astype("f8")
    below = ulp_float.cast(x, name, rounding="toward_negative").astype("f8")
    above = ulp_float.cast(x, name, rounding="toward_positive").astype("f8")
    assert ((drawn == below) | (drawn == above)).all()
    assert (drawn == ulp_float.cast(x, name, seed=seed, threads=3).astype("f8")).all()


def test_at_random_keeps_the_mean():
    x = np.full(100_000, 1 + 0.1 / 128, dtype="f4")
    drawn = ulp_float.cast(x, "bfloat16", seed=7).astype("f8")
    ups = (drawn == 1 + 1 / 128).sum()
    assert abs(ups - 10_000) < 6 * (100_000 * 0.1 * 0.9) ** 0.5
    assert (drawn != ulp_float.cast(x, "bfloat16", seed=8).astype("f8")).any()


def test_packed():
    numbers = np.arange(64, dtype="u1").reshape(2, 32)
    for plain, packed, per_bytes in [
        ("float6_e3m2fn", "float6_e3m2fn_x4", 3),
        ("float6_e2m3fn", "float6_e2m3fn_x4", 3),
        ("float4_e2m1fn", "float4_e2m1fn_x2", 1),
    ]:
        bits = FORMATS[plain].bits
        codes = numbers % (1 << bits)
        result = ulp_float.cast(codes, packed, source=plain)
        stream = [sum(code << bits * nth for nth, code in enumerate(row)).to_bytes(4 * bits, "little") for row in codes.tolist()]
        assert result.tobytes() == b"".join(stream)
        assert (result.shape, result.dtype) == ((2, 4 * bits), np.uint8)
        back = ulp_float.cast(result, "float32", source=packed)
        np.testing.assert_array_equal(back, ulp_float.cast(codes, "float32", source=plain))
        transposed = np.asfortranarray(back)
        np.testing.assert_array_equal(ulp_float.cast(transposed, packed), result)
