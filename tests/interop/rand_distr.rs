//! The distributions from which `rand_distr` makes others: the bounds of the open and half-open ones, and the moments of all.

use ulp::*;

use crate::declared::E5M6;

/// Sebastiano Vigna's `SplitMix64`.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }
}

macro_rules! distributions {
    ($module:ident: $rand:ident, $rand_distr:ident, $generator:item) => {
        mod $module {
            use $rand_distr::{
                Distribution, Exp1, Normal, Open01, OpenClosed01, StandardNormal,
                StandardUniform,
            };

            use super::*;

            $generator

            fn numbers<F: Format>(of: impl Distribution<F>) -> Vec<f64> {
                let mut rng = SplitMix(1);
                (0..20_000).map(|_| of.sample(&mut rng).cast()).collect()
            }

            fn mean(numbers: &[f64]) -> f64 {
                numbers.iter().sum::<f64>() / numbers.len() as f64
            }

            /// Every multiple of the step comes out. A bound comes out only if it is closed. The mean is the middle.
            fn unit<F: Format>(steps: f64)
            where
                Open01: Distribution<F>,
                OpenClosed01: Distribution<F>,
                StandardUniform: Distribution<F>,
            {
                let open = numbers::<F>(Open01);
                let half_open = numbers::<F>(OpenClosed01);
                let closed = numbers::<F>(StandardUniform);
                for (numbers, least, most) in [
                    (&open, 1.0 / steps, 1.0 - 1.0 / steps),
                    (&half_open, 1.0 / steps, 1.0),
                    (&closed, 0.0, 1.0 - 1.0 / steps),
                ] {
                    assert!(numbers.iter().all(|x| (least..=most).contains(x) && x * steps % 1.0 == 0.0));
                    let middle = f64::midpoint(least, most);
                    assert!((mean(numbers) - middle).abs() < 0.01, "{}", F::DTYPE);
                }
                assert!(open.iter().all(|x| x * steps % 2.0 == 1.0));
                if steps < 1000.0 {
                    assert!(open.contains(&(1.0 / steps)) && half_open.contains(&1.0));
                }
            }

            #[test]
            fn open_and_half_open_intervals() {
                unit::<F16>(2048.0);
                unit::<Bf16>(256.0);
                unit::<F8E4M3Fn>(16.0);
                unit::<F8E4M3Fnu>(16.0);
                unit::<F4E2M1Fn>(2.0);
                unit::<E5M6>(128.0);
            }

            fn normal<F: Format>()
            where
                StandardNormal: Distribution<F>,
            {
                let numbers = numbers::<F>(StandardNormal);
                let squares: Vec<f64> = numbers.iter().map(|x| x * x).collect();
                assert!(mean(&numbers).abs() < 0.03 && (mean(&squares) - 1.0).abs() < 0.05);
            }

            #[test]
            fn normal_and_exponential_have_their_moments() {
                normal::<F16>();
                normal::<Bf16>();
                normal::<F8E4M3Fn>();
                let exponential = numbers::<F16>(Exp1);
                assert!(exponential.iter().all(|&x| x >= 0.0));
                assert!((mean(&exponential) - 1.0).abs() < 0.03);
            }

            #[test]
            fn weights_are_chosen_in_proportion() {
                use $rand::distr::weighted::Weight;

                let mut sum = F8E4M3Fn::from_f32(416.0);
                assert_eq!(sum.checked_add_assign(&F8E4M3Fn::from_f32(32.0)), Ok(()));
                assert_eq!(sum, F8E4M3Fn::MAX);
                assert_eq!(sum.checked_add_assign(&F8E4M3Fn::from_f32(32.0)), Err(()));
                let mut sum = F16::MAX;
                assert_eq!(sum.checked_add_assign(&F16::MAX), Ok(()));
                assert_eq!((sum, <F16 as Weight>::ZERO), (F16::INFINITY, F16::ZERO));
            }

            /// candle and other crates ask for numbers this way: by a distribution that needs `Float`.
            #[cfg(feature = "num-traits")]
            #[test]
            fn distributions_of_other_crates_work() {
                let three = F16::from_f32(3.0);
                let numbers = numbers(Normal::new(three, F16::ONE).unwrap());
                assert!((mean(&numbers) - 3.0).abs() < 0.03);
            }
        }
    };
}

#[cfg(feature = "rand_distr")]
distributions!(with_010: rand, rand_distr, impl rand::TryRng for SplitMix {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok((self.next() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        unreachable!("nobody asks for bytes")
    }
});
#[cfg(feature = "rand_distr_05")]
distributions!(with_09: rand_09, rand_distr_05, impl rand_09::RngCore for SplitMix {
    fn next_u32(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.next()
    }

    fn fill_bytes(&mut self, _: &mut [u8]) {
        unreachable!("nobody asks for bytes")
    }
});
