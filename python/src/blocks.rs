//! `quantize` and `dequantize`: block-scaled formats.
#![allow(unsafe_code, reason = "the elements of arrays are seen as slices")]

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use ulp::block::{BlockError, Blocks, Counts, Scheme};
use ulp::slice::amax;
use ulp::{Bf16, Cast, Dtype, F16};

use crate::dtype;
use crate::format::Format;
use crate::function::{parse_rounding, parse_threads};
use crate::matrix::{Axis, Matrix, Numbers, Work};
use crate::result::Library;
use crate::threads;
use crate::view::View;

/// What became of the numbers of an array in blocks.
///
/// Attributes, each a number of elements:
///     infinities: infinite before
///     nans: NaN before
///     saturated: finite, and the largest finite number now because they were larger
///     became_zero: zero now, and not before
#[pyclass(frozen, eq, get_all, module = "ulp_float")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BlockCounts {
    infinities: usize,
    nans: usize,
    saturated: usize,
    became_zero: usize,
}

#[pymethods]
impl BlockCounts {
    fn __repr__(&self) -> String {
        let Self {
            infinities,
            nans,
            saturated,
            became_zero,
        } = self;
        format!(
            "BlockCounts(infinities={infinities}, nans={nans}, saturated={saturated}, became_zero={became_zero})"
        )
    }
}

/// An array in blocks: elements, scales, tensor_scale, counts. It unpacks like a tuple of these.
///
/// Attributes:
///     elements: an array of the scheme's element format; packed formats in bytes, two fp4 numbers each or four fp6 numbers in three
///     scales: an array of the scheme's scale format
///     tensor_scale: the scale of the whole array, 1.0 in a scheme without
///     counts: BlockCounts
#[pyclass(frozen, get_all, module = "ulp_float")]
#[derive(Debug)]
pub(crate) struct Quantized {
    elements: Py<PyAny>,
    scales: Py<PyAny>,
    tensor_scale: f32,
    counts: Py<BlockCounts>,
}

#[pymethods]
impl Quantized {
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let fields = (
            &self.elements,
            &self.scales,
            self.tensor_scale,
            &self.counts,
        );
        let fields: Bound<'py, PyTuple> = fields.into_pyobject(py)?;
        Ok(fields.as_any().try_iter()?.into_any())
    }
}

/// Quantizes an array to a block-scaled format: neighbouring elements share a scale.
///
/// Each element is the exact quotient by its scale, rounded once; past the largest finite number, it is that number.
///
/// Args:
///     x: an array as for `cast`, of any format that float32 has all numbers of
///     scheme: "mxfp8", "mxfp8_e5m2", "mxfp6_e2m3", "mxfp6_e3m2", "mxfp4", "nvfp4", "fp8_tensor", "fp8_row" or "fp8_block" (a scale
///         each 128x128); with another rule of scales, as in "mxfp4/floor"; or parts, as in "float8_e5m2/bfloat16/1x64"
///     axis: the axis along which elements share scales. In a scheme with blocks of several rows, the last two axes are the matrix, and
///         axis must be -1
///     rounding: as for `cast`
///     tensor_scale: the scale of the whole array, in a scheme that has one (nvfp4); if None, what makes the largest magnitude the
///         largest of the format
///     threads: as for `cast`
///
/// Returns:
///     Quantized: elements of x's shape (packed ones with fewer bytes along the axis) and scales, in arrays of x's library. Scales have
///     x's shape but along the axis, where there is one for each block; () where the whole array shares one; and for blocks of several
///     rows one for each block in both of the last dimensions
///
/// Raises:
///     TypeError: if x is no array of floating-point numbers, or of one wider than float32
///     ValueError: if the scheme is not known, does not fit the shape, or the tensor scale is not positive and finite; or if a NaN can be
///         kept neither in an element nor in its scale
///     IndexError: if x has no such axis
///
/// Examples:
///     >>> import numpy, ulp_float
///     >>> elements, scales, _, counts = ulp_float.quantize(numpy.ones((4, 64), "f4"), "mxfp4")
///     >>> elements.shape, elements.dtype, scales.shape, scales.dtype
///     ((4, 32), dtype('uint8'), (4, 2), dtype(float8_e8m0fnu))
#[pyfunction]
#[pyo3(signature = (x, scheme, *, axis=-1, rounding="ties_to_even", tensor_scale=None, threads=None))]
pub(crate) fn quantize(
    x: &Bound<'_, PyAny>,
    scheme: &str,
    axis: isize,
    rounding: &str,
    tensor_scale: Option<f32>,
    threads: Option<i64>,
) -> PyResult<Quantized> {
    let py = x.py();
    let scheme = parse_scheme(scheme)?;
    let cast = Cast::new().rounding(parse_rounding(rounding)?).saturating();
    let threads = parse_threads(threads)?;
    let mut src = View::new(x, "x")?;
    let from = match src.read_as(None, "x")? {
        Format::Known(dtype) if dtype != Dtype::F64 && !dtype.is_packed() => dtype,
        format => {
            return Err(PyTypeError::new_err(format!(
                "x holds {format}: cast it to float32 first"
            )));
        }
    };
    let axis = Axis::new(axis, src.shape.len())?;
    axis.move_last(&mut src);
    let matrix = Matrix::new(&src.shape, scheme, axis.is_last())?;
    let library = Library::of(x)?;
    let (dst, elements) = library.new_array(Format::Known(scheme.element), &matrix.shape, None)?;
    let (dst_scales, scales) =
        library.new_array(Format::Known(scheme.scale), &matrix.scales, None)?;

    let threads = threads::how_many(threads, src.len());
    let work = Work::new(scheme, &matrix, threads, dst.data, dst_scales.data);
    let numbers = Numbers::read(py, &src, from);
    let done = py.detach(|| {
        macro_rules! quantize {
            ($Format:ty) => {{
                // SAFETY: the format is that of the numbers, as the match says.
                let numbers: &[$Format] = unsafe { numbers.slice() };
                let tensor_scale =
                    tensor_scale.unwrap_or_else(|| scheme.tensor_scale_of(amax(numbers)));
                let done = work.share(|part| {
                    // SAFETY: the arrays are new, as large as the matrix of their shapes, and parts are disjoint.
                    let (elements, scales) = unsafe { (part.elements.write(), part.scales.write()) };
                    let numbers = &numbers[part.numbers];
                    scheme.quantize_with(numbers, matrix.cols, tensor_scale, elements, scales, cast)
                });
                done.map(|counts| (counts, tensor_scale))
            }};
        }
        match numbers.dtype {
            Dtype::F16 => quantize!(F16),
            Dtype::Bf16 => quantize!(Bf16),
            _ => quantize!(f32),
        }
    });
    let (counts, tensor_scale) = done.map_err(refused)?;
    let counts = BlockCounts {
        infinities: counts.infinities,
        nans: counts.nans,
        saturated: counts.saturated,
        became_zero: counts.became_zero,
    };
    let (elements, mut scales) = (
        axis.move_back(&library, elements.finish()?)?,
        scales.finish()?,
    );
    if scheme.blocks != Blocks::TENSOR {
        scales = axis.move_back(&library, scales)?;
    }
    Ok(Quantized {
        elements: elements.unbind(),
        scales: scales.unbind(),
        tensor_scale,
        counts: Py::new(py, counts)?,
    })
}

/// Brings an array back from blocks: scale times tensor_scale times element, in float32, rounded once to the result.
///
/// Args:
///     elements, scales: arrays as `quantize` returns them; of the scheme's formats, or codes in unsigned integers
///     scheme, axis, threads: as for `quantize`
///     dtype: the format of the result, as for `cast`
///     tensor_scale: that of `quantize`
///
/// Returns:
///     an array of the library of `elements`
///
/// Raises:
///     TypeError: if an array or a format is of a type that is not known
///     ValueError: if the scheme is not known, shapes do not fit, or an array is not contiguous with `axis` last
///     IndexError: if elements have no such axis
///
/// Examples:
///     >>> import numpy, ulp_float
///     >>> elements, scales, tensor_scale, _ = ulp_float.quantize(numpy.ones((4, 64), "f4"), "nvfp4")
///     >>> ulp_float.dequantize(elements, scales, "nvfp4", "bfloat16", tensor_scale=tensor_scale)[0, 0]
///     1
#[pyfunction]
#[pyo3(signature = (elements, scales, scheme, dtype=None, *, axis=-1, tensor_scale=1.0, threads=None))]
pub(crate) fn dequantize<'py>(
    elements: &Bound<'py, PyAny>,
    scales: &Bound<'py, PyAny>,
    scheme: &str,
    dtype: Option<&Bound<'py, PyAny>>,
    axis: isize,
    tensor_scale: f32,
    threads: Option<i64>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = elements.py();
    let scheme = parse_scheme(scheme)?;
    let to = dtype.map_or(Ok(Format::Known(Dtype::F32)), dtype::parse)?;
    let threads = parse_threads(threads)?;
    let mut codes = View::new(elements, "elements")?;
    let axis = Axis::new(axis, codes.shape.len())?;
    axis.move_last(&mut codes);
    codes.hold(Format::Known(scheme.element), "elements")?;
    let matrix = Matrix::new(&codes.shape, scheme, axis.is_last())?;
    let mut factors = View::new(scales, "scales")?;
    if factors.shape.len() == codes.shape.len() && scheme.blocks != Blocks::TENSOR {
        axis.move_last(&mut factors);
    }
    factors.hold(Format::Known(scheme.scale), "scales")?;
    if factors.shape != matrix.scales {
        return Err(PyValueError::new_err(format!(
            "scales have the shape {:?}, and {scheme} needs {:?} for {:?} numbers (the axis of the blocks last)",
            factors.shape, matrix.scales, matrix.shape
        )));
    }
    let library = Library::of(elements)?;
    let (dst, result) = library.new_array(to, &matrix.shape, None)?;
    let numbers = Numbers::new(&dst, to);
    let threads = threads::how_many(threads, codes.len());
    let work = Work::new(scheme, &matrix, threads, codes.data, factors.data);
    let done = py.detach(|| {
        macro_rules! dequantize {
            ($Format:ty) => {
                work.share(|part| {
                    // SAFETY: the arguments keep these arrays, whose shapes are those of the matrix, and nobody is to write them meanwhile; the format is that of the
                    // numbers, as the match says, and parts are disjoint.
                    let (elements, scales, numbers) = unsafe {
                        (part.elements.read(), part.scales.read(), numbers.slice_mut::<$Format>(part.numbers.clone()))
                    };
                    let done = scheme.dequantize(elements, scales, matrix.cols, tensor_scale, numbers);
                    done.map(|()| Counts::default())
                })
            };
        }
        match numbers.dtype {
            Dtype::F16 => dequantize!(F16),
            Dtype::Bf16 => dequantize!(Bf16),
            _ => dequantize!(f32),
        }
    });
    done.map_err(refused)?;
    numbers.write(py, &dst, to);
    axis.move_back(&library, result.finish()?)
}

fn parse_scheme(name: &str) -> PyResult<Scheme> {
    let scheme: Scheme = name
        .parse()
        .map_err(|error: ulp::block::UnknownScheme| PyValueError::new_err(error.to_string()))?;
    if scheme.scale.is_packed() {
        return Err(PyValueError::new_err(format!(
            "{scheme} has packed scales, which no array holds"
        )));
    }
    Ok(scheme)
}

fn refused(error: BlockError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
