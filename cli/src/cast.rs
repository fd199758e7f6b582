//! Casting tensors a piece at a time, and counting what overflows.

use std::ops::Range;

use ulp::{Cast, Dtype, Flags, Layout, slice};

/// Elements that are cast between two writes: few enough that they are still in a cache when they are written.
const PIECE: usize = 1 << 15;

/// How to cast from one format to another.
pub(crate) struct Caster {
    from: Dtype,
    to: Dtype,
    /// The codes of `from` that overflow, by sign.
    overflowing: [Range<u64>; 2],
}

impl Caster {
    /// From a format of whole bytes to another.
    pub(crate) fn new(from: Dtype, to: Dtype) -> Caster {
        let sign = if from.layout().signed() {
            1 << (from.layout().bits() - 1)
        } else {
            0
        };
        let overflowing = |sign| overflowing(from.layout(), to.layout(), sign);
        Caster {
            from,
            to,
            overflowing: [
                overflowing(0),
                if sign == 0 { 0..0 } else { overflowing(sign) },
            ],
        }
    }

    /// Hands the cast elements to `write` a piece at a time, and returns how many of them overflowed.
    pub(crate) fn cast<E>(
        &self,
        source: &[u8],
        mut write: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<usize, E> {
        let (from_size, to_size) = (size(self.from), size(self.to));
        let mut cast = vec![0; PIECE.min(source.len() / from_size) * to_size];
        let mut overflowed = 0;
        for piece in source.chunks(PIECE * from_size) {
            let cast = &mut cast[..piece.len() / from_size * to_size];
            slice::cast_bytes(self.from, piece, self.to, cast, Cast::new())
                .expect("a tensor is as long as its shape says");
            overflowed += match from_size {
                1 => self.count::<1>(piece),
                2 => self.count::<2>(piece),
                4 => self.count::<4>(piece),
                _ => self.count::<8>(piece),
            };
            write(cast)?;
        }
        Ok(overflowed)
    }

    /// How many of the elements overflow.
    fn count<const SIZE: usize>(&self, elements: &[u8]) -> usize {
        let [positive, negative] = &self.overflowing;
        let overflows = |bytes: &&[u8; SIZE]| {
            let mut code = [0; 8];
            code[..SIZE].copy_from_slice(*bytes);
            let code = u64::from_le_bytes(code);
            positive.contains(&code) | negative.contains(&code)
        };
        elements.as_chunks().0.iter().filter(overflows).count()
    }
}

fn size(format: Dtype) -> usize {
    format.bits() as usize / 8
}

/// The codes of one sign that overflow. What is larger than one that does, does too, but for infinities that stay infinite, and
/// NaNs.
fn overflowing(from: Layout, to: Layout, sign: u64) -> Range<u64> {
    let overflows = |magnitude| {
        let (_, flags) = Cast::new().bits(from, to, sign | magnitude);
        flags.contains(Flags::OVERFLOW)
    };
    let mut first = 0..from.max_code() + 1;
    while !first.is_empty() {
        let middle = first.start.midpoint(first.end);
        if overflows(middle) {
            first.end = middle;
        } else {
            first.start = middle + 1;
        }
    }
    let end = match from.infinity_code() {
        Some(infinity) if overflows(infinity) => infinity + 1,
        _ => from.max_code() + 1,
    };
    sign + first.start..sign + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_codes_of_narrow_formats() {
        let whole = |format: &&Dtype| !format.is_packed();
        let narrow = |format: &&Dtype| format.bits() <= 16;
        for from in Dtype::ALL.iter().filter(whole).filter(narrow) {
            let source: Vec<u64> = (0..1 << from.layout().bits()).collect();
            let bytes = |codes: &[u64], format: Dtype| -> Vec<u8> {
                let bytes = |code: &u64| code.to_le_bytes().into_iter().take(size(format));
                codes.iter().flat_map(bytes).collect()
            };
            for to in Dtype::ALL.iter().filter(whole) {
                let direct = source
                    .iter()
                    .map(|&code| Cast::new().bits(from.layout(), to.layout(), code));
                let (codes, flags): (Vec<u64>, Vec<Flags>) = direct.unzip();

                let mut result = Vec::new();
                let overflowed = Caster::new(*from, *to).cast(&bytes(&source, *from), |piece| {
                    result.extend_from_slice(piece);
                    Ok::<(), ()>(())
                });
                assert!(result == bytes(&codes, *to), "{from} to {to}");
                let expected = flags
                    .into_iter()
                    .filter(|flags| flags.contains(Flags::OVERFLOW))
                    .count();
                assert_eq!(overflowed, Ok(expected), "{from} to {to}");
            }
        }
    }
}
