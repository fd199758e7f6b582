"""Tests block-scaled formats against their definition, in exact fractions."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

import ulp_float
from oracle import FORMATS, NAN, ROUNDINGS
from test_values import split

# Each scheme has an element format, a number of elements that are packed together, a scale format, and the columns of a block.
SCHEMES = {
    "mxfp8": ("float8_e4m3fn", 1, "float8_e8m0fnu", 32),
    "mxfp8_e5m2": ("float8_e5m2", 1, "float8_e8m0fnu", 32),
    "mxfp6_e2m3": ("float6_e2m3fn", 4, "float8_e8m0fnu", 32),
    "mxfp6_e3m2": ("float6_e3m2fn", 4, "float8_e8m0fnu", 32),
    "mxfp4": ("float4_e2m1fn", 2, "float8_e8m0fnu", 32),
    "nvfp4": ("float4_e2m1fn", 2, "float8_e4m3fn", 16),
    "fp8_row": ("float8_e4m3fn", 1, "float32", None),
    "fp8_tensor": ("float8_e4m3fn", 1, "float32", None),
    "fp8_block": ("float8_e4m3fn", 1, "float32", 128),
}


def unpack(elements, scheme):
    """Returns the codes, one in each element."""
    name, pack, _, _ = SCHEMES[scheme]
    bits = FORMATS[name].bits
    if pack == 1:
        return elements.view("u1")
    stream = [int.from_bytes(row.tobytes(), "little") for row in elements.reshape(-1, elements.shape[-1])]
    numbers = elements.shape[-1] * 8 // bits
    codes = [[row >> bits * nth & (1 << bits) - 1 for nth in range(numbers)] for row in stream]
    return np.array(codes, dtype="u1").reshape(*elements.shape[:-1], numbers)


def expand(scales, scheme, shape):
    """Returns the scale of each element."""
    block = SCHEMES[scheme][3]
    scales = np.asarray(scales).astype("f8")
    if scheme == "fp8_block":
        scales = scales.repeat(128, axis=-2)[..., : shape[-2], :]
    if block:
        scales = scales.repeat(block, axis=-1)[..., : shape[-1]]
    return np.broadcast_to(scales, shape)


def sample(shape, dtype="f4", seed=0):
    random = np.random.default_rng(seed)
    x = random.normal(size=shape) * np.exp2(random.integers(-6, 6, size=(*shape[:-1], 1)))
    return x.astype(dtype)


@pytest.mark.parametrize("dtype", ["f4", "f2", "bfloat16", "float8_e4m3fn"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_elements_are_exact_quotients_rounded_once(scheme, dtype):
    x = sample((6, 160), dtype)
    elements, scales, tensor_scale, counts = ulp_float.quantize(x, scheme)
    name, _, scale_name, _ = SCHEMES[scheme]
    format = FORMATS[name]
    codes = unpack(elements, scheme)
    assert codes.shape == x.shape
    assert scales.dtype == np.dtype(scale_name)
    each = expand(scales, scheme, x.shape)
    for number, scale, code in zip(x.astype("f8").ravel(), each.ravel(), codes.ravel().tolist()):
        sign, magnitude = split(number)
        if magnitude == NAN:
            continue
        quotient = magnitude / (Fraction(float(scale)) * Fraction(tensor_scale))
        assert code == format.round(sign, quotient, "ties_to_even", True)[0]
    assert counts.infinities == 0


def test_scales_of_mx_are_the_least_that_hold_all():
    x = sample((40, 64))
    for scheme, largest in (("mxfp8", 448), ("mxfp4", 6), ("mxfp6_e3m2", 28)):
        scales = ulp_float.quantize(x, scheme).scales.astype("f8")
        amax = np.abs(x.astype("f8")).reshape(40, 2, 32).max(axis=-1)
        assert (amax <= largest * scales).all() and (amax > largest * scales / 2).all()
        floor = ulp_float.quantize(x, f"{scheme}/floor").scales.astype("f8")
        assert (floor == np.exp2(np.floor(np.log2(amax)) - np.floor(np.log2(largest)))).all()


def test_the_tensor_scale_of_nvfp4():
    x = sample((4, 64))
    quantized = ulp_float.quantize(x, "nvfp4")
    assert quantized.tensor_scale == np.float32(np.abs(x).max() / np.float32(448 * 6))
    assert ulp_float.quantize(x, "nvfp4", tensor_scale=0.5).tensor_scale == 0.5
    # Only finite numbers count.
    special = np.array([[2688.0, np.inf, np.nan, 1.0]], "f4")
    quantized = ulp_float.quantize(special, "nvfp4")
    assert (quantized.tensor_scale, quantized.counts.infinities) == (1.0, 1)
    assert ulp_float.quantize(x, "mxfp4").tensor_scale == 1


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "float64", ulp_float.Layout(5, 6)])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_back_is_the_product_in_float32_rounded_once(scheme, dtype):
    x = sample((2, 130, 192), seed=1)
    elements, scales, tensor_scale, _ = ulp_float.quantize(x, scheme)
    result = ulp_float.dequantize(elements, scales, scheme, dtype, tensor_scale=tensor_scale)
    numbers = ulp_float.cast(unpack(elements, scheme), "float32", source=SCHEMES[scheme][0])
    scale = expand(scales, scheme, x.shape).astype("f4") * np.float32(tensor_scale)
    right = ulp_float.cast(numbers * scale, dtype)
    assert result.dtype == right.dtype
    np.testing.assert_array_equal(result, right)
    if dtype == "float32":
        np.testing.assert_array_equal(result, ulp_float.dequantize(elements, scales, scheme, tensor_scale=tensor_scale))
        assert np.abs(result - x).max() < np.abs(x).max() / 4


@pytest.mark.parametrize("scheme", ["mxfp8", "mxfp4", "nvfp4", "fp8_row", "fp8_tensor"])
def test_axes(scheme):
    x = sample((64, 32, 96))
    for axis in (0, 1, 2, -2):
        quantized = ulp_float.quantize(x, scheme, axis=axis)
        moved = ulp_float.quantize(np.ascontiguousarray(np.moveaxis(x, axis, -1)), scheme)
        np.testing.assert_array_equal(np.moveaxis(quantized.elements, axis, -1).view("u1"), moved.elements.view("u1"))
        if scheme == "fp8_tensor":
            assert quantized.scales.shape == () and quantized.scales == moved.scales
        else:
            np.testing.assert_array_equal(np.moveaxis(quantized.scales, axis, -1), moved.scales)
        back = ulp_float.dequantize(quantized.elements, quantized.scales, scheme, axis=axis, tensor_scale=quantized.tensor_scale)
        assert back.shape == x.shape
        np.testing.assert_array_equal(
            np.moveaxis(back, axis, -1), ulp_float.dequantize(moved.elements, moved.scales, scheme, tensor_scale=moved.tensor_scale)
        )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_views_and_threads_don_t_matter(scheme):
    x = sample((300, 640), seed=2)
    right = ulp_float.quantize(x, scheme, threads=1)
    wide = np.zeros((300, 1280), dtype=">f4")
    wide[:, ::2] = x
    for view, threads in ((x, 2), (x, 7), (wide[:, ::2], 1), (np.asfortranarray(x), None)):
        result = ulp_float.quantize(view, scheme, threads=threads)
        np.testing.assert_array_equal(result.elements.view("u1"), right.elements.view("u1"))
        np.testing.assert_array_equal(result.scales, right.scales)
        assert (result.counts, result.tensor_scale) == (right.counts, right.tensor_scale)
    back = [ulp_float.dequantize(right.elements, right.scales, scheme, "bf16", tensor_scale=right.tensor_scale, threads=n) for n in (1, 3)]
    np.testing.assert_array_equal(*back)


@pytest.mark.parametrize("rounding", ROUNDINGS[:5])
def test_roundings(rounding):
    x = sample((4, 64))
    elements, scales, _, _ = ulp_float.quantize(x, "mxfp4", rounding=rounding)
    each = expand(scales, "mxfp4", x.shape)
    for number, scale, code in zip(x.ravel(), each.ravel(), unpack(elements, "mxfp4").ravel().tolist()):
        sign, magnitude = split(number)
        assert code == FORMATS["float4_e2m1fn"].round(sign, magnitude / Fraction(float(scale)), rounding, True)[0]


def test_counts():
    x = np.ones((2, 64), dtype="f4")
    x[0, 0], x[0, 1], x[1, 1], x[1, 2] = np.inf, np.nan, 1e-30, -np.inf
    counts = ulp_float.quantize(x, "mxfp8").counts
    assert repr(counts) == "BlockCounts(infinities=2, nans=1, saturated=0, became_zero=1)"
    assert ulp_float.quantize(np.full((1, 32), 7, "f4"), "mxfp4/floor").counts.saturated == 32


X = np.ones((4, 64), dtype="f4")
Q = ulp_float.quantize(X, "mxfp4")


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: ulp_float.quantize(X, "mxfp5"), ValueError, "mxfp8"),
        (lambda: ulp_float.quantize(X, "e4m3fn/f8_e4m3/0x3"), ValueError, ""),
        (lambda: ulp_float.quantize(X, "mxfp8/nearest/whatever"), ValueError, ""),
        (lambda: ulp_float.quantize(X, "e4m3fn/f4/1x32"), ValueError, "packed"),
        (lambda: ulp_float.quantize(X, "fp8_row/floor"), ValueError, "rule floor"),
        (lambda: ulp_float.quantize(X.astype("f8"), "mxfp8"), TypeError, "float64"),
        (lambda: ulp_float.quantize(X.astype("i4"), "mxfp8"), TypeError, "int32"),
        (lambda: ulp_float.quantize([1.0], "mxfp8"), TypeError, "list"),
        (lambda: ulp_float.quantize(X, "mxfp8", axis=2), IndexError, "axis 2"),
        (lambda: ulp_float.quantize(X, "mxfp8", axis=-3), IndexError, "axis -3"),
        (lambda: ulp_float.quantize(np.zeros((), "f4"), "mxfp8"), IndexError, "axis -1"),
        (lambda: ulp_float.quantize(X, "fp8_block", axis=0), ValueError, "axis must be -1"),
        (lambda: ulp_float.quantize(X[0], "fp8_block"), ValueError, "one dimension"),
        (lambda: ulp_float.quantize(X[:, :63], "mxfp4"), ValueError, "multiple of 2"),
        (lambda: ulp_float.quantize(X[:, :62], "mxfp6_e2m3"), ValueError, "multiple of 4"),
        (lambda: ulp_float.quantize(X[:0], "fp8_tensor"), ValueError, "empty"),
        (lambda: ulp_float.quantize(X, "mxfp8", tensor_scale=2.0), ValueError, "tensor scale is 2"),
        (lambda: ulp_float.quantize(X, "nvfp4", tensor_scale=0.0), ValueError, "not positive"),
        (lambda: ulp_float.quantize(X, "nvfp4", tensor_scale=float("nan")), ValueError, "not positive"),
        (lambda: ulp_float.quantize(X, "mxfp8", rounding="up"), ValueError, "rounding"),
        (lambda: ulp_float.quantize(X, "mxfp8", threads=0), ValueError, "threads"),
        (lambda: ulp_float.dequantize(Q.elements, Q.scales[:3], "mxfp4"), ValueError, r"\[3, 2\]"),
        (lambda: ulp_float.dequantize(Q.elements, Q.scales.astype("f4"), "mxfp4"), TypeError, "scales hold float32"),
        (lambda: ulp_float.dequantize(X, Q.scales, "mxfp4"), TypeError, "elements hold float32"),
        (lambda: ulp_float.dequantize(Q.elements.T, Q.scales.T, "mxfp4"), ValueError, "row-major|side by side"),
        (lambda: ulp_float.dequantize(Q.elements, Q.scales, "mxfp4", "int8"), TypeError, "int8"),
        (lambda: ulp_float.dequantize(Q.elements, Q.scales, "mxfp4", tensor_scale=3), ValueError, "tensor scale is 3"),
    ],
)
def test_what_is_refused(call, error, text):
    with pytest.raises(error, match=text or None):
        call()


def test_empty_arrays():
    for shape in ((0, 64), (3, 0)):
        elements, scales, _, _ = ulp_float.quantize(np.zeros(shape, "f4"), "mxfp8")
        assert elements.shape == shape and scales.shape == (shape[0], shape[1] // 32)
        assert ulp_float.dequantize(elements, scales, "mxfp8").shape == shape


def test_torch():
    torch = pytest.importorskip("torch")
    x = torch.randn(8, 64)
    elements, scales, _, _ = ulp_float.quantize(x, "mxfp8")
    assert (elements.dtype, scales.dtype) == (torch.float8_e4m3fn, torch.float8_e8m0fnu)
    assert torch.equal(ulp_float.dequantize(elements, scales, "mxfp8"), elements.float() * scales.float().repeat_interleave(32, -1))
    elements, scales, scale, _ = ulp_float.quantize(x.bfloat16(), "nvfp4", axis=0)
    assert (elements.dtype, elements.shape, scales.shape) == (torch.float4_e2m1fn_x2, (4, 64), (1, 64))
    assert ulp_float.dequantize(elements, scales, "nvfp4", torch.bfloat16, axis=0, tensor_scale=scale).shape == (8, 64)
