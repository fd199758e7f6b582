"""Tests the C functions of DLPack (`DLPackExchangeAPI`): those of a library that this file makes up, and torch's if it is installed."""

import ctypes
import gc
import sys
import threading
import types

import numpy as np
import pytest

import ulp_float

NAME = b"dlpack_exchange_api"
VERSIONED, USED = b"dltensor_versioned", b"used_dltensor_versioned"  # a capsule does not copy its name


class Managed(ctypes.Structure):
    """`DLManagedTensorVersioned` of dlpack.h."""

    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
        ("flags", ctypes.c_uint64),
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
    ]


FROM_OBJECT = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.POINTER(ctypes.c_void_p))
TO_OBJECT = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))


class Table(ctypes.Structure):
    """`DLPackExchangeAPI` of dlpack.h."""

    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("previous", ctypes.c_void_p),
        ("allocator", ctypes.c_void_p),
        ("from_object", FROM_OBJECT),
        ("to_object", TO_OBJECT),
        ("borrow", ctypes.c_void_p),
        ("stream", ctypes.c_void_p),
    ]


def function(name, result, *arguments):
    return ctypes.PYFUNCTYPE(result, *arguments)((name, ctypes.pythonapi))


new_capsule = function("PyCapsule_New", ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
pointer_of = function("PyCapsule_GetPointer", ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
set_name = function("PyCapsule_SetName", ctypes.c_int, ctypes.py_object, ctypes.c_char_p)
increment = function("Py_IncRef", None, ctypes.py_object)


class Library:
    """A library whose class `Array` has C functions. The tests change what the functions do. `calls` has the calls of methods."""

    def __init__(self, monkeypatch):
        self.calls, self.fails, self.change = [], False, lambda managed: None
        module = types.ModuleType("made_up")
        module.from_dlpack = lambda export: self.Array(np.from_dlpack(export))
        module.float16 = module.float32 = "a dtype"
        monkeypatch.setitem(sys.modules, "made_up", module)
        self.table = Table(1, 3, None, None, FROM_OBJECT(self.from_object), TO_OBJECT(self.to_object))
        capsule = new_capsule(ctypes.addressof(self.table), NAME, None)
        calls = self.calls

        class Array:
            """An array. DLPack's methods say in `calls` that they are called."""

            __module__ = "made_up"
            __dlpack_c_exchange_api__ = capsule

            def __init__(self, array):
                self.array, self.device = array, (1, 0)

            def __dlpack_device__(self):
                calls.append("device")
                return self.device

            def __dlpack__(self, **arguments):
                calls.append("tensor")
                return self.array.__dlpack__(**arguments)

        self.Array = Array

    def from_object(self, array, out):
        if self.fails:
            return -1
        capsule = array.array.__dlpack__(max_version=(1, 1))
        out[0] = pointer_of(capsule, VERSIONED)
        set_name(capsule, USED)
        self.change(Managed.from_address(out[0]))
        return 0

    def to_object(self, managed, out):
        capsule = new_capsule(managed, VERSIONED, None)

        class Export:
            def __dlpack_device__(self):
                return 1, 0

            def __dlpack__(self, **_):
                return capsule

        if self.fails == "later":
            return -1
        array = self.Array(np.from_dlpack(Export()))
        increment(array)
        out[0] = id(array)
        return 0


@pytest.fixture
def library(monkeypatch):
    return Library(monkeypatch)


def halves(library, by_methods):
    """Casts an array of the library, and checks the result and the way that the array came."""
    x = np.arange(6, dtype="f4").reshape(2, 3) / 4
    result = ulp_float.cast(library.Array(x), "float16")
    assert type(result) is library.Array and result.array.dtype == "f2"
    np.testing.assert_array_equal(result.array, x.astype("f2"))
    assert library.calls == (["device", "tensor"] if by_methods else [])


@pytest.mark.parametrize("make", [lambda x: x, lambda x: x.T, lambda x: x[::2, ::-1], lambda x: x[1], lambda x: x[0, 0], lambda x: x[:0]])
def test_arrays_come_and_go_by_the_functions(library, make):
    x = make(np.arange(60, dtype="f4").reshape(4, 3, 5) / 7)
    result = ulp_float.cast(library.Array(x), "float16")
    assert type(result) is library.Array and library.calls == []
    np.testing.assert_array_equal(result.array, x.astype("f2"))
    if x.size:
        assert result.array.strides == np.empty_like(x, dtype="f2").strides
    out = library.Array(np.zeros_like(result.array))
    assert ulp_float.cast(library.Array(x), "float16", out=out) is out and library.calls == []
    np.testing.assert_array_equal(out.array, x.astype("f2"))


def test_blocks_come_and_go_by_the_functions(library):
    x = np.random.default_rng(0).normal(size=(4, 64)).astype("f4")
    right, right_scales, _, _ = ulp_float.quantize(x, "mxfp8")
    elements, scales, _, _ = ulp_float.quantize(library.Array(x), "mxfp8", threads=1)
    assert type(elements) is type(scales) is library.Array
    np.testing.assert_array_equal(scales.array, right_scales.view("u1"))
    elements = library.Array(right.view("u1"))
    back = ulp_float.dequantize(elements, scales, "mxfp8")
    np.testing.assert_array_equal(back.array, ulp_float.dequantize(right, right_scales, "mxfp8"))
    assert library.calls == []


def test_memory_is_given_back(library):
    x = np.zeros(10, dtype="f4")
    before = sys.getrefcount(x)

    def change(managed):
        managed.major = 2

    for library.change in (lambda managed: None, change):
        for _ in range(50):
            ulp_float.cast(library.Array(x), "float16")
            with pytest.raises(ValueError):
                ulp_float.cast(library.Array(x), "float16", rounding="up")
            with pytest.raises(TypeError):
                ulp_float.cast(library.Array(x.view("i4")), "float16")
    gc.collect()
    assert sys.getrefcount(x) == before


def test_results_don_t_leak(library):
    resource = pytest.importorskip("resource")
    x = library.Array(np.ones(1 << 18, dtype="f4"))

    def grow(times):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(times):
            ulp_float.cast(x, "float16")
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    grow(20)
    # A result that leaks takes half a mebibyte.
    assert grow(200) < 20 * 1024 and library.calls == []


def test_threads(library):
    x = library.Array(np.random.default_rng(0).normal(size=5000).astype("f4"))
    right, wrong = x.array.astype("f2"), []

    def work():
        for _ in range(100):
            if not (ulp_float.cast(x, "float16").array == right).all():
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and library.calls == []


def test_memory_that_is_read_only(library):
    out = library.Array(np.zeros(3, dtype="f2"))
    out.array.flags.writeable = False
    with pytest.raises(BufferError, match="read-only"):
        ulp_float.cast(np.ones(3, "f4"), "float16", out=out)
    assert library.calls == [] and not out.array.any()
    x = library.Array(np.ones(3, "f4"))
    x.array.flags.writeable = False
    assert ulp_float.cast(x, "float16").array.tolist() == [1, 1, 1]


def test_another_device(library):
    def change(managed):
        managed.device_type = 2

    library.change = change
    x = library.Array(np.ones(3, "f4"))
    x.device = (2, 1)
    with pytest.raises(BufferError, match=r"device \(2, 1\)"):
        ulp_float.cast(x, "float16")
    assert library.calls == ["device"]


def set_field(field, value):
    return lambda library: setattr(library, "change", lambda managed: setattr(managed, field, value))


def fail(library):
    library.fails = True


def need_gradients(library):
    library.Array.requires_grad = True


@pytest.mark.parametrize(
    "refuse",
    [fail, need_gradients, set_field("major", 2), set_field("device_type", 2), set_field("ndim", -1), set_field("code", 99)],
)
def test_the_methods_follow_what_the_functions_refuse(library, refuse):
    refuse(library)
    halves(library, by_methods=True)


def test_tables_that_cannot_be_read(library):
    for attribute in (None, 3, "text", new_capsule(ctypes.addressof(library.table), b"another name", None)):
        library.Array.__dlpack_c_exchange_api__ = attribute
        halves(library, by_methods=True)
        library.calls.clear()


def test_a_table_of_another_version(library):
    library.table.major = 2
    halves(library, by_methods=True)
    library.calls.clear()
    newer = Table(2, 0, ctypes.addressof(library.table))
    library.table.major = 1
    library.Array.__dlpack_c_exchange_api__ = new_capsule(ctypes.addressof(newer), NAME, None)
    halves(library, by_methods=False)


@pytest.mark.parametrize("missing", [("from_object", FROM_OBJECT()), ("to_object", TO_OBJECT())])
def test_a_table_without_a_function(library, missing):
    setattr(library.table, *missing)
    halves(library, by_methods=True)


def test_a_subclass_goes_by_its_methods(library):
    class Meant(library.Array):
        def __dlpack__(self, **arguments):
            return (2 * self.array).__dlpack__(**arguments)

    assert ulp_float.cast(Meant(np.ones(3, "f4")), "float16").array.tolist() == [2, 2, 2]
    assert library.calls == ["device"]


def test_a_result_that_the_library_refuses(library):
    def later(managed):
        library.fails = "later"

    library.change = later
    with pytest.raises(SystemError):
        ulp_float.cast(library.Array(np.ones(3, "f4")), "float16")


def test_the_negative_bit(library):
    for by_methods in (False, True):
        library.fails = by_methods
        library.Array.is_neg = lambda self: True
        with pytest.raises(BufferError, match="resolve_neg"):
            ulp_float.cast(library.Array(np.ones(3, "f4")), "float16")
        library.Array.is_neg = lambda self: False
        assert ulp_float.cast(library.Array(np.ones(3, "f4")), "float16").array.tolist() == [1, 1, 1]


def test_torch_goes_by_the_functions(monkeypatch):
    torch = pytest.importorskip("torch")
    if not hasattr(torch.Tensor, "__dlpack_c_exchange_api__"):
        pytest.skip("this version of torch has no functions")
    for name in ("__dlpack__", "__dlpack_device__"):
        monkeypatch.setattr(torch.Tensor, name, lambda *_, **__: pytest.fail("a method is called"))
    monkeypatch.setattr(torch, "from_dlpack", lambda *_: pytest.fail("from_dlpack is called"))
    x = torch.randn(4, 64)
    for view in (x, x.T, x[::2, 3:], x[0, 0], x[:0]):
        result = ulp_float.cast(view, torch.bfloat16)
        assert type(result) is torch.Tensor and torch.equal(result, view.to(torch.bfloat16))
        out = torch.empty_like(result)
        assert ulp_float.cast(view, "bfloat16", out=out) is out and torch.equal(out, result)
    elements, scales, _, _ = ulp_float.quantize(x, "mxfp4")
    assert scales.dtype == torch.float8_e8m0fnu and elements.shape == (4, 32)
    assert ulp_float.dequantize(elements, scales, "mxfp4").shape == x.shape
    result = ulp_float.cast(x, "float8_e4m3fn")
    del x, view
    gc.collect()
    assert result.float().isfinite().all()


def test_torch_refuses_what_its_method_refuses():
    torch = pytest.importorskip("torch")
    ones = torch.ones(3)
    complex = ones + 1j
    for tensor, error, match in [
        (torch.ones(3, requires_grad=True), BufferError, "gradient"),
        (torch.ones(3, requires_grad=True) * 2, BufferError, "gradient"),
        (torch.nn.Parameter(ones), BufferError, "gradient"),
        (complex.conj(), BufferError, "conj"),
        (complex, TypeError, "complex64"),
        (complex.conj().imag, BufferError, "resolve_neg"),
        (ones.to_sparse(), BufferError, "layout"),
        (torch.ones(3, device="meta"), Exception, "meta"),
        (torch.ones(3, dtype=torch.bool), TypeError, "bool"),
    ]:
        with pytest.raises(error, match=match):
            ulp_float.cast(tensor, "bfloat16")
        with pytest.raises(error, match=match):
            ulp_float.cast(np.ones(3, "f4"), "bfloat16", out=tensor)
    assert ulp_float.cast(complex.conj().imag.resolve_neg(), "float16").tolist() == [-1, -1, -1]
    assert ulp_float.cast(complex.real, "float16").tolist() == [1, 1, 1]
    frozen = torch.nn.Parameter(ones, requires_grad=False)
    assert ulp_float.cast(frozen, "float16").tolist() == [1, 1, 1]
    if torch.cuda.is_available():
        with pytest.raises(BufferError, match="device"):
            ulp_float.cast(ones.cuda(), "float16")
