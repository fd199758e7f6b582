//! The ranges of hyperparameters.

use core::fmt;

/// The error of an optimizer's constructor: a hyperparameter is out of its range.
///
/// ```
/// use ulp::mixed::{Sgd, SgdOptions};
///
/// let error = Sgd::new(SgdOptions { momentum: -0.5, ..SgdOptions::default() }).unwrap_err();
/// assert_eq!((error.name(), error.value()), ("momentum", -0.5));
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct InvalidHyperparameter {
    name: &'static str,
    value: f64,
    allowed: &'static str,
}

impl InvalidHyperparameter {
    /// Returns the name of the option.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the value that is out of range.
    pub const fn value(&self) -> f64 {
        self.value
    }
}

impl fmt::Display for InvalidHyperparameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, allowed } = self;
        write!(f, "{name} is {value}, but must be {allowed}")
    }
}

impl core::error::Error for InvalidHyperparameter {}

/// Refuses a value that is negative, infinite or NaN.
pub(super) fn not_negative(name: &'static str, value: f64) -> Result<(), InvalidHyperparameter> {
    check_range(name, value, value >= 0.0 && value.is_finite(), "finite and not negative")
}

/// Refuses a value outside of [0, 1).
pub(super) fn below_one(name: &'static str, value: f64) -> Result<(), InvalidHyperparameter> {
    check_range(name, value, (0.0..1.0).contains(&value), "at least 0 and less than 1")
}

pub(super) fn check_range(
    name: &'static str,
    value: f64,
    makes_sense: bool,
    allowed: &'static str,
) -> Result<(), InvalidHyperparameter> {
    if makes_sense {
        Ok(())
    } else {
        Err(InvalidHyperparameter { name, value, allowed })
    }
}
