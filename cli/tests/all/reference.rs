//! Conversion by the textbook, for formats of up to 16 bits: list the values, take the nearest. It shares no code with `ulp`.

use safetensors::Dtype;

/// The families of formats. They differ in their special codes.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    /// The highest exponent is for the infinity and NaNs.
    Ieee,
    /// No infinity; the highest code is the NaN.
    Finite,
    /// No infinity and no negative zero, whose code is the NaN.
    Fnuz,
    /// There are only powers of two: no sign and no zero. The highest code is the NaN.
    Scale,
}

pub(crate) struct Small {
    bits: u32,
    fraction: u32,
    bias: i32,
    family: Family,
    /// The finite values that are not negative, by code, and the value that would follow.
    values: Vec<f64>,
}

/// The right result of a conversion.
#[derive(Debug, PartialEq)]
pub(crate) enum Expected {
    Code(u64),
    /// A NaN. Its sign is `None` if the format doesn't keep one.
    Nan(Option<bool>),
}

impl Small {
    pub(crate) fn new(dtype: Dtype) -> Option<Small> {
        let (width, fraction, bias, family) = match dtype {
            Dtype::F16 => (16, 10, 15, Family::Ieee),
            Dtype::BF16 => (16, 7, 127, Family::Ieee),
            Dtype::F8_E5M2 => (8, 2, 15, Family::Ieee),
            Dtype::F8_E4M3 => (8, 3, 7, Family::Finite),
            Dtype::F8_E5M2FNUZ => (8, 2, 16, Family::Fnuz),
            Dtype::F8_E4M3FNUZ => (8, 3, 8, Family::Fnuz),
            Dtype::F8_E8M0 => (8, 0, 127, Family::Scale),
            _ => return None,
        };
        let mut small = Small {
            bits: width,
            fraction,
            bias,
            family,
            values: Vec::new(),
        };
        let end = match family {
            Family::Ieee => small.sign() - (1 << fraction),
            Family::Finite => small.sign() - 1,
            Family::Fnuz => small.sign(),
            Family::Scale => 255,
        };
        small.values = (0..=end).map(|code| small.magnitude(code)).collect();
        Some(small)
    }

    /// Returns the bit of the sign. In a format without sign, returns the bit above the code.
    fn sign(&self) -> u64 {
        match self.family {
            Family::Scale => 1 << self.bits,
            _ => 1 << (self.bits - 1),
        }
    }

    /// Returns the value of a code without its sign. Special codes are read like numbers.
    fn magnitude(&self, code: u64) -> f64 {
        let exponent = (code >> self.fraction) as i32;
        let fraction = (code & ((1 << self.fraction) - 1)) as f64 / f64::from(1 << self.fraction);
        match exponent {
            0 if self.family != Family::Scale => fraction * 2f64.powi(1 - self.bias),
            _ => (1.0 + fraction) * 2f64.powi(exponent - self.bias),
        }
    }

    pub(crate) fn decode(&self, code: u64) -> f64 {
        let (negative, magnitude) = (code & self.sign() != 0, code & (self.sign() - 1));
        let end = self.values.len() as u64 - 1;
        let value = match self.family {
            // The one NaN has no sign of its own.
            Family::Fnuz if negative && magnitude == 0 => return f64::NAN,
            Family::Ieee if magnitude == end => f64::INFINITY,
            _ if magnitude >= end => f64::NAN,
            _ => self.values[magnitude as usize],
        };
        if negative { -value } else { value }
    }

    /// Returns the code of the nearest value, ties to even, and whether the nearest value would lie beyond the largest finite
    /// one.
    #[allow(clippy::float_cmp, reason = "the two are exact")]
    pub(crate) fn nearest(&self, x: f64) -> (Expected, bool) {
        let negative = x.is_sign_negative();
        let sign = if negative { self.sign() } else { 0 };
        let end = self.values.len() - 1;
        let nan = Expected::Nan(match self.family {
            Family::Ieee | Family::Finite => Some(negative),
            Family::Fnuz | Family::Scale => None,
        });
        if x.is_nan() || (self.family == Family::Scale && negative && x != 0.0) {
            return (nan, false);
        }
        let x = x.abs();
        let above = self.values.partition_point(|&value| value < x);
        let code = match above {
            0 => 0,
            _ if above > end => end,
            _ => {
                // The middle is exact, because the values have at most 11 bits.
                let middle = f64::midpoint(self.values[above - 1], self.values[above]);
                let up = match self.family {
                    Family::Scale => x >= middle,
                    _ => x > middle || (x == middle && above % 2 == 0),
                };
                if up { above } else { above - 1 }
            }
        };
        match self.family {
            _ if code < end => match self.family {
                Family::Fnuz | Family::Scale if code == 0 => (Expected::Code(0), false),
                _ => (Expected::Code(sign | code as u64), false),
            },
            Family::Ieee => (Expected::Code(sign | end as u64), x.is_finite()),
            _ => (nan, true),
        }
    }
}
