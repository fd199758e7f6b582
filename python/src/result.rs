//! Results: arrays of the library that the argument comes from.
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

/// The library that an array comes from.
pub(crate) enum Library<'py> {
    Numpy(Bound<'py, PyUntypedArray>),
    /// Another library: the module of the library, which has a function `from_dlpack`.
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

    /// Returns memory for an array of this library. The array holds numbers of a format, or their codes if the library has no
    /// dtype for the format.
    ///
    /// `shape` counts numbers. `order` has the dimensions in their order in memory, the outermost first. If `order` is None,
    /// the array is row-major.
    pub(crate) fn new_array(&self, format: Format, shape: &[usize], order: Option<&[usize]>) -> PyResult<(View, Pending<'py>)> {
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
                Ok((View::new(&new, "the result")?, Pending::Whole(new.into_any())))
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

/// A result whose elements are still to be written.
pub(crate) enum Pending<'py> {
    Whole(Bound<'py, PyAny>),
    /// The module of a library, and memory for an array of this library.
    ///
    /// `finish` makes the array after the elements are written, because arrays of some libraries cannot be written.
    Export(Bound<'py, PyAny>, Bound<'py, Export>),
}

impl<'py> Pending<'py> {
    /// Returns the array. Its elements must be written before.
    pub(crate) fn finish(self) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Whole(array) => Ok(array),
            Self::Export(module, export) => module.call_method1("from_dlpack", (export,)),
        }
    }
}

/// Returns the strides, in bytes, of a dense array whose dimensions lie in this order in memory.
fn strides(shape: &[usize], order: &[usize], size: usize) -> Vec<isize> {
    let ordered: Vec<usize> = order.iter().map(|&nth| shape[nth]).collect();
    let mut strides = vec![0; shape.len()];
    for (&nth, stride) in order.iter().zip(row_major(&ordered, size)) {
        strides[nth] = stride;
    }
    strides
}

/// Returns the type of the elements of a format in a library. Returns the type of the codes if the library has no such type.
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

/// The memory of a tensor, until another library takes it.
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
    /// Returns the memory, and its first address.
    fn new(dtype: DataType, size: usize, shape: &[usize], strides: &[isize]) -> PyResult<(Self, *mut u8)> {
        let bytes = shape.iter().try_fold(size, |bytes, &len| bytes.checked_mul(len));
        let memory = bytes
            .and_then(Memory::new)
            .ok_or_else(|| PyMemoryError::new_err("there is no memory for the result"))?;
        let parts = Parts {
            memory,
            dtype,
            shape: shape.iter().map(|&len| len as i64).collect(),
            strides: strides.iter().map(|&stride| stride as i64 / size as i64).collect(),
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

/// One of the two structures of DLPack that hold a tensor.
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

/// A tensor and the parts that it points to. The tensor is the first field, so a pointer to the tensor points to the whole too.
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
    let (shape, strides) = (lent.parts.shape.as_mut_ptr(), lent.parts.strides.as_mut_ptr());
    let tensor = lent.managed.tensor_mut();
    (tensor.shape, tensor.strides) = (shape, strides);
    let lent = Box::into_raw(lent);
    // SAFETY: the pointer is not null, because it comes from a box. The name lives as long as the program. `destroy` expects
    // this pointer under this name. `PyCapsule_New` returns a new reference, or null and an exception. After an exception,
    // nobody but this function has the box.
    unsafe {
        let capsule = ffi::PyCapsule_New(lent.cast(), M::NAME.as_ptr(), Some(destroy::<M>));
        let capsule = Bound::from_owned_ptr_or_err(py, capsule);
        if capsule.is_err() {
            drop(Box::from_raw(lent));
        }
        capsule
    }
}

/// Frees a tensor that was lent.
///
/// The library that took the tensor calls this function in the end, on any thread, with the interpreter attached or not.
unsafe extern "C" fn delete<M: Lend>(tensor: *mut M) {
    // SAFETY: the tensor is the first field of the `Lent` that `capsule` boxed. The owner of the tensor frees it once.
    drop(unsafe { Box::from_raw(tensor.cast::<Lent<M>>()) });
}

/// Frees the tensor of a capsule that nobody took. Such a capsule still has its first name.
unsafe extern "C" fn destroy<M: Lend>(capsule: *mut ffi::PyObject) {
    // SAFETY: Python calls this function for a capsule that the function `capsule` made. The pointer of the capsule points to a
    // `Lent<M>`. A capsule that still has its first name still owns the `Lent<M>`.
    unsafe {
        if ffi::PyCapsule_IsValid(capsule, M::NAME.as_ptr()) != 0 {
            let tensor: *mut c_void = ffi::PyCapsule_GetPointer(capsule, M::NAME.as_ptr());
            delete::<M>(tensor.cast());
        }
    }
}

/// The number of bytes from which on memory should have huge pages. The system then clears fewer pages when they are first written.
/// numpy has this limit, too.
const HUGE: usize = 4 << 20;
const PAGE: usize = 4096;

/// Asks the system for huge pages. Nothing changes if the system has none.
fn advise_huge_pages(first: NonNull<u8>, bytes: usize) {
    #[cfg(target_os = "linux")]
    // SAFETY: `first` is the address of `bytes` bytes that were just allocated, and the advice changes no byte.
    unsafe {
        let whole_pages = bytes / PAGE * PAGE;
        let _ = rustix::mm::madvise(first.as_ptr().cast(), whole_pages, rustix::mm::Advice::LinuxHugepage);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (first, bytes);
}

/// Memory for the elements of a tensor, aligned to 64 bytes for DLPack.
#[derive(Debug)]
struct Memory {
    first: NonNull<u8>,
    layout: Layout,
}

// SAFETY: a `Memory` owns its bytes, so any thread may free them.
unsafe impl Send for Memory {}

impl Memory {
    fn new(bytes: usize) -> Option<Self> {
        let align = if bytes >= HUGE { PAGE } else { 64 };
        // `alloc` does not allow a size of 0 bytes.
        let layout = Layout::from_size_align(bytes.max(1), align).ok()?;
        // SAFETY: the size of the layout is at least 1 byte.
        let first = NonNull::new(unsafe { alloc(layout) })?;
        if bytes >= HUGE {
            advise_huge_pages(first, bytes);
        }
        Some(Self { first, layout })
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: `new` allocated the memory with this layout. Only this function frees the memory, and it runs once.
        unsafe { dealloc(self.first.as_ptr(), self.layout) };
    }
}
