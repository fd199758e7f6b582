"""What numpy and ml_dtypes make of the numbers that `ulp convert` converts."""

import ml_dtypes
import numpy as np

# By their names in a safetensors header.
FLOATS = {
    "F64": np.dtype(np.float64),
    "F32": np.dtype(np.float32),
    "F16": np.dtype(np.float16),
    "BF16": np.dtype(ml_dtypes.bfloat16),
    "F8_E4M3": np.dtype(ml_dtypes.float8_e4m3fn),
    "F8_E5M2": np.dtype(ml_dtypes.float8_e5m2),
    "F8_E4M3FNUZ": np.dtype(ml_dtypes.float8_e4m3fnuz),
    "F8_E5M2FNUZ": np.dtype(ml_dtypes.float8_e5m2fnuz),
    "F8_E8M0": np.dtype(ml_dtypes.float8_e8m0fnu),
}
# `--to` that ml_dtypes rounds to nearest, ties to even. E8M0 it rounds another way.
TARGETS = [name for name in FLOATS if name != "F8_E8M0"]


def is_float(tensor):
    return tensor.dtype in FLOATS.values()


def largest(name):
    return float(ml_dtypes.finfo(FLOATS[name]).max)


def codes(array):
    """The elements' bits."""
    return array.view(f"u{array.dtype.itemsize}")


def cast(array, to):
    """Each element rounded once, ties to even."""
    if array.dtype == np.float64 and to not in ("F64", "F32", "F16"):
        array = to_odd_f32(array)
    elif array.dtype.itemsize < 4:
        array = array.astype(np.float32)  # exact; ml_dtypes has no direct casts between some
    return array.astype(FLOATS[to])


def to_odd_f32(array):
    """f32 whose last bit says whether the cast was inexact: rounding that again gives what rounding once would.

    ml_dtypes goes by way of f32 rounded to nearest, which is rounding twice.
    """
    rounded = array.astype(np.float32)
    back = rounded.astype(np.float64)
    past = np.abs(back) > np.abs(array)
    toward_zero = codes(rounded) - past.astype(np.uint32)
    inexact = ~np.isnan(array) & (back != array)
    return np.where(inexact, toward_zero | 1, codes(rounded)).view(np.float32)


def saturate(array, to):
    """Clipped to what is finite; NaN stays."""
    return np.clip(array, -largest(to), largest(to))


def scale_of(array, to):
    finite = np.abs(array[np.isfinite(array)])
    amax = finite.max(initial=np.float32(0))
    if amax == 0:
        return np.float32(1)
    return max(amax / np.float32(largest(to)), np.finfo(np.float32).tiny)


def by_blocks(scales, shape, block):
    """Each element's scale."""
    if scales.ndim == 1:
        return scales
    rows, columns = np.minimum(block, shape)
    return scales.repeat(rows, 0).repeat(columns, 1)[: shape[0], : shape[1]]


def quantize(array, to, block):
    """The codes and the scales: of a whole tensor, if it has no blocks."""
    wide = array.astype(np.float32)
    if block is None:
        scales = np.array([scale_of(wide, to)], np.float32)
    else:
        rows, columns = block
        scales = np.array(
            [
                [scale_of(wide[i : i + rows, j : j + columns], to) for j in range(0, wide.shape[1], columns)]
                for i in range(0, wide.shape[0], rows)
            ],
            np.float32,
        )
    # A quotient of two f32 is no nearer to a tie of 8 bits than f64 tells, unless it is one.
    quotients = wide.astype(np.float64) / by_blocks(scales, wide.shape, block)
    return cast(saturate(quotients, to), to), scales


def dequantize(array, scales, block):
    return cast(array.astype(np.float32) * by_blocks(scales, array.shape, block), "BF16")
