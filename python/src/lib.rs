//! `ulp_float._native`: the compiled part of the Python package. The file `ulp_float/__init__.pyi` declares the interface.

mod blocks;
mod caster;
mod counts;
mod dlpack;
mod dtype;
mod exchange;
mod export;
mod files;
mod finfo;
mod format;
mod function;
mod layout;
mod matrix;
mod numpy;
mod result;
mod threads;
mod view;
mod walk;

use pyo3::pymodule;

#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::blocks::{BlockCounts, Quantized, dequantize, quantize};
    #[pymodule_export]
    use crate::counts::Counts;
    #[pymodule_export]
    use crate::files::{Error, call, run};
    #[pymodule_export]
    use crate::finfo::{Finfo, finfo};
    #[pymodule_export]
    use crate::function::cast;
    #[pymodule_export]
    use crate::layout::Layout;
}
