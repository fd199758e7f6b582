//! The properties and functions of numpy's arrays that the safe interface does not have.
#![allow(unsafe_code, reason = "numpy's C interface")]

use std::ptr;

use numpy::npyffi::{self, NPY_ORDER, NpyTypes, PY_ARRAY_API};
use numpy::{PyArrayDescr, PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Returns the address of the first element of an array, and whether the array may be written.
pub(crate) fn memory(array: &Bound<'_, PyUntypedArray>) -> (*mut u8, bool) {
    // SAFETY: `array` is a numpy array, as its type says. The interpreter is attached, as the `Bound` shows.
    let fields = unsafe { &*npyffi::_PyArray_GET_ITEM_DATA(array.as_array_ptr()) };
    let writable = fields.flags & npyffi::NPY_ARRAY_WRITEABLE != 0;
    (fields.data.cast(), writable)
}

/// Returns whether an array consists of its elements alone. A masked array has a mask besides.
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

/// Creates an array with the shape and the order of dimensions of another array.
///
/// The new array is dense, even if the other array has gaps.
pub(crate) fn new_like<'py>(array: &Bound<'py, PyUntypedArray>, descr: &Py<PyArrayDescr>) -> PyResult<Bound<'py, PyUntypedArray>> {
    let py = array.py();
    let descr = descr.bind(py).clone().into_dtype_ptr();
    // SAFETY: `array` is an array and `descr` is a dtype, as their types say. `PyArray_NewLikeArray` takes the reference to the
    // dtype, even if it fails. It returns a new reference to an array, or null and an exception.
    unsafe {
        let new = PY_ARRAY_API.PyArray_NewLikeArray(py, array.as_array_ptr(), NPY_ORDER::NPY_KEEPORDER, descr, 0);
        Ok(Bound::from_owned_ptr_or_err(py, new)?.cast_into_unchecked())
    }
}

/// Creates a row-major array.
pub(crate) fn new_row_major<'py>(
    py: Python<'py>,
    shape: &[usize],
    descr: &Py<PyArrayDescr>,
) -> PyResult<Bound<'py, PyUntypedArray>> {
    let mut shape: Vec<isize> = shape.iter().map(|&len| len as isize).collect();
    let descr = descr.bind(py).clone().into_dtype_ptr();
    // SAFETY: `descr` is a dtype, as its type says. `PyArray_NewFromDescr` takes the reference to the dtype, even if it fails.
    // The number of lengths is the length of `shape`. The strides and the data are null, so the function makes its own strides
    // and data. It returns a new reference to an array, or null and an exception.
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
