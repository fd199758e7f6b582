//! numpy's arrays: what of them the safe interface doesn't give.
#![allow(unsafe_code, reason = "numpy's C interface")]

use std::ptr;

use numpy::npyffi::{self, NPY_ORDER, NpyTypes, PY_ARRAY_API};
use numpy::{PyArrayDescr, PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Where its first element lies, and whether it may be written.
pub(crate) fn memory(array: &Bound<'_, PyUntypedArray>) -> (*mut u8, bool) {
    // SAFETY: the object is an array, as its type says, and the interpreter is attached.
    let fields = unsafe { &*npyffi::_PyArray_GET_ITEM_DATA(array.as_array_ptr()) };
    let writable = fields.flags & npyffi::NPY_ARRAY_WRITEABLE != 0;
    (fields.data.cast(), writable)
}

/// Whether an array is no more than its elements: a masked one is.
pub(crate) fn is_plain(array: &Bound<'_, PyUntypedArray>) -> PyResult<bool> {
    static MASKED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = array.py();
    if array.is_exact_instance_of::<PyUntypedArray>() {
        return Ok(true);
    }
    let masked = MASKED.get_or_try_init(py, || -> PyResult<_> {
        Ok(py.import("numpy.ma")?.getattr("MaskedArray")?.unbind())
    })?;
    Ok(!array.is_instance(masked.bind(py))?)
}

/// A new array of the shape and the order of another; dense, if the other has gaps.
pub(crate) fn new_like<'py>(
    array: &Bound<'py, PyUntypedArray>,
    descr: &Py<PyArrayDescr>,
) -> PyResult<Bound<'py, PyUntypedArray>> {
    let py = array.py();
    let descr = descr.bind(py).clone().into_dtype_ptr();
    // SAFETY: both are what their types say, and the function takes the reference to the dtype, even if it fails. It returns a new
    // reference to an array, or null and an exception.
    unsafe {
        let new = PY_ARRAY_API.PyArray_NewLikeArray(
            py,
            array.as_array_ptr(),
            NPY_ORDER::NPY_KEEPORDER,
            descr,
            0,
        );
        Ok(Bound::from_owned_ptr_or_err(py, new)?.cast_into_unchecked())
    }
}

/// A new row-major array.
pub(crate) fn new_row_major<'py>(
    py: Python<'py>,
    shape: &[usize],
    descr: &Py<PyArrayDescr>,
) -> PyResult<Bound<'py, PyUntypedArray>> {
    let mut shape: Vec<isize> = shape.iter().map(|&len| len as isize).collect();
    let descr = descr.bind(py).clone().into_dtype_ptr();
    // SAFETY: as in `new_like`; there are as many lengths as the number says, and without strides and data the function makes its
    // own.
    unsafe {
        let new = PY_ARRAY_API.PyArray_NewFromDescr(
            py,
            npyffi::get_type_object(py, NpyTypes::PyArray_Type),
            descr,
            shape.len() as i32,
            shape.as_mut_ptr(),
            ptr::null_mut(),
            ptr::null_mut(),
            0,
            ptr::null_mut(),
        );
        Ok(Bound::from_owned_ptr_or_err(py, new)?.cast_into_unchecked())
    }
}
