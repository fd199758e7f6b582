//! The function `cast`.
#![allow(unsafe_code, reason = "the elements of two arrays are walked through")]

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use ulp::slice::Stochastic;
use ulp::{Cast, Overflow, Rounding};

use crate::caster::Caster;
use crate::counts::Counter;
use crate::dlpack::Element;
use crate::dtype;
use crate::format::Format;
use crate::result::{Library, Pending};
use crate::threads;
use crate::view::View;
use crate::walk::Walk;

/// Casts an array to another floating-point format: each element rounded once, from its exact value.
///
/// Args:
///     x: a numpy array of any shape, strides and byte order, or an object with __dlpack__ in the CPU's memory, as tensors of torch
///         and arrays of jax are. Its dtype is a format of floating-point numbers, of numpy or ml_dtypes; or unsigned integers that
///         are the codes of `source`
///     dtype: the format of the result: a name ("bfloat16", "float8_e4m3fn", "bf16", ...), a dtype of numpy, ml_dtypes, torch or jax,
///         or a Layout
///     rounding: "ties_to_even", "ties_to_away", "toward_zero", "toward_positive", "toward_negative" or "to_odd"
///     saturate: whether what is past the largest finite number becomes that number; otherwise, it becomes the infinity, or NaN in a
///         format without infinities, or the largest number in one without NaN too
///     seed: round at random, up with the probability that keeps the mean: an integer from 0 to 2**64 - 1. The same seed gives the
///         same result on every machine, for any strides and number of threads; take another for each array
///     source: the format of x, where x holds codes in unsigned integers: a dtype as above, or a Layout
///     out: an array of x's shape for the result, of `dtype` or of unsigned integers for its codes. It must not share memory with x
///     threads: how many threads work at most; if None, as many as there are CPUs for large arrays. Results don't depend on it
///     counted: also return what became of the values
///
/// Returns:
///     the result, an array of x's library, shape and order of dimensions, or `out`; with `counted`, a tuple of it and Counts.
///     Where the library has no dtype of the format (a Layout, tf32 in numpy, float6_e2m3fn in torch), it holds the codes in
///     unsigned integers. Packed formats (float4_e2m1fn_x2, float6_e2m3fn_x4) hold 2 numbers a byte or 4 in 3 bytes: the last
///     dimension of x must be a multiple of 2 or 4, and the last of the result counts bytes; and the other way for a packed x
///
/// Raises:
///     TypeError: if x, out or a format is of a type that is not known
///     ValueError: if an argument is out of its range, shapes don't fit, or out shares memory with x or with itself
///     BufferError: if memory can't be read (another device) or written
///     MemoryError: if there is none for the result
///
/// Other threads of Python run meanwhile: they must not write x, nor use the result.
///
/// Examples:
///     >>> import numpy, ulp_float
///     >>> ulp_float.cast(numpy.array([0.1, 1000.0]), "float8_e4m3fn", saturate=True)
///     array([0.101562, 448], dtype=float8_e4m3fn)
#[pyfunction]
#[pyo3(signature = (x, dtype, *, rounding="ties_to_even", saturate=false, seed=None, source=None, out=None, threads=None, counted=false))]
#[allow(
    clippy::too_many_arguments,
    reason = "each has a name where it is called"
)]
pub(crate) fn cast<'py>(
    x: &Bound<'py, PyAny>,
    dtype: &Bound<'py, PyAny>,
    rounding: &str,
    saturate: bool,
    seed: Option<u64>,
    source: Option<&Bound<'py, PyAny>>,
    out: Option<&Bound<'py, PyAny>>,
    threads: Option<i64>,
    counted: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = x.py();
    let to = dtype::parse(dtype)?;
    let source = source.map(dtype::parse).transpose()?;
    let cast = Cast::new().rounding(parse_rounding(rounding)?);
    let cast = if saturate {
        cast.overflow(Overflow::Saturate)
    } else {
        cast
    };
    let threads = parse_threads(threads)?;

    let mut src = View::new(x, "x")?;
    let from = src.read_as(source, "x")?;
    check_packs(&src.shape, to)?;
    let order = (!from.is_packed() && !to.is_packed()).then(|| order(&src));
    let (mut dst, result) = match out {
        Some(out) => (View::new(out, "out")?, Pending::Whole(out.clone())),
        None => Library::of(x)?.new_array(to, &src.shape, order.as_deref())?,
    };
    // Codes are as good as numbers, whichever the library has.
    let source = matches!(dst.element, Element::Code(_)).then_some(to);
    let found = dst.read_as(source, "out")?;
    if found != to {
        return Err(PyTypeError::new_err(format!(
            "out holds {found}, and the result is {to}"
        )));
    }
    if out.is_some() {
        check_out(&src, &dst)?;
    }

    let elements = src.len();
    let caster = match seed {
        Some(seed) => drawn(from, to, cast, seed, counted)?,
        None => Caster::new(from, to, cast, elements),
    };
    let counter =
        counted.then(|| Counter::new(from.layout(), to.layout(), cast, from.bits().div_ceil(8)));
    if counted && from.is_packed() {
        return Err(PyValueError::new_err(
            "counted: packed elements are not counted; unpack them first, by a cast",
        ));
    }
    let walk = Walk::new(&src, from, &dst, to, seed.is_some());
    let work = |range| {
        // SAFETY: `View` has the pointers, shapes and strides of arrays that this function's arguments keep; the shapes are the same
        // (the result's own, or as `check_out` saw); ranges are disjoint, and so are the two arrays, by the same. Python's threads
        // are told not to touch them; numpy asks the same of its callers.
        unsafe { walk.cast(range, &caster, counter.as_ref()) }
    };
    let threads = threads::how_many(threads, elements);
    let counts = if elements < FEW {
        work(0..elements)
    } else {
        py.detach(|| threads::share(elements, threads::LEAST, threads, work))
    };
    let result = result.finish()?;
    if counted {
        return (result, counts).into_pyobject(py).map(Bound::into_any);
    }
    Ok(result)
}

/// Elements for which it takes longer to let another thread of Python run than to cast them.
const FEW: usize = 1 << 10;

pub(crate) fn parse_rounding(name: &str) -> PyResult<Rounding> {
    const NAMES: [(&str, Rounding); 6] = [
        ("ties_to_even", Rounding::TiesToEven),
        ("ties_to_away", Rounding::TiesToAway),
        ("toward_zero", Rounding::TowardZero),
        ("toward_positive", Rounding::TowardPositive),
        ("toward_negative", Rounding::TowardNegative),
        ("to_odd", Rounding::ToOdd),
    ];
    match NAMES.iter().find(|(known, _)| *known == name) {
        Some(&(_, rounding)) => Ok(rounding),
        None => Err(PyValueError::new_err(format!(
            "rounding {name:?} is not known; known are {}",
            NAMES.map(|(known, _)| known).join(", ")
        ))),
    }
}

pub(crate) fn parse_threads(threads: Option<i64>) -> PyResult<Option<usize>> {
    match threads {
        None => Ok(None),
        Some(threads @ 1..) => Ok(Some(threads as usize)),
        Some(threads) => Err(PyValueError::new_err(format!(
            "threads is {threads}, and at least 1 is needed"
        ))),
    }
}

/// The dimensions, the outermost in memory first.
fn order(view: &View) -> Vec<usize> {
    let mut order: Vec<usize> = (0..view.shape.len()).collect();
    order.sort_by_key(|&nth| std::cmp::Reverse(view.strides[nth].unsigned_abs()));
    order
}

/// Whether so many numbers in a row end with a byte.
fn check_packs(shape: &[usize], to: Format) -> PyResult<()> {
    let (numbers, bytes) = to.pack();
    if to.is_packed() && shape.last().is_none_or(|len| !len.is_multiple_of(numbers)) {
        return Err(PyValueError::new_err(format!(
            "{to} packs {numbers} numbers in {bytes} bytes: the last dimension must be a multiple of {numbers}"
        )));
    }
    Ok(())
}

/// Whether the result can be written there.
fn check_out(src: &View, dst: &View) -> PyResult<()> {
    if dst.shape != src.shape {
        return Err(PyValueError::new_err(format!(
            "out is for {:?} numbers, and x has {:?}",
            dst.shape, src.shape
        )));
    }
    if !dst.writable {
        return Err(pyo3::exceptions::PyBufferError::new_err("out is read-only"));
    }
    if !dst.is_injective() {
        return Err(PyValueError::new_err("out has elements that share memory"));
    }
    let ((first, last), (begin, end)) = (src.extent(), dst.extent());
    if first < end && begin < last {
        return Err(PyValueError::new_err(
            "out lies in the same memory as x: pass a copy of x, or another array",
        ));
    }
    Ok(())
}

/// A caster that rounds at random.
fn drawn(from: Format, to: Format, cast: Cast, seed: u64, counted: bool) -> PyResult<Caster> {
    if cast.rounding(Rounding::TiesToEven) != cast {
        return Err(PyValueError::new_err(
            "seed rounds at random, and another rounding is asked for too",
        ));
    }
    if counted {
        return Err(PyValueError::new_err(
            "counted: what is rounded at random is not counted",
        ));
    }
    let (Format::Known(from), Format::Known(to)) = (from, to) else {
        return Err(PyValueError::new_err(
            "seed: to or from a Layout, nothing is rounded at random",
        ));
    };
    let stochastic = Stochastic::new(seed);
    let saturates = cast == cast.overflow(Overflow::Saturate);
    Ok(Caster::Drawn(
        from,
        to,
        if saturates {
            stochastic.saturating()
        } else {
            stochastic
        },
    ))
}
