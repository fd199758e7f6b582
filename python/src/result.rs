//! Results: arrays of the library that the argument is of.
#![allow(unsafe_code, reason = "memory is lent to other libraries as pointers")]

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{CStr, c_void};
use std::ptr::NonNull;
use std::sync::Mutex;

use numpy::PyUntypedArray;
use pyo3::exceptions::{PyBufferError, PyMemoryError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;

use crate::dlpack::{CPU, DataType, Element, Managed, Tensor, Versioned};
use crate::dtype::Descrs;
use crate::format::Format;
use crate::numpy as array;
use crate::view::{View, row_major};

/// The library of an array.
pub(crate) enum Library<'py> {
    Numpy(Bound<'py, PyUntypedArray>),
    /// Any with a function `from_dlpack`: its module.
    Other(Bound<'py, PyAny>),
}

impl<'py> Library<'py> {
    pub(crate) fn of(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(array) = object.cast::<PyUntypedArray>() {
            return Ok(Self::Numpy(array.clone()));
        }
        if object.hasattr("__array_namespace__")? {
            let namespace = object.call_method0("__array_namespace__")?;
            if namespace.hasattr("from_dlpack")? {
                return Ok(Self::Other(namespace));
            }
        }
        let modules = object.py().import("sys")?.getattr("modules")?;
        for class in object.get_type().mro() {
            let module: String = class.getattr("__module__")?.extract()?;
            let root = module.split('.').next().unwrap_or_default();
            if let Ok(module) = modules.get_item(root)
                && module.hasattr("from_dlpack")?
            {
                return Ok(Self::Other(module));
            }
        }
        Err(PyTypeError::new_err(format!(
            "no library with from_dlpack is known for {}: pass out=",
            object.get_type().name()?
        )))
    }

    /// Memory for an array of this library, of so many numbers of a format; for their codes, where the library has no dtype for them.
    ///
    /// `shape` counts numbers. `order` is how the dimensions follow one another in memory, the outermost first; None for a row-major
    /// array.
    pub(crate) fn new_array(
        &self,
        format: Format,
        shape: &[usize],
        order: Option<&[usize]>,
    ) -> PyResult<(View, Pending<'py>)> {
        let mut shape = shape.to_vec();
        if format.is_packed()
            && let Some(len) = shape.last_mut()
        {
            let (numbers, bytes) = format.pack();
            *len = *len / numbers * bytes;
        }
        match self {
            Self::Numpy(like) => {
                let descrs = Descrs::get(like.py())?;
                let known = match format {
                    Format::Known(dtype) => descrs.of(dtype),
                    Format::Own(_) => None,
                };
                let descr = known.unwrap_or_else(|| descrs.codes(format.bits()));
                let new = match order {
                    Some(_) => array::new_like(like, descr),
                    None => array::new_row_major(like.py(), &shape, descr),
                }?;
                Ok((
                    View::new(&new, "the result")?,
                    Pending::Whole(new.into_any()),
                ))
            }
            Self::Other(module) => {
                let (dtype, element) = data_type(module, format)?;
                let size = format.bits().div_ceil(8);
                let strides = match order {
                    Some(order) => strides(&shape, order, size),
                    None => row_major(&shape, size),
                };
                let (export, data) = Export::new(dtype, size, &shape, &strides)?;
                let export = Bound::new(module.py(), export)?;
                let view = View::of_memory(data, shape, strides, element);
                Ok((view, Pending::Export(module.clone(), export)))
            }
        }
    }
}

/// A result in the making.
pub(crate) enum Pending<'py> {
    Whole(Bound<'py, PyAny>),
    /// Memory for an array of the library of this module. Arrays of some libraries can't be written.
    Export(Bound<'py, PyAny>, Bound<'py, Export>),
}

impl<'py> Pending<'py> {
    /// The array, now that its elements are written.
    pub(crate) fn finish(self) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Whole(array) => Ok(array),
            Self::Export(module, export) => module.call_method1("from_dlpack", (export,)),
        }
    }
}

/// The strides, in bytes, of a dense array whose dimensions lie in this order.
fn strides(shape: &[usize], order: &[usize], size: usize) -> Vec<isize> {
    let ordered: Vec<usize> = order.iter().map(|&nth| shape[nth]).collect();
    let mut strides = vec![0; shape.len()];
    for (&nth, stride) in order.iter().zip(row_major(&ordered, size)) {
        strides[nth] = stride;
    }
    strides
}

/// What a library calls elements of a format, or else their codes.
fn data_type(module: &Bound<'_, PyAny>, format: Format) -> PyResult<(DataType, Element)> {
    if let Format::Known(dtype) = format
        && let Some(data_type) = DataType::of(dtype)
        && (data_type.bits >= 8 || data_type.lanes > 1)
        && module.hasattr(dtype.name())?
    {
        return Ok((data_type, Element::Number(dtype)));
    }
    let bits = format.bits().next_power_of_two().max(8);
    Ok((DataType::codes(bits), Element::Code(bits)))
}

/// Memory for a tensor, until another library takes it.
#[pyclass(frozen)]
#[derive(Debug)]
pub(crate) struct Export {
    parts: Mutex<Option<Parts>>,
}

#[derive(Debug)]
struct Parts {
    memory: Memory,
    dtype: DataType,
    shape: Vec<i64>,
    strides: Vec<i64>,
}

impl Export {
    /// The memory, and where it begins.
    fn new(
        dtype: DataType,
        size: usize,
        shape: &[usize],
        strides: &[isize],
    ) -> PyResult<(Self, *mut u8)> {
        let bytes = shape
            .iter()
            .try_fold(size, |bytes, &len| bytes.checked_mul(len));
        let memory = bytes
            .and_then(Memory::new)
            .ok_or_else(|| PyMemoryError::new_err("there is no memory for the result"))?;
        let parts = Parts {
            memory,
            dtype,
            shape: shape.iter().map(|&len| len as i64).collect(),
            strides: strides
                .iter()
                .map(|&stride| stride as i64 / size as i64)
                .collect(),
        };
        let data = parts.memory.first.as_ptr();
        let parts = Mutex::new(Some(parts));
        Ok((Self { parts }, data))
    }
}

#[pymethods]
impl Export {
    #[allow(clippy::unused_self, reason = "a method of DLPack")]
    fn __dlpack_device__(&self) -> (i32, i32) {
        (CPU, 0)
    }

    #[pyo3(signature = (*, max_version=None, **_others))]
    fn __dlpack__<'py>(
        &self,
        py: Python<'py>,
        max_version: Option<(u32, u32)>,
        _others: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let parts = self.parts.lock().ok().and_then(|mut parts| parts.take());
        let parts = parts.ok_or_else(|| PyBufferError::new_err("the tensor has been taken"))?;
        if max_version.is_some_and(|(major, _)| major >= 1) {
            capsule::<Versioned>(py, parts)
        } else {
            capsule::<Managed>(py, parts)
        }
    }
}

/// One of DLPack's two structures.
trait Lend: Sized {
    const NAME: &'static CStr;
    fn new(tensor: Tensor, deleter: unsafe extern "C" fn(*mut Self)) -> Self;
    fn tensor_mut(&mut self) -> &mut Tensor;
}

impl Lend for Managed {
    const NAME: &'static CStr = c"dltensor";

    fn new(tensor: Tensor, deleter: unsafe extern "C" fn(*mut Self)) -> Self {
        Self {
            tensor,
            context: std::ptr::null_mut(),
            deleter: Some(deleter),
        }
    }

    fn tensor_mut(&mut self) -> &mut Tensor {
        &mut self.tensor
    }
}

impl Lend for Versioned {
    const NAME: &'static CStr = c"dltensor_versioned";

    fn new(tensor: Tensor, deleter: unsafe extern "C" fn(*mut Self)) -> Self {
        Self {
            major: 1,
            minor: 1,
            context: std::ptr::null_mut(),
            deleter: Some(deleter),
            flags: 0,
            tensor,
        }
    }

    fn tensor_mut(&mut self) -> &mut Tensor {
        &mut self.tensor
    }
}

/// A tensor and what it points to. The tensor comes first, so that a pointer to it is one to all.
#[repr(C)]
struct Lent<M> {
    managed: M,
    parts: Parts,
}

fn capsule<M: Lend>(py: Python<'_>, parts: Parts) -> PyResult<Bound<'_, PyAny>> {
    let tensor = Tensor {
        data: parts.memory.first.as_ptr().cast(),
        device_type: CPU,
        device_id: 0,
        ndim: parts.shape.len() as i32,
        dtype: parts.dtype,
        shape: std::ptr::null_mut(),
        strides: std::ptr::null_mut(),
        byte_offset: 0,
    };
    let mut lent = Box::new(Lent {
        managed: M::new(tensor, delete::<M>),
        parts,
    });
    let (shape, strides) = (
        lent.parts.shape.as_mut_ptr(),
        lent.parts.strides.as_mut_ptr(),
    );
    let tensor = lent.managed.tensor_mut();
    (tensor.shape, tensor.strides) = (shape, strides);
    let lent = Box::into_raw(lent);
    // SAFETY: the pointer is not null, the name lives as long as the program, and `destroy` expects this pointer under this name.
    // The function returns a new reference, or null and an exception.
    unsafe {
        let capsule = ffi::PyCapsule_New(lent.cast(), M::NAME.as_ptr(), Some(destroy::<M>));
        let capsule = Bound::from_owned_ptr_or_err(py, capsule);
        if capsule.is_err() {
            drop(Box::from_raw(lent));
        }
        capsule
    }
}

/// Frees a tensor that was lent: what who took it calls in the end, on any thread, with the interpreter or without.
unsafe extern "C" fn delete<M: Lend>(tensor: *mut M) {
    // SAFETY: the tensor is the first field of what `capsule` boxed, and whoever took it calls this once.
    drop(unsafe { Box::from_raw(tensor.cast::<Lent<M>>()) });
}

/// Frees a tensor whose capsule nobody took: its name is then what it was.
unsafe extern "C" fn destroy<M: Lend>(capsule: *mut ffi::PyObject) {
    // SAFETY: Python calls this for the capsule that `capsule` made, whose pointer is to a `Lent<M>`; a capsule of the name at first
    // still owns it.
    unsafe {
        if ffi::PyCapsule_IsValid(capsule, M::NAME.as_ptr()) != 0 {
            let tensor: *mut c_void = ffi::PyCapsule_GetPointer(capsule, M::NAME.as_ptr());
            delete::<M>(tensor.cast());
        }
    }
}

/// Bytes, aligned as DLPack wants them.
#[derive(Debug)]
struct Memory {
    first: NonNull<u8>,
    layout: Layout,
}

// SAFETY: the memory is this value's own.
unsafe impl Send for Memory {}

impl Memory {
    fn new(bytes: usize) -> Option<Self> {
        // An allocation of no bytes is not allowed.
        let layout = Layout::from_size_align(bytes.max(1), 64).ok()?;
        // SAFETY: the layout has a size.
        let first = NonNull::new(unsafe { alloc(layout) })?;
        Some(Self { first, layout })
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: the memory was allocated with this layout, and is freed once.
        unsafe { dealloc(self.first.as_ptr(), self.layout) };
    }
}
