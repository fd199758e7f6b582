//! Every instruction set gives equal bits, for lengths near those of tiles and vectors, and for formats of every width.

use super::numbers;
use ulp::mixed::{AdamW, AdamWOptions, AdamWTensor, Sgd, SgdOptions, SgdTensor, grad_norm, unscale_on};
use ulp::slice::{self, Stochastic};
use ulp::{Bf16, F8E5M2, F16, Format, Isa};

const LENGTHS: [usize; 9] = [0, 1, 15, 64, 100, 1023, 1024, 1025, 3000];

/// A tensor with its moments and master weights.
#[derive(Clone)]
struct Tensor<G, P> {
    gradients: Vec<G>,
    has_master: bool,
    master: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    weights: Vec<P>,
}

impl<G: Format, P: Format> Tensor<G, P> {
    fn new(len: usize, has_master: bool) -> Self {
        Self {
            gradients: slice::cast_to_vec(&numbers(len, 1)),
            has_master,
            master: numbers(len, 2),
            first: numbers(len, 3),
            second: numbers(len, 4).into_iter().map(f32::abs).collect(),
            weights: slice::cast_to_vec(&numbers(len, 2)),
        }
    }

    fn of_adamw(&mut self) -> (&[G], AdamWTensor<'_, P>) {
        let tensor = AdamWTensor {
            weights: &mut self.weights,
            master: self.has_master.then_some(&mut self.master),
            first_moment: &mut self.first,
            second_moment: &mut self.second,
        };
        (&self.gradients, tensor)
    }

    fn of_sgd(&mut self) -> (&[G], SgdTensor<'_, P>) {
        let tensor = SgdTensor {
            weights: &mut self.weights,
            master: self.has_master.then_some(&mut self.master),
            momentum: &mut self.first,
        };
        (&self.gradients, tensor)
    }

    fn bits(&self) -> [Vec<u64>; 4] {
        fn bits<F: Format>(numbers: &[F]) -> Vec<u64> {
            numbers.iter().map(|x| x.cast::<f64>().to_bits()).collect()
        }
        [bits(&self.master), bits(&self.first), bits(&self.second), bits(&self.weights)]
    }
}

fn every_isa<G: Format, P: Format>(update: impl Fn(Isa, &mut Tensor<G, P>)) {
    let portable: Isa = "portable".parse().expect("it is everywhere");
    for (len, has_master) in LENGTHS.into_iter().flat_map(|len| [(len, true), (len, false)]) {
        let before = Tensor::<G, P>::new(len, has_master);
        let mut expected = before.clone();
        update(portable, &mut expected);
        assert!(len < 64 || expected.bits() != before.bits(), "nothing was done");
        for isa in Isa::available() {
            let mut tensor = before.clone();
            update(isa, &mut tensor);
            assert_eq!(tensor.bits(), expected.bits(), "{isa}, {len} elements");
        }
    }
}

fn optimizers<G: Format, P: Format>() {
    for decoupled in [true, false] {
        let options = AdamWOptions {
            decoupled,
            ..AdamWOptions::default()
        };
        let mut adam = AdamW::new(options).expect("they make sense");
        let step = adam.next_step().inverse_scale(0.125);
        every_isa::<G, P>(|isa, t| {
            let (gradients, tensor) = t.of_adamw();
            step.update_on(isa, gradients, tensor);
        });
        every_isa::<G, P>(|isa, t| {
            let stochastic = Stochastic::new(1).offset(5);
            let (gradients, tensor) = t.of_adamw();
            step.update_stochastic_on(isa, gradients, tensor, stochastic);
        });
    }
    for (momentum, nesterov) in [(0.0, false), (0.9, false), (0.9, true)] {
        let options = SgdOptions {
            momentum,
            nesterov,
            weight_decay: 0.1,
            ..SgdOptions::default()
        };
        let mut sgd = Sgd::new(options).expect("they make sense");
        for _ in 0..2 {
            let step = sgd.next_step().inverse_scale(0.125);
            every_isa::<G, P>(|isa, t| {
                let (gradients, tensor) = t.of_sgd();
                step.update_on(isa, gradients, tensor);
            });
            every_isa::<G, P>(|isa, t| {
                let (gradients, tensor) = t.of_sgd();
                step.update_stochastic_on(isa, gradients, tensor, Stochastic::new(1));
            });
        }
    }
}

#[test]
fn optimizers_on_bf16_agree_on_every_isa() {
    optimizers::<Bf16, Bf16>();
}

#[test]
fn optimizers_on_f16_and_fp8_agree_on_every_isa() {
    optimizers::<F16, F16>();
    optimizers::<F8E5M2, F16>();
}

#[test]
fn optimizers_on_f32_agree_on_every_isa() {
    optimizers::<f32, f32>();
}

/// The product of `f32`s, element by element. A number that is not finite is noticed wherever it stands.
#[test]
fn unscale_agrees_on_every_isa() {
    fn of<G: Format>(not_finite: &[G]) {
        for isa in Isa::available() {
            for len in LENGTHS {
                let mut gradients: Vec<G> = slice::cast_to_vec(&numbers(len, 1));
                let mut out = vec![0f32; len];
                assert!(unscale_on(isa, &gradients, 0.375, &mut out));
                let products = gradients.iter().map(|x| x.cast::<f32>() * 0.375);
                assert!(products.map(f32::to_bits).eq(out.iter().copied().map(f32::to_bits)));
                for at in (0..len).step_by(61).chain(len.checked_sub(1)) {
                    for &bad in not_finite {
                        let good = std::mem::replace(&mut gradients[at], bad);
                        assert!(!unscale_on(isa, &gradients, 0.375, &mut out), "{isa}, {at} of {len}");
                        gradients[at] = good;
                    }
                }
            }
        }
    }
    of(&[F16::NAN, F16::INFINITY, F16::NEG_INFINITY]);
    of(&[Bf16::NAN, Bf16::INFINITY, Bf16::NEG_INFINITY]);
    of(&[f32::NAN, f32::INFINITY]);
}

/// The sum of squares of integers is exact.
#[test]
fn norms_agree_on_every_isa() {
    for len in LENGTHS {
        let integers = (0..len as u64).map(|i| i % 200);
        let gradients: Vec<Bf16> = integers.clone().map(Bf16::from_int).collect();
        let squares: u64 = integers.map(|x| x * x).sum();
        assert_eq!(grad_norm([&gradients[..]]), (squares as f64).sqrt());
        assert_eq!(grad_norm([&gradients[..], &gradients]), (2.0 * squares as f64).sqrt());
    }
}
