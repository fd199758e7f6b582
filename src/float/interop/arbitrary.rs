//! arbitrary: makes a number of any bits, from as many bytes.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::float::{Float, spec::Spec};
use crate::round::Bits;

/// All bits are possible. NaNs are among them.
impl<'a, S: Spec> Arbitrary<'a> for Float<S> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut bytes = [0; size_of::<u64>()];
        u.fill_buffer(&mut bytes[..size_of::<S::Bits>()])?;
        Ok(Self::from_bits(S::Bits::from_u64(u64::from_le_bytes(bytes))))
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (size_of::<S::Bits>(), Some(size_of::<S::Bits>()))
    }
}
