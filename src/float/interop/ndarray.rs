//! ndarray: an array and a number on either side of an operator.

use ndarray::ScalarOperand;

use crate::float::{Float, spec::Spec};

/// `array * number`. (`number * array` is of `f32` and the integers alone: ndarray lists them.)
impl<S: Spec> ScalarOperand for Float<S> {}
