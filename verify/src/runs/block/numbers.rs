//! Chooses the numbers to try: those near the boundaries of a rule, and blocks of every kind.

use fastrand::Rng;
use ulp_verify::inputs::boundaries;
use ulp_verify::oracle::Blocked;

/// Returns every exponent of `f32` with two kinds of fractions: those near every boundary that a format of few bits can have, and
/// that of the largest element, at which the rule `Up` steps.
pub(super) fn magnitudes(max: f32) -> Vec<f32> {
    let mut fractions = boundaries(23);
    let of_max = u64::from(max.to_bits()) & 0x7f_ffff;
    fractions.extend((0..3).map(|near| (of_max + near).saturating_sub(1)));
    let mut magnitudes = Vec::new();
    for exponent in 0..255 {
        for &fraction in &fractions {
            magnitudes.push(f32::from_bits(exponent << 23 | fraction as u32 & 0x7f_ffff));
        }
    }
    magnitudes
}

/// The kinds of numbers in a block.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Zero,
    Subnormal,
    Huge,
    Random,
    Normal,
    Ties,
    Nan,
    Infinite,
    InfiniteOrZero,
}

pub(super) const KINDS: [Kind; 9] = [
    Kind::Zero,
    Kind::Subnormal,
    Kind::Huge,
    Kind::Random,
    Kind::Normal,
    Kind::Ties,
    Kind::Nan,
    Kind::Infinite,
    Kind::InfiniteOrZero,
];

/// Returns numbers of this kind.
pub(super) fn numbers(kind: Kind, blocked: &Blocked, len: usize, rng: &mut Rng) -> Vec<f32> {
    let amax = f32::from_bits(rng.u32(0..0x7f80_0000));
    let ties = ties(blocked);
    (0..len)
        .map(|_| {
            let sign = if rng.bool() { 1.0 } else { -1.0 };
            let normal = sign * amax * (rng.f32() * rng.f32());
            let zero = sign * 0.0;
            match kind {
                Kind::Subnormal => f32::from_bits(rng.u32(0..1 << 23)) * sign,
                Kind::Huge => f32::MAX * sign * (1.0 - rng.f32() / 4.0),
                Kind::Random => finite(rng.u32(..)),
                // The numbers are ties of the elements under a scale that is a power of two, and the neighbours of ties.
                Kind::Ties => {
                    let tie = ties[rng.usize(..ties.len())] * amax.clamp(1e-30, 1e30);
                    sign * f32::from_bits((tie.to_bits() + rng.u32(0..3)).saturating_sub(1))
                }
                Kind::Nan if rng.u8(..) < 20 => f32::from_bits(0x7fc0_0000 | rng.u32(..) & 0x8000_ffff),
                Kind::Infinite if rng.u8(..) < 40 => sign * f32::INFINITY,
                Kind::Normal | Kind::Nan | Kind::Infinite => normal,
                Kind::InfiniteOrZero if rng.u8(..) < 20 => sign * f32::INFINITY,
                Kind::Zero | Kind::InfiniteOrZero => zero,
            }
        })
        .collect()
}

fn finite(bits: u32) -> f32 {
    let x = f32::from_bits(bits);
    if x.is_finite() { x } else { 0.0 }
}

/// Returns the points half-way between neighbours of a narrow format, and some of those of a wide one.
fn ties(blocked: &Blocked) -> Vec<f32> {
    let shape = blocked.element.0;
    let unit = 0.5f32.powi(shape.fraction_bits as i32 + 1);
    (0..2 << shape.fraction_bits.min(8))
        .map(|nth| 1.0 + nth as f32 * unit)
        .collect()
}
