//! DLPack: reads tensors of other libraries without a copy. The versions are 0 and 1 (<https://dmlc.github.io/dlpack>).
#![allow(unsafe_code, reason = "the other library's memory comes as pointers")]

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

use pyo3::exceptions::{PyBufferError, PyTypeError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};
use ulp::Dtype;

use crate::exchange::Exchange;

/// The device type of the CPU.
pub(crate) const CPU: i32 = 1;

/// The newest version that this module reads. A minor version only adds to the versions before it.
pub(crate) const VERSION: (u32, u32) = (1, 1);

/// The flag of a tensor that must not be written.
pub(crate) const READ_ONLY: u64 = 1;
/// The flag of a tensor in which each element narrower than a byte has a byte of its own.
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

/// The DLPack types of the formats that are not packed: the type code and the number of bits.
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

/// The type of the elements of a tensor.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Element {
    Number(Dtype),
    /// An unsigned integer with this number of bits.
    Code(usize),
}

impl DataType {
    /// Returns the type of the elements of a format, if DLPack has one. An element of torch's packed fp4 holds two numbers.
    pub(crate) fn of(dtype: Dtype) -> Option<Self> {
        let (whole, lanes) = match dtype {
            Dtype::F4E2M1FnX2 => (Dtype::F4E2M1Fn, 2),
            dtype => (dtype, 1),
        };
        let (_, code, bits) = *TYPES.iter().find(|(known, ..)| *known == whole)?;
        Some(Self { code, bits, lanes })
    }

    /// Returns the type of unsigned integers of `bits` bits.
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
    /// The type of the elements. None if this module does not read the type.
    pub(crate) element: Option<Element>,
}

#[derive(Debug)]
enum Lent {
    Managed(NonNull<Managed>),
    Versioned(NonNull<Versioned>),
}

impl Borrowed {
    /// Borrows the tensor of an object that has `__dlpack__`.
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        // The methods say why they refuse a tensor, so they follow if the C functions do not lend it.
        let borrowed = match Exchange::of(object)? {
            Some(exchange) => exchange.get().lend(object)?,
            None => None,
        };
        let borrowed = match borrowed {
            Some(borrowed) => borrowed,
            None => Self::by_methods(object)?,
        };
        // A tensor of torch can stand for the numbers in its memory with the other sign. DLPack cannot say so.
        if let Some(is_neg) = object.getattr_opt(intern!(object.py(), "is_neg"))?
            && is_neg.call0()?.is_truthy()?
        {
            return Err(PyBufferError::new_err(
                "the tensor has the negative bit set, which DLPack cannot say: pass tensor.resolve_neg()",
            ));
        }
        Ok(borrowed)
    }

    fn by_methods(object: &Bound<'_, PyAny>) -> PyResult<Self> {
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
            // A library older than version 1 of DLPack does not know the argument `max_version`.
            Err(error) if error.is_instance_of::<PyTypeError>(py) => object.call_method0("__dlpack__")?,
            capsule => capsule?,
        };
        Self::consume(capsule.cast::<PyCapsule>()?)
    }

    /// Borrows the tensor that a C function of another library lends.
    ///
    /// # Safety
    /// The pointer must point to a tensor that the caller owns, and must not be used again.
    pub(crate) unsafe fn of_versioned(tensor: NonNull<Versioned>) -> PyResult<Self> {
        Self::checked(Lent::Versioned(tensor))
    }

    fn consume(capsule: &Bound<'_, PyCapsule>) -> PyResult<Self> {
        let taken = |name: &CStr, used: &CStr| -> PyResult<NonNull<c_void>> {
            let pointer = capsule.pointer_checked(Some(name))?;
            // SAFETY: `capsule` is a capsule, as its type says. The new name is one of the two literals below, which live as
            // long as the program. The new name tells the destructor of the capsule that the capsule no longer owns the tensor.
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
        Self::checked(tensor)
    }

    /// Takes a tensor that another library lends. Dropping the result, or an error, gives the tensor back.
    fn checked(tensor: Lent) -> PyResult<Self> {
        let mut borrowed = Self { tensor, element: None };
        if let Lent::Versioned(tensor) = &borrowed.tensor {
            // SAFETY: the pointer points to a `DLManagedTensorVersioned`: `consume` saw the name of its capsule, and the caller of
            // `of_versioned` promises it. The tensor has not been given back, because only dropping `borrowed` gives it back. The
            // version is the first field of the structure in every version of DLPack.
            let (major, minor) = unsafe { ((*tensor.as_ptr()).major, (*tensor.as_ptr()).minor) };
            if major != VERSION.0 {
                return Err(PyBufferError::new_err(format!(
                    "the tensor has version {major}.{minor} of DLPack, and only 1 is read"
                )));
            }
        }
        let tensor = borrowed.tensor();
        if tensor.device_type != CPU {
            return Err(PyBufferError::new_err("the tensor is not in the CPU's memory"));
        }
        if tensor.ndim < 0 {
            return Err(PyBufferError::new_err("the tensor has a negative number of dimensions"));
        }
        borrowed.element = tensor.dtype.element(borrowed.flags());
        Ok(borrowed)
    }

    pub(crate) fn tensor(&self) -> &Tensor {
        // SAFETY: the pointer points to a structure of this type: `consume` saw the name of its capsule, and the caller of
        // `of_versioned` promises it. Only `drop` gives the tensor back.
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
            // SAFETY: the pointer points to a structure of this type: `consume` saw the name of its capsule, and the caller of
            // `of_versioned` promises it. Only `drop` gives the tensor back. `checked` looked at the major version, which decides
            // where the flags are.
            Lent::Versioned(versioned) => unsafe { versioned.as_ref().flags },
        }
    }

    pub(crate) fn shape(&self) -> Vec<i64> {
        self.list(self.tensor().shape)
    }

    /// Returns the strides, in elements. Returns None if the tensor has no strides: such a tensor is dense and row-major.
    pub(crate) fn strides(&self) -> Option<Vec<i64>> {
        let strides = self.tensor().strides;
        (!strides.is_null()).then(|| self.list(strides))
    }

    fn list(&self, first: *const i64) -> Vec<i64> {
        let len = self.tensor().ndim as usize;
        if len == 0 || first.is_null() {
            return Vec::new();
        }
        // SAFETY: DLPack promises `ndim` numbers at this pointer, and the pointer is not null. `checked` made sure that `ndim` is
        // not negative.
        unsafe { std::slice::from_raw_parts(first, len) }.to_vec()
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        // SAFETY: this value owns the tensor: `consume` renamed the capsule, or the caller of `of_versioned` promised it. Nothing uses the tensor any more. The
        // interpreter is attached, because a `Borrowed` is made and dropped in a call from Python.
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
