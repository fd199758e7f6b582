//! [`Export`]: the memory of a result, which another library takes by DLPack.
#![allow(unsafe_code, reason = "memory is lent to other libraries as pointers")]

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{CStr, c_void};
use std::ptr::NonNull;
use std::sync::Mutex;

use pyo3::exceptions::{PyBufferError, PyMemoryError};
use pyo3::ffi;
use pyo3::prelude::*;

use crate::dlpack::{CPU, DataType, Managed, Tensor, Versioned};

/// A tensor with memory of its own.
#[derive(Debug)]
pub(crate) struct Parts {
    memory: Memory,
    dtype: DataType,
    shape: Vec<i64>,
    strides: Vec<i64>,
}

impl Parts {
    /// Returns a tensor, and the first address of its memory. The strides are in bytes.
    pub(crate) fn new(dtype: DataType, size: usize, shape: &[usize], strides: &[isize]) -> PyResult<(Self, *mut u8)> {
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
        Ok((parts, data))
    }

    /// Returns a structure of DLPack for another library. The library owns the tensor, and calls the deleter of the tensor once.
    pub(crate) fn lend<M: Lend>(self) -> NonNull<M> {
        let tensor = Tensor {
            data: self.memory.first.as_ptr().cast(),
            device_type: CPU,
            device_id: 0,
            ndim: self.shape.len() as i32,
            dtype: self.dtype,
            shape: std::ptr::null_mut(),
            strides: std::ptr::null_mut(),
            byte_offset: 0,
        };
        let lent = Box::leak(Box::new(Lent {
            managed: M::new(tensor, delete::<M>),
            parts: self,
        }));
        let (shape, strides) = (lent.parts.shape.as_mut_ptr(), lent.parts.strides.as_mut_ptr());
        let tensor = lent.managed.tensor_mut();
        (tensor.shape, tensor.strides) = (shape, strides);
        NonNull::from(lent).cast()
    }
}

/// A tensor that waits for another library, as an object of Python.
#[pyclass(frozen)]
#[derive(Debug)]
pub(crate) struct Export {
    parts: Mutex<Option<Parts>>,
}

impl Export {
    pub(crate) fn new(parts: Parts) -> Self {
        let parts = Mutex::new(Some(parts));
        Self { parts }
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
pub(crate) trait Lend: Sized {
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
    let tensor = parts.lend::<M>().as_ptr();
    // SAFETY: the pointer is not null, because it was a `NonNull`. The name lives as long as the program. `destroy` expects
    // this pointer under this name. `PyCapsule_New` returns a new reference, or null and an exception. After an exception,
    // nobody but this function has the tensor.
    unsafe {
        let capsule = ffi::PyCapsule_New(tensor.cast(), M::NAME.as_ptr(), Some(destroy::<M>));
        let capsule = Bound::from_owned_ptr_or_err(py, capsule);
        if capsule.is_err() {
            delete(tensor);
        }
        capsule
    }
}

/// Frees a tensor that was lent.
///
/// The library that took the tensor calls this function in the end, on any thread, with the interpreter attached or not.
unsafe extern "C" fn delete<M: Lend>(tensor: *mut M) {
    // SAFETY: the tensor is the first field of the `Lent` that `Parts::lend` boxed. The owner of the tensor frees it once.
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

/// The alignment that DLPack asks for, of the first element.
const ALIGN: usize = 64;

/// Asks the system for huge pages. Nothing changes if the system has none.
fn advise_huge_pages(first: NonNull<u8>, bytes: usize) {
    #[cfg(target_os = "linux")]
    // SAFETY: `first` is the address of `bytes` bytes that were just allocated, and the advice changes no byte.
    unsafe {
        // The advice is for whole pages.
        let skipped = first.as_ptr().align_offset(PAGE).min(bytes);
        let whole_pages = (bytes - skipped) / PAGE * PAGE;
        let first = first.as_ptr().add(skipped);
        let _ = rustix::mm::madvise(first.cast(), whole_pages, rustix::mm::Advice::LinuxHugepage);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (first, bytes);
}

/// Gives the bytes of new memory values, which may be any. A slice of bytes may then refer to the memory.
///
/// Zeros would take a third of the time of a cast, so the bytes keep what the memory has.
fn give_values(first: NonNull<u8>, bytes: usize) {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    // SAFETY: the block has no instruction, so nothing changes. The block has an address in the memory and does not promise to leave
    // memory alone (`nomem`, `readonly`). Rust must therefore take the block for code that writes all bytes of the memory.
    unsafe {
        let _ = bytes;
        std::arch::asm!("/* {} */", in(reg) first.as_ptr(), options(nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    // SAFETY: `first` is the address of `bytes` bytes that were just allocated.
    unsafe {
        first.as_ptr().write_bytes(0, bytes);
    }
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
        // glibc maps memory aligned to a page anew for each result, and each new page must be cleared. Memory with a smaller alignment
        // is taken again. `alloc` does not allow a size of 0 bytes.
        let layout = Layout::from_size_align(bytes.max(1), ALIGN).ok()?;
        // SAFETY: the size of the layout is at least 1 byte.
        let first = NonNull::new(unsafe { alloc(layout) })?;
        if bytes >= HUGE {
            advise_huge_pages(first, bytes);
        }
        give_values(first, bytes);
        Some(Self { first, layout })
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: `new` allocated the memory with this layout. Only this function frees the memory, and it runs once.
        unsafe { dealloc(self.first.as_ptr(), self.layout) };
    }
}
