//! Many threads give the bits of one.

use super::numbers;
use ulp::mixed::{self, AdamW, AdamWOptions, AdamWTensor, Sgd, SgdOptions, SgdTensor};
use ulp::slice::{self, Stochastic};
use ulp::{Bf16, Format};

const LENGTHS: [usize; 3] = [1000, 65_537, 200_000];

fn bits<F: Format>(numbers: &[F]) -> &[F::Bits] {
    slice::to_bits(numbers)
}

fn adamw_tensor<'a>(of: &'a mut [Vec<f32>; 3], weights: &'a mut [Bf16]) -> AdamWTensor<'a, Bf16> {
    let [master, first_moment, second_moment] = of;
    AdamWTensor {
        weights,
        master: Some(master),
        first_moment,
        second_moment,
    }
}

#[test]
fn parallel_adamw_has_the_bits_of_one_thread() {
    let mut adam = AdamW::new(AdamWOptions::default()).expect("the defaults make sense");
    let step = adam.next_step();
    for len in LENGTHS {
        let gradients: Vec<Bf16> = slice::cast_to_vec(&numbers(len, 1));
        let mut one = [2, 3, 4].map(|seed| numbers(len, seed));
        one[2].iter_mut().for_each(|x| *x = x.abs());
        let mut many = one.clone();
        let mut weights = [vec![Bf16::default(); len], vec![Bf16::default(); len]];
        step.update(&gradients, adamw_tensor(&mut one, &mut weights[0]));
        step.par_update(&gradients, adamw_tensor(&mut many, &mut weights[1]));
        for (one, many) in one.iter().zip(&many) {
            assert_eq!(bits(one), bits(many));
        }
        assert_eq!(bits(&weights[0]), bits(&weights[1]));

        let random = Stochastic::new(4).offset(77);
        step.update_stochastic(&gradients, adamw_tensor(&mut one, &mut weights[0]), random);
        step.par_update_stochastic(&gradients, adamw_tensor(&mut many, &mut weights[1]), random);
        assert_eq!(bits(&one[0]), bits(&many[0]));
        assert_eq!(bits(&weights[0]), bits(&weights[1]));
    }
}

fn sgd_tensor<'a>(of: &'a mut [Vec<f32>; 2], weights: &'a mut [Bf16]) -> SgdTensor<'a, Bf16> {
    let [master, momentum] = of;
    SgdTensor {
        weights,
        master: Some(master),
        momentum,
    }
}

#[test]
fn parallel_sgd_has_the_bits_of_one_thread() {
    for momentum in [0.0, 0.9] {
        let options = SgdOptions {
            momentum,
            ..SgdOptions::default()
        };
        let mut sgd = Sgd::new(options).expect("they make sense");
        let step = sgd.next_step();
        for len in LENGTHS {
            let gradients: Vec<Bf16> = slice::cast_to_vec(&numbers(len, 1));
            let moments = if momentum == 0.0 { 0 } else { len };
            let mut one = [numbers(len, 2), numbers(moments, 3)];
            let mut many = one.clone();
            let mut weights = [vec![Bf16::default(); len], vec![Bf16::default(); len]];
            step.update(&gradients, sgd_tensor(&mut one, &mut weights[0]));
            step.par_update(&gradients, sgd_tensor(&mut many, &mut weights[1]));
            for (one, many) in one.iter().zip(&many) {
                assert_eq!(bits(one), bits(many));
            }
            assert_eq!(bits(&weights[0]), bits(&weights[1]));
        }
    }
}

#[test]
fn parallel_unscale_has_the_bits_of_one_thread() {
    for len in LENGTHS {
        let mut gradients: Vec<Bf16> = slice::cast_to_vec(&numbers(len, 1));
        let (mut one, mut many) = (vec![0f32; len], vec![0f32; len]);
        assert!(mixed::unscale(&gradients, 0.3, &mut one));
        assert!(mixed::par_unscale(&gradients, 0.3, &mut many));
        assert_eq!(bits(&one), bits(&many));
        gradients[len - 1] = Bf16::NAN;
        assert!(!mixed::par_unscale(&gradients, 0.3, &mut many));
    }
}
