//! Slices of different lengths, and hyperparameters that make no sense.

use ulp::F16;
use ulp::mixed::{AdamW, AdamWOptions, AdamWTensor, Sgd, SgdOptions, SgdTensor};

#[test]
#[should_panic(expected = "second_moment has 3 elements, but the gradients have 2")]
fn moments_of_another_length_panic() {
    let mut adam = AdamW::new(AdamWOptions::default()).expect("the defaults make sense");
    adam.next_step().update(
        &[0f32; 2],
        AdamWTensor {
            weights: &mut [F16::MAX; 2],
            master: Some(&mut [0.0; 2]),
            first_moment: &mut [0.0; 2],
            second_moment: &mut [0.0; 3],
        },
    );
}

#[test]
#[should_panic(expected = "weights has 1 elements, but the gradients have 2")]
fn weights_of_another_length_panic() {
    let mut sgd = Sgd::new(SgdOptions::default()).expect("the defaults make sense");
    sgd.next_step().update(
        &[0f32; 2],
        SgdTensor {
            weights: &mut [F16::MAX; 1],
            master: None,
            momentum: &mut [],
        },
    );
}

#[test]
#[should_panic(expected = "master has 1 elements, but the gradients have 2")]
fn master_weights_of_another_length_panic() {
    let mut sgd = Sgd::new(SgdOptions::default()).expect("the defaults make sense");
    sgd.next_step().update(
        &[0f32; 2],
        SgdTensor {
            weights: &mut [F16::MAX; 2],
            master: Some(&mut [0.0]),
            momentum: &mut [],
        },
    );
}

#[test]
#[should_panic(expected = "momentum has 0 elements, but the gradients have 2")]
fn a_missing_momentum_panics() {
    let options = SgdOptions {
        momentum: 0.9,
        ..SgdOptions::default()
    };
    let mut sgd = Sgd::new(options).expect("they make sense");
    sgd.next_step().update(
        &[0f32; 2],
        SgdTensor {
            weights: &mut [F16::MAX; 2],
            master: None,
            momentum: &mut [],
        },
    );
}

fn assert_adam_refuses(options: AdamWOptions, name: &str) {
    let error = AdamW::new(options).expect_err("it makes no sense");
    assert_eq!(error.name(), name);
    assert!(error.to_string().starts_with(name), "{error}");
}

#[test]
fn invalid_hyperparameters_of_adamw_panic() {
    let defaults = AdamWOptions::default();
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        assert_adam_refuses(
            AdamWOptions {
                learning_rate: bad,
                ..defaults
            },
            "learning_rate",
        );
        assert_adam_refuses(
            AdamWOptions {
                epsilon: bad,
                ..defaults
            },
            "epsilon",
        );
        assert_adam_refuses(
            AdamWOptions {
                weight_decay: bad,
                ..defaults
            },
            "weight_decay",
        );
    }
    for bad in [-0.1, 1.0, f64::NAN] {
        assert_adam_refuses(
            AdamWOptions {
                betas: (bad, 0.9),
                ..defaults
            },
            "beta1",
        );
        assert_adam_refuses(
            AdamWOptions {
                betas: (0.9, bad),
                ..defaults
            },
            "beta2",
        );
    }
    let mut adam = AdamW::new(defaults).expect("the defaults make sense");
    assert!(adam.set_learning_rate(-1.0).is_err());
    assert_eq!(adam.options(), defaults);
}

#[test]
fn invalid_hyperparameters_of_sgd_panic() {
    let refused = |options| Sgd::new(options).expect_err("it makes no sense").name();
    let defaults = SgdOptions::default();
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        assert_eq!(
            refused(SgdOptions {
                learning_rate: bad,
                ..defaults
            }),
            "learning_rate"
        );
        assert_eq!(
            refused(SgdOptions {
                momentum: bad,
                ..defaults
            }),
            "momentum"
        );
        assert_eq!(
            refused(SgdOptions {
                weight_decay: bad,
                ..defaults
            }),
            "weight_decay"
        );
    }
    assert_eq!(
        refused(SgdOptions {
            nesterov: true,
            ..defaults
        }),
        "momentum"
    );
    let dampened = SgdOptions {
        nesterov: true,
        momentum: 0.9,
        dampening: 0.1,
        ..defaults
    };
    assert_eq!(refused(dampened), "dampening");
}
