//! `Layout`: a floating-point format that the user defines.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyTuple};

use crate::finfo::exact;

/// A floating-point format as plain data. A Layout is accepted wherever a dtype is: `cast(x, Layout(5, 6))`,
/// `finfo(Layout(5, 6))`.
///
/// A code consists of a sign bit (if the format has one), a biased exponent field and a fraction field. The code takes the low
/// bits of an unsigned integer: the smallest of uint8, uint16, uint32 and uint64 that holds the code. The defaults follow
/// IEEE 754.
///
/// Args:
///     exponent_bits: the width of the exponent field, from 1 to 20 bits
///     fraction_bits: the width of the fraction field, from 0 to 58 bits
///     bias: the exponent bias, from -2**20 to 2**20. If None, 2**(exponent_bits - 1) - 1
///     signed: whether a code has a sign bit
///     zero: whether exponent field 0 holds zero and the subnormals
///     negative_zero: whether -0 has a code. If False, the code of -0 is the one NaN instead, as in the FNUZ formats. If None,
///         -0 has a code if the format has a sign and a zero
///     infinities: whether the code just above the largest finite code is an infinity. If None, it is an infinity, unless
///         `nans` is given or the code of -0 is the NaN
///     nans: the number of codes at the very top that are NaNs, for each sign. If None, all codes above the infinity are NaNs.
///         If None and there is no infinity, no code at the top is a NaN
///
/// Raises:
///     ValueError: if no format has these fields. The message says why
///
/// Examples:
///     >>> Layout(5, 10).bits
///     16
///     >>> Layout(4, 3, infinities=False, nans=1).max   # float8_e4m3fn
///     448.0
#[pyclass(frozen, eq, module = "ulp_float")]
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Layout(pub(crate) ulp::Layout);

#[pymethods]
impl Layout {
    #[new]
    #[pyo3(signature = (exponent_bits, fraction_bits, *, bias=None, signed=true, zero=true, negative_zero=None, infinities=None, nans=None))]
    #[allow(clippy::too_many_arguments, reason = "each has a name where it is called")]
    fn new(
        exponent_bits: i64,
        fraction_bits: i64,
        bias: Option<i64>,
        signed: bool,
        zero: bool,
        negative_zero: Option<bool>,
        infinities: Option<bool>,
        nans: Option<u64>,
    ) -> PyResult<Self> {
        // A width that does not fit in 32 bits becomes the largest width. `ulp::Layout` refuses the largest width with an
        // error.
        let width = |bits: i64| u32::try_from(bits).unwrap_or(u32::MAX);
        let (exponent_bits, fraction_bits) = (width(exponent_bits), width(fraction_bits));
        let has_negative_zero = negative_zero.unwrap_or(signed && zero);
        let is_fnuz = signed && zero && !has_negative_zero;
        let infinities = infinities.unwrap_or(!is_fnuz && nans.is_none());
        let build = || {
            let mut layout = ulp::Layout::try_finite(exponent_bits, fraction_bits)?;
            if let Some(bias) = bias {
                layout = layout.try_with_bias(i32::try_from(bias).unwrap_or(i32::MAX))?;
            }
            layout = layout.try_with_sign(signed)?.try_with_zero(zero)?;
            if has_negative_zero != layout.has_negative_zero() {
                layout = layout.try_with_negative_zero(has_negative_zero)?;
            }
            layout = layout.try_with_infinities(infinities)?;
            let all_fractions = (1 << layout.fraction_bits()) - 1;
            let default = if infinities && !is_fnuz { all_fractions } else { 0 };
            layout.try_with_high_nans(nans.unwrap_or(default))
        };
        build()
            .map(Self)
            .map_err(|error: ulp::InvalidLayout| PyValueError::new_err(error.to_string()))
    }

    /// The width of a code in bits, including the sign.
    #[getter]
    fn bits(&self) -> u32 {
        self.0.bits()
    }

    /// The width of the exponent field, in bits.
    #[getter]
    fn exponent_bits(&self) -> u32 {
        self.0.exponent_bits()
    }

    /// The width of the fraction field, in bits.
    #[getter]
    fn fraction_bits(&self) -> u32 {
        self.0.fraction_bits()
    }

    /// The exponent bias.
    #[getter]
    fn bias(&self) -> i32 {
        self.0.bias()
    }

    /// True if a code has a sign bit.
    #[getter]
    fn signed(&self) -> bool {
        self.0.is_signed()
    }

    /// True if exponent field 0 holds zero and the subnormals.
    #[getter]
    fn zero(&self) -> bool {
        self.0.has_zero()
    }

    /// True if -0 has a code.
    #[getter]
    fn negative_zero(&self) -> bool {
        self.0.has_negative_zero()
    }

    /// True if the code just above the largest finite code is an infinity.
    #[getter]
    fn infinities(&self) -> bool {
        self.0.has_infinities()
    }

    /// The number of codes at the very top that are NaNs, for each sign.
    #[getter]
    fn nans(&self) -> u64 {
        self.0.high_nans()
    }

    /// The largest finite number: a float, or a fractions.Fraction if no float is so large or so precise.
    #[getter]
    fn max<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        exact(py, self.0, self.0.max_code())
    }

    /// Returns the number that a code stands for: a float, or a fractions.Fraction if no float has the value of the number.
    ///
    /// Raises:
    ///     OverflowError: if the code has more bits than the format
    fn decode<'py>(&self, py: Python<'py>, code: u64) -> PyResult<Bound<'py, PyAny>> {
        if code > self.0.code_mask() {
            let bits = self.0.bits();
            let message = format!("{code:#x} has more than the {bits} bits of a code");
            return Err(PyOverflowError::new_err(message));
        }
        exact(py, self.0, code)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        let layout = self.0;
        let python = |flag| if flag { "True" } else { "False" };
        format!(
            "Layout({}, {}, bias={}, signed={}, zero={}, negative_zero={}, infinities={}, nans={})",
            layout.exponent_bits(),
            layout.fraction_bits(),
            layout.bias(),
            python(layout.is_signed()),
            python(layout.has_zero()),
            python(layout.has_negative_zero()),
            python(layout.has_infinities()),
            layout.high_nans(),
        )
    }

    /// Returns the arguments that make an equal Layout, for copies and pickles.
    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let layout = self.0;
        let widths = (layout.exponent_bits(), layout.fraction_bits()).into_pyobject(py)?;
        let fields = [
            ("signed", layout.is_signed()),
            ("zero", layout.has_zero()),
            ("negative_zero", layout.has_negative_zero()),
            ("infinities", layout.has_infinities()),
        ]
        .into_py_dict(py)?;
        fields.set_item("bias", layout.bias())?;
        fields.set_item("nans", layout.high_nans())?;
        Ok((widths, fields))
    }
}
