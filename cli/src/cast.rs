//! Casting little-endian elements, a tile that stays in the cache at a time.
//!
//! Every format but `f64` widens to `f32` exactly, so going through `f32` rounds once; and there are loops to compile for each
//! format instead of for each pair. What comes from `f64` goes straight to its format.

use ulp::{Cast, Dtype, Flags, Format};

use crate::formats::with_format;

const TILE: usize = 2048;

type Widen = fn(&[u8], &mut [u64]);
type Narrow = fn(&[u64], &mut [u8]) -> usize;

/// How to cast from one format to another.
pub(crate) struct Caster {
    widen: Widen,
    narrow: Narrow,
    from_size: usize,
    to_size: usize,
}

impl Caster {
    pub(crate) fn new(from: Dtype, to: Dtype) -> Option<Caster> {
        let (widen, narrow) = if from == Dtype::F64 {
            (
                Some(widen::<f64, f64> as Widen),
                with_format!(to, D => narrow::<f64, D> as Narrow),
            )
        } else {
            (
                with_format!(from, S => widen::<S, f32> as Widen),
                with_format!(to, D => narrow::<f32, D> as Narrow),
            )
        };
        Some(Caster {
            widen: widen?,
            narrow: narrow?,
            from_size: with_format!(from, S => size_of::<S>())?,
            to_size: with_format!(to, D => size_of::<D>())?,
        })
    }

    /// Hands the cast elements to `write` a tile at a time, and returns how many of them overflowed.
    pub(crate) fn cast<E>(
        &self,
        source: &[u8],
        mut write: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<usize, E> {
        let mut wide = [0; TILE];
        let mut cast = [0; TILE * size_of::<f64>()];
        let mut overflowed = 0;
        for tile in source.chunks(TILE * self.from_size) {
            let length = tile.len() / self.from_size;
            let (wide, cast) = (&mut wide[..length], &mut cast[..length * self.to_size]);
            (self.widen)(tile, wide);
            overflowed += (self.narrow)(wide, cast);
            write(cast)?;
        }
        Ok(overflowed)
    }
}

/// To a format that has every value of `S`.
fn widen<S: Format, M: Format>(source: &[u8], wide: &mut [u64]) {
    for (element, wide) in source.chunks_exact(size_of::<S>()).zip(wide) {
        let mut code = [0; 8];
        code[..size_of::<S>()].copy_from_slice(element);
        (*wide, _) = Cast::new().bits(S::LAYOUT, M::LAYOUT, u64::from_le_bytes(code));
    }
}

fn narrow<M: Format, D: Format>(wide: &[u64], cast: &mut [u8]) -> usize {
    let mut overflowed = 0;
    for (&bits, element) in wide.iter().zip(cast.chunks_exact_mut(size_of::<D>())) {
        let (code, flags) = Cast::new().bits(M::LAYOUT, D::LAYOUT, bits);
        overflowed += usize::from(flags.contains(Flags::OVERFLOW));
        element.copy_from_slice(&code.to_le_bytes()[..size_of::<D>()]);
    }
    overflowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_give_the_bits_of_one() {
        let narrow = |format: &&Dtype| format.layout().bits() <= 16;
        for from in Dtype::ALL.iter().filter(narrow) {
            let source: Vec<u64> = (0..1 << from.layout().bits()).collect();
            let bytes = |codes: &[u64], size| -> Vec<u8> {
                codes
                    .iter()
                    .flat_map(|code| code.to_le_bytes().into_iter().take(size))
                    .collect()
            };
            for to in Dtype::ALL {
                let direct = source
                    .iter()
                    .map(|&code| Cast::new().bits(from.layout(), to.layout(), code));
                let (codes, flags): (Vec<u64>, Vec<Flags>) = direct.unzip();

                let caster = Caster::new(*from, *to).unwrap();
                let mut result = Vec::new();
                let overflowed = caster.cast(&bytes(&source, caster.from_size), |tile| {
                    result.extend_from_slice(tile);
                    Ok::<(), ()>(())
                });
                assert!(result == bytes(&codes, caster.to_size), "{from} to {to}");
                let expected = flags
                    .into_iter()
                    .filter(|flags| flags.contains(Flags::OVERFLOW))
                    .count();
                assert_eq!(overflowed, Ok(expected), "{from} to {to}");
            }
        }
    }
}
