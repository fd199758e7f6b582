//! Stochastic rounding from its documentation: the layout of the random bits, and the arithmetic of a textbook.

use std::collections::HashMap;

use ulp::slice::{Stochastic, cast_stochastic_on};
use ulp::{
    Bf16, Bits, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E4M3Fn, F8E4M3Fnuz, F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16, Format, Isa, Layout,
};

/// Returns Philox4x32-10 in the form of the paper: S-boxes of products, and a key that grows by Weyl sequences.
pub(crate) fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let mul = |a: u64, b: u32| ((a * u64::from(b)) >> 32, (a * u64::from(b)) & 0xffff_ffff);
    (0..10u32).fold(counter, |c, round| {
        let k0 = key[0].wrapping_add(round.wrapping_mul(0x9E37_79B9));
        let k1 = key[1].wrapping_add(round.wrapping_mul(0xBB67_AE85));
        let ((hi0, lo0), (hi1, lo1)) = (mul(0xD251_1F53, c[0]), mul(0xCD9E_8D57, c[2]));
        [hi1 as u32 ^ c[1] ^ k0, lo1 as u32, hi0 as u32 ^ c[3] ^ k1, lo0 as u32]
    })
}

/// Returns the draw of element `j`, by the documentation.
pub(crate) fn draw(shared: bool, seed: u64, j: u64) -> u32 {
    let n = 8 * (j / if shared { 64 } else { 32 }) + j % 8;
    let words = philox([n as u32, (n >> 32) as u32, 0, 0], [seed as u32, (seed >> 32) as u32]);
    let word = words[(j / 8 % 4) as usize];
    if shared && j / 32 % 2 == 1 {
        word.rotate_left(16)
    } else {
        word
    }
}

/// The description of a format, from its definition.
pub(crate) struct Shape {
    exponent_bits: u32,
    pub(crate) fraction_bits: u32,
    bias: i32,
    pub(crate) max_code: u64,
    /// The code for values beyond the largest number.
    over: u64,
    nan: u64,
    signed: bool,
    negative_zero: bool,
    /// True if the format has a zero. In E8M0, code 0 is 2^-127.
    zero: bool,
}

impl Shape {
    fn signed(exponent_bits: u32, fraction_bits: u32, max_code: u64, over: u64) -> Self {
        Self {
            exponent_bits,
            fraction_bits,
            bias: (1 << (exponent_bits - 1)) - 1,
            max_code,
            over,
            nan: over,
            signed: true,
            negative_zero: true,
            zero: true,
        }
    }

    fn min_exponent(&self) -> i32 {
        i32::from(self.zero) - self.bias
    }

    /// Returns the value of a magnitude, by the textbook.
    fn value(&self, code: u64) -> f64 {
        let field = (code >> self.fraction_bits) as i32;
        let fraction = (code % (1 << self.fraction_bits)) as f64 / (1u64 << self.fraction_bits) as f64;
        if field == 0 && self.zero {
            fraction * 2f64.powi(1 - self.bias)
        } else {
            (1.0 + fraction) * 2f64.powi(field - self.bias)
        }
    }

    pub(crate) fn codes(&self) -> HashMap<u64, u64> {
        (0..=self.max_code).map(|code| (self.value(code).to_bits(), code)).collect()
    }

    /// Returns ±`significand` · 2^`exponent`, not zero, rounded with this draw.
    pub(crate) fn round(
        &self,
        codes: &HashMap<u64, u64>,
        (negative, significand, exponent): (bool, u64, i32),
        draw: u32,
        saturating: bool,
    ) -> u64 {
        if negative && !self.signed {
            return self.nan;
        }
        let top = exponent + significand.ilog2() as i32;
        let step = top.max(self.min_exponent()) - self.fraction_bits as i32;
        let below = step - exponent;
        let (whole, rest) = if below <= 0 {
            (u128::from(significand) << -below, 0)
        } else if below < 96 {
            let scaled = u128::from(significand) << 32 >> below;
            (scaled >> 32, scaled as u32)
        } else {
            (0, 0)
        };
        let up = u64::from(rest) + u64::from(draw) >= 1 << 32;
        let rounded = (whole as u64 + u64::from(up)) as f64 * 2f64.powi(step);
        let code = match codes.get(&rounded.to_bits()) {
            Some(&code) => code,
            None if rounded < self.value(0) => 0,
            None if saturating => self.max_code,
            None => self.over,
        };
        if negative && (code != 0 || self.negative_zero) {
            code | 1 << (self.exponent_bits + self.fraction_bits)
        } else {
            code
        }
    }
}

/// A format and its shape.
pub(crate) trait Known: Format {
    fn shape() -> Shape;
}

macro_rules! known {
    ($($format:ty = $shape:expr;)*) => { $(
        impl Known for $format {
            fn shape() -> Shape {
                $shape
            }
        }
    )* };
}
known! {
    F16 = Shape::signed(5, 10, 0x7bff, 0x7c00);
    Bf16 = Shape::signed(8, 7, 0x7f7f, 0x7f80);
    F8E5M2 = Shape::signed(5, 2, 0x7b, 0x7c);
    F8E4M3Fn = Shape::signed(4, 3, 0x7e, 0x7f);
    F8E5M2Fnuz = Shape { bias: 16, over: 0x80, negative_zero: false, ..Shape::signed(5, 2, 0x7f, 0) };
    F8E4M3Fnuz = Shape { bias: 8, over: 0x80, negative_zero: false, ..Shape::signed(4, 3, 0x7f, 0) };
    F6E2M3Fn = Shape::signed(2, 3, 0x1f, 0x1f);
    F6E3M2Fn = Shape::signed(3, 2, 0x1f, 0x1f);
    F4E2M1Fn = Shape::signed(2, 1, 0x7, 0x7);
    F8E8M0Fnu = Shape {
        signed: false, negative_zero: false, zero: false, ..Shape::signed(8, 0, 0xfe, 0xff)
    };
}

/// The way to read the finite numbers of a source.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) exponent_bits: u32,
    pub(crate) fraction_bits: u32,
    bias: i32,
    /// True if the largest exponent belongs to no number.
    specials: bool,
    zero: bool,
}

impl Reader {
    const fn ieee(exponent_bits: u32, fraction_bits: u32) -> Self {
        Self {
            exponent_bits,
            fraction_bits,
            bias: (1 << (exponent_bits - 1)) - 1,
            specials: true,
            zero: true,
        }
    }

    /// Returns the sign of a finite number other than zero, and its magnitude as an integer and an exponent.
    pub(crate) fn read(self, code: u64) -> Option<(bool, u64, i32)> {
        let fraction = code % (1 << self.fraction_bits);
        let field = (code >> self.fraction_bits) % (1 << self.exponent_bits);
        let negative = code >> (self.fraction_bits + self.exponent_bits) & 1 == 1;
        let normal = u64::from(field > 0 || !self.zero) << self.fraction_bits;
        let least = u64::from(self.zero);
        let exponent = field.max(least) as i32 - self.bias - self.fraction_bits as i32;
        let special = self.specials && field + 1 == 1 << self.exponent_bits;
        let number = (negative, fraction | normal, exponent);
        (!special && number.1 > 0).then_some(number)
    }
}

/// A source format.
pub(crate) trait Source: Format {
    const READER: Reader;
}

macro_rules! sources {
    ($($format:ty = $reader:expr;)*) => { $(
        impl Source for $format {
            const READER: Reader = $reader;
        }
    )* };
}
sources! {
    f64 = Reader::ieee(11, 52);
    f32 = Reader::ieee(8, 23);
    F16 = Reader::ieee(5, 10);
    Bf16 = Reader::ieee(8, 7);
    Wide = Reader::ieee(15, 48);
    F8E5M2Fnuz = Reader { bias: 16, specials: false, ..Reader::ieee(5, 2) };
    F6E2M3Fn = Reader { specials: false, ..Reader::ieee(2, 3) };
    F8E8M0Fnu = Reader { zero: false, ..Reader::ieee(8, 0) };
}

ulp::float_type!(
    /// A format too long for words of 64 bits.
    pub(crate) type Wide = WideSpec(u64): ulp::Layout::ieee(15, 48), "wide", [sign, zero, infinities, nan]
);

/// Two formats as plain data. The tests are therefore compiled once, and not for every pair.
pub(crate) struct Pair {
    pub(crate) name: (&'static str, &'static str),
    pub(crate) layouts: [Layout; 2],
    pub(crate) reader: Reader,
    pub(crate) shape: Shape,
    cast: fn(Isa, &[u64], Stochastic) -> Vec<u64>,
}

impl Pair {
    pub(crate) fn new<S: Source, D: Known>() -> Self {
        fn cast<S: Format, D: Format>(isa: Isa, from: &[u64], how: Stochastic) -> Vec<u64> {
            let number = |code: &u64| S::from_bits(S::Bits::from_u64(*code));
            let from: Vec<S> = from.iter().map(number).collect();
            let mut to = vec![D::MAX; from.len()];
            cast_stochastic_on(isa, &from, &mut to, how);
            to.into_iter().map(|x| x.to_bits().to_u64()).collect()
        }
        Self {
            name: (S::DTYPE, D::DTYPE),
            layouts: [S::LAYOUT, D::LAYOUT],
            reader: S::READER,
            shape: D::shape(),
            cast: cast::<S, D>,
        }
    }

    /// Returns whether two elements share a word, by the documentation.
    pub(crate) fn shares(&self) -> bool {
        self.reader.fraction_bits.max(23) <= self.shape.fraction_bits + 16
    }

    pub(crate) fn cast(&self, from: &[u64], how: Stochastic) -> Vec<u64> {
        self.cast_on(Isa::detect(), from, how)
    }

    pub(crate) fn cast_on(&self, isa: Isa, from: &[u64], how: Stochastic) -> Vec<u64> {
        (self.cast)(isa, from, how)
    }
}

/// `SplitMix64`, for inputs.
pub(crate) struct Inputs(pub(crate) u64);

impl Inputs {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// Returns codes of the source: any codes, and codes whose exponents the target has or nearly has, some with few fraction
    /// bits.
    pub(crate) fn codes(&mut self, pair: &Pair, len: usize) -> Vec<u64> {
        let Pair { reader, shape, .. } = pair;
        let lowest = shape.min_exponent() - shape.fraction_bits as i32 - 36;
        let highest = (shape.max_code >> shape.fraction_bits) as i32 - shape.bias + 3;
        let top = (1 << reader.exponent_bits) - 1 - i32::from(reader.specials);
        let sign_bit = pair.layouts[0].bits() - 1;
        (0..len)
            .map(|_| {
                let (any, choice) = (self.next(), self.next());
                let exponents = (highest - lowest + 1).unsigned_abs() as u64;
                let exponent = lowest + (self.next() % exponents) as i32;
                let field = (exponent + reader.bias).clamp(0, top) as u64;
                let keep = if choice & 2 == 0 {
                    u64::MAX
                } else {
                    u64::MAX << (choice >> 8 & 63)
                };
                let fraction = any & ((1 << reader.fraction_bits) - 1) & keep;
                let magnitude = field << reader.fraction_bits | fraction;
                let sign = (any >> 63) << (reader.exponent_bits + reader.fraction_bits);
                let code = if choice % 8 == 0 { any } else { sign | magnitude };
                code & (u64::MAX >> (63 - sign_bit))
            })
            .collect()
    }
}

/// The vectors are those that the authors publish with Random123. The test checks the generator of this file.
#[test]
fn the_philox_of_this_test_gives_known_answers() {
    let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
    let answer = philox(pi, [0xa409_3822, 0x299f_31d0]);
    assert_eq!(answer, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    let answer = philox([u32::MAX; 4], [u32::MAX; 2]);
    assert_eq!(answer, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
}
