//! `finfo`: the limits of a format.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::PyFloat;
use ulp::{Cast, Flags, Layout, Overflow, Rounding};

use crate::dtype::{self, Descrs};
use crate::format::Format;

/// The limits of a format, under the names of the attributes of numpy.finfo.
///
/// If numpy or ml_dtypes has the format, each number is a scalar of the format. Otherwise, a number is a float, or a
/// fractions.Fraction if no float has the value of the number.
///
/// `precision` and `resolution` follow from the fraction bits alone, like in torch. ml_dtypes has one digit more for most
/// formats of 8 bits. The repr is like torch's repr.
#[pyclass(frozen, get_all, module = "ulp_float")]
#[derive(Debug)]
pub(crate) struct Finfo {
    /// The width of a code, in bits.
    bits: u32,
    /// The step from 1 to the next larger number.
    eps: Py<PyAny>,
    /// The step from 1 to the next smaller number.
    epsneg: Py<PyAny>,
    /// The largest finite number.
    max: Py<PyAny>,
    /// The smallest finite number.
    min: Py<PyAny>,
    /// The smallest positive normal number.
    smallest_normal: Py<PyAny>,
    /// The smallest positive normal number.
    tiny: Py<PyAny>,
    /// The smallest positive number.
    smallest_subnormal: Py<PyAny>,
    /// The number 10**-precision.
    resolution: f64,
    /// The number of decimal digits that survive a conversion to the format and back.
    precision: u32,
    /// The exponent of eps.
    machep: i32,
    /// The exponent of epsneg.
    negep: i32,
    /// The width of the exponent field, in bits.
    nexp: u32,
    /// The width of the exponent field, in bits.
    iexp: u32,
    /// The width of the fraction field, in bits.
    nmant: u32,
    /// The exponent of smallest_normal.
    minexp: i32,
    /// One more than the exponent of max.
    maxexp: i32,
    /// The format, as a numpy dtype if there is one. Otherwise, it is the name of the format, or the Layout.
    dtype: Py<PyAny>,
}

/// Returns the limits of a format, with the attributes of numpy.finfo.
///
/// Args:
///     dtype: a name, a dtype of numpy, ml_dtypes, torch or jax, or a Layout
///
/// Returns:
///     an object with the attributes of numpy.finfo
///
/// Raises:
///     TypeError: if `dtype` is not a format of floating-point numbers
///
/// Examples:
///     >>> finfo("bfloat16").bits
///     16
///     >>> finfo("float8_e4m3fn")
///     finfo(resolution=1, min=-448, max=448, eps=0.125, smallest_normal=0.015625, tiny=0.015625, dtype=float8_e4m3fn)
#[pyfunction]
#[pyo3(signature = (dtype, /))]
pub(crate) fn finfo(py: Python<'_>, dtype: &Bound<'_, PyAny>) -> PyResult<Finfo> {
    let format = dtype::parse(dtype)?;
    let layout = format.layout();
    let descr = match format {
        Format::Known(known) => Descrs::get(py)?.of(known).map(|descr| descr.bind(py)),
        Format::Own(_) => None,
    };
    let number = |code| {
        let value = exact(py, layout, code)?;
        match descr {
            Some(descr) => descr.getattr("type")?.call1((value,)).map(Bound::unbind),
            None => Ok(value.unbind()),
        }
    };
    let smallest_normal = number(layout.min_normal_code())?;
    let (fraction_bits, min_exponent) = (layout.fraction_bits() as i32, layout.min_exponent());
    // If 1 is below the smallest normal number, the step above 1 is the step of the subnormal numbers. If 1 is not above the
    // smallest normal number, the step below 1 is the step of the subnormal numbers.
    let (machep, negep) = (min_exponent.max(0) - fraction_bits, min_exponent.max(-1) - fraction_bits);
    let precision = layout.digits();
    Ok(Finfo {
        bits: layout.bits(),
        eps: number(layout.epsilon_code())?,
        epsneg: number(epsneg_code(layout, negep))?,
        max: number(layout.max_code())?,
        min: number(layout.min_code())?,
        tiny: smallest_normal.clone_ref(py),
        smallest_normal,
        smallest_subnormal: number(layout.min_positive_code())?,
        resolution: 1.0 / 10u64.pow(precision) as f64,
        precision,
        machep,
        negep,
        nexp: layout.exponent_bits(),
        iexp: layout.exponent_bits(),
        nmant: layout.fraction_bits(),
        minexp: min_exponent,
        maxexp: layout.max_exponent() + 1,
        dtype: match (descr, format) {
            (Some(descr), _) => descr.clone().into_any().unbind(),
            (None, Format::Known(known)) => known.name().into_pyobject(py)?.into_any().unbind(),
            (None, Format::Own(_)) => dtype.clone().unbind(),
        },
    })
}

/// Returns the code of 2**negep, or the code of the nearest positive number.
fn epsneg_code(layout: Layout, negep: i32) -> u64 {
    if layout.min_exponent() > 0 {
        return layout.min_positive_code();
    }
    let nearest = Cast::new().rounding(Rounding::TowardPositive).overflow(Overflow::Saturate);
    let step = f64::powi(2.0, negep);
    nearest
        .convert(Layout::BINARY64, layout, step.to_bits())
        .0
        .max(layout.min_positive_code())
}

#[pymethods]
impl Finfo {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        // Formats a number like `%g` in C. torch prints numbers in this form.
        let general = |number: &Py<PyAny>| -> PyResult<String> {
            let number = number.bind(py);
            let float = match number.call_method0("__float__") {
                // The number is a Fraction past the largest float.
                Err(error) if error.is_instance_of::<PyOverflowError>(py) => {
                    let infinity = if number.lt(0)? { -f64::INFINITY } else { f64::INFINITY };
                    PyFloat::new(py, infinity).into_any()
                }
                float => float?,
            };
            float.call_method1("__format__", ("g",))?.extract()
        };
        let resolution = PyFloat::new(py, self.resolution).into_any().unbind();
        Ok(format!(
            "finfo(resolution={}, min={}, max={}, eps={}, smallest_normal={}, tiny={}, dtype={})",
            general(&resolution)?,
            general(&self.min)?,
            general(&self.max)?,
            general(&self.eps)?,
            general(&self.smallest_normal)?,
            general(&self.tiny)?,
            self.dtype.bind(py).str()?,
        ))
    }
}

/// Returns the number that a code stands for: a float, or a Fraction if no float has the value of the number.
pub(crate) fn exact(py: Python<'_>, layout: Layout, code: u64) -> PyResult<Bound<'_, PyAny>> {
    let (float, flags) = Cast::new().convert(layout, Layout::BINARY64, code);
    if !flags.contains(Flags::INEXACT) {
        return Ok(PyFloat::new(py, f64::from_bits(float)).into_any());
    }
    let parts = layout.decode(code);
    let hidden = !layout.has_zero() || parts.exponent > 0;
    let significand = parts.fraction | u64::from(hidden) << layout.fraction_bits();
    let lowest = u64::from(layout.has_zero());
    let exponent = i64::from(parts.exponent).max(lowest as i64) - i64::from(layout.bias()) - i64::from(layout.fraction_bits());
    let fraction = py.import("fractions")?.getattr("Fraction")?;
    let power = fraction.call1((2,))?.pow(exponent, py.None())?;
    let sign = if parts.sign { -1 } else { 1 };
    fraction.call1((significand,))?.mul(power)?.mul(sign)
}
