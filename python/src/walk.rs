//! [`Walk`]: a walk through all elements of two arrays of one shape, with any strides.
#![allow(unsafe_code, reason = "arrays are pointers and strides")]

use std::ops::Range;
use std::{ptr, slice};

use crate::caster::Caster;
use crate::counts::{Counter, Counts};
use crate::format::Format;
use crate::view::{MAX_DIMENSIONS, View, row_major};

/// The number of elements that are gathered at a time.
///
/// The bytes of so many elements stay in the nearest cache. So many packed elements end with a byte.
const TILE: usize = 2048;

/// A walk through two arrays, element by element.
#[derive(Debug)]
pub(crate) struct Walk {
    dimensions: Vec<Dimension>,
    src: Side,
    dst: Side,
}

#[derive(Clone, Copy, Debug)]
struct Dimension {
    len: usize,
    /// The stride of the source, in bytes.
    src: isize,
    /// The stride of the destination, in bytes.
    dst: isize,
}

#[derive(Debug)]
struct Side {
    data: *mut u8,
    format: Format,
    /// True if the elements are contiguous in the order of the walk.
    is_dense: bool,
    big_endian: bool,
}

// SAFETY: the pointers point to memory that outlives the walk. The safety section of `cast` says who may use the memory.
unsafe impl Send for Walk {}
// SAFETY: the pointers point to memory that outlives the walk. Each thread works on its own part of the walk, and no other
// thread writes this part, as the safety section of `cast` demands.
unsafe impl Sync for Walk {}

impl Walk {
    /// Creates a walk through two views of one shape.
    ///
    /// If `in_order` is true or a format is packed, the walk has the order of a row-major array. Otherwise, it has the order of
    /// the destination in memory.
    pub(crate) fn new(src: &View, from: Format, dst: &View, to: Format, in_order: bool) -> Self {
        // The elements of a packed array have no addresses of their own. `View::read_as` made sure that they are dense.
        let strides = |view: &View, format: Format| {
            if format.is_packed() {
                row_major(&view.shape, 1)
            } else {
                view.strides.clone()
            }
        };
        let (src_strides, dst_strides) = (strides(src, from), strides(dst, to));
        let mut dimensions: Vec<Dimension> = (0..src.shape.len())
            .map(|nth| Dimension {
                len: src.shape[nth],
                src: src_strides[nth],
                dst: dst_strides[nth],
            })
            .filter(|dimension| dimension.len != 1)
            .collect();
        if !in_order && !from.is_packed() && !to.is_packed() {
            dimensions.sort_by_key(|dimension| std::cmp::Reverse(dimension.dst.unsigned_abs()));
        }
        let is_dense = |format: Format, stride: fn(&Dimension) -> isize| {
            let mut step = if format.is_packed() { 1 } else { format.bytes(1) as isize };
            dimensions.iter().rev().all(|dimension| {
                let fits = stride(dimension) == step;
                step *= dimension.len as isize;
                fits
            })
        };
        let side = |view: &View, format: Format, is_dense| Side {
            data: view.data,
            format,
            is_dense,
            big_endian: view.big_endian && format.bits() > 8,
        };
        let (src, dst) = (
            side(src, from, is_dense(from, |dimension| dimension.src)),
            side(dst, to, is_dense(to, |dimension| dimension.dst)),
        );
        merge(&mut dimensions);
        Self { dimensions, src, dst }
    }

    /// Casts a range of the elements. The start of the range must be a multiple of 8.
    ///
    /// # Safety
    /// Every index within the shape must lead to an element in both views. The memory of the views must last during the call.
    /// Nothing else may write the elements of the source in this range, or use the elements of the destination in this range.
    /// The two views must not overlap.
    pub(crate) unsafe fn cast(&self, elements: Range<usize>, caster: &Caster, counter: Option<&Counter>) -> Counts {
        let mut counts = Counts::default();
        let is_plain = self.src.is_plain() && self.dst.is_plain() && counter.is_none();
        let step = if is_plain { elements.len() } else { TILE };
        let mut place = Place::at(&self.dimensions, elements.start);
        let (mut gathered, mut results) = (Vec::new(), Vec::new());
        for first in elements.clone().step_by(step.max(1)) {
            let len = step.min(elements.end - first);
            let src = if self.src.is_plain() {
                let bytes = self.src.format.bytes(first)..self.src.format.bytes(first + len);
                // SAFETY: the source is dense, as `is_plain` says, so these elements are exactly these bytes. The caller
                // promises that nothing writes the bytes.
                unsafe { slice::from_raw_parts(self.src.data.add(bytes.start), bytes.len()) }
            } else {
                gathered.resize(self.src.format.bytes(len), 0);
                let mut to = gathered.as_mut_ptr();
                let size = self.src.format.bytes(1);
                place.clone().runs(len, |run| {
                    // SAFETY: the elements of the run are elements of the source. `gathered` has room for `len` elements, and
                    // all runs together have `len` elements, so there is room for this run.
                    unsafe {
                        let from = self.src.data.offset(run.src);
                        copy(size, run.len, (from, run.src_stride), (to, size as isize));
                        to = to.add(size * run.len);
                    }
                });
                self.src.swap(&mut gathered);
                &gathered
            };
            if let Some(counter) = counter {
                counts += counter.count(src);
            }
            if self.dst.is_plain() {
                let bytes = self.dst.format.bytes(first)..self.dst.format.bytes(first + len);
                // SAFETY: the destination is dense, as `is_plain` says, so these elements are exactly these bytes. The caller
                // promises that nothing else uses the bytes. The bytes have values, as `Library::new_array` says.
                let dst = unsafe { slice::from_raw_parts_mut(self.dst.data.add(bytes.start), bytes.len()) };
                caster.cast(first, src, dst);
                place.runs(len, |_| {});
            } else {
                results.resize(self.dst.format.bytes(len), 0);
                caster.cast(first, src, &mut results);
                self.dst.swap(&mut results);
                let mut from = results.as_mut_ptr();
                let size = self.dst.format.bytes(1);
                place.runs(len, |run| {
                    // SAFETY: the elements of the run are elements of the destination. `results` has `len` elements, and all
                    // runs together have `len` elements, so `results` still has the elements for this run.
                    unsafe {
                        let to = self.dst.data.offset(run.dst);
                        copy(size, run.len, (from, size as isize), (to, run.dst_stride));
                        from = from.add(size * run.len);
                    }
                });
            }
        }
        counts
    }
}

impl Side {
    /// Returns whether the elements are contiguous in the order of the walk, with the lowest byte of each element first.
    fn is_plain(&self) -> bool {
        self.is_dense && !self.big_endian
    }

    /// Reverses the bytes of each element, if the highest byte comes first in memory.
    fn swap(&self, elements: &mut [u8]) {
        if self.big_endian {
            for element in elements.chunks_exact_mut(self.format.bytes(1)) {
                element.reverse();
            }
        }
    }
}

/// Merges neighbouring dimensions into one, if the strides of both arrays allow it.
fn merge(dimensions: &mut Vec<Dimension>) {
    let mut merged: Vec<Dimension> = Vec::with_capacity(dimensions.len());
    for &inner in dimensions.iter() {
        match merged.last_mut() {
            Some(outer)
                if outer.src == inner.src.wrapping_mul(inner.len as isize)
                    && outer.dst == inner.dst.wrapping_mul(inner.len as isize) =>
            {
                *outer = Dimension {
                    len: outer.len * inner.len,
                    ..inner
                };
            }
            _ => merged.push(inner),
        }
    }
    *dimensions = merged;
}

/// Elements that follow one another along the last dimension.
struct Run {
    len: usize,
    /// The offset of the first element in the source, in bytes from the element with index 0 in each dimension.
    src: isize,
    /// The offset of the first element in the destination, in bytes from the element with index 0 in each dimension.
    dst: isize,
    src_stride: isize,
    dst_stride: isize,
}

/// The place of an element: its index in each dimension, and its offset in bytes in both arrays.
#[derive(Clone)]
struct Place<'a> {
    dimensions: &'a [Dimension],
    index: [usize; MAX_DIMENSIONS],
    src: isize,
    dst: isize,
}

impl<'a> Place<'a> {
    fn at(dimensions: &'a [Dimension], nth: usize) -> Self {
        let mut place = Self {
            dimensions,
            index: [0; MAX_DIMENSIONS],
            src: 0,
            dst: 0,
        };
        let mut rest = nth;
        for (dimension, index) in dimensions.iter().zip(&mut place.index).rev() {
            *index = rest % dimension.len.max(1);
            rest /= dimension.len.max(1);
            place.src += dimension.src * *index as isize;
            place.dst += dimension.dst * *index as isize;
        }
        place
    }

    /// Advances by `elements` elements, and calls `visit` for each run of these elements.
    fn runs(&mut self, elements: usize, mut visit: impl FnMut(Run)) {
        let mut left = elements;
        while left > 0 {
            // A walk through a single element has no dimensions.
            let Some((last, outer)) = self.dimensions.split_last() else {
                let run = Run {
                    len: 1,
                    src: 0,
                    dst: 0,
                    src_stride: 0,
                    dst_stride: 0,
                };
                return visit(run);
            };
            let nth = outer.len();
            let len = left.min(last.len - self.index[nth]);
            visit(Run {
                len,
                src: self.src,
                dst: self.dst,
                src_stride: last.src,
                dst_stride: last.dst,
            });
            left -= len;
            self.advance(nth, len);
            for nth in (0..=nth).rev() {
                if self.index[nth] < self.dimensions[nth].len || nth == 0 {
                    break;
                }
                self.advance(nth, self.index[nth].wrapping_neg());
                self.advance(nth - 1, 1);
            }
        }
    }

    /// Advances by `by` indices along the dimension `nth`, modulo 2^64.
    fn advance(&mut self, nth: usize, by: usize) {
        let dimension = self.dimensions[nth];
        self.index[nth] = self.index[nth].wrapping_add(by);
        self.src = self.src.wrapping_add(dimension.src.wrapping_mul(by as isize));
        self.dst = self.dst.wrapping_add(dimension.dst.wrapping_mul(by as isize));
    }
}

/// Copies `len` elements of 1, 2, 4 or 8 bytes.
///
/// `from` and `to` are each the address of the first element and the stride in bytes.
///
/// # Safety
/// The elements of `from` must be valid to read, and the elements of `to` must be valid to write. They must not overlap.
unsafe fn copy(size: usize, len: usize, from: (*mut u8, isize), to: (*mut u8, isize)) {
    macro_rules! copy {
        ($uint:ty) => {
            for nth in 0..len as isize {
                // SAFETY: the caller promises that the elements are valid. These accesses need no alignment.
                unsafe {
                    let element = from.0.offset(nth * from.1).cast::<$uint>().read_unaligned();
                    to.0.offset(nth * to.1).cast::<$uint>().write_unaligned(element);
                }
            }
        };
    }
    if from.1 == size as isize && to.1 == size as isize {
        // SAFETY: the caller promises that the elements are valid and do not overlap. Both strides are the size of an element,
        // so the elements are contiguous.
        return unsafe { ptr::copy_nonoverlapping(from.0, to.0, size * len) };
    }
    match size {
        1 => copy!(u8),
        2 => copy!(u16),
        4 => copy!(u32),
        _ => copy!(u64),
    }
}
