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

/// Casts an array to another floating-point format. Each element is rounded once, from its exact value.
///
/// Args:
///     x: a numpy array of any shape, strides and byte order, or an object with __dlpack__ in the memory of the CPU, like a
///         torch tensor or a jax array. The dtype of x is a floating-point format of numpy or ml_dtypes. x may also hold
///         unsigned integers, which are codes of the format `source`
///     dtype: the format of the result: a name ("bfloat16", "float8_e4m3fn", "bf16", ...), a dtype of numpy, ml_dtypes, torch
///         or jax, or a Layout
///     rounding: "ties_to_even", "ties_to_away", "toward_zero", "toward_positive", "toward_negative" or "to_odd"
///     saturate: if True, a number past the largest finite number becomes the largest finite number. If False, the number
///         becomes infinity, or NaN in a format without infinities. In a format with neither, the number becomes the largest
///         finite number
///     seed: an integer from 0 to 2**64 - 1, for rounding at random. The probability of rounding up keeps the mean. A seed
///         gives one result on every machine, for any strides and any number of threads. Take another seed for each array
///     source: the format of x, if x holds codes in unsigned integers: a dtype as for `dtype`, or a Layout
///     out: an array for the result, of x's shape. The dtype of `out` is `dtype`, or unsigned integers for the codes. `out`
///         must not share memory with x
///     threads: the largest number of threads that work. If None, as many threads work on a large array as there are CPUs. The
///         result does not depend on the number of threads
///     counted: whether to return Counts too
///
/// Returns:
///     `out`, or a new array of x's library, with x's shape and order of dimensions. With `counted`, a tuple of the array and
///     Counts.
///     If the library has no dtype for the format (a Layout, tf32 in numpy, float6_e2m3fn in torch), the result holds the codes
///     in unsigned integers.
///     A packed format holds 2 numbers in a byte (float4_e2m1fn_x2), or 4 numbers in 3 bytes (float6_e2m3fn_x4). If the result
///     is packed, the last dimension of x must be a multiple of 2 or 4, and the last dimension of the result counts bytes. If x
///     is packed, the last dimension of x counts bytes, and the last dimension of the result counts numbers
///
/// Raises:
///     TypeError: if the type of x, of out or of a format is not known
///     ValueError: if an argument is out of its range, if the shapes do not fit, or if out shares memory with x or with itself
///     BufferError: if memory cannot be read because it is on another device, or if memory cannot be written
///     MemoryError: if there is no memory for the result
///
/// Other Python threads run during the call. These threads must not write x, and must not use the result.
///
/// Examples:
///     >>> import numpy, ulp_float
///     >>> ulp_float.cast(numpy.array([0.1, 1000.0]), "float8_e4m3fn", saturate=True)
///     array([0.101562, 448], dtype=float8_e4m3fn)
#[pyfunction]
#[pyo3(signature = (x, dtype, *, rounding="ties_to_even", saturate=false, seed=None, source=None, out=None, threads=None, counted=false))]
#[allow(clippy::too_many_arguments, reason = "each has a name where it is called")]
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
    let cast = if saturate { cast.overflow(Overflow::Saturate) } else { cast };
    let threads = parse_threads(threads)?;

    let mut src = View::new(x, "x")?;
    let from = src.read_as(source, "x")?;
    check_packs(&src.shape, to)?;
    let order = (!from.is_packed() && !to.is_packed()).then(|| order(&src));
    let (mut dst, result) = match out {
        Some(out) => (View::new(out, "out")?, Pending::Whole(out.clone())),
        None => Library::of(x)?.new_array(to, &src.shape, order.as_deref())?,
    };
    // The destination holds numbers, or codes in unsigned integers. Both are allowed.
    let source = matches!(dst.element, Element::Code(_)).then_some(to);
    let found = dst.read_as(source, "out")?;
    if found != to {
        return Err(PyTypeError::new_err(format!("out holds {found}, and the result is {to}")));
    }
    if out.is_some() {
        check_out(&src, &dst)?;
    }

    let elements = src.len();
    let caster = match seed {
        Some(seed) => drawn(from, to, cast, seed, counted)?,
        None => Caster::new(from, to, cast, elements),
    };
    let counter = counted.then(|| Counter::new(from.layout(), to.layout(), cast, from.bits().div_ceil(8)));
    if counted && from.is_packed() {
        return Err(PyValueError::new_err(
            "counted: packed elements are not counted; unpack them first, by a cast",
        ));
    }
    let walk = Walk::new(&src, from, &dst, to, seed.is_some());
    let work = |range| {
        // SAFETY: both views have the pointers, shapes and strides of arrays. The arguments of this function keep the arrays
        // `x` and `out`, and `result` keeps a new array. The two shapes are equal, because a new array gets the shape of `src`,
        // and `check_out` compares the shape of `out`. The ranges from `threads::share` are disjoint. The memory of the two
        // arrays is disjoint, because a new array has new memory, and `check_out` checks the memory of `out`. The documentation
        // tells the threads of Python not to touch the arrays. numpy demands this of its callers too.
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

/// The number of elements below which a cast takes less time than letting another thread of Python run.
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

/// Returns the dimensions in their order in memory, the outermost first.
fn order(view: &View) -> Vec<usize> {
    let mut order: Vec<usize> = (0..view.shape.len()).collect();
    order.sort_by_key(|&nth| std::cmp::Reverse(view.strides[nth].unsigned_abs()));
    order
}

/// Checks that the last number of each row ends with a byte, if the format `to` is packed.
fn check_packs(shape: &[usize], to: Format) -> PyResult<()> {
    let (numbers, bytes) = to.pack();
    if to.is_packed() && shape.last().is_none_or(|len| !len.is_multiple_of(numbers)) {
        return Err(PyValueError::new_err(format!(
            "{to} packs {numbers} numbers in {bytes} bytes: the last dimension must be a multiple of {numbers}"
        )));
    }
    Ok(())
}

/// Checks that the result can be written to `dst`.
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

/// Returns a caster that rounds at random.
fn drawn(from: Format, to: Format, cast: Cast, seed: u64, counted: bool) -> PyResult<Caster> {
    if cast.rounding(Rounding::TiesToEven) != cast {
        return Err(PyValueError::new_err(
            "seed rounds at random, and another rounding is asked for too",
        ));
    }
    if counted {
        return Err(PyValueError::new_err("counted: what is rounded at random is not counted"));
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
        if saturates { stochastic.saturating() } else { stochastic },
    ))
}
