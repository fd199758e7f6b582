"""Tests tensors of other libraries, through DLPack: torch and jax if they are installed, and a library that this file makes up."""

import gc
import sys
import types

import numpy as np
import pytest

import ulp_float
from ulp_float import Layout


class Tensor:
    """An array of the made-up library. The array has DLPack of version 0 or 1, and nothing else."""

    __module__ = "made_up.tensor"

    def __init__(self, array, device=(1, 0), old=False):
        self.array, self.device, self.old = array, device, old

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self, **arguments):
        if self.old and arguments:
            raise TypeError("no arguments are known")
        return self.array.__dlpack__(**arguments)


@pytest.fixture(params=[False, True], ids=["version 1", "version 0"])
def library(request, monkeypatch):
    module = types.ModuleType("made_up")

    class Old:
        def __init__(self, export):
            self.export = export

        def __dlpack_device__(self):
            return self.export.__dlpack_device__()

        def __dlpack__(self, **arguments):
            return self.export.__dlpack__()

    def from_dlpack(export):
        array = np.from_dlpack(Old(export) if request.param else export)
        # numpy does not write an array that comes by version 0, and does not lend it.
        return Tensor(array.copy(order="K") if request.param else array, old=request.param)

    module.from_dlpack = from_dlpack
    for name in ("float16", "float32", "float64"):
        setattr(module, name, name)
    monkeypatch.setitem(sys.modules, "made_up", module)
    module.tensor = lambda array: Tensor(array, old=request.param)
    return module


@pytest.mark.parametrize("make", [lambda x: x, lambda x: x.T, lambda x: x[::2, ::-1], lambda x: x[1], lambda x: x[0, 0], lambda x: x[:0]])
def test_results_are_tensors_of_the_library(library, make):
    x = make(np.arange(60, dtype="f4").reshape(4, 3, 5) / 7)
    result = ulp_float.cast(library.tensor(x), "float16")
    assert type(result) is Tensor
    np.testing.assert_array_equal(result.array, x.astype("f2"))
    if x.size:
        assert result.array.strides == np.empty_like(x, dtype="f2").strides


def test_codes_where_the_library_has_no_dtype(library):
    x = np.arange(6, dtype="f8")
    for dtype in ("bfloat16", "float8_e4m3fn", Layout(5, 6), "tf32"):
        result = ulp_float.cast(library.tensor(x), dtype)
        right = ulp_float.cast(x, dtype)
        assert result.array.dtype.kind == "u" and result.array.itemsize == right.itemsize
        np.testing.assert_array_equal(result.array, right.view(result.array.dtype))
        np.testing.assert_array_equal(ulp_float.cast(result, "float64", source=dtype).array, x)


def test_the_result_is_not_copied_nor_the_argument(library):
    x = np.arange(1000, dtype="f4")
    tensor = library.tensor(x)
    out = np.zeros(1000, dtype="f2")
    assert ulp_float.cast(tensor, "float16", out=out) is out
    np.testing.assert_array_equal(out, x.astype("f2"))
    target = library.tensor(np.zeros(1000, dtype="f2"))
    if not target.old:
        target.array.flags.writeable = False
        with pytest.raises(BufferError, match="read"):
            ulp_float.cast(x, "float16", out=target)
        target.array.flags.writeable = True
    address = target.array.ctypes.data
    assert ulp_float.cast(x, "float16", out=target) is target
    assert target.array.ctypes.data == address
    np.testing.assert_array_equal(target.array, x.astype("f2"))


def test_memory_is_given_back(library):
    x = np.zeros(10, dtype="f4")
    before = sys.getrefcount(x)
    for _ in range(100):
        ulp_float.cast(library.tensor(x), "float16")
        with pytest.raises(ValueError):
            ulp_float.cast(library.tensor(x), "float16", rounding="up")
        with pytest.raises(TypeError):
            ulp_float.cast(library.tensor(x.view("i4")), "float16")
    gc.collect()
    assert sys.getrefcount(x) == before


def test_another_device():
    with pytest.raises(BufferError, match=r"device \(2, 1\)"):
        ulp_float.cast(Tensor(np.zeros(3, "f4"), device=(2, 1)), "float16")


def test_no_library_for_the_result():
    tensor = Tensor(np.zeros(3, "f4"))
    with pytest.raises(TypeError, match="pass out="):
        ulp_float.cast(tensor, "float16")
    assert ulp_float.cast(tensor, "float16", out=np.ones(3, "f2")).tolist() == [0, 0, 0]


class Wrong:
    def __init__(self, device=(1, 0), capsule=None):
        self.device, self.capsule = device, capsule

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self, **_):
        if isinstance(self.capsule, Exception):
            raise self.capsule
        return self.capsule


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (Wrong(capsule=None), TypeError),
        (Wrong(capsule=3), TypeError),
        (Wrong(device="cpu"), TypeError),
        (Wrong(device=(1,)), ValueError),
        (Wrong(capsule=BufferError("requires grad")), BufferError),
        (Wrong(capsule=RuntimeError("no")), RuntimeError),
    ],
)
def test_what_is_no_tensor(wrong, error):
    with pytest.raises(error):
        ulp_float.cast(wrong, "float16")


def test_a_capsule_is_taken_once():
    x = np.zeros(3, dtype="f4")
    capsule = x.__dlpack__()
    assert ulp_float.cast(Wrong(capsule=capsule), "float16", out=np.ones(3, "f2")).tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="name|capsule"):
        ulp_float.cast(Wrong(capsule=capsule), "float16", out=np.ones(3, "f2"))


def test_torch():
    torch = pytest.importorskip("torch")
    x = torch.randn(64, 48)
    for dtype in (
        torch.float64,
        torch.float16,
        torch.bfloat16,
        torch.float8_e4m3fn,
        torch.float8_e5m2,
        torch.float8_e4m3fnuz,
        torch.float8_e5m2fnuz,
    ):
        for view in (x, x.T, x[::2, 3:], x[0, 0], x.expand(3, 64, 48)):
            result = ulp_float.cast(view, dtype)
            assert type(result) is torch.Tensor and result.dtype == dtype and result.shape == view.shape
            assert torch.equal(result.float(), view.to(dtype).float())
            assert torch.equal(ulp_float.cast(result, torch.float32), view.to(dtype).float())
    assert ulp_float.cast(x.T, "bf16").stride() == x.T.stride()
    assert ulp_float.cast(x, "float6_e2m3fn").dtype == torch.uint8
    packed = ulp_float.cast(x, torch.float4_e2m1fn_x2)
    assert packed.dtype == torch.float4_e2m1fn_x2 and packed.shape == (64, 24)
    assert torch.equal(
        ulp_float.cast(packed, "float32"), ulp_float.cast(ulp_float.cast(x, "float4_e2m1fn"), "float32", source="float4_e2m1fn")
    )
    out = torch.empty(64, 48, dtype=torch.float8_e4m3fn)
    address = out.data_ptr()
    assert ulp_float.cast(x, "float8_e4m3fn", out=out) is out and out.data_ptr() == address
    assert repr(ulp_float.finfo(torch.bfloat16)) == str(torch.finfo(torch.bfloat16))
    with pytest.raises(BufferError, match="grad"):
        ulp_float.cast(torch.ones(3, requires_grad=True), "bf16")
    with pytest.raises(TypeError, match="int64"):
        ulp_float.cast(torch.ones(3, dtype=torch.int64), "bf16")
    with pytest.raises(TypeError, match="int64"):
        ulp_float.cast(x, torch.int64)


def test_jax():
    jax = pytest.importorskip("jax")
    x = jax.numpy.arange(12.0, dtype="float32").reshape(3, 4)
    result = ulp_float.cast(x, jax.numpy.bfloat16)
    assert isinstance(result, jax.Array) and result.dtype == jax.numpy.bfloat16
    assert (result == x.astype(jax.numpy.bfloat16)).all()
