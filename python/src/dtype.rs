//! Finds the format that a Python object names, and the numpy dtype of a format.

use numpy::{PyArrayDescr, PyArrayDescrMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use ulp::Dtype;

use crate::format::Format;
use crate::layout::Layout;

/// The numpy dtypes of the formats, and the objects that have named a format.
pub(crate) struct Descrs {
    /// The numpy dtype of each format, in the order of `Dtype::ALL`.
    ///
    /// An entry is None if the format is packed, or if neither numpy nor ml_dtypes has a dtype for the format.
    of: Vec<Option<Py<PyArrayDescr>>>,
    /// The type number of each of these numpy dtypes, and the format of the dtype.
    numbers: Vec<(i32, Dtype)>,
    /// The numpy dtypes uint8, uint16, uint32 and uint64.
    codes: [Py<PyArrayDescr>; 4],
    /// A dict from each object that has named a format to the index of this format in `Dtype::ALL`.
    seen: Py<PyDict>,
}

impl Descrs {
    pub(crate) fn get(py: Python<'_>) -> PyResult<&Self> {
        static DESCRS: PyOnceLock<Descrs> = PyOnceLock::new();
        DESCRS.get_or_try_init(py, || {
            let ml_dtypes = py.import("ml_dtypes")?;
            let descr = |name: &str| -> PyResult<Bound<'_, PyArrayDescr>> {
                if ml_dtypes.hasattr(name)? {
                    PyArrayDescr::new(py, ml_dtypes.getattr(name)?)
                } else {
                    PyArrayDescr::new(py, name)
                }
            };
            let mut of = Vec::new();
            let mut numbers = Vec::new();
            for &dtype in Dtype::ALL {
                let descr = descr(dtype.name()).ok().filter(|_| !dtype.is_packed());
                if let Some(descr) = &descr {
                    numbers.push((descr.num(), dtype));
                }
                of.push(descr.map(Bound::unbind));
            }
            let code = |name| descr(name).map(Bound::unbind);
            Ok(Self {
                of,
                numbers,
                codes: [code("uint8")?, code("uint16")?, code("uint32")?, code("uint64")?],
                seen: PyDict::new(py).unbind(),
            })
        })
    }

    /// Returns the numpy dtype of a format, if there is one.
    pub(crate) fn of(&self, dtype: Dtype) -> Option<&Py<PyArrayDescr>> {
        let place = Dtype::ALL.iter().position(|&known| known == dtype)?;
        self.of.get(place)?.as_ref()
    }

    /// Returns the dtype of the unsigned integers that hold codes of `bits` bits.
    pub(crate) fn codes(&self, bits: usize) -> &Py<PyArrayDescr> {
        let [u8s, u16s, u32s, u64s] = &self.codes;
        match bits {
            16 => u16s,
            32 => u32s,
            64 => u64s,
            _ => u8s,
        }
    }

    /// Returns the format of the numpy dtype with this type number.
    pub(crate) fn numbered(&self, number: i32) -> Option<Dtype> {
        let found = self.numbers.iter().find(|(known, _)| *known == number);
        found.map(|&(_, dtype)| dtype)
    }
}

/// Returns the format that an object names.
///
/// The object is a `Layout`, a string, a dtype or scalar type of numpy, ml_dtypes or jax, or a torch.dtype.
pub(crate) fn parse(object: &Bound<'_, PyAny>) -> PyResult<Format> {
    if let Ok(layout) = object.cast_exact::<Layout>() {
        return Ok(Format::Own(layout.get().0));
    }
    let py = object.py();
    let descrs = Descrs::get(py)?;
    let seen = descrs.seen.bind(py);
    // The lookup fails for an object that cannot be a key. Such an object is never in the dict.
    if let Ok(Some(place)) = seen.get_item(object) {
        let place: usize = place.extract()?;
        return Ok(Format::Known(Dtype::ALL[place]));
    }
    let dtype = parse_unseen(descrs, object)?;
    let place = Dtype::ALL.iter().position(|&known| known == dtype);
    if seen.len() < MANY {
        // The insertion fails for an object that cannot be a key. Such an object is parsed again each time.
        let _ = seen.set_item(object, place);
    }
    Ok(Format::Known(dtype))
}

/// The largest number of objects that are remembered. Only a program that generates names has more.
const MANY: usize = 1000;

fn parse_unseen(descrs: &Descrs, object: &Bound<'_, PyAny>) -> PyResult<Dtype> {
    let py = object.py();
    let is_text = object.is_instance_of::<PyString>();
    let class = object.get_type();
    let is_torch = class.name()? == "dtype" && class.module()? == "torch";
    let by_name = if is_text || is_torch {
        let name: String = object.str()?.extract()?;
        name.parse::<Dtype>().ok()
    } else {
        None
    };
    let by_numpy = if is_torch {
        None
    } else {
        match PyArrayDescr::new(py, object.clone()) {
            Ok(descr) if !is_native(&descr) => {
                return Err(PyTypeError::new_err(format!(
                    "{descr} has not this machine's order of bytes: pass out= for a result that hasn't"
                )));
            }
            Ok(descr) => Some(descr),
            Err(_) => None,
        }
    };
    match (by_name, by_numpy) {
        (Some(dtype), None) => Ok(dtype),
        // To numpy, 'f16' names float128. No result can have this dtype, so 'f16' names float16 here.
        (Some(dtype), Some(descr)) if descrs.numbered(descr.num()).is_none_or(|other| other == dtype) => Ok(dtype),
        (Some(dtype), Some(descr)) => Err(PyTypeError::new_err(format!(
            "{} may be {dtype} or numpy's {descr}: say which",
            object.repr()?
        ))),
        (None, Some(descr)) => descrs
            .numbered(descr.num())
            .ok_or_else(|| PyTypeError::new_err(format!("{descr} is no format of floating-point numbers that is known"))),
        (None, None) => {
            let known: Vec<_> = Dtype::ALL.iter().map(|dtype| dtype.name()).collect();
            Err(PyTypeError::new_err(format!(
                "{} names no format of floating-point numbers; known are {}, and any Layout",
                object.repr()?,
                known.join(", ")
            )))
        }
    }
}

/// Returns whether numbers of a dtype have the byte order of this machine.
pub(crate) fn is_native(descr: &Bound<'_, PyArrayDescr>) -> bool {
    let other = if cfg!(target_endian = "little") { b'>' } else { b'<' };
    descr.byteorder() != other
}
