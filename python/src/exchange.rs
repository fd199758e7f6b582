//! [`Exchange`]: the C functions by which a library lends and takes tensors, instead of methods in Python.
//!
//! They are DLPack's `DLPackExchangeAPI`, of version 1.3. torch has them from version 2.10 on.
#![allow(unsafe_code, reason = "the other library's functions are C functions")]

use std::ffi::{c_int, c_void};
use std::ptr::{self, NonNull};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyCapsule, PyDict};
use pyo3::{ffi, intern};

use crate::dlpack::{Borrowed, VERSION, Versioned};
use crate::export::Parts;
use crate::result;

/// The start of `DLPackExchangeAPI`, which is the same in every version of DLPack.
#[repr(C)]
#[derive(Debug)]
struct Header {
    major: u32,
    minor: u32,
    /// The table of an older version, if the library has one.
    previous: Option<NonNull<Header>>,
}

/// `DLPackExchangeAPI` of version 1, up to the last function that is called here.
#[repr(C)]
#[derive(Debug)]
struct Table {
    header: Header,
    allocator: *const c_void,
    from_object: Option<FromObject>,
    to_object: Option<ToObject>,
}

type FromObject = unsafe extern "C" fn(*mut ffi::PyObject, *mut *mut Versioned) -> c_int;
type ToObject = unsafe extern "C" fn(*mut Versioned, *mut *mut ffi::PyObject) -> c_int;

/// The C functions of a library for one type of arrays.
#[pyclass(frozen)]
#[derive(Debug)]
pub(crate) struct Exchange {
    from_object: FromObject,
    to_object: ToObject,
    module: Option<Py<PyAny>>,
}

impl Exchange {
    /// Returns the functions for the type of an object, if the type has them.
    ///
    /// A type that inherits the attribute does not have the functions: the tensors of a subclass can have a meaning of their own,
    /// which the methods of the subclass know.
    pub(crate) fn of<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, Self>>> {
        /// A dict from each type that has the functions to its `Exchange`. Libraries have few such types.
        static SEEN: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
        let py = object.py();
        let seen = SEEN.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
        let class = object.get_type();
        if let Some(exchange) = seen.get_item(&class)? {
            return Ok(Some(exchange.cast_into()?));
        }
        let name = intern!(py, "__dlpack_c_exchange_api__");
        if !class.getattr(intern!(py, "__dict__"))?.contains(name)? {
            return Ok(None);
        }
        let Some((from_object, to_object)) = functions(&class.getattr(name)?) else {
            return Ok(None);
        };
        let module = result::module(object)?.map(Bound::unbind);
        let exchange = Self {
            from_object,
            to_object,
            module,
        };
        let exchange = Bound::new(py, exchange)?;
        seen.set_item(class, &exchange)?;
        Ok(Some(exchange))
    }

    /// Returns the module of the library, which has a function `from_dlpack`.
    pub(crate) fn module<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.module.as_ref().map(|module| module.bind(py).clone())
    }

    /// Borrows the tensor of an object of this type. Returns None if the library's methods must decide whether it can be lent.
    pub(crate) fn lend(&self, object: &Bound<'_, PyAny>) -> PyResult<Option<Borrowed>> {
        let py = object.py();
        // torch's function lends tensors that need gradients, which torch's method refuses.
        if let Some(requires_grad) = object.getattr_opt(intern!(py, "requires_grad"))?
            && requires_grad.is_truthy()?
        {
            return Ok(None);
        }
        let mut tensor = ptr::null_mut();
        // SAFETY: the type of the object has this function in its table, as `of` saw, and the function wants an object of this type.
        // The interpreter is attached, as the `Bound` shows. `tensor` has room for the result.
        let failed = unsafe { (self.from_object)(object.as_ptr(), &raw mut tensor) } != 0;
        if failed {
            let _ = PyErr::take(py);
            return Ok(None);
        }
        let Some(tensor) = NonNull::new(tensor) else {
            return Ok(None);
        };
        // SAFETY: the function did not fail, so it made a tensor for its caller.
        let borrowed = unsafe { Borrowed::of_versioned(tensor) };
        Ok(borrowed.ok().filter(|borrowed| borrowed.element.is_some()))
    }

    /// Returns an array of the library, which takes a tensor.
    pub(crate) fn take<'py>(&self, py: Python<'py>, parts: Parts) -> PyResult<Bound<'py, PyAny>> {
        let tensor = parts.lend::<Versioned>();
        let mut array = ptr::null_mut();
        // SAFETY: the tensor is the caller's to give. The function owns the tensor from here on, even if it fails. The interpreter
        // is attached, as `py` shows. `array` has room for the result. The result is a new reference, or the function fails and
        // sets an exception.
        unsafe {
            if (self.to_object)(tensor.as_ptr(), &raw mut array) != 0 {
                return Err(PyErr::fetch(py));
            }
            Bound::from_owned_ptr_or_err(py, array)
        }
    }
}

/// Returns the functions of the newest table that can be read, from the attribute of a type. Returns None if there are none.
fn functions(attribute: &Bound<'_, PyAny>) -> Option<(FromObject, ToObject)> {
    let capsule = attribute.cast::<PyCapsule>().ok()?;
    let mut header: NonNull<Header> = capsule.pointer_checked(Some(c"dlpack_exchange_api")).ok()?.cast();
    loop {
        // SAFETY: the name of the capsule promises a table, which the library keeps until the process ends. Every version of the
        // table starts with a header, whose pointer leads to another table.
        let start = unsafe { header.as_ref() };
        if start.major == VERSION.0 {
            break;
        }
        header = start.previous?;
    }
    // SAFETY: the table has major version 1, whose minor versions only add to the end of the table.
    let table = unsafe { header.cast::<Table>().as_ref() };
    table.from_object.zip(table.to_object)
}
