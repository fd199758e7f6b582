//! Formats by the objects that Python programs name them with, and the dtypes that numpy has for them.

use numpy::{PyArrayDescr, PyArrayDescrMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use ulp::Dtype;

use crate::format::Format;
use crate::layout::Layout;

/// numpy's dtypes of the formats, and what names they have been asked for by.
pub(crate) struct Descrs {
    /// In the order of `Dtype::ALL`; none where neither numpy nor ml_dtypes has one.
    of: Vec<Option<Py<PyArrayDescr>>>,
    /// numpy's number of each of them.
    numbers: Vec<(i32, Dtype)>,
    /// uint8, uint16, uint32 and uint64.
    codes: [Py<PyArrayDescr>; 4],
    /// From the objects that named a format to its place in `Dtype::ALL`.
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
                codes: [
                    code("uint8")?,
                    code("uint16")?,
                    code("uint32")?,
                    code("uint64")?,
                ],
                seen: PyDict::new(py).unbind(),
            })
        })
    }

    /// numpy's dtype of a format, if there is one.
    pub(crate) fn of(&self, dtype: Dtype) -> Option<&Py<PyArrayDescr>> {
        let place = Dtype::ALL.iter().position(|&known| known == dtype)?;
        self.of.get(place)?.as_ref()
    }

    /// The unsigned integers that hold codes of so many bits.
    pub(crate) fn codes(&self, bits: usize) -> &Py<PyArrayDescr> {
        let [u8s, u16s, u32s, u64s] = &self.codes;
        match bits {
            16 => u16s,
            32 => u32s,
            64 => u64s,
            _ => u8s,
        }
    }

    /// The format of numpy's dtype of this number.
    pub(crate) fn numbered(&self, number: i32) -> Option<Dtype> {
        let found = self.numbers.iter().find(|(known, _)| *known == number);
        found.map(|&(_, dtype)| dtype)
    }
}

/// The format that an object names: a `Layout`, a string, a dtype or scalar type of numpy, ml_dtypes or jax, or a torch.dtype.
pub(crate) fn parse(object: &Bound<'_, PyAny>) -> PyResult<Format> {
    if let Ok(layout) = object.cast_exact::<Layout>() {
        return Ok(Format::Own(layout.get().0));
    }
    let py = object.py();
    let descrs = Descrs::get(py)?;
    let seen = descrs.seen.bind(py);
    // An object that can't be a key is none that was seen.
    if let Ok(Some(place)) = seen.get_item(object) {
        let place: usize = place.extract()?;
        return Ok(Format::Known(Dtype::ALL[place]));
    }
    let dtype = parse_unseen(descrs, object)?;
    let place = Dtype::ALL.iter().position(|&known| known == dtype);
    if seen.len() < MANY {
        // As above.
        let _ = seen.set_item(object, place);
    }
    Ok(Format::Known(dtype))
}

/// How many names are remembered: more than any program has, unless it makes them up.
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
        // numpy's float128, called 'f16', is no format that a result could have.
        (Some(dtype), Some(descr))
            if descrs
                .numbered(descr.num())
                .is_none_or(|other| other == dtype) =>
        {
            Ok(dtype)
        }
        (Some(dtype), Some(descr)) => Err(PyTypeError::new_err(format!(
            "{} may be {dtype} or numpy's {descr}: say which",
            object.repr()?
        ))),
        (None, Some(descr)) => descrs.numbered(descr.num()).ok_or_else(|| {
            PyTypeError::new_err(format!(
                "{descr} is no format of floating-point numbers that is known"
            ))
        }),
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

/// Whether numbers of a dtype have this machine's order of bytes.
pub(crate) fn is_native(descr: &Bound<'_, PyArrayDescr>) -> bool {
    let other = if cfg!(target_endian = "little") {
        b'>'
    } else {
        b'<'
    };
    descr.byteorder() != other
}
