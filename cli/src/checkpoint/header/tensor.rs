//! The tensors of a header. A header may have four million of them, so a tensor takes 24 bytes, its name and its shape.

use std::fmt;

use safetensors::Dtype;

use super::{Metadata, Shape};

/// A header that was checked. The bytes of the tensors follow one another, and fit the shapes and the length of the file. Names
/// are unique. A name may be any text: it is not a path.
#[derive(Debug)]
pub struct Header {
    /// The offset in the file at which the tensors' data begin, in bytes.
    pub data_start: u64,
    /// The metadata of the file, if it has any.
    pub metadata: Option<Metadata>,
    /// The tensors, in the order of their data.
    pub(super) places: Vec<Place>,
    pub(super) texts: Texts,
}

/// The names and shapes of all tensors of a header. They are shorter than the header, which has at most
/// [`HEADER_LIMIT`](super::HEADER_LIMIT) bytes, so a place in them fits in 32 bits.
#[derive(Default, Debug)]
pub(super) struct Texts {
    /// The names, one after another.
    pub(super) names: String,
    /// The shapes, one after another, as [`Shape`] reads them.
    pub(super) shapes: Vec<u8>,
}

/// The places of a tensor's name, shape and data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The place of the first byte, counted from the beginning of the data.
    pub(super) start: u64,
    pub(super) name: u32,
    pub(super) name_length: u32,
    pub(super) shape: u32,
    pub(super) dtype: Dtype,
}

impl Texts {
    pub(super) fn name(&self, place: &Place) -> &str {
        let start = place.name as usize;
        &self.names[start..start + place.name_length as usize]
    }

    pub(super) fn shape(&self, place: &Place) -> Shape<'_> {
        Shape::stored_in(&self.shapes[place.shape as usize..])
    }
}

impl Header {
    /// Returns how many tensors there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// Returns the tensor of this number.
    ///
    /// # Panics
    /// If there are not so many tensors.
    #[must_use]
    pub fn tensor(&self, number: u32) -> Tensor<'_> {
        assert!((number as usize) < self.count(), "a header has {} tensors", self.count());
        Tensor { header: self, number }
    }

    /// Returns the tensors, in the order of their data.
    pub fn tensors(&self) -> impl Iterator<Item = Tensor<'_>> {
        let numbers = 0..self.count() as u32;
        numbers.map(|number| Tensor { header: self, number })
    }
}

/// A tensor in a file.
#[derive(Clone, Copy)]
pub struct Tensor<'h> {
    header: &'h Header,
    number: u32,
}

impl<'h> Tensor<'h> {
    fn place(self) -> &'h Place {
        &self.header.places[self.number as usize]
    }

    /// Returns its number in its header.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }

    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'h str {
        self.header.texts.name(self.place())
    }

    /// Returns the type of its elements.
    #[must_use]
    pub fn dtype(self) -> Dtype {
        self.place().dtype
    }

    /// Returns its dimensions.
    #[must_use]
    pub fn shape(self) -> Shape<'h> {
        self.header.texts.shape(self.place())
    }

    /// Returns the place of its first byte, counted from the beginning of the data.
    #[must_use]
    pub fn start(self) -> u64 {
        self.place().start
    }

    /// Returns how many elements the tensor has.
    #[must_use]
    pub fn elements(self) -> u64 {
        self.shape().iter().product()
    }

    /// Returns how many bytes the tensor has.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.elements() * self.dtype().bitsize() as u64 / 8
    }
}

impl fmt::Debug for Tensor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {} {:?}", self.name(), self.dtype(), self.shape())
    }
}
