//! Layouts in the oracle's terms: the shipped ones, and every layout that a user may declare.

use ulp_verify::oracle::{FormatSpec, Rounding, RoundingQuery, SHIPPED, Value, decode};

use crate::{Unstructured, arbitrary};

/// The documented limits of a `Layout`.
const EXPONENT_BITS: u32 = 20;
const FRACTION_BITS: u32 = 58;
const MAGNITUDE_BITS: u32 = 63;
const BIAS: i32 = 1 << 20;

/// Returns any format. Half of the formats are shipped ones.
pub fn any_shape(u: &mut Unstructured) -> arbitrary::Result<FormatSpec> {
    if u.arbitrary()? {
        Ok(u.choose(&SHIPPED)?.1)
    } else {
        declared(u)
    }
}

/// Returns any format that a user could declare.
pub fn declared(u: &mut Unstructured) -> arbitrary::Result<FormatSpec> {
    let exponent_bits = u.int_in_range(1..=EXPONENT_BITS)?;
    let fraction_bits = u.int_in_range(0..=FRACTION_BITS.min(MAGNITUDE_BITS - exponent_bits))?;
    let middle = 1 << (exponent_bits - 1);
    let bias = match u.int_in_range(0..=3)? {
        0 => u.int_in_range(-BIAS..=BIAS)?,
        1 => middle,
        2 => middle + i32::from(u.arbitrary::<i8>()?),
        _ => middle - 1,
    };
    let signed = u.arbitrary()?;
    let zero = u.int_in_range(0..=3)? != 0;
    let infinity = u.arbitrary()?;
    let top = u64::MAX >> (64 - exponent_bits - fraction_bits);
    // One finite code besides zero's must be left.
    let room = top - u64::from(zero) - u64::from(infinity && top > u64::from(zero));
    let infinity = infinity && top > u64::from(zero);
    let all_fractions = (1 << fraction_bits) - 1;
    let nans = match u.int_in_range(0..=3)? {
        0 => 0,
        1 => 1,
        2 => all_fractions,
        _ => u.int_in_range(0..=room)?,
    };
    let nans = nans.min(room);
    let nan_at_negative_zero = signed && zero && nans == 0 && u.arbitrary()?;
    Ok(FormatSpec {
        exponent_bits,
        fraction_bits,
        bias,
        signed,
        zero,
        nan_at_negative_zero,
        nans,
        infinity,
    })
}

/// Returns any code of a format, often one near its special codes.
pub fn any_code(u: &mut Unstructured, shape: &FormatSpec) -> arbitrary::Result<u64> {
    let near = i64::from(u.int_in_range(-3_i8..=3)?);
    let place = match u.int_in_range(0..=5)? {
        0 => 0,
        1 => 1 << shape.fraction_bits,
        2 => shape.top(),
        3 => shape.max(),
        _ => u.arbitrary()?,
    };
    let sign = if u.arbitrary()? { shape.sign_bit() } else { 0 };
    Ok(place.wrapping_add_signed(near) & shape.top() | sign)
}

/// Returns a code of `from` that is interesting for `to`: any code, or one near a value of `to`, or one near the point half-way
/// to the next value.
pub fn any_source(u: &mut Unstructured, from: &FormatSpec, to: &FormatSpec) -> arbitrary::Result<u64> {
    let kind = u.int_in_range(0..=3)?;
    if kind == 0 {
        return any_code(u, from);
    }
    let Value::Finite { negative, magnitude } = decode(to, any_code(u, to)?) else {
        return any_code(u, from);
    };
    let magnitude = if kind == 1 { magnitude } else { magnitude.half_way() };
    let value = Value::Finite { negative, magnitude };
    let (near, _) = RoundingQuery::new(from, value).resolve(Rounding::TowardZero, true);
    let away = i64::from(u.int_in_range(-2_i8..=2)?);
    Ok(near.wrapping_add_signed(away) & from.mask())
}
