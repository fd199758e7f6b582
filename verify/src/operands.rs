//! Chooses the operands to try where trying all of them is too much.

use std::collections::BTreeSet;

use fastrand::Rng;

use ulp::Format;

use crate::operations::{code, number};
use crate::oracle::FormatSpec;

/// Returns every zero and infinity, several NaNs, quiet and signaling, the smallest and largest numbers, subnormal and normal,
/// and the powers of two of these exponent fields. All of them have their neighbours and both signs.
#[must_use]
pub fn special(shape: &FormatSpec, fields: impl Iterator<Item = u64>) -> Vec<u64> {
    let field = 1 << shape.fraction_bits;
    let mut magnitudes = BTreeSet::new();
    let powers = fields.map(|exponent| exponent * field);
    for centre in powers.chain([0, field, shape.max(), shape.top()]) {
        let near = [centre.saturating_sub(1), centre, centre + 1];
        magnitudes.extend(near.map(|code| code.min(shape.top())));
    }
    // A quiet NaN with and without a payload, and two signaling ones.
    let infinity = shape.max() + 1;
    magnitudes.extend([field / 2, field / 2 + 1, 1, field / 4].map(|fraction| infinity | fraction));
    let signs = [0, shape.sign_bit()];
    magnitudes
        .into_iter()
        .flat_map(|magnitude| signs.map(|sign| sign | magnitude))
        .collect()
}

/// Returns the exponent fields at which operations change: the ends, 1, and fields apart by the precision or twice the precision.
#[must_use]
pub fn few_fields(shape: &FormatSpec) -> Vec<u64> {
    let precision = i64::from(shape.fraction_bits) + 1;
    let (bias, last) = (i64::from(shape.bias), (1 << shape.exponent_bits) - 2);
    let centres = [0, 1, bias / 2, bias, bias + bias / 2, last];
    let mut fields = BTreeSet::new();
    for centre in centres {
        for apart in [0, 1, precision - 1, precision, precision + 1, 2 * precision + 1] {
            fields.extend([centre - apart, centre + apart]);
        }
    }
    let valid = |&field: &i64| (0..=last).contains(&field);
    fields.into_iter().filter(valid).map(|field| field as u64).collect()
}

/// Returns a pair of one of three kinds. The codes are any codes. Or the magnitudes are near each other, so their sum cancels or
/// their quotient is about 1. Or their product lies near the smallest normal number, and their quotient near the inverse of that
/// number.
pub fn pair(shape: &FormatSpec, rng: &mut Rng) -> [u64; 2] {
    let a = rng.u64(..) & shape.mask();
    let any = rng.u64(..) & shape.mask();
    let fraction = (1 << shape.fraction_bits) - 1;
    let field = ((a & shape.top()) >> shape.fraction_bits) as i64;
    let spread = i64::from(shape.fraction_bits) + 3;
    let apart = rng.i64(-spread..=spread);
    let other = match rng.u8(0..4) {
        0 => return [a, any],
        1 => field + rng.i64(-1..=1),
        2 => field + apart,
        _ => i64::from(shape.bias) - field + apart,
    };
    let last = (1 << shape.exponent_bits) - 1;
    let other = other.clamp(0, last) as u64;
    [a, any & (shape.sign_bit() | fraction) | other << shape.fraction_bits]
}

/// The type of [`triple`].
pub type Triple = fn(&FormatSpec, &mut Rng) -> [u64; 3];

/// Returns a [`pair`], and a third operand of any size, or one about as large as their product. In the second case most of the
/// product may cancel.
pub fn triple<F: Format>(shape: &FormatSpec, rng: &mut Rng) -> [u64; 3] {
    triple_of(shape, rng, |a, b| {
        let product: f64 = number::<F>(a).cast::<f64>() * number::<F>(b).cast::<f64>();
        code::<F>(product.cast())
    })
}

fn triple_of(shape: &FormatSpec, rng: &mut Rng, product: fn(u64, u64) -> u64) -> [u64; 3] {
    let [a, b] = pair(shape, rng);
    let c = match rng.u8(0..3) {
        0 => rng.u64(..) & shape.mask(),
        1 => pair(shape, rng)[1],
        _ => {
            let near = product(a, b).wrapping_add_signed(rng.i64(-2..=2));
            (near ^ rng.u64(..) & shape.sign_bit()) & shape.mask()
        }
    };
    [a, b, c]
}
