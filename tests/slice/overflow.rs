//! `Overflow::SaturateFinite`: finite numbers overflow as under `Saturate`, infinities as under `Ieee`.

use ulp::{Bf16, Cast, Dtype, F4E2M1Fn, F8E4M3Fn, F8E5M2, F16, Flags, Format, Isa, Overflow, Rounding, slice};

fn casts(rounding: Rounding) -> [Cast; 3] {
    [Overflow::Ieee, Overflow::Saturate, Overflow::SaturateFinite].map(|overflow| Cast::new().rounding(rounding).overflow(overflow))
}

/// Numbers of many sizes with both signs, infinities and a NaN.
fn numbers<S: Format>() -> Vec<S> {
    let finite = (-1200..1200).map(|i: i32| f64::from(i) * 2f64.powi(i % 140));
    let special = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0, 1e300, -1e300];
    let numbers = special.into_iter().chain(finite);
    numbers.map(|x| x.cast_with::<S>(Cast::new()).0).collect()
}

fn check<S: Format, D: Format>(from: Dtype, to: Dtype) {
    let src = numbers::<S>();
    for rounding in Rounding::ALL {
        let [ieee, saturate, finite] = casts(rounding);
        let expected: Vec<(D, Flags)> = src
            .iter()
            .map(|x| {
                let infinite = x.cast::<f64>().is_infinite();
                x.cast_with(if infinite { ieee } else { saturate })
            })
            .collect();
        let one: Vec<(D, Flags)> = src.iter().map(|x| x.cast_with(finite)).collect();
        let bits = |numbers: &[(D, Flags)]| -> Vec<_> { numbers.iter().map(|(x, flags)| (x.to_bits(), *flags)).collect() };
        assert_eq!(bits(&one), bits(&expected), "{from} to {to}, {rounding:?}");

        for isa in Isa::available() {
            let mut all = vec![D::MAX; src.len()];
            slice::cast_on(isa, &src, &mut all, finite);
            let same = all.iter().zip(&expected).all(|(x, (y, _))| x.to_bits() == y.to_bits());
            assert!(same, "{from} to {to}, {rounding:?}, on {isa}");

            let (mut bytes, mut to_bytes) = (Vec::new(), vec![0; size_of_val(&all[..])]);
            for x in &src {
                let code = x.to_bits();
                bytes.extend_from_slice(&ulp::Bits::to_u64(code).to_le_bytes()[..size_of::<S>()]);
            }
            slice::cast_bytes_on(isa, from, &bytes, to, &mut to_bytes, finite).expect("the lengths fit");
            let codes = to_bytes.chunks(size_of::<D>()).map(|bytes| {
                let mut code = [0; 8];
                code[..bytes.len()].copy_from_slice(bytes);
                u64::from_le_bytes(code)
            });
            let same = codes
                .zip(&expected)
                .all(|(code, (y, _))| code == ulp::Bits::to_u64(y.to_bits()));
            assert!(same, "bytes of {from} to {to}, {rounding:?}, on {isa}");
        }
    }
}

#[test]
fn finite_numbers_saturate_and_infinities_stay() {
    check::<f32, F16>(Dtype::F32, Dtype::F16);
    check::<f32, Bf16>(Dtype::F32, Dtype::Bf16);
    check::<f32, F8E5M2>(Dtype::F32, Dtype::F8E5M2);
    check::<f32, F8E4M3Fn>(Dtype::F32, Dtype::F8E4M3Fn);
    check::<f32, F4E2M1Fn>(Dtype::F32, Dtype::F4E2M1Fn);
    check::<f64, f32>(Dtype::F64, Dtype::F32);
    check::<f64, F16>(Dtype::F64, Dtype::F16);
    check::<f64, F8E5M2>(Dtype::F64, Dtype::F8E5M2);
    check::<Bf16, F16>(Dtype::Bf16, Dtype::F16);
    check::<Bf16, F8E5M2>(Dtype::Bf16, Dtype::F8E5M2);
    check::<F16, Bf16>(Dtype::F16, Dtype::Bf16);
    check::<F16, F8E4M3Fn>(Dtype::F16, Dtype::F8E4M3Fn);
    check::<F8E5M2, F16>(Dtype::F8E5M2, Dtype::F16);
    check::<F16, f32>(Dtype::F16, Dtype::F32);
}
