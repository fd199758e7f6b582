//! ndarray: operators between an array and a number.

use ndarray::ScalarOperand;

use crate::float::{Float, spec::Spec};

/// Allows `array * number`. (ndarray allows `number * array` for a fixed list of types: `f32` and the integers are on the list,
/// and the formats of this crate are not.)
impl<S: Spec> ScalarOperand for Float<S> {}
