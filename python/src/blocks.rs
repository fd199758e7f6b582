//! `quantize` and `dequantize`: conversion to block-scaled formats, and back.
#![allow(unsafe_code, reason = "the elements of arrays are seen as slices")]

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use ulp::block::{BlockError, Blocks, Counts, Scheme};
use ulp::{Bf16, Cast, Dtype, F16};

use crate::dtype;
use crate::format::Format;
use crate::function::{parse_rounding, parse_threads};
use crate::matrix::{Axis, Matrix, Numbers, Work};
use crate::result::Library;
use crate::threads;
use crate::view::View;

/// The counts of a quantization.
///
/// Attributes, each a number of elements:
///     infinities: elements that were infinite before
///     nans: elements that were NaN before
///     saturated: finite elements that were too large, and became the largest finite number
///     became_zero: elements that are zero after the quantization, and were not zero before
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
        format!("BlockCounts(infinities={infinities}, nans={nans}, saturated={saturated}, became_zero={became_zero})")
    }
}

/// An array in a block-scaled format. The object unpacks like the tuple (elements, scales, tensor_scale, counts).
///
/// Attributes:
///     elements: an array of the scheme's element format. A packed format is an array of bytes: one byte holds two fp4 numbers,
///         and three bytes hold four fp6 numbers
///     scales: an array of the scheme's scale format
///     tensor_scale: the scale of the whole array. It is 1.0 if the scheme has no tensor scale
///     counts: the BlockCounts of the quantization
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
        let fields = (&self.elements, &self.scales, self.tensor_scale, &self.counts);
        let fields: Bound<'py, PyTuple> = fields.into_pyobject(py)?;
        Ok(fields.as_any().try_iter()?.into_any())
    }
}

/// Quantizes an array to a block-scaled format, in which neighbouring elements share a scale.
///
/// Each element is the exact quotient of a number and its scale, rounded once. A quotient past the largest finite number
/// becomes the largest finite number.
///
/// Args:
///     x: an array as for `cast`, of a format whose numbers are all float32 numbers too
///     scheme: the name of a scheme: "mxfp8", "mxfp8_e5m2", "mxfp6_e2m3", "mxfp6_e3m2", "mxfp4", "nvfp4", "fp8_tensor",
///         "fp8_row" or "fp8_block" (one scale for each block of 128x128). A name can end in another rule for the scales, as in
///         "mxfp4/floor". A scheme can also be its parts: element format, scale format and block, as in
///         "float8_e5m2/bfloat16/1x64"
///     axis: the axis along which elements share scales. If the blocks of the scheme have several rows, the last two axes are
///         the matrix, and axis must be -1
///     rounding: as for `cast`
///     tensor_scale: the scale of the whole array, for a scheme that has one (nvfp4). If None, the tensor scale turns the
///         largest finite magnitude of x into the largest magnitude of the format
///     threads: as for `cast`
///
/// Returns:
///     Quantized: the elements and the scales, in arrays of x's library. The elements have x's shape. Packed elements have
///     fewer bytes along the axis. The scales have x's shape too, but one scale for each block along the axis. If blocks have
///     several rows, the scales have one scale for each block in both of the last dimensions. If the whole array shares one
///     scale, the shape of the scales is ()
///
/// Raises:
///     TypeError: if x is not an array of floating-point numbers, or if the format of x is wider than float32
///     ValueError: if the scheme is not known or does not fit the shape, if the tensor scale is not positive and finite, or if
///         neither an element nor its scale can hold a NaN of x
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
            return Err(PyTypeError::new_err(format!("x holds {format}: cast it to float32 first")));
        }
    };
    let axis = Axis::new(axis, src.shape.len())?;
    axis.move_last(&mut src);
    let matrix = Matrix::new(&src.shape, scheme, axis.is_last())?;
    let library = Library::of(x)?;
    let (dst, elements) = library.new_array(Format::Known(scheme.element), &matrix.shape, None)?;
    let (dst_scales, scales) = library.new_array(Format::Known(scheme.scale), &matrix.scales, None)?;

    let threads = threads::how_many(threads, src.len());
    let work = Work::new(scheme, &matrix, threads, dst.data, dst_scales.data);
    let numbers = Numbers::read(py, &src, from);
    let done = py.detach(|| {
        macro_rules! quantize {
            ($Format:ty) => {{
                // SAFETY: `$Format` is the format of `numbers.dtype`, as the `match` below says. Nobody may write x during the
                // call.
                let numbers: &[$Format] = unsafe { numbers.slice() };
                let tensor_scale = tensor_scale.unwrap_or_else(|| scheme.tensor_scale_for(numbers));
                let done = work.share(|part| {
                    // SAFETY: `new_array` made both arrays above, with the shapes of `matrix`, so the arrays have these bytes
                    // and nothing else uses them. The parts that `Work::share` gives are disjoint.
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
    let (elements, mut scales) = (axis.move_back(&library, elements.finish()?)?, scales.finish()?);
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

/// Converts an array back from a block-scaled format.
///
/// Each number is scale times tensor_scale times element, in float32, rounded once to the format of the result.
///
/// Args:
///     elements, scales: arrays as `quantize` returns them. They have the formats of the scheme, or codes in unsigned integers
///     scheme, axis, threads: as for `quantize`
///     dtype: the format of the result, as for `cast`
///     tensor_scale: the tensor scale that `quantize` returned
///
/// Returns:
///     an array of the library of `elements`
///
/// Raises:
///     TypeError: if the type of an array or of a format is not known
///     ValueError: if the scheme is not known, if the shapes do not fit, or if an array is not contiguous once `axis` is the
///         last axis
///     IndexError: if `elements` has no such axis
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
                    // SAFETY: the arguments keep the arrays of elements and scales alive. The shapes of both arrays fit
                    // `matrix`: `Matrix::new` read the first, and the code above compared the second. Nobody may write the
                    // arrays during the call. `$Format` is the format of `numbers.dtype`, as the `match` below says. Nothing
                    // else uses the numbers, which lie in the new array or in memory of their own. The parts that `Work::share`
                    // gives are disjoint.
                    let (elements, scales, numbers) = unsafe {
                        (
                            part.elements.read(),
                            part.scales.read(),
                            numbers.slice_mut::<$Format>(part.numbers.clone()),
                        )
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
