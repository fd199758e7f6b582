//! The update of the weights by AdamW, in three variants. The variants keep weights and moments in different formats.

use ulp::memory::{Optimizer, States};
use ulp::mixed::{AdamW, AdamWOptions, AdamWTensor, InvalidHyperparameter};
use ulp::slice::Stochastic;
use ulp::{Dtype, F16, Format};

/// Returns torch's defaults, but with a learning rate that suits a small network.
fn options() -> AdamWOptions {
    AdamWOptions {
        learning_rate: 5e-3,
        ..AdamWOptions::default()
    }
}

/// A variant of the update.
pub(crate) trait Update<F> {
    /// Updates all tensors by their gradients, which are multiplied by `inverse_scale` first.
    fn step(&mut self, gradients: &[Vec<F>], inverse_scale: f32, weights: &mut [Vec<F>]);

    /// Returns the memory that a parameter takes: its weight, its gradient and its optimizer state.
    fn states() -> States;
}

fn zeros<T: Copy>(like: &[Vec<f32>], zero: T) -> Vec<Vec<T>> {
    like.iter().map(|x| vec![zero; x.len()]).collect()
}

fn dtype<F: Format>() -> Dtype {
    F::DTYPE.parse().expect("the format is one of ulp's")
}

/// Mixed precision: moments, arithmetic and master weights in `f32`.
pub(crate) struct Mixed {
    adam: AdamW,
    master: Vec<Vec<f32>>,
    first: Vec<Vec<f32>>,
    second: Vec<Vec<f32>>,
}

impl Mixed {
    pub(crate) fn new(initial: &[Vec<f32>]) -> Result<Self, InvalidHyperparameter> {
        Ok(Self {
            adam: AdamW::new(options())?,
            master: initial.to_vec(),
            first: zeros(initial, 0.0),
            second: zeros(initial, 0.0),
        })
    }
}

impl<F: Format> Update<F> for Mixed {
    fn step(&mut self, gradients: &[Vec<F>], inverse_scale: f32, weights: &mut [Vec<F>]) {
        let step = self.adam.next_step().inverse_scale(inverse_scale);
        let moments = self.first.iter_mut().zip(&mut self.second);
        let tensors = gradients.iter().zip(&mut self.master).zip(weights);
        for (((gradients, master), weights), (first_moment, second_moment)) in tensors.zip(moments) {
            let tensor = AdamWTensor {
                weights,
                master: Some(master),
                first_moment,
                second_moment,
            };
            step.update(gradients, tensor);
        }
    }

    fn states() -> States {
        States::new(1, dtype::<F>(), Optimizer::Adam)
    }
}

/// Moments and arithmetic in `f32`, but no master weights. Each step rounds the weights, and the next step begins with the
/// rounded weights. An `f32` network trains in this way. A network of 16 bits saves the memory of the master weights.
pub(crate) struct NoMaster {
    adam: AdamW,
    rounding: Rounding,
    first: Vec<Vec<f32>>,
    second: Vec<Vec<f32>>,
}

/// The rounding of the weights in [`NoMaster`].
#[derive(Clone, Copy)]
pub(crate) enum Rounding {
    Nearest,
    Stochastic,
}

impl NoMaster {
    pub(crate) fn new(initial: &[Vec<f32>], rounding: Rounding) -> Result<Self, InvalidHyperparameter> {
        Ok(Self {
            adam: AdamW::new(options())?,
            rounding,
            first: zeros(initial, 0.0),
            second: zeros(initial, 0.0),
        })
    }
}

impl<F: Format> Update<F> for NoMaster {
    fn step(&mut self, gradients: &[Vec<F>], inverse_scale: f32, weights: &mut [Vec<F>]) {
        let step = self.adam.next_step().inverse_scale(inverse_scale);
        // Every step and every weight of every tensor gets its own random bits.
        let (seed, mut offset) = (self.adam.steps(), 0);
        let moments = self.first.iter_mut().zip(&mut self.second);
        let tensors = gradients.iter().zip(weights).zip(moments);
        for ((gradients, weights), (first_moment, second_moment)) in tensors {
            let tensor = AdamWTensor {
                weights,
                master: None,
                first_moment,
                second_moment,
            };
            match self.rounding {
                Rounding::Nearest => step.update(gradients, tensor),
                Rounding::Stochastic => {
                    let bits = Stochastic::new(seed).offset(offset);
                    step.update_stochastic(gradients, tensor, bits);
                }
            }
            offset += gradients.len() as u64;
        }
    }

    fn states() -> States {
        let dtype = dtype::<F>();
        States::with(1, dtype, dtype, None, Dtype::F32, Optimizer::Adam)
    }
}

/// fp16 throughout: weights and moments are fp16, and every operation rounds to fp16.
pub(crate) struct Plain {
    steps: i32,
    epsilon: f64,
    first: Vec<Vec<F16>>,
    second: Vec<Vec<F16>>,
}

impl Plain {
    pub(crate) fn new(initial: &[Vec<f32>], epsilon: f64) -> Self {
        Self {
            steps: 0,
            epsilon,
            first: zeros(initial, F16::default()),
            second: zeros(initial, F16::default()),
        }
    }
}

impl Update<F16> for Plain {
    /// Applies the formulas of [`AdamW`], in the order that [`AdamW`] uses.
    fn step(&mut self, gradients: &[Vec<F16>], _: f32, weights: &mut [Vec<F16>]) {
        self.steps += 1;
        let AdamWOptions {
            learning_rate,
            betas: (beta1, beta2),
            weight_decay,
            ..
        } = options();
        let rate = learning_rate / (1.0 - beta1.powi(self.steps));
        let root = (1.0 - beta2.powi(self.steps)).sqrt();
        let [decay, rest1, rest2] = [learning_rate * weight_decay, beta1, beta2].map(|x| F16::from_f64(1.0 - x));
        let [rate, root, beta2, epsilon] = [rate, root, beta2, self.epsilon].map(F16::from_f64);

        let first = self.first.iter_mut().flatten();
        let moments = first.zip(self.second.iter_mut().flatten());
        let tensors = gradients.iter().flatten().zip(weights.iter_mut().flatten());
        for ((&gradient, weight), (first, second)) in tensors.zip(moments) {
            *first += (gradient - *first) * rest1;
            *second = *second * beta2 + rest2 * gradient * gradient;
            *weight = *weight * decay - rate * *first / (second.sqrt() / root + epsilon);
        }
    }

    fn states() -> States {
        States::with(1, Dtype::F16, Dtype::F16, None, Dtype::F16, Optimizer::Adam)
    }
}
