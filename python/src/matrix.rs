//! [`Matrix`]: an array as matrices of blocks. The elements of a block share a scale. [`Work`]: the work on these matrices.
#![allow(unsafe_code, reason = "the elements of arrays are seen as slices")]

use std::ops::{AddAssign, Range};
use std::slice;

use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use ulp::block::{BlockError, Blocks, Counts, Scheme};
use ulp::{Cast, Dtype};

use crate::caster::Caster;
use crate::dlpack::Element;
use crate::format::Format;
use crate::result::Library;
use crate::threads;
use crate::view::{View, row_major};
use crate::walk::Walk;

/// The shapes of an array and of its scales, in a scheme.
#[derive(Debug)]
pub(crate) struct Matrix {
    /// The number of matrices, which lie one after another.
    ///
    /// There can be more than one matrix only if a block has several rows, but not all rows.
    pub(crate) count: usize,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    /// The shape of the numbers, with the axis of the blocks last.
    pub(crate) shape: Vec<usize>,
    /// The shape of the scales, with the axis of the blocks last.
    pub(crate) scales: Vec<usize>,
}

impl Matrix {
    /// Returns the matrix of numbers of this shape. The last axis of `shape` is the axis of the blocks.
    ///
    /// `axis_is_last` says whether the axis of the blocks is the last axis of the array too.
    pub(crate) fn new(shape: &[usize], scheme: Scheme, axis_is_last: bool) -> PyResult<Self> {
        let Some((&cols, outer)) = shape.split_last() else {
            return Err(PyValueError::new_err("an array without dimensions has no blocks"));
        };
        let (numbers, bytes) = Format::Known(scheme.element).pack();
        if !cols.is_multiple_of(numbers) {
            return Err(PyValueError::new_err(format!(
                "{scheme} packs {numbers} numbers in {bytes} bytes: the dimension of the blocks must be a multiple of {numbers}, and is {cols}"
            )));
        }
        let in_a_row = scheme.blocks.rows() == 1;
        let (count, rows, scales) = if in_a_row || scheme.blocks == Blocks::TENSOR {
            let rows = outer.iter().product();
            let scales = if in_a_row {
                let (_, across) = scheme.blocks.grid(rows, cols);
                [outer, &[across]].concat()
            } else {
                Vec::new()
            };
            (1, rows, scales)
        } else {
            let Some((&rows, outer)) = outer.split_last() else {
                return Err(PyValueError::new_err(format!(
                    "{scheme} has blocks of rows and columns, and the array has one dimension"
                )));
            };
            if !axis_is_last {
                return Err(PyValueError::new_err(format!(
                    "{scheme} has blocks of rows and columns: axis must be -1"
                )));
            }
            let (down, across) = scheme.blocks.grid(rows, cols);
            (outer.iter().product(), rows, [outer, &[down, across]].concat())
        };
        if shape.contains(&0) && !scales.contains(&0) {
            return Err(PyValueError::new_err(format!(
                "{scheme} has a scale, and an empty array has none"
            )));
        }
        Ok(Self {
            count,
            rows,
            cols,
            shape: shape.to_vec(),
            scales,
        })
    }
}

/// The axis along which elements share scales.
#[derive(Debug)]
pub(crate) struct Axis {
    place: usize,
    dimensions: usize,
}

impl Axis {
    /// Creates the axis with this index. A negative index counts from the end.
    pub(crate) fn new(axis: isize, dimensions: usize) -> PyResult<Self> {
        let place = if axis < 0 {
            axis.checked_add_unsigned(dimensions)
        } else {
            Some(axis)
        };
        let place = place.and_then(|place| usize::try_from(place).ok());
        match place.filter(|&place| place < dimensions) {
            Some(place) => Ok(Self { place, dimensions }),
            None => Err(PyIndexError::new_err(format!(
                "axis {axis} of an array of {dimensions} dimensions"
            ))),
        }
    }

    pub(crate) fn is_last(&self) -> bool {
        self.place + 1 == self.dimensions
    }

    /// Makes this axis the last axis of the view.
    pub(crate) fn move_last(&self, view: &mut View) {
        view.shape[self.place..].rotate_left(1);
        view.strides[self.place..].rotate_left(1);
    }

    /// Returns the array with its last axis moved to the place of this axis.
    pub(crate) fn move_back<'py>(&self, library: &Library<'py>, array: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if self.is_last() {
            return Ok(array);
        }
        let module = match library {
            Library::Numpy(array) => array.py().import("numpy")?.into_any(),
            Library::Other { module, .. } => module.clone(),
        };
        module.call_method1("moveaxis", (array, -1, self.place))
    }
}

/// The contiguous numbers of an array, in a format that blocks are made of.
///
/// The numbers lie in the memory of the array, or in memory of their own.
#[derive(Debug)]
pub(crate) struct Numbers {
    /// The format of the numbers: float16, bfloat16 or float32.
    pub(crate) dtype: Dtype,
    data: *mut u8,
    len: usize,
    own: Option<Vec<f32>>,
}

// SAFETY: the code that makes `Numbers` keeps the memory alive longer than the numbers. The callers of `slice` and `slice_mut`
// promise that nothing else writes the memory.
unsafe impl Sync for Numbers {}

impl Numbers {
    /// Returns memory for the numbers of a view, with any contents.
    ///
    /// The result is the memory of the view, if its format, byte order, alignment and strides fit. Otherwise, it is new memory.
    pub(crate) fn new(view: &View, format: Format) -> Self {
        let len = view.len();
        let dtype = match format {
            Format::Known(dtype @ (Dtype::F16 | Dtype::Bf16 | Dtype::F32)) => Some(dtype),
            _ => None,
        };
        let size = format.bits() / 8;
        if let Some(dtype) = dtype
            && !view.big_endian
            && len > 0
            && view.data.addr().is_multiple_of(size)
            && view.is_row_major(size)
        {
            let data = view.data;
            return Self {
                dtype,
                data,
                len,
                own: None,
            };
        }
        let mut own = vec![0f32; len];
        Self {
            dtype: Dtype::F32,
            data: own.as_mut_ptr().cast(),
            len,
            own: Some(own),
        }
    }

    /// Returns the numbers of a view. Each number must be a float32 number too.
    pub(crate) fn read(py: Python<'_>, view: &View, from: Dtype) -> Self {
        let from = Format::Known(from);
        let numbers = Self::new(view, from);
        if numbers.own.is_some() {
            let (to, copy) = (Format::Known(numbers.dtype), numbers.view(&view.shape));
            let walk = Walk::new(view, from, &copy, to, true);
            let caster = Caster::new(from, to, Cast::new(), numbers.len);
            // SAFETY: the view is of an argument, and nobody may write the argument during the call. The copy is memory that
            // only this function has.
            py.detach(|| unsafe { walk.cast(0..numbers.len, &caster, None) });
        }
        numbers
    }

    /// Writes the numbers to a view, if they do not lie in the memory of the view. Each number is rounded once.
    pub(crate) fn write(&self, py: Python<'_>, view: &View, to: Format) {
        if self.own.is_some() {
            let (from, copy) = (Format::Known(self.dtype), self.view(&view.shape));
            let walk = Walk::new(&copy, from, view, to, true);
            let caster = Caster::new(from, to, Cast::new(), self.len);
            // SAFETY: the view is of a new array, which nobody else has. The copy is memory that only this value has.
            py.detach(|| unsafe { walk.cast(0..self.len, &caster, None) });
        }
    }

    fn view(&self, shape: &[usize]) -> View {
        let strides = row_major(shape, size_of::<f32>());
        View::of_memory(self.data, shape.into(), strides, Element::Number(self.dtype))
    }

    /// # Safety
    /// `F` must be the format of `dtype`. Nothing may write the numbers while the slice is in use.
    pub(crate) unsafe fn slice<F: ulp::Format>(&self) -> &[F] {
        // SAFETY: `new` made sure of the alignment and the length. The caller promises the format, and that nothing writes the
        // numbers.
        unsafe { slice::from_raw_parts(self.data.cast(), self.len) }
    }

    /// # Safety
    /// `F` must be the format of `dtype`, and the range must be within the numbers. Nothing else may use the numbers in the
    /// range while the slice is in use.
    #[allow(clippy::mut_from_ref, reason = "the caller says that ranges are disjoint")]
    pub(crate) unsafe fn slice_mut<F: ulp::Format>(&self, range: Range<usize>) -> &mut [F] {
        // SAFETY: `new` made sure of the alignment. The caller promises the format and the range, and that nothing else uses
        // the numbers in the range. The numbers have values: `new` set them to zero, or `Library::new_array` made them.
        unsafe {
            let first = self.data.cast::<F>().add(range.start);
            slice::from_raw_parts_mut(first, range.len())
        }
    }
}

/// The work on an array in blocks, in parts that do not share scales.
#[derive(Debug)]
pub(crate) struct Work {
    /// The number of units. A unit is a row if a block has one row. Otherwise, a unit is a matrix.
    units: usize,
    /// True if the units are rows. A part is then a matrix of several rows. If the units are matrices, a part is one matrix.
    are_rows: bool,
    /// The sizes of a unit: the number of numbers, the bytes of the elements, and the bytes of the scales.
    sizes: (usize, usize, usize),
    threads: usize,
    elements: *mut u8,
    scales: *mut u8,
}

// SAFETY: the code that makes a `Work` keeps the memory alive longer than the work. `share` gives disjoint parts of the memory
// to the threads.
unsafe impl Sync for Work {}

/// A part of the work.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) numbers: Range<usize>,
    pub(crate) elements: Bytes,
    pub(crate) scales: Bytes,
}

/// A range of the bytes of an array.
#[derive(Debug)]
pub(crate) struct Bytes {
    first: *mut u8,
    len: usize,
}

impl Bytes {
    fn new(array: *mut u8, start: usize, len: usize) -> Self {
        let first = array.wrapping_add(start);
        Self { first, len }
    }

    /// # Safety
    /// The array must have these bytes, and must live as long as the slice. Nothing may write the bytes during this time.
    pub(crate) unsafe fn read<'a>(&self) -> &'a [u8] {
        // SAFETY: the caller promises that the array has these bytes and lives long enough, and that nothing writes the bytes.
        unsafe { slice::from_raw_parts(self.first, self.len) }
    }

    /// # Safety
    /// The array must have these bytes, and must live as long as the slice. Nothing else may use the bytes during this time.
    pub(crate) unsafe fn write<'a>(&self) -> &'a mut [u8] {
        // SAFETY: the caller promises that the array has these bytes and lives long enough, and that nothing else uses the
        // bytes. The bytes have values, as `Library::new_array` says.
        unsafe { slice::from_raw_parts_mut(self.first, self.len) }
    }
}

/// The sum of the counts of several parts, or the error of a part.
#[derive(Debug, Default)]
struct Sum {
    counts: Counts,
    error: Option<BlockError>,
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.counts += other.counts;
        self.error = self.error.take().or(other.error);
    }
}

impl Work {
    /// Creates the work on the elements and the scales of a matrix. Both arrays must be contiguous.
    pub(crate) fn new(scheme: Scheme, matrix: &Matrix, threads: usize, elements: *mut u8, scales: *mut u8) -> Self {
        let are_rows = scheme.blocks.rows() == 1;
        let (units, rows) = if are_rows {
            (matrix.rows, 1)
        } else {
            (matrix.count, matrix.rows)
        };
        let is_empty = rows * matrix.cols == 0;
        Self {
            units: if is_empty { 0 } else { units },
            are_rows,
            sizes: (
                rows * matrix.cols,
                scheme.element_bytes(rows, matrix.cols),
                scheme.scale_bytes(rows, matrix.cols),
            ),
            threads,
            elements,
            scales,
        }
    }

    /// Calls `work` for each part, on several threads. Returns the sum of the counts, or an error.
    pub(crate) fn share(&self, work: impl Fn(Part) -> Result<Counts, BlockError> + Sync) -> Result<Counts, BlockError> {
        let (numbers, elements, scales) = self.sizes;
        let least = (threads::LEAST / numbers.max(1)).max(1);
        let sum = threads::share(self.units, least, self.threads, |units| {
            let mut sum = Sum::default();
            let step = if self.are_rows { units.len().max(1) } else { 1 };
            for first in units.clone().step_by(step) {
                let len = step.min(units.end - first);
                let part = Part {
                    numbers: first * numbers..(first + len) * numbers,
                    elements: Bytes::new(self.elements, first * elements, len * elements),
                    scales: Bytes::new(self.scales, first * scales, len * scales),
                };
                match work(part) {
                    Ok(counts) => sum.counts += counts,
                    Err(error) => sum.error = sum.error.or(Some(error)),
                }
            }
            sum
        });
        sum.error.map_or(Ok(sum.counts), Err)
    }
}
