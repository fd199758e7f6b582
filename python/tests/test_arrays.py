"""Tests arrays: shapes, strides, byte orders, orders of dimensions, `out`, and all arguments that are refused."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

import ulp_float
from ulp_float import Layout

DTYPES = [np.dtype(name) for name in ("float16", "float32", "float64", "bfloat16", "float8_e4m3fn", "float8_e5m2fnuz")]


@st.composite
def views(draw):
    """Draws an array of any dtype, shape, strides and byte order, seen through several views."""
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(nps.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=7))
    scale = draw(st.sampled_from([1, 1, 1, 40]))
    shape = tuple(shape[:-1]) + (shape[-1] * scale,) if shape else shape
    bits = np.random.default_rng(draw(st.integers(0, 99))).bytes(int(np.prod(shape)) * dtype.itemsize)
    x = np.frombuffer(bits, dtype=dtype).reshape(shape)
    if draw(st.booleans()):
        x = np.asfortranarray(x)
    if dtype.itemsize > 1 and dtype.kind == "f" and draw(st.booleans()):
        x = x.astype(dtype.newbyteorder())
    x = x.transpose(draw(st.permutations(range(x.ndim))))
    if x.ndim:
        x = x[draw(nps.basic_indices(x.shape, min_dims=0, allow_newaxis=True, allow_ellipsis=True))]
    x = np.asarray(x)
    if draw(st.booleans()):
        x = np.broadcast_to(x, (draw(st.integers(1, 3)), *x.shape))
    return x


def bits_of(x):
    return np.ascontiguousarray(x).view(f"u{x.itemsize}")


@settings(max_examples=150, deadline=None)
@given(views(), st.sampled_from(DTYPES), st.integers(1, 3))
def test_any_view_is_cast_as_its_copy(x, dtype, threads):
    result = ulp_float.cast(x, dtype, threads=threads)
    assert (result.shape, result.dtype) == (x.shape, dtype)
    # A contiguous copy of the elements in the byte order of this machine. Nothing of the view is left in the copy.
    plain = np.array(
        x.ravel().tolist() if x.dtype.kind == "f" and x.dtype.itemsize > 2 else x.ravel(),
        dtype=x.dtype.newbyteorder("=") if x.dtype.kind == "f" else x.dtype,
    )
    np.testing.assert_array_equal(bits_of(result).ravel(), bits_of(ulp_float.cast(plain, dtype)))
    # The memory of the result is dense, and has the order of the memory of x.
    assert result.strides == np.empty_like(x, dtype=dtype, subok=False).strides


@settings(max_examples=100, deadline=None)
@given(views(), st.data())
def test_any_view_is_written_where_out_lies(x, data):
    base = np.zeros([2 * side + 1 for side in x.shape], dtype=data.draw(st.sampled_from(["<f4", ">f4", "float8_e4m3fn", "<f8", ">f2"])))
    base = base.transpose(data.draw(st.permutations(range(base.ndim)))) if len(set(base.shape)) <= 1 else base
    steps = [data.draw(st.sampled_from([1, 2, -1, -2])) for _ in x.shape]
    out = base[(*[slice(None, None, step) for step in steps], ...)]
    out = out[(*[slice(side) for side in x.shape], ...)]
    marked = np.full_like(base.view(np.ndarray), 3)
    base[...] = marked
    result = ulp_float.cast(x, out.dtype.newbyteorder("="), out=out)
    assert result is out
    native = out.dtype.newbyteorder("=") if out.dtype.kind == "f" else out.dtype
    np.testing.assert_array_equal(bits_of(out.astype(native)), bits_of(ulp_float.cast(x, native)))
    # The cast wrote nothing outside `out`.
    out[...] = marked.ravel()[:1][0] if base.size else 0
    np.testing.assert_array_equal(base, marked)


@settings(max_examples=50, deadline=None)
@given(views(), st.integers(0, 9))
def test_draws_depend_on_the_index_alone(x, seed):
    plain = np.ascontiguousarray(x).reshape(x.shape)
    right = ulp_float.cast(plain, "float8_e5m2", seed=seed)
    np.testing.assert_array_equal(bits_of(ulp_float.cast(x, "float8_e5m2", seed=seed)), bits_of(right))


@pytest.mark.parametrize("size", [65_535, 65_536, 500_001])
@pytest.mark.parametrize("order", ["C", "F"])
def test_threads_don_t_matter(size, order):
    x = np.random.default_rng(0).normal(size=(2, size)).astype("f4", order=order)
    one, counts = ulp_float.cast(x, "float8_e3m4", threads=1, counted=True)
    for threads in (None, 2, 3, 64):
        for view, right in ((x, one), (x[:, ::-1], one[:, ::-1])):
            result, found = ulp_float.cast(view, "float8_e3m4", threads=threads, counted=True)
            assert (result.view("u1") == right.view("u1")).all() and found == counts
    np.testing.assert_array_equal(ulp_float.cast(x, "float8_e3m4", seed=1), ulp_float.cast(x, "float8_e3m4", seed=1, threads=5))


def test_codes_go_into_unsigned_integers():
    x = np.array([[1.0, -2.5, 448.0]], dtype="f4")
    for dtype, codes in (("float8_e4m3fn", "u1"), ("bfloat16", "u2"), ("float32", "u4"), ("float64", "u8")):
        out = np.zeros((1, 3), dtype=codes)
        assert ulp_float.cast(x, dtype, out=out) is out
        assert (out == ulp_float.cast(x, dtype).view(codes)).all()
        assert (ulp_float.cast(out, "float32", source=dtype) == x).all()
    assert ulp_float.cast(x, "tf32").dtype == np.uint32
    assert (ulp_float.cast(ulp_float.cast(x, "tf32"), "float32", source="tf32") == x).all()


def test_names():
    x = np.ones(1, dtype="f4")
    for name in ("bfloat16", "BF16", "torch.bfloat16", "bf16", ml_dtypes.bfloat16, np.dtype(ml_dtypes.bfloat16)):
        assert ulp_float.cast(x, name).dtype == ml_dtypes.bfloat16
    assert ulp_float.cast(x, "f16").dtype == np.float16
    for name in (float, "float", "f8", np.float64, "double", "<f8"):
        assert ulp_float.cast(x, name).dtype == np.float64


def test_subclasses_and_no_dimensions():
    for x in (np.array(1.5), np.array([1.5]).view(np.matrix), np.zeros((0, 3)), np.zeros((3, 0)).T):
        result = ulp_float.cast(x, "float16")
        assert type(result) is np.ndarray and result.shape == x.shape
        np.testing.assert_array_equal(result, np.asarray(x))


X = np.zeros((2, 3), dtype="f4")
READ_ONLY = np.zeros((2, 3), dtype="f2")
READ_ONLY.flags.writeable = False
SHARED = np.zeros(12, dtype="f4")
U1 = np.zeros((2, 3), dtype="u1")


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: ulp_float.cast([1.0], "float16"), TypeError, "x is list, neither a numpy array"),
        (lambda: ulp_float.cast(None, "float16"), TypeError, "x is NoneType"),
        (lambda: ulp_float.cast(np.float32(1), "float16"), TypeError, "x is float32"),
        (lambda: ulp_float.cast(X.astype("i4"), "float16"), TypeError, "x has the dtype int32"),
        (lambda: ulp_float.cast(X.astype("c8"), "float16"), TypeError, "x has the dtype complex64"),
        (lambda: ulp_float.cast(X.astype("O"), "float16"), TypeError, "x has the dtype object"),
        (lambda: ulp_float.cast(X.astype("S3"), "float16"), TypeError, "x has the dtype"),
        (lambda: ulp_float.cast(np.zeros(2, [("a", "f4")]), "float16"), TypeError, "x has the dtype"),
        (lambda: ulp_float.cast(X.astype(np.longdouble), "float16"), TypeError, "x has the dtype"),
        (lambda: ulp_float.cast(np.ma.masked_array(X), "float16"), TypeError, "masked"),
        (lambda: ulp_float.cast(X, "float17"), TypeError, "'float17' names no format"),
        (lambda: ulp_float.cast(X, "f4"), TypeError, "say which"),
        (lambda: ulp_float.cast(X, "int8"), TypeError, "int8 is no format"),
        (lambda: ulp_float.cast(X, None), TypeError, "None names no format"),
        (lambda: ulp_float.cast(X, []), TypeError, "no format"),
        (lambda: ulp_float.cast(X, ">f4"), TypeError, "order of bytes"),
        (lambda: ulp_float.cast(X), TypeError, "dtype"),
        (lambda: ulp_float.cast(X, "float16", rounding="up"), ValueError, "'up'|\"up\""),
        (lambda: ulp_float.cast(X, "float16", rounding=3), TypeError, "rounding"),
        (lambda: ulp_float.cast(X, "float16", threads=0), ValueError, "threads is 0"),
        (lambda: ulp_float.cast(X, "float16", threads=-1), ValueError, "threads is -1"),
        (lambda: ulp_float.cast(X, "float16", seed=-1), OverflowError, "int"),
        (lambda: ulp_float.cast(X, "float16", seed=2**64), OverflowError, "int"),
        (lambda: ulp_float.cast(X, "float16", seed=1, rounding="toward_zero"), ValueError, "seed"),
        (lambda: ulp_float.cast(X, "float16", seed=1, counted=True), ValueError, "counted"),
        (lambda: ulp_float.cast(X, Layout(5, 6), seed=1), ValueError, "seed"),
        (lambda: ulp_float.cast(U1, "float16"), TypeError, "source="),
        (lambda: ulp_float.cast(U1, "float16", source="bfloat16"), TypeError, "uint16"),
        (lambda: ulp_float.cast(X, "float16", source="bfloat16"), TypeError, "x holds float32"),
        (lambda: ulp_float.cast(X, "float16", source=Layout(5, 6)), TypeError, "x holds float32"),
        (lambda: ulp_float.cast(X, "float4_e2m1fn_x2"), ValueError, "multiple of 2"),
        (lambda: ulp_float.cast(np.array(1.0), "float4_e2m1fn_x2"), ValueError, "multiple of 2"),
        (lambda: ulp_float.cast(U1.T, "float16", source="float4_e2m1fn_x2"), ValueError, "row-major"),
        (lambda: ulp_float.cast(U1[:, :2].copy(), "float16", source="float6_e2m3fn_x4"), ValueError, "multiple of 3"),
        (lambda: ulp_float.cast(U1, "float16", source="float4_e2m1fn_x2", counted=True), ValueError, "counted"),
        (lambda: ulp_float.cast(X, "float16", out=3), TypeError, "out is int"),
        (lambda: ulp_float.cast(X, "float16", out=np.zeros((3, 2), "f2")), ValueError, r"out is for \[3, 2\]"),
        (lambda: ulp_float.cast(X, "float16", out=np.zeros((2, 3), "f4")), TypeError, "out holds float32"),
        (lambda: ulp_float.cast(X, "float16", out=np.zeros((2, 3), "u4")), TypeError, "out holds uint32"),
        (lambda: ulp_float.cast(X, "float16", out=READ_ONLY), BufferError, "read-only"),
        (lambda: ulp_float.cast(X, "float32", out=X), ValueError, "same memory"),
        (lambda: ulp_float.cast(SHARED[:8], "float32", out=SHARED[4:]), ValueError, "same memory"),
        (lambda: ulp_float.cast(SHARED[:6], "float16", out=SHARED.view("f2")[11:5:-1]), ValueError, "same memory"),
        (lambda: ulp_float.cast(X, "float16", out=np.broadcast_to(np.zeros((1, 3), "f2"), (2, 3)).view()), BufferError, "read-only"),
        (
            lambda: ulp_float.cast(X, "float16", out=np.lib.stride_tricks.as_strided(np.zeros(9, "f2"), (2, 3), (2, 2))),
            ValueError,
            "share memory",
        ),
    ],
)
def test_what_is_refused(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_nothing_is_written_if_something_is_wrong():
    out = np.full((2, 3), 7, dtype="f2")
    for arguments in (dict(rounding="up"), dict(threads=0), dict(seed=1, counted=True), dict(source="bfloat16")):
        with pytest.raises((TypeError, ValueError)):
            ulp_float.cast(X, "float16", out=out, **arguments)
    assert (out == 7).all()
