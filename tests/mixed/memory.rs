//! Training allocates nothing.

use std::hint::black_box;

use ulp::F16;
use ulp::mixed::{AdamW, AdamWOptions, AdamWTensor, LossScaler, Sgd, SgdOptions, SgdTensor};

use crate::allocations;

#[test]
fn training_does_not_allocate() {
    let gradients = [F16::from_f32(0.5); 1000];
    let (mut master, mut first, mut second) = ([1.0_f32; 1000], [0.0; 1000], [0.0; 1000]);
    let mut weights = [F16::default(); 1000];
    let count = allocations::count(|| {
        let mut scaler = LossScaler::new();
        assert!(ulp::mixed::unscale(&gradients, scaler.inverse(), &mut first));
        black_box(ulp::mixed::grad_norm([&gradients[..]]));
        scaler.update(true);
        first.fill(0.0);
        let mut adam = AdamW::new(AdamWOptions::default()).unwrap();
        let step = adam.next_step();
        step.update(
            &gradients,
            AdamWTensor {
                weights: &mut weights,
                master: Some(&mut master),
                first_moment: &mut first,
                second_moment: &mut second,
            },
        );
        let mut sgd = Sgd::new(SgdOptions::default()).unwrap();
        let step = sgd.next_step();
        let tensor = SgdTensor {
            weights: &mut weights,
            master: None,
            momentum: &mut second,
        };
        step.update(&gradients, tensor);
    });
    assert_eq!(count, 0);
}
