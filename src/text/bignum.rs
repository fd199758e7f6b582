//! [`Bignum`]: an unsigned integer of many bits on the stack. [`compare`] compares decimals and binary numbers exactly.

use core::cmp::Ordering;

/// The number of limbs. It is enough for formats whose finite numbers lie within 2<sup>±1100</sup>, such as `f64`.
///
/// [`compare`] compares two integers of nearly equal size. The smaller of these two bounds therefore holds for both integers:
///
/// - Digits: at most [`MOST_DIGITS`], which are 2658 bits.
/// - Powers of five: 5<sup>1132</sup> times 60 bits of a significand, which are 2689 bits. The exponent 1132 is the place of the
///   last of [`MOST_DIGITS`] digits of the smallest number.
const LIMBS: usize = 48;

/// The number of digits that decide any comparison. A number half-way between two numbers of a format in that range is
/// 2<sup>−1100</sup> times an odd integer of 60 bits. Such a number has at most 787 digits.
pub(super) const MOST_DIGITS: usize = 800;

/// An unsigned integer below 2<sup>3072</sup>. A method that returns a `bool` returns whether the result fits. If the result does
/// not fit, the value is arbitrary.
pub(super) struct Bignum {
    /// The limbs, the least significant first. Limbs from `len` on are 0.
    limbs: [u64; LIMBS],
    len: usize,
}

impl Bignum {
    pub(super) const fn new(value: u64) -> Self {
        let mut limbs = [0; LIMBS];
        limbs[0] = value;
        Self {
            limbs,
            len: (value != 0) as usize,
        }
    }

    #[must_use]
    pub(super) const fn multiply_add(&mut self, factor: u64, addend: u64) -> bool {
        let mut carry = addend as u128;
        let mut i = 0;
        while i < self.len {
            carry += self.limbs[i] as u128 * factor as u128;
            self.limbs[i] = carry as u64;
            carry >>= 64;
            i += 1;
        }
        self.append(carry as u64)
    }

    /// Appends a limb at the top, unless the limb is 0.
    const fn append(&mut self, limb: u64) -> bool {
        if limb == 0 {
            return true;
        }
        if self.len == LIMBS {
            return false;
        }
        self.limbs[self.len] = limb;
        self.len += 1;
        true
    }

    #[must_use]
    const fn multiply_by_power_of_five(&mut self, mut exponent: u32) -> bool {
        /// The largest exponent of a power of five that fits a limb.
        const STEP: u32 = 27;
        while exponent > STEP {
            if !self.multiply_add(5u64.pow(STEP), 0) {
                return false;
            }
            exponent -= STEP;
        }
        self.multiply_add(5u64.pow(exponent), 0)
    }

    #[must_use]
    pub(super) const fn shift_left(&mut self, by: u32) -> bool {
        let (whole, rest) = ((by / 64) as usize, by % 64);
        if self.len == 0 {
            return true;
        }
        if !self.multiply_add(1 << rest, 0) || whole > LIMBS - self.len {
            return false;
        }
        let mut i = self.len;
        while i > 0 {
            i -= 1;
            self.limbs[i + whole] = self.limbs[i];
            if i < whole {
                self.limbs[i] = 0;
            }
        }
        self.len += whole;
        true
    }

    /// Divides by `divisor`, and rounds down.
    pub(super) const fn divide(&mut self, divisor: u64) {
        let mut remainder = 0;
        let mut i = self.len;
        while i > 0 {
            i -= 1;
            let dividend = (remainder as u128) << 64 | self.limbs[i] as u128;
            self.limbs[i] = (dividend / divisor as u128) as u64;
            remainder = (dividend % divisor as u128) as u64;
        }
        while self.len > 0 && self.limbs[self.len - 1] == 0 {
            self.len -= 1;
        }
    }

    /// Returns the 128 topmost bits, from the highest bit that is set. A shorter integer is followed by zeros.
    pub(super) const fn top(&self) -> u128 {
        let mut top = 0;
        let mut filled = 0;
        let mut i = self.len;
        while i > 0 && filled < 128 {
            i -= 1;
            let limb = self.limbs[i] as u128;
            let bits = if filled == 0 { 64 - self.limbs[i].leading_zeros() } else { 64 };
            let left = 128 - filled;
            if bits <= left {
                top |= limb << (left - bits);
                filled += bits;
            } else {
                top |= limb >> (bits - left);
                filled = 128;
            }
        }
        top
    }

    fn compare(&self, other: &Self) -> Ordering {
        let lengths = self.len.cmp(&other.len);
        let (one, other) = (&self.limbs[..self.len], &other.limbs[..other.len]);
        lengths.then_with(|| one.iter().rev().cmp(other.iter().rev()))
    }
}

/// Returns the order of decimal · 10<sup>`decimal_exponent`</sup> and binary · 2<sup>`binary_exponent`</sup>. Returns `None` if a
/// [`Bignum`] has no room for the comparison.
pub(super) fn compare(mut decimal: Bignum, decimal_exponent: i32, binary: u64, binary_exponent: i32) -> Option<Ordering> {
    let mut binary = Bignum::new(binary);
    let fives = decimal_exponent.unsigned_abs();
    let twos = decimal_exponent - binary_exponent;
    let fits = if decimal_exponent < 0 {
        binary.multiply_by_power_of_five(fives)
    } else {
        decimal.multiply_by_power_of_five(fives)
    } && if twos < 0 {
        binary.shift_left(twos.unsigned_abs())
    } else {
        decimal.shift_left(twos.unsigned_abs())
    };
    fits.then(|| decimal.compare(&binary))
}
