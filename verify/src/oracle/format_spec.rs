//! Formats, typed from the documents that describe them.

/// A format: its fields and the places of its special codes.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own about a format")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatSpec {
    /// Width of the exponent field.
    pub exponent_bits: u32,
    /// Width of the trailing significand field.
    pub fraction_bits: u32,
    /// The number that is subtracted from the exponent field.
    pub bias: i32,
    /// True if the top bit is a sign.
    pub signed: bool,
    /// True if exponent field 0 holds zero and the subnormals.
    pub zero: bool,
    /// True if the code of -0 is the NaN.
    pub nan_at_negative_zero: bool,
    /// How many magnitudes at the very top are NaN.
    pub nans: u64,
    /// True if the magnitude just below these NaNs is infinity.
    pub infinity: bool,
}

impl FormatSpec {
    /// Returns the width of a code.
    #[must_use]
    pub const fn bits(&self) -> u32 {
        self.signed as u32 + self.exponent_bits + self.fraction_bits
    }

    /// Returns the largest magnitude code, special or not.
    #[must_use]
    pub const fn top(&self) -> u64 {
        ones(self.exponent_bits + self.fraction_bits)
    }

    /// Returns the code of the largest finite value.
    #[must_use]
    pub const fn max(&self) -> u64 {
        self.top() - self.nans - self.infinity as u64
    }

    /// Returns the sign bit, or 0 in an unsigned format.
    #[must_use]
    pub const fn sign_bit(&self) -> u64 {
        if self.signed { self.top() + 1 } else { 0 }
    }

    /// Returns every bit of a code.
    #[must_use]
    pub const fn mask(&self) -> u64 {
        self.top() | self.sign_bit()
    }

    /// Returns whether NaNs have a payload and may signal: exponent field all ones, every fraction but 0 (IEEE 754-2019, 3.4 and
    /// 6.2.1).
    #[must_use]
    pub const fn has_payload(&self) -> bool {
        self.fraction_bits > 0 && self.nans == ones(self.fraction_bits)
    }
}

/// Returns this number of low bits.
pub(crate) const fn ones(width: u32) -> u64 {
    if width == 0 { 0 } else { u64::MAX >> (64 - width) }
}

/// IEEE 754-2019, 3.4: the top exponent field holds infinity and the NaNs.
const fn ieee(exponent_bits: u32, fraction_bits: u32, bias: i32) -> FormatSpec {
    FormatSpec {
        exponent_bits,
        fraction_bits,
        bias,
        signed: true,
        zero: true,
        nan_at_negative_zero: false,
        nans: ones(fraction_bits),
        infinity: true,
    }
}

/// All codes are finite, as in OCP MX's 6- and 4-bit elements, or all but one, as in its E4M3.
const fn ocp(exponent_bits: u32, fraction_bits: u32, bias: i32, nans: u64) -> FormatSpec {
    FormatSpec {
        nans,
        infinity: false,
        ..ieee(exponent_bits, fraction_bits, bias)
    }
}

/// The code of -0 is the NaN, and the only special code. Zero has no sign.
const fn fnuz(exponent_bits: u32, fraction_bits: u32, bias: i32) -> FormatSpec {
    FormatSpec {
        nan_at_negative_zero: true,
        ..ocp(exponent_bits, fraction_bits, bias, 0)
    }
}

/// Every format that the crate ships, and `f32` and `f64`, under their names in `numpy` or `ml_dtypes`.
pub const SHIPPED: [(&str, FormatSpec); 18] = [
    // IEEE 754-2019, table 3.5.
    ("float64", ieee(11, 52, 1023)),
    ("float32", ieee(8, 23, 127)),
    ("float16", ieee(5, 10, 15)),
    // The upper half of a binary32.
    ("bfloat16", ieee(8, 7, 127)),
    // NVIDIA's TensorFloat-32: binary32's exponents, binary16's fraction.
    ("tf32", ieee(8, 10, 127)),
    // CUDA's ue4m3 and ue5m3: no sign, one NaN at the topmost code, IEEE's bias.
    (
        "float8_e4m3fnu",
        FormatSpec {
            signed: false,
            ..ocp(4, 3, 7, 1)
        },
    ),
    (
        "float8_e5m3fnu",
        FormatSpec {
            signed: false,
            ..ocp(5, 3, 15, 1)
        },
    ),
    // OCP 8-bit Floating Point Specification (OFP8) 1.0: E4M3 has bias 7, no infinities, and one NaN a sign,
    // S.1111.111; E5M2 has bias 15 and IEEE's special codes.
    ("float8_e4m3fn", ocp(4, 3, 7, 1)),
    ("float8_e5m2", ieee(5, 2, 15)),
    // ml_dtypes, README, "float8_e4m3" and "float8_e3m4": the rules of IEEE, biases 7 and 3.
    ("float8_e4m3", ieee(4, 3, 7)),
    ("float8_e3m4", ieee(3, 4, 3)),
    // ml_dtypes, README, "*fnuz": bias 8, 16 and 11, NaN at 0x80.
    ("float8_e4m3fnuz", fnuz(4, 3, 8)),
    ("float8_e5m2fnuz", fnuz(5, 2, 16)),
    ("float8_e4m3b11fnuz", fnuz(4, 3, 11)),
    // OCP Microscaling Formats (MX) 1.0, 5.4.1: unsigned powers of two from 2^-127, no zero, no infinity, NaN at 0xff.
    (
        "float8_e8m0fnu",
        FormatSpec {
            signed: false,
            zero: false,
            ..ocp(8, 0, 127, 1)
        },
    ),
    // OCP MX 1.0, 5.3.2 and 5.3.3: no special codes; biases 1, 3 and 1.
    ("float6_e2m3fn", ocp(2, 3, 1, 0)),
    ("float6_e3m2fn", ocp(3, 2, 3, 0)),
    ("float4_e2m1fn", ocp(2, 1, 1, 0)),
];

/// Returns the shipped format of this name.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn shipped(name: &str) -> FormatSpec {
    let found = SHIPPED.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no format named {name}")).1
}

/// Returns IEEE P3109's format of `bits` bits and `precision` bits of significand, the leading one counted.
///
/// Interim report: zero at code 0. Signed: bias 2^(K-P-1), NaN where -0 would be. Unsigned: bias 2^(K-P), NaN at the top code.
/// Extended formats have the infinity at the largest magnitude that is left.
///
/// # Panics
/// If no exponent bit would be left.
#[must_use]
pub fn p3109(bits: u32, precision: u32, signed: bool, extended: bool) -> FormatSpec {
    let exponent_bits = bits + 1 - precision - u32::from(signed);
    assert!(exponent_bits > 0, "P3109 formats have an exponent bit");
    FormatSpec {
        exponent_bits,
        fraction_bits: precision - 1,
        bias: 1 << (exponent_bits - 1),
        signed,
        zero: true,
        nan_at_negative_zero: signed,
        nans: u64::from(!signed),
        infinity: extended,
    }
}
