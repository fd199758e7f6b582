//! [`Caster`]: a cast between two formats that are known only at run time.

use ulp::slice::{self, Stochastic};
use ulp::{Cast, Dtype, Layout};

use crate::format::Format;

/// A cast of contiguous elements, which are little-endian bytes.
#[derive(Debug)]
pub(crate) enum Caster {
    Rounded(Dtype, Dtype, Cast),
    Drawn(Dtype, Dtype, Stochastic),
    Own(Own),
}

impl Caster {
    /// Creates a caster for about `elements` elements.
    pub(crate) fn new(from: Format, to: Format, cast: Cast, elements: usize) -> Self {
        match (from, to) {
            (Format::Known(from), Format::Known(to)) => Self::Rounded(from, to, cast),
            _ => Self::Own(Own::new(from, to, cast, elements)),
        }
    }

    /// Casts the elements of `src` into `dst`. `before` is the number of elements that precede them in the whole array.
    pub(crate) fn cast(&self, before: usize, src: &[u8], dst: &mut [u8]) {
        let fits = "a chunk has as many elements in both formats";
        match *self {
            Self::Rounded(from, to, cast) => {
                slice::cast_bytes(from, src, to, dst, cast).expect(fits);
            }
            Self::Drawn(from, to, how) => {
                let how = how.offset(before as u64);
                slice::cast_bytes_stochastic(from, src, to, dst, how).expect(fits);
            }
            Self::Own(ref own) => own.cast(src, dst),
        }
    }
}

/// A cast from or to a format that the user defines.
///
/// The cast converts one code after another. If the array has more elements than the source has codes, the cast looks up the
/// results in a table of all codes.
#[derive(Debug)]
pub(crate) struct Own {
    from: Layout,
    to: Layout,
    cast: Cast,
    /// The number of bytes of an element: in the source, and in the destination.
    sizes: (usize, usize),
    /// The result of each code of the source, in 8 bytes each.
    ///
    /// The table is empty if the source has too many codes for the number of elements.
    table: Vec<[u8; 8]>,
}

impl Own {
    fn new(from: Format, to: Format, cast: Cast, elements: usize) -> Self {
        let mut own = Self {
            from: from.layout(),
            to: to.layout(),
            cast,
            sizes: (from.bits() / 8, to.bits() / 8),
            table: Vec::new(),
        };
        let codes = match own.sizes.0 {
            1 => 1 << 8,
            2 => 1 << 16,
            _ => usize::MAX,
        };
        if elements > codes {
            own.table = (0..codes as u64).map(|code| own.result(code)).collect();
        }
        own
    }

    fn result(&self, code: u64) -> [u8; 8] {
        self.cast.convert(self.from, self.to, code).0.to_le_bytes()
    }

    fn cast(&self, src: &[u8], dst: &mut [u8]) {
        let (from, to) = self.sizes;
        for (src, dst) in src.chunks_exact(from).zip(dst.chunks_exact_mut(to)) {
            let mut code = [0; 8];
            code[..from].copy_from_slice(src);
            let code = u64::from_le_bytes(code);
            let result = match self.table.get(code as usize) {
                Some(result) => *result,
                None => self.result(code),
            };
            dst.copy_from_slice(&result[..to]);
        }
    }
}
