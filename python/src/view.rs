//! [`View`]: an array of any library, in the memory of that library.

use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyBufferError, PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::dlpack::{Borrowed, Element, READ_ONLY};
use crate::dtype::{self, Descrs};
use crate::format::Format;
use crate::numpy as array;

/// The largest number of dimensions of a numpy array.
pub(crate) const MAX_DIMENSIONS: usize = 64;

/// The elements of an array, in memory that the array owns.
#[derive(Debug)]
pub(crate) struct View {
    /// The address of the element with index 0 in each dimension.
    pub(crate) data: *mut u8,
    pub(crate) shape: Vec<usize>,
    /// The strides, in bytes.
    pub(crate) strides: Vec<isize>,
    pub(crate) element: Element,
    /// True if the highest byte of an element comes first.
    pub(crate) big_endian: bool,
    pub(crate) writable: bool,
    /// The tensor that keeps the memory alive.
    ///
    /// None for a numpy array, which the caller keeps alive, and for the memory of a result.
    _owner: Option<Borrowed>,
}

impl View {
    /// Creates a view of a numpy array, or of an object with `__dlpack__`. Error messages call the object `name`.
    pub(crate) fn new(object: &Bound<'_, PyAny>, name: &str) -> PyResult<Self> {
        if let Ok(array) = object.cast::<PyUntypedArray>() {
            Self::of_numpy(array, name)
        } else if object.hasattr("__dlpack__")? {
            Self::of_dlpack(object, name)
        } else {
            Err(PyTypeError::new_err(format!(
                "{name} is {}, neither a numpy array nor an object with __dlpack__; numpy.asarray makes an array of numbers",
                object.get_type().name()?
            )))
        }
    }

    /// Creates a view of memory for a result. The caller keeps the memory alive. The strides are in bytes.
    pub(crate) fn of_memory(data: *mut u8, shape: Vec<usize>, strides: Vec<isize>, element: Element) -> Self {
        Self {
            data,
            shape,
            strides,
            element,
            big_endian: cfg!(target_endian = "big"),
            writable: true,
            _owner: None,
        }
    }

    fn of_numpy(array: &Bound<'_, PyUntypedArray>, name: &str) -> PyResult<Self> {
        let py = array.py();
        let descr = array.dtype();
        if !array::is_plain(array)? {
            return Err(PyTypeError::new_err(format!(
                "{name} is a masked array, whose mask would be lost: pass its data"
            )));
        }
        let element = match Descrs::get(py)?.numbered(descr.num()) {
            Some(dtype) => Element::Number(dtype),
            None if descr.kind() == b'u' => Element::Code(8 * descr.itemsize()),
            None => return Err(unknown(name, descr.as_any())),
        };
        let (data, writable) = array::memory(array);
        Ok(Self {
            data,
            shape: array.shape().to_vec(),
            strides: array.strides().to_vec(),
            element,
            big_endian: cfg!(target_endian = "big") == dtype::is_native(&descr),
            writable,
            _owner: None,
        })
    }

    fn of_dlpack(object: &Bound<'_, PyAny>, name: &str) -> PyResult<Self> {
        let borrowed = Borrowed::new(object)?;
        let Some(element) = borrowed.element else {
            let unnamed = format!("{:?}", borrowed.tensor().dtype);
            return Err(match object.getattr("dtype") {
                Ok(dtype) => unknown(name, &dtype),
                Err(_) => unknown(name, &unnamed.into_pyobject(object.py())?.into_any()),
            });
        };
        let wrong = || PyBufferError::new_err(format!("{name} has a shape or strides that no memory has"));
        let size = size_of_element(element);
        let shape = borrowed.shape();
        let shape: Vec<usize> = shape
            .into_iter()
            .map(|len| usize::try_from(len).map_err(|_| wrong()))
            .collect::<PyResult<_>>()?;
        if shape.len() > MAX_DIMENSIONS {
            return Err(PyValueError::new_err(format!(
                "{name} has {} dimensions, and {MAX_DIMENSIONS} are the most",
                shape.len()
            )));
        }
        let bytes = shape
            .iter()
            .try_fold(size, |bytes, &len| bytes.checked_mul(len.max(1)))
            .filter(|&bytes| isize::try_from(bytes).is_ok())
            .ok_or_else(wrong)?;
        let strides = match borrowed.strides() {
            Some(strides) => strides
                .into_iter()
                .map(|stride| {
                    let stride = isize::try_from(stride).ok()?;
                    stride.checked_mul(size as isize)
                })
                .collect::<Option<_>>()
                .ok_or_else(wrong)?,
            None => row_major(&shape, size),
        };
        let tensor = borrowed.tensor();
        if tensor.data.is_null() && bytes > 0 && !shape.contains(&0) {
            return Err(wrong());
        }
        Ok(Self {
            data: tensor.data.cast::<u8>().wrapping_add(tensor.byte_offset as usize),
            shape,
            strides,
            element,
            big_endian: cfg!(target_endian = "big"),
            writable: borrowed.flags() & READ_ONLY == 0,
            _owner: Some(borrowed),
        })
    }

    /// Returns the format of the elements.
    ///
    /// `source` is the format that the caller gives. Codes need a `source`, and numbers must have the format `source` if it is
    /// given. If the format is packed, the shape counts numbers after this call.
    pub(crate) fn read_as(&mut self, source: Option<Format>, name: &str) -> PyResult<Format> {
        let format = match (self.element, source) {
            (Element::Number(dtype), None) => Format::Known(dtype),
            (Element::Number(dtype), Some(source)) if source == Format::Known(dtype) => source,
            (Element::Code(bits), Some(source)) if bits == source.bits().next_power_of_two().max(8) => source,
            (Element::Code(bits), None) => {
                return Err(PyTypeError::new_err(format!(
                    "{name} holds uint{bits}: pass source= to say of which format these are the codes, or convert integers to float64 first"
                )));
            }
            (element, Some(source)) => {
                let bits = source.bits().next_power_of_two().max(8);
                let has = match element {
                    Element::Number(dtype) => dtype.to_string(),
                    Element::Code(bits) => format!("uint{bits}"),
                };
                return Err(PyTypeError::new_err(format!(
                    "{name} holds {has}, and codes of {source} are uint{bits}"
                )));
            }
        };
        if format.is_packed() {
            self.count_numbers(format, name)?;
        }
        Ok(format)
    }

    /// Checks that the elements are numbers or codes of a format, contiguous and in the byte order of this machine.
    pub(crate) fn hold(&mut self, format: Format, name: &str) -> PyResult<()> {
        let source = matches!(self.element, Element::Code(_)).then_some(format);
        let found = self.read_as(source, name)?;
        if found != format {
            return Err(PyTypeError::new_err(format!("{name} hold {found}, and {format} is needed")));
        }
        if !format.is_packed() && (self.big_endian && format.bits() > 8 || !self.is_row_major(format.bits() / 8)) {
            return Err(PyValueError::new_err(format!(
                "{name} are not side by side in memory, the axis of the blocks last, in this machine's order of bytes: pass a contiguous copy"
            )));
        }
        Ok(())
    }

    /// Changes the shape of a packed array. The last dimension counted bytes, and counts numbers after this call.
    fn count_numbers(&mut self, format: Format, name: &str) -> PyResult<()> {
        let (numbers, bytes) = format.pack();
        if !self.is_row_major(1) {
            return Err(PyValueError::new_err(format!(
                "{name} is packed and not row-major (C-contiguous): pass a contiguous copy"
            )));
        }
        match self.shape.last_mut() {
            Some(len) if len.is_multiple_of(bytes) => {
                *len = *len / bytes * numbers;
                Ok(())
            }
            _ => Err(PyValueError::new_err(format!(
                "{name} is packed: its last dimension must be a multiple of {bytes} bytes, which hold {numbers} numbers"
            ))),
        }
    }

    /// Returns the number of elements.
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    pub(crate) fn is_row_major(&self, size: usize) -> bool {
        let mut expected = size as isize;
        let dimensions = self.shape.iter().zip(&self.strides).rev();
        self.shape.contains(&0)
            || dimensions.filter(|(len, _)| **len != 1).all(|(&len, &stride)| {
                let fits = stride == expected;
                expected *= len as isize;
                fits
            })
    }

    /// Returns the first address of the elements, and the address past the last element.
    pub(crate) fn extent(&self) -> (usize, usize) {
        let (mut first, mut last) = (self.data.addr(), self.data.addr());
        if self.shape.contains(&0) {
            return (first, first);
        }
        // The shape of a packed tensor counts numbers. There are more numbers than bytes, so the extent is never too small.
        for (&len, &stride) in self.shape.iter().zip(&self.strides) {
            let reach = stride.wrapping_mul(len as isize - 1);
            if reach < 0 {
                first = first.wrapping_add_signed(reach);
            } else {
                last = last.wrapping_add_signed(reach);
            }
        }
        (first, last.wrapping_add(size_of_element(self.element)))
    }

    /// Returns whether it is certain that no two indices lead to one byte.
    pub(crate) fn is_injective(&self) -> bool {
        let mut dimensions: Vec<(usize, usize)> = self
            .shape
            .iter()
            .zip(&self.strides)
            .map(|(&len, &stride)| (stride.unsigned_abs(), len))
            .filter(|&(_, len)| len > 1)
            .collect();
        dimensions.sort_unstable();
        let mut reach = size_of_element(self.element);
        self.shape.contains(&0)
            || dimensions.into_iter().all(|(stride, len)| {
                let apart = stride >= reach;
                reach = reach.saturating_add(stride.saturating_mul(len - 1));
                apart
            })
    }
}

/// Returns the number of bytes of an element in memory. Two numbers of packed fp4 are one element.
fn size_of_element(element: Element) -> usize {
    match element {
        Element::Number(dtype) => dtype.bits().div_ceil(8) as usize,
        Element::Code(bits) => bits / 8,
    }
}

/// Returns the strides of a dense row-major array, in bytes.
pub(crate) fn row_major(shape: &[usize], size: usize) -> Vec<isize> {
    let mut strides = vec![0; shape.len()];
    let mut step = size as isize;
    for (stride, &len) in strides.iter_mut().zip(shape).rev() {
        *stride = step;
        step *= len.max(1) as isize;
    }
    strides
}

fn unknown(name: &str, dtype: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err(format!(
        "{name} has the dtype {dtype}, which is no format of floating-point numbers that is known"
    ))
}
