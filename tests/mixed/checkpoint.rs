//! Training that is interrupted and resumed has the bits of uninterrupted training. Options can be changed in between.

use super::{noise, numbers};
use ulp::mixed::{
    AdamW, AdamWOptions, AdamWState, AdamWTensor, Clip, Sgd, SgdOptions, SgdState, SgdTensor, clip_grad_norm, grad_norm,
};
use ulp::{Bf16, slice};

const LEN: usize = 100;

/// Weights and two moments. SGD uses one of them.
#[derive(Clone, PartialEq, Debug)]
struct Model {
    master: Vec<f32>,
    moments: [Vec<f32>; 2],
    weights: Vec<Bf16>,
}

impl Model {
    fn new() -> Self {
        let master = numbers(LEN, 2);
        Self {
            weights: slice::cast_to_vec(&master),
            moments: [vec![0.0; LEN], vec![0.0; LEN]],
            master,
        }
    }

    /// Returns gradients, which depend on the weights, as in training.
    fn gradients(&self, step: u64) -> Vec<f32> {
        let gradient = |(i, x): (u32, &Bf16)| x.to_f32() + noise(&[i, step as u32]);
        (0..).zip(&self.weights).map(gradient).collect()
    }

    fn adamw(&mut self, adam: &mut AdamW) {
        let gradients = self.gradients(adam.steps());
        let [first_moment, second_moment] = &mut self.moments;
        let tensor = AdamWTensor {
            weights: &mut self.weights,
            master: Some(&mut self.master),
            first_moment,
            second_moment,
        };
        adam.next_step().update(&gradients, tensor);
    }

    fn sgd(&mut self, sgd: &mut Sgd) {
        let gradients = self.gradients(sgd.steps());
        let tensor = SgdTensor {
            weights: &mut self.weights,
            master: Some(&mut self.master),
            momentum: &mut self.moments[0],
        };
        sgd.next_step().update(&gradients, tensor);
    }
}

/// Runs ten steps, with and without an interruption after each step.
fn assert_resumes<O: Clone>(optimizer: O, save_and_restore: impl Fn(&O) -> O, step: impl Fn(&mut Model, &mut O)) {
    for interruption in 0..10 {
        let (mut whole, mut all) = (Model::new(), optimizer.clone());
        for _ in 0..10 {
            step(&mut whole, &mut all);
        }
        let (mut model, mut first) = (Model::new(), optimizer.clone());
        for _ in 0..interruption {
            step(&mut model, &mut first);
        }
        let mut model = model.clone();
        let mut second = save_and_restore(&first);
        for _ in interruption..10 {
            step(&mut model, &mut second);
        }
        assert_eq!(model, whole, "interrupted after {interruption} steps");
    }
}

fn adamw() -> AdamW {
    AdamW::new(AdamWOptions::default()).expect("the defaults make sense")
}

/// Dampening makes the step at which the momentum begins differ from all others.
fn sgds() -> [Sgd; 3] {
    let plain = SgdOptions {
        learning_rate: 0.01,
        ..SgdOptions::default()
    };
    let dampened = SgdOptions {
        momentum: 0.9,
        dampening: 0.5,
        weight_decay: 0.1,
        ..plain
    };
    let nesterov = SgdOptions {
        momentum: 0.9,
        nesterov: true,
        ..plain
    };
    [plain, dampened, nesterov].map(|options| Sgd::new(options).expect("they make sense"))
}

#[test]
fn adamw_resumes_from_its_options_and_state() {
    let restored = |adam: &AdamW| {
        let AdamWState { steps } = adam.state();
        AdamW::resume(adam.options(), AdamWState { steps }).expect("they were valid")
    };
    assert_resumes(adamw(), restored, Model::adamw);
}

#[test]
fn sgd_resumes_from_its_options_and_state() {
    let restored = |sgd: &Sgd| {
        let SgdState { steps, has_momentum } = sgd.state();
        let state = SgdState { steps, has_momentum };
        Sgd::resume(sgd.options(), state).expect("they were valid")
    };
    for sgd in sgds() {
        assert_resumes(sgd, restored, Model::sgd);
    }
}

#[cfg(feature = "serde")]
#[test]
fn optimizers_and_scalers_are_saved_whole() {
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use ulp::mixed::LossScaler;

    fn json<T: Serialize + DeserializeOwned>(value: &T) -> T {
        let text = serde_json::to_string(value).expect("it is written");
        serde_json::from_str(&text).expect("it is read")
    }
    fn binary<T: Serialize + DeserializeOwned>(value: &T) -> T {
        let bytes = postcard::to_allocvec(value).expect("it is written");
        postcard::from_bytes(&bytes).expect("it is read")
    }
    assert_resumes(adamw(), json, Model::adamw);
    assert_resumes(adamw(), binary, Model::adamw);
    for sgd in sgds() {
        assert_resumes(sgd, json, Model::sgd);
        assert_resumes(sgd, binary, Model::sgd);
    }
    let mut scaler = LossScaler::new();
    scaler.update(false);
    scaler.update(true);
    assert_eq!(json(&scaler), scaler);
    assert_eq!(binary(&scaler), scaler);
}

/// Bad values and unknown fields are refused with the words of the constructor.
#[cfg(feature = "serde")]
#[test]
fn saved_nonsense_is_refused() {
    let text = serde_json::to_string(&adamw()).expect("it is written");
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        let error = serde_json::from_str::<AdamW>(&text.replace(from, to));
        error.expect_err("it makes no sense").to_string()
    };
    let error = refused("\"epsilon\":1e-8", "\"epsilon\":-1.0");
    assert!(
        error.contains("epsilon is -1, but must be finite and not negative"),
        "{error}"
    );
    let error = refused("\"decoupled\"", "\"amsgrad\":true,\"decoupled\"");
    assert!(error.contains("unknown field `amsgrad`"), "{error}");
    let error = refused("\"epsilon\":1e-8,", "");
    assert!(error.contains("missing field `epsilon`"), "{error}");
}

/// torch's state has a momentum and no count of steps.
#[test]
fn a_restored_momentum_is_not_overwritten() {
    let momentum = numbers(LEN, 5);
    for restored in [false, true] {
        for mut sgd in sgds().into_iter().skip(1) {
            let mut model = Model::new();
            model.moments[0].clone_from(&momentum);
            let options = sgd.options();
            // Without dampening, a new optimizer gives this result too.
            if restored || options.dampening != 0.0 {
                let state = SgdState {
                    steps: 0,
                    has_momentum: true,
                };
                sgd = Sgd::resume(options, state).expect("they make sense");
            }
            let gradients = model.gradients(0);
            let tensors = model.master.iter().zip(gradients).zip(&momentum);
            let expected: Vec<f32> = tensors
                .map(|((weight, gradient), momentum)| {
                    let penalized = gradient + options.weight_decay as f32 * weight;
                    let penalty = options.weight_decay != 0.0;
                    let gradient = if penalty { penalized } else { gradient };
                    momentum * 0.9 + (1.0 - options.dampening) as f32 * gradient
                })
                .collect();
            model.sgd(&mut sgd);
            assert_eq!(model.moments[0], expected);
        }
    }
}

/// A momentum that begins late begins as in torch: with the gradient, without dampening.
#[test]
fn a_momentum_may_begin_late() {
    let [mut sgd, dampened, _] = sgds();
    let mut model = Model::new();
    model.sgd(&mut sgd);
    assert!(!sgd.state().has_momentum);
    let late = SgdOptions {
        weight_decay: 0.0,
        ..dampened.options()
    };
    sgd.set_options(late).expect("they make sense");
    let gradients = model.gradients(1);
    model.sgd(&mut sgd);
    assert_eq!(model.moments[0], gradients);
    assert!(sgd.state().has_momentum);
}

/// A step after a change is the step of an optimizer with the new options and the old state.
#[test]
fn options_change_between_steps() {
    let (mut model, mut adam) = (Model::new(), adamw());
    for step in 0..20 {
        let options = AdamWOptions {
            learning_rate: 0.001 * f64::from(step),
            weight_decay: 0.1,
            ..AdamWOptions::default()
        };
        let mut other = model.clone();
        let mut resumed = AdamW::resume(options, adam.state()).expect("they make sense");
        other.adamw(&mut resumed);

        if step % 2 == 0 {
            adam.set_options(options).expect("they make sense");
        } else {
            let old = AdamWOptions {
                learning_rate: 1.0,
                ..options
            };
            adam.set_options(old).expect("they make sense");
            adam.set_learning_rate(options.learning_rate).expect("it makes sense");
        }
        model.adamw(&mut adam);
        assert_eq!(model, other);
        assert_eq!(adam, resumed);
    }
    let before = adam;
    let bad = AdamWOptions {
        epsilon: f64::NAN,
        ..adam.options()
    };
    assert!(adam.set_options(bad).is_err() && adam.set_learning_rate(-1.0).is_err());
    assert_eq!(adam, before);
}

/// The factor of a step is the factor of `clip_grad_norm`, with a loss scale and without.
#[test]
fn clipping_in_the_step_is_clipping_before_it() {
    for (max_norm, scale) in [(0.5, 1.0), (0.5, 65536.0), (1e6, 65536.0), (1e-3, 2.0)] {
        let (mut clipped, mut folded) = (Model::new(), Model::new());
        let (mut one, mut other) = (adamw(), adamw());
        for step in 0..10 {
            let mut gradients = clipped.gradients(step);
            let scaled: Vec<f32> = gradients.iter().map(|x| x * scale).collect();
            clip_grad_norm(&mut [&mut gradients[..]], max_norm);
            let [first_moment, second_moment] = &mut clipped.moments;
            let tensor = AdamWTensor {
                weights: &mut clipped.weights,
                master: Some(&mut clipped.master),
                first_moment,
                second_moment,
            };
            one.next_step().update(&gradients, tensor);

            let norm = grad_norm([&scaled[..]]);
            let clip = Clip { norm, max_norm };
            let [first_moment, second_moment] = &mut folded.moments;
            let tensor = AdamWTensor {
                weights: &mut folded.weights,
                master: Some(&mut folded.master),
                first_moment,
                second_moment,
            };
            let step = other.next_step().clip(clip).inverse_scale(1.0 / scale);
            step.update(&scaled, tensor);
            assert_eq!(folded, clipped);
        }
    }
}

/// Without master weights, weights of 16 bits are the master weights of the step.
#[test]
fn weights_without_master_are_rounded_to_nearest() {
    let mut model = Model::new();
    let mut wide: Vec<f32> = slice::cast_to_vec(&model.weights);
    let gradients = model.gradients(0);
    adamw().next_step().update(
        &gradients,
        AdamWTensor {
            weights: &mut model.weights,
            master: None,
            first_moment: &mut [0.0; LEN],
            second_moment: &mut [0.0; LEN],
        },
    );
    adamw().next_step().update(
        &gradients,
        AdamWTensor {
            weights: &mut wide,
            master: None,
            first_moment: &mut [0.0; LEN],
            second_moment: &mut [0.0; LEN],
        },
    );
    assert_eq!(model.weights, slice::cast_to_vec::<Bf16>(&wide));
}
