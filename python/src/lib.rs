//! `ulp_float._native`: the part of the Python package that is compiled. `ulp_float/__init__.pyi` has its interface.

mod caster;
mod counts;
mod dlpack;
mod dtype;
mod finfo;
mod format;
mod function;
mod layout;
mod numpy;
mod result;
mod threads;
mod view;
mod walk;

use pyo3::pymodule;

#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::counts::Counts;
    #[pymodule_export]
    use crate::finfo::{Finfo, finfo};
    #[pymodule_export]
    use crate::function::cast;
    #[pymodule_export]
    use crate::layout::Layout;
}
