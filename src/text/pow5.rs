//! [`Power`]: powers of five to 128 bits, with a bound of the error.

use super::bignum::Bignum;

/// A power of five, rounded down: significand · 2<sup>exponent − 127</sup>. The topmost bit of the significand is set.
#[derive(Clone, Copy)]
pub(super) struct Power {
    pub(super) significand: u128,
    pub(super) exponent: i32,
    /// The bound of the error. The true significand is greater than this significand by less than `error`. If `error` is 0, the
    /// significand is exact.
    pub(super) error: u64,
}

/// The largest exponent of [`SIGNIFICANDS`]. It is enough for bfloat16 with 19 digits.
const MOST: i32 = 64;
/// 5<sup>55</sup> is the last power that 128 bits hold.
const MOST_EXACT: i32 = 55;
/// 5<sup>27</sup> is the last power that 64 bits hold.
const MOST_SHORT: i32 = 27;

/// The significands of 5<sup>−64</sup> to 5<sup>64</sup>, cut to 128 bits.
static SIGNIFICANDS: [u128; 2 * MOST as usize + 1] = {
    let mut significands = [0; 2 * MOST as usize + 1];
    let mut positive = Bignum::new(1);
    // Repeated division by 5 gives the integer part of a division by the power. 5^64 has 149 bits.
    let mut negative = Bignum::new(1);
    assert!(negative.shift_left(300));
    let mut i = 0;
    while i <= MOST as usize {
        significands[MOST as usize - i] = negative.top();
        significands[MOST as usize + i] = positive.top();
        negative.divide(5);
        assert!(positive.multiply_add(5, 0));
        i += 1;
    }
    significands
};

impl Power {
    /// Returns 5<sup>exponent</sup>. The exponent is at most 2<sup>20</sup> in magnitude.
    ///
    /// The error is at most 1 up to 5<sup>±64</sup>. Beyond, each of up to 15 squarings multiplies the error by about 4. The
    /// error stays below 2<sup>40</sup>.
    #[inline]
    pub(super) fn of_five(exponent: i32) -> Self {
        if exponent.unsigned_abs() <= MOST.unsigned_abs() {
            Self::listed(exponent)
        } else {
            Self::multiplied(exponent)
        }
    }

    /// Returns 5<sup>exponent</sup> to 64 bits, ⌊significand⌋ · 2<sup>unit − 63</sup>, and whether this value is exact. Returns
    /// `None` if the power is not in the table.
    #[inline]
    pub(super) fn short(exponent: i64) -> Option<(u64, i32, bool)> {
        let place = usize::try_from(exponent.wrapping_add(MOST.into())).ok()?;
        let significand = SIGNIFICANDS.get(place)?;
        let exponent = exponent as i32;
        let exact = (0..=MOST_SHORT).contains(&exponent);
        Some(((significand >> 64) as u64, floor_log2(exponent), exact))
    }

    /// Returns a power of the table.
    #[inline]
    fn listed(exponent: i32) -> Self {
        let exact = (0..=MOST_EXACT).contains(&exponent);
        Self {
            significand: SIGNIFICANDS[(MOST + exponent) as usize],
            exponent: floor_log2(exponent),
            error: !exact as u64,
        }
    }

    /// Returns a product of powers of the table.
    #[cold]
    fn multiplied(exponent: i32) -> Self {
        let mut power = Self::listed(exponent % MOST);
        let mut base = Self::listed(MOST * exponent.signum());
        let mut times = (exponent / MOST).unsigned_abs();
        while times > 0 {
            if times % 2 == 1 {
                power = power.times(base);
            }
            base = base.times(base);
            times /= 2;
        }
        power
    }

    fn times(self, other: Self) -> Self {
        let high = multiply(other.significand, (self.significand >> 64) as u64);
        let low = multiply(other.significand, self.significand as u64);
        let product = high + (low >> 64);
        let up = product.leading_zeros();
        Self {
            significand: product << up,
            exponent: self.exponent + other.exponent + 1 - up as i32,
            // Each error is multiplied by the other significand, which is less than 2. The bits that are cut add less than 3. If
            // `up` is 0, the errors are in half units.
            error: 2 * (self.error + other.error) + 4,
        }
    }
}

/// Returns ⌊log<sub>2</sub> 5<sup>exponent</sup>⌋ for the exponents of the table.
const fn floor_log2(exponent: i32) -> i32 {
    (exponent * 152_170) >> 16
}

/// Returns ⌊a · b / 2<sup>64</sup>⌋.
#[inline]
pub(super) const fn multiply(a: u128, b: u64) -> u128 {
    let low = (a as u64) as u128 * b as u128;
    let high = (a >> 64) * b as u128;
    high + (low >> 64)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;

    extern crate std;

    /// Compares significand · 2<sup>exponent − 127</sup> with 5<sup>exponent</sup>. Both are multiplied by a common factor that
    /// makes integers.
    fn check(exponent: i32) {
        let power = Power::of_five(exponent);
        assert!(power.significand >> 127 == 1, "5^{exponent}");
        let five = BigUint::from(5u32).pow(exponent.unsigned_abs());
        let (scale, right) = if exponent < 0 {
            (five, BigUint::from(1u32))
        } else {
            (BigUint::from(1u32), five)
        };
        let unit = power.exponent - 127;
        let [from, right, to] = [
            scale.clone() * power.significand,
            right,
            scale * (BigUint::from(power.significand) + power.error),
        ];
        let shift = unit.unsigned_abs();
        let [from, right, to] = if unit < 0 {
            [from, right << shift, to]
        } else {
            [from << shift, right, to << shift]
        };
        let exact = power.error == 0 && from == right;
        assert!(exact || from <= right && right < to, "5^{exponent}");
    }

    #[test]
    fn powers_lie_within_their_error() {
        (-400..=400).for_each(check);
        for exponent in [1000, 4999, 5000, 16_383, 40_000] {
            check(exponent);
            check(-exponent);
        }
    }

    #[test]
    fn powers_of_the_table_are_the_first_128_bits() {
        for exponent in -MOST..=MOST {
            assert!(Power::of_five(exponent).error <= 1);
        }
        assert_eq!(Power::of_five(MOST_EXACT).error, 0);
        assert!(5u64.checked_pow(MOST_SHORT as u32).is_some());
    }
}
