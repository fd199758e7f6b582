from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from os import PathLike
from typing import Any, Literal, Protocol, TypeVar, overload

import numpy

__all__: list[str]

class _Tensor(Protocol):
    """An object with DLPack, such as a torch tensor or a jax array."""

    def __dlpack__(self) -> Any: ...
    def __dlpack_device__(self) -> tuple[int, int]: ...

_T = TypeVar("_T", bound=_Tensor)
_Out = TypeVar("_Out", bound=_Tensor)

_Dtype = str | type | numpy.dtype | Layout | Any
"""A format: a name, a dtype of numpy, ml_dtypes, torch or jax, or a Layout."""

_Rounding = Literal["ties_to_even", "ties_to_away", "toward_zero", "toward_positive", "toward_negative", "to_odd"]
_Scheme = str
_Path = str | PathLike[str]
_Progress = Callable[[int, int, str], object] | Literal[False] | None

class Counts:
    @property
    def overflowed(self) -> int: ...
    @property
    def became_zero(self) -> int: ...
    @property
    def became_subnormal(self) -> int: ...
    @property
    def nan(self) -> int: ...

class BlockCounts:
    @property
    def infinities(self) -> int: ...
    @property
    def nans(self) -> int: ...
    @property
    def saturated(self) -> int: ...
    @property
    def became_zero(self) -> int: ...

class Quantized:
    @property
    def elements(self) -> Any: ...
    @property
    def scales(self) -> Any: ...
    @property
    def tensor_scale(self) -> float: ...
    @property
    def counts(self) -> BlockCounts: ...
    def __iter__(self) -> Iterator[Any]: ...

class Layout:
    def __new__(
        cls,
        exponent_bits: int,
        fraction_bits: int,
        *,
        bias: int | None = None,
        signed: bool = True,
        zero: bool = True,
        negative_zero: bool | None = None,
        infinities: bool | None = None,
        nans: int | None = None,
    ) -> Layout: ...
    @property
    def bits(self) -> int: ...
    @property
    def exponent_bits(self) -> int: ...
    @property
    def fraction_bits(self) -> int: ...
    @property
    def bias(self) -> int: ...
    @property
    def signed(self) -> bool: ...
    @property
    def zero(self) -> bool: ...
    @property
    def negative_zero(self) -> bool: ...
    @property
    def infinities(self) -> bool: ...
    @property
    def nans(self) -> int: ...
    @property
    def max(self) -> float | Fraction: ...
    def decode(self, code: int) -> float | Fraction: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

class Finfo:
    @property
    def bits(self) -> int: ...
    @property
    def eps(self) -> Any: ...
    @property
    def epsneg(self) -> Any: ...
    @property
    def max(self) -> Any: ...
    @property
    def min(self) -> Any: ...
    @property
    def smallest_normal(self) -> Any: ...
    @property
    def tiny(self) -> Any: ...
    @property
    def smallest_subnormal(self) -> Any: ...
    @property
    def resolution(self) -> float: ...
    @property
    def precision(self) -> int: ...
    @property
    def machep(self) -> int: ...
    @property
    def negep(self) -> int: ...
    @property
    def nexp(self) -> int: ...
    @property
    def iexp(self) -> int: ...
    @property
    def nmant(self) -> int: ...
    @property
    def minexp(self) -> int: ...
    @property
    def maxexp(self) -> int: ...
    @property
    def dtype(self) -> Any: ...

class Error(Exception):
    kind: str
    path: str | None
    tensor: str | None
    exit_code: int

@overload
def cast(
    x: _Tensor,
    dtype: _Dtype,
    *,
    rounding: _Rounding = "ties_to_even",
    saturate: bool = False,
    seed: int | None = None,
    source: _Dtype | None = None,
    out: _Out,
    threads: int | None = None,
    counted: Literal[False] = False,
) -> _Out: ...
@overload
def cast(
    x: numpy.ndarray[Any, Any],
    dtype: _Dtype,
    *,
    rounding: _Rounding = "ties_to_even",
    saturate: bool = False,
    seed: int | None = None,
    source: _Dtype | None = None,
    out: None = None,
    threads: int | None = None,
    counted: Literal[False] = False,
) -> numpy.ndarray[Any, Any]: ...
@overload
def cast(
    x: numpy.ndarray[Any, Any],
    dtype: _Dtype,
    *,
    rounding: _Rounding = "ties_to_even",
    saturate: bool = False,
    source: _Dtype | None = None,
    out: Any = None,
    threads: int | None = None,
    counted: Literal[True],
) -> tuple[numpy.ndarray[Any, Any], Counts]: ...
@overload
def cast(
    x: _T,
    dtype: _Dtype,
    *,
    rounding: _Rounding = "ties_to_even",
    saturate: bool = False,
    seed: int | None = None,
    source: _Dtype | None = None,
    out: None = None,
    threads: int | None = None,
    counted: Literal[False] = False,
) -> _T: ...
@overload
def cast(
    x: _T,
    dtype: _Dtype,
    *,
    rounding: _Rounding = "ties_to_even",
    saturate: bool = False,
    source: _Dtype | None = None,
    out: Any = None,
    threads: int | None = None,
    counted: Literal[True],
) -> tuple[_T, Counts]: ...
def finfo(dtype: _Dtype, /) -> Finfo: ...
def quantize(
    x: _Tensor,
    scheme: _Scheme,
    *,
    axis: int = -1,
    rounding: _Rounding = "ties_to_even",
    tensor_scale: float | None = None,
    threads: int | None = None,
) -> Quantized: ...
@overload
def dequantize(
    elements: numpy.ndarray[Any, Any],
    scales: _Tensor,
    scheme: _Scheme,
    dtype: _Dtype | None = None,
    *,
    axis: int = -1,
    tensor_scale: float = 1.0,
    threads: int | None = None,
) -> numpy.ndarray[Any, Any]: ...
@overload
def dequantize(
    elements: _T,
    scales: _Tensor,
    scheme: _Scheme,
    dtype: _Dtype | None = None,
    *,
    axis: int = -1,
    tensor_scale: float = 1.0,
    threads: int | None = None,
) -> _T: ...
def convert(
    src: _Path,
    dst: _Path,
    *,
    to: str,
    rounding: _Rounding = "ties_to_even",
    saturate: bool = False,
    seed: int | None = None,
    keep: Iterable[str] = (),
    only: Iterable[str] = (),
    scale: str | None = None,
    scale_format: str | None = None,
    part: tuple[int, int] | None = None,
    finish: bool = False,
    threads: int | None = None,
    sync: bool = True,
    progress: _Progress = None,
) -> dict[str, Any]: ...
def check(
    src: _Path,
    *,
    to: str,
    rounding: _Rounding = "ties_to_even",
    saturate: bool = False,
    seed: int | None = None,
    keep: Iterable[str] = (),
    only: Iterable[str] = (),
    scale: str | None = None,
    scale_format: str | None = None,
    threads: int | None = None,
    progress: _Progress = None,
) -> Any: ...
def inspect(src: _Path, *, to: str = "bf16", scale: str | None = None, largest: int = 10) -> dict[str, Any]: ...
