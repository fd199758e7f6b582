//! DLPack: tensors of other libraries, without a copy (<https://dmlc.github.io/dlpack>, versions 0 and 1).
#![allow(unsafe_code, reason = "the other library's memory comes as pointers")]

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

use pyo3::exceptions::{PyBufferError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};
use ulp::Dtype;

/// Memory of the CPU.
pub(crate) const CPU: i32 = 1;

/// The newest version that is read here; minor ones only add.
const VERSION: (u32, u32) = (1, 1);

pub(crate) const READ_ONLY: u64 = 1;
/// Codes narrower than a byte have one each.
pub(crate) const PADDED: u64 = 4;

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DataType {
    pub(crate) code: u8,
    pub(crate) bits: u8,
    pub(crate) lanes: u16,
}

#[repr(C)]
#[derive(Debug)]
pub(crate) struct Tensor {
    pub(crate) data: *mut c_void,
    pub(crate) device_type: i32,
    pub(crate) device_id: i32,
    pub(crate) ndim: i32,
    pub(crate) dtype: DataType,
    pub(crate) shape: *mut i64,
    pub(crate) strides: *mut i64,
    pub(crate) byte_offset: u64,
}

/// `DLManagedTensor`.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Managed {
    pub(crate) tensor: Tensor,
    pub(crate) context: *mut c_void,
    pub(crate) deleter: Option<unsafe extern "C" fn(*mut Self)>,
}

/// `DLManagedTensorVersioned`.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Versioned {
    pub(crate) major: u32,
    pub(crate) minor: u32,
    pub(crate) context: *mut c_void,
    pub(crate) deleter: Option<unsafe extern "C" fn(*mut Self)>,
    pub(crate) flags: u64,
    pub(crate) tensor: Tensor,
}

const UINT: u8 = 1;
const FLOAT: u8 = 2;
const BFLOAT: u8 = 4;

/// DLPack's types of the formats, but for the packed ones: code and bits.
const TYPES: &[(Dtype, u8, u8)] = &[
    (Dtype::F64, FLOAT, 64),
    (Dtype::F32, FLOAT, 32),
    (Dtype::F16, FLOAT, 16),
    (Dtype::Bf16, BFLOAT, 16),
    (Dtype::F8E3M4, 7, 8),
    (Dtype::F8E4M3, 8, 8),
    (Dtype::F8E4M3B11Fnuz, 9, 8),
    (Dtype::F8E4M3Fn, 10, 8),
    (Dtype::F8E4M3Fnuz, 11, 8),
    (Dtype::F8E5M2, 12, 8),
    (Dtype::F8E5M2Fnuz, 13, 8),
    (Dtype::F8E8M0Fnu, 14, 8),
    (Dtype::F6E2M3Fn, 15, 6),
    (Dtype::F6E3M2Fn, 16, 6),
    (Dtype::F4E2M1Fn, 17, 4),
];

/// What the elements of a tensor are.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Element {
    Number(Dtype),
    /// An unsigned integer of so many bits.
    Code(usize),
}

impl DataType {
    /// The type of elements of a format, if DLPack has one. torch's packed fp4 is one element for each two.
    pub(crate) fn of(dtype: Dtype) -> Option<Self> {
        let (whole, lanes) = match dtype {
            Dtype::F4E2M1FnX2 => (Dtype::F4E2M1Fn, 2),
            dtype => (dtype, 1),
        };
        let (_, code, bits) = *TYPES.iter().find(|(known, ..)| *known == whole)?;
        Some(Self { code, bits, lanes })
    }

    /// The type of unsigned integers.
    pub(crate) fn codes(bits: usize) -> Self {
        Self {
            code: UINT,
            bits: bits as u8,
            lanes: 1,
        }
    }

    fn element(self, flags: u64) -> Option<Element> {
        if self.code == UINT && self.lanes == 1 && matches!(self.bits, 8 | 16 | 32 | 64) {
            return Some(Element::Code(self.bits.into()));
        }
        let &(dtype, ..) = TYPES
            .iter()
            .find(|&&(_, code, bits)| (code, bits) == (self.code, self.bits))?;
        match (dtype, self.lanes) {
            (Dtype::F4E2M1Fn, 2) => Some(Element::Number(Dtype::F4E2M1FnX2)),
            (dtype, 1) if self.bits >= 8 || flags & PADDED != 0 => Some(Element::Number(dtype)),
            _ => None,
        }
    }
}

/// A tensor that another library lends.
#[derive(Debug)]
pub(crate) struct Borrowed {
    tensor: Lent,
    /// None for a number whose type is not read.
    pub(crate) element: Option<Element>,
}

#[derive(Debug)]
enum Lent {
    Managed(NonNull<Managed>),
    Versioned(NonNull<Versioned>),
}

impl Borrowed {
    /// Borrows from an object that has `__dlpack__`.
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let (device, id): (i32, i32) = object.call_method0("__dlpack_device__")?.extract()?;
        if device != CPU {
            return Err(PyBufferError::new_err(format!(
                "the tensor is in the memory of device ({device}, {id}), and only the CPU's can be read: move it to the CPU first"
            )));
        }
        let arguments = PyDict::new(py);
        arguments.set_item("max_version", VERSION)?;
        let capsule = match object.call_method("__dlpack__", (), Some(&arguments)) {
            // Libraries from before version 1 don't know the argument.
            Err(error) if error.is_instance_of::<PyTypeError>(py) => {
                object.call_method0("__dlpack__")?
            }
            capsule => capsule?,
        };
        Self::consume(capsule.cast::<PyCapsule>()?)
    }

    fn consume(capsule: &Bound<'_, PyCapsule>) -> PyResult<Self> {
        let taken = |name: &CStr, used: &CStr| -> PyResult<NonNull<c_void>> {
            let pointer = capsule.pointer_checked(Some(name))?;
            // SAFETY: the object is a capsule. Its new name lives as long as the program; it tells the capsule's destructor that
            // the tensor is not its own any more.
            let failed = unsafe { ffi::PyCapsule_SetName(capsule.as_ptr(), used.as_ptr()) } != 0;
            if failed {
                return Err(PyErr::fetch(capsule.py()));
            }
            Ok(pointer)
        };
        let tensor = if capsule.is_valid_checked(Some(c"dltensor_versioned")) {
            let tensor = taken(c"dltensor_versioned", c"used_dltensor_versioned")?;
            Lent::Versioned(tensor.cast())
        } else {
            Lent::Managed(taken(c"dltensor", c"used_dltensor")?.cast())
        };
        // From here on, dropping gives the tensor back.
        let mut borrowed = Self {
            tensor,
            element: None,
        };
        if let Lent::Versioned(tensor) = &borrowed.tensor {
            // SAFETY: a capsule of this name holds such a tensor, and it has not been given back. The version comes first in
            // every version.
            let (major, minor) = unsafe { ((*tensor.as_ptr()).major, (*tensor.as_ptr()).minor) };
            if major != VERSION.0 {
                return Err(PyBufferError::new_err(format!(
                    "the tensor has version {major}.{minor} of DLPack, and only 1 is read"
                )));
            }
        }
        let tensor = borrowed.tensor();
        if tensor.device_type != CPU {
            return Err(PyBufferError::new_err(
                "the tensor is not in the CPU's memory",
            ));
        }
        if tensor.ndim < 0 {
            return Err(PyBufferError::new_err(
                "the tensor has a negative number of dimensions",
            ));
        }
        borrowed.element = tensor.dtype.element(borrowed.flags());
        Ok(borrowed)
    }

    pub(crate) fn tensor(&self) -> &Tensor {
        // SAFETY: a capsule of this name held such a tensor, and it is given back only by `drop`.
        unsafe {
            match &self.tensor {
                Lent::Managed(managed) => &managed.as_ref().tensor,
                Lent::Versioned(versioned) => &versioned.as_ref().tensor,
            }
        }
    }

    pub(crate) fn flags(&self) -> u64 {
        match &self.tensor {
            Lent::Managed(_) => 0,
            // SAFETY: as in `tensor`; and its major version, which decides where the flags are, was checked.
            Lent::Versioned(versioned) => unsafe { versioned.as_ref().flags },
        }
    }

    pub(crate) fn shape(&self) -> Vec<i64> {
        self.list(self.tensor().shape)
    }

    /// In elements. None if the tensor is dense and row-major.
    pub(crate) fn strides(&self) -> Option<Vec<i64>> {
        let strides = self.tensor().strides;
        (!strides.is_null()).then(|| self.list(strides))
    }

    fn list(&self, first: *const i64) -> Vec<i64> {
        let len = self.tensor().ndim as usize;
        if len == 0 || first.is_null() {
            return Vec::new();
        }
        // SAFETY: DLPack promises `ndim` numbers there, which is not negative, as was checked.
        unsafe { std::slice::from_raw_parts(first, len) }.to_vec()
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        // SAFETY: the tensor is this value's own since its capsule was renamed, and nothing uses it any more. The interpreter is
        // attached: a `Borrowed` is made and dropped in a call from Python.
        unsafe {
            match self.tensor {
                Lent::Managed(tensor) => {
                    if let Some(deleter) = (*tensor.as_ptr()).deleter {
                        deleter(tensor.as_ptr());
                    }
                }
                Lent::Versioned(tensor) => {
                    if let Some(deleter) = (*tensor.as_ptr()).deleter {
                        deleter(tensor.as_ptr());
                    }
                }
            }
        }
    }
}
