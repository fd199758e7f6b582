//! Results: arrays of the library that the argument comes from.

use numpy::PyUntypedArray;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::dlpack::{DataType, Element};
use crate::dtype::Descrs;
use crate::exchange::Exchange;
use crate::export::{Export, Parts};
use crate::format::Format;
use crate::numpy as array;
use crate::view::{View, row_major};

/// The library that an array comes from.
pub(crate) enum Library<'py> {
    Numpy(Bound<'py, PyUntypedArray>),
    Other {
        /// The module of the library, which has a function `from_dlpack`.
        module: Bound<'py, PyAny>,
        /// The library's C functions, if it has them.
        exchange: Option<Bound<'py, Exchange>>,
    },
}

impl<'py> Library<'py> {
    pub(crate) fn of(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(array) = object.cast::<PyUntypedArray>() {
            return Ok(Self::Numpy(array.clone()));
        }
        let exchange = Exchange::of(object)?;
        let module = match &exchange {
            Some(exchange) => exchange.get().module(object.py()),
            None => module(object)?,
        };
        match module {
            Some(module) => Ok(Self::Other { module, exchange }),
            None => Err(PyTypeError::new_err(format!(
                "no library with from_dlpack is known for {}: pass out=",
                object.get_type().name()?
            ))),
        }
    }

    /// Returns memory for an array of this library, whose bytes have any values. The array holds numbers of a format, or their codes if the library has no
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
                // The memory comes from a function in C, which may have written all bytes.
                let new = match order {
                    Some(_) => array::new_like(like, descr),
                    None => array::new_row_major(like.py(), &shape, descr),
                }?;
                Ok((View::new(&new, "the result")?, Pending::Whole(new.into_any())))
            }
            Self::Other { module, exchange } => {
                let (dtype, element) = data_type(module, format)?;
                let size = format.bits().div_ceil(8);
                let strides = match order {
                    Some(order) => strides(&shape, order, size),
                    None => row_major(&shape, size),
                };
                let (parts, data) = Parts::new(dtype, size, &shape, &strides)?;
                let view = View::of_memory(data, shape, strides, element);
                Ok((view, Pending::Parts(module.clone(), exchange.clone(), parts)))
            }
        }
    }
}

/// A result whose elements are still to be written.
pub(crate) enum Pending<'py> {
    Whole(Bound<'py, PyAny>),
    /// The module of a library, its C functions, and memory for an array of this library.
    ///
    /// `finish` makes the array after the elements are written, because arrays of some libraries cannot be written.
    Parts(Bound<'py, PyAny>, Option<Bound<'py, Exchange>>, Parts),
}

impl<'py> Pending<'py> {
    /// Returns the array. Its elements must be written before.
    pub(crate) fn finish(self) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Whole(array) => Ok(array),
            Self::Parts(_, Some(exchange), parts) => exchange.get().take(exchange.py(), parts),
            Self::Parts(module, None, parts) => module.call_method1("from_dlpack", (Export::new(parts),)),
        }
    }
}

/// Returns the module of the library that an object comes from: the module that has a function `from_dlpack`.
pub(crate) fn module<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if object.hasattr("__array_namespace__")? {
        let namespace = object.call_method0("__array_namespace__")?;
        if namespace.hasattr("from_dlpack")? {
            return Ok(Some(namespace));
        }
    }
    let modules = object.py().import("sys")?.getattr("modules")?;
    for class in object.get_type().mro() {
        let module: String = class.getattr("__module__")?.extract()?;
        let root = module.split('.').next().unwrap_or_default();
        if let Ok(module) = modules.get_item(root)
            && module.hasattr("from_dlpack")?
        {
            return Ok(Some(module));
        }
    }
    Ok(None)
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
