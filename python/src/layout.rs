//! `Layout`: a format of the user's own.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyTuple};

use crate::finfo::exact;

/// A floating-point format as plain data, for use wherever a dtype is: `cast(x, Layout(5, 6))`, `finfo(Layout(5, 6))`.
///
/// A code is a sign bit (if any), a biased exponent field and a fraction field. It stands in the low bits of the smallest of
/// uint8, uint16, uint32 and uint64 that holds it. Defaults are those of IEEE 754.
///
/// Args:
///     exponent_bits: width of the exponent field, 1 to 20
///     fraction_bits: width of the fraction field, 0 to 58
///     bias: the exponent bias, -2**20 to 2**20; 2**(exponent_bits - 1) - 1 if None
///     signed: whether a code has a sign bit
///     zero: whether exponent field 0 holds zero and the subnormals
///     negative_zero: whether -0 has a code; if not, its code is the one NaN, as in the FNUZ formats. If None, it has one in a
///         format with a sign and a zero
///     infinities: whether the code just above the largest finite one is an infinity; True if None, unless negative_zero is False
///     nans: how many codes (a sign) at the very top are NaNs; if None, all above the infinity, or none if there is no infinity
///
/// Raises:
///     ValueError: if no format has these fields; the message says why
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
    #[allow(
        clippy::too_many_arguments,
        reason = "each has a name where it is called"
    )]
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
        // What doesn't fit is out of the range of a layout too, which says so.
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
            let default = if infinities && !is_fnuz {
                all_fractions
            } else {
                0
            };
            layout.try_with_high_nans(nans.unwrap_or(default))
        };
        build()
            .map(Self)
            .map_err(|error: ulp::InvalidLayout| PyValueError::new_err(error.to_string()))
    }

    /// Width of a code in bits, the sign included.
    #[getter]
    fn bits(&self) -> u32 {
        self.0.bits()
    }

    /// Width of the exponent field in bits.
    #[getter]
    fn exponent_bits(&self) -> u32 {
        self.0.exponent_bits()
    }

    /// Width of the fraction field in bits.
    #[getter]
    fn fraction_bits(&self) -> u32 {
        self.0.fraction_bits()
    }

    /// The exponent bias.
    #[getter]
    fn bias(&self) -> i32 {
        self.0.bias()
    }

    /// Whether a code has a sign bit.
    #[getter]
    fn signed(&self) -> bool {
        self.0.is_signed()
    }

    /// Whether exponent field 0 holds zero and the subnormals.
    #[getter]
    fn zero(&self) -> bool {
        self.0.has_zero()
    }

    /// Whether -0 has a code.
    #[getter]
    fn negative_zero(&self) -> bool {
        self.0.has_negative_zero()
    }

    /// Whether the code just above the largest finite one is an infinity.
    #[getter]
    fn infinities(&self) -> bool {
        self.0.has_infinities()
    }

    /// How many codes (a sign) at the very top are NaNs.
    #[getter]
    fn nans(&self) -> u64 {
        self.0.high_nans()
    }

    /// The largest finite number: a float, or a fractions.Fraction where no float is so large or so precise.
    #[getter]
    fn max<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        exact(py, self.0, self.0.max_code())
    }

    /// The number that a code stands for: a float, or a fractions.Fraction where no float is that number.
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

    /// For copies and pickles.
    fn __getnewargs_ex__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
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
