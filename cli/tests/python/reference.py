"""Converts numbers with numpy and ml_dtypes, as a reference for `ulp convert`."""

import ml_dtypes
import numpy as np

# The dtypes, by their names in a safetensors header.
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
# The values of `--to` that ml_dtypes rounds to nearest, ties to even. ml_dtypes rounds to E8M0 in another way.
TARGETS = [name for name in FLOATS if name != "F8_E8M0"]


def is_float(tensor):
    return tensor.dtype in FLOATS.values()


def largest(name):
    return float(ml_dtypes.finfo(FLOATS[name]).max)


def codes(array):
    """Returns the bits of the elements."""
    return array.view(f"u{array.dtype.itemsize}")


def cast(array, to):
    """Rounds each element once, ties to even."""
    if array.dtype == np.float64 and to not in ("F64", "F32", "F16"):
        array = to_odd_f32(array)
    elif array.dtype.itemsize < 4:
        array = array.astype(np.float32)  # exact; ml_dtypes has no direct cast between some formats
    return array.astype(FLOATS[to])


def to_odd_f32(array):
    """Casts to f32 so that a second rounding to a narrower format gives the correctly rounded number.

    The last bit of an inexact result is 1 (rounding to odd). ml_dtypes casts by way of f32 rounded to nearest, and so rounds twice.
    """
    rounded = array.astype(np.float32)
    back = rounded.astype(np.float64)
    past = np.abs(back) > np.abs(array)
    toward_zero = codes(rounded) - past.astype(np.uint32)
    inexact = ~np.isnan(array) & (back != array)
    return np.where(inexact, toward_zero | 1, codes(rounded)).view(np.float32)


def saturate(array, to):
    """Clips the elements to the finite range of the format. A NaN stays a NaN."""
    return np.clip(array, -largest(to), largest(to))


def scale_of(array, to):
    finite = np.abs(array[np.isfinite(array)])
    amax = finite.max(initial=np.float32(0))
    if amax == 0:
        return np.float32(1)
    return max(amax / np.float32(largest(to)), np.finfo(np.float32).tiny)


def by_blocks(scales, shape, block):
    """Returns the scale of each element."""
    if scales.ndim == 1:
        return scales
    rows, columns = np.minimum(block, shape)
    return scales.repeat(rows, 0).repeat(columns, 1)[: shape[0], : shape[1]]


def quantize(array, to, block):
    """Returns the codes and the scales. If `block` is None, the whole tensor has one scale."""
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
    # A quotient of two f32 is a tie of 8 bits, or far enough from the tie for f64 to tell them apart.
    quotients = wide.astype(np.float64) / by_blocks(scales, wide.shape, block)
    return cast(saturate(quotients, to), to), scales


def dequantize(array, scales, block):
    return cast(array.astype(np.float32) * by_blocks(scales, array.shape, block), "BF16")
