//! Many threads give the bits of one.

use super::numbers;
use ulp::mixed::{self, AdamW, AdamWOptions, Sgd, SgdOptions};
use ulp::{Bf16, Format, slice};

const LENGTHS: [usize; 3] = [1000, 65_537, 200_000];

fn bits<F: Format>(numbers: &[F]) -> &[F::Bits] {
    slice::to_bits(numbers)
}

#[test]
fn adamw() {
    let mut adam = AdamW::new(AdamWOptions::default()).expect("the defaults make sense");
    let step = adam.next_step();
    for len in LENGTHS {
        let gradients: Vec<Bf16> = slice::cast_to_vec(&numbers(len, 1));
        let mut one = [2, 3, 4].map(|seed| numbers(len, seed));
        one[2].iter_mut().for_each(|x| *x = x.abs());
        let mut many = one.clone();
        let mut weights = [vec![Bf16::default(); len], vec![Bf16::default(); len]];
        let [master, first, second] = &mut one;
        step.update(&gradients, master, first, second, &mut weights[0]);
        let [master, first, second] = &mut many;
        step.par_update(&gradients, master, first, second, &mut weights[1]);
        for (one, many) in one.iter().zip(&many) {
            assert_eq!(bits(one), bits(many));
        }
        assert_eq!(bits(&weights[0]), bits(&weights[1]));
    }
}

#[test]
fn sgd() {
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
            let [master, moment] = &mut one;
            step.update(&gradients, master, moment, &mut weights[0]);
            let [master, moment] = &mut many;
            step.par_update(&gradients, master, moment, &mut weights[1]);
            for (one, many) in one.iter().zip(&many) {
                assert_eq!(bits(one), bits(many));
            }
            assert_eq!(bits(&weights[0]), bits(&weights[1]));
        }
    }
}

#[test]
fn unscale() {
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
