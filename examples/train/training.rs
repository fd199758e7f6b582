//! The training. All recipes start from equal weights and see the same images in the same order.

use std::io::{IsTerminal, stderr};

use ulp::memory::Bytes;
use ulp::mixed::LossScaler;
use ulp::{Format, slice};

use crate::data::{CLASSES, Digits, Random};
use crate::network::{backward, forward};
use crate::save::Tensor;
use crate::update::Update;

const EPOCHS: usize = 300;
const BATCH: usize = 256;

/// The data and the weights that all recipes begin with.
pub(crate) struct Task {
    pub(crate) training: Digits,
    pub(crate) test: Digits,
    /// The initial weights.
    pub(crate) initial: Vec<Vec<f32>>,
    /// The random numbers that shuffle the images at every epoch.
    pub(crate) random: Random,
}

/// The result of a recipe.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    /// The mean loss of each epoch. Training stops after an epoch whose mean loss is NaN.
    pub(crate) losses: Vec<f64>,
    /// The loss over all training images, after the last epoch.
    pub(crate) final_loss: f64,
    /// The share of test images that the network recognizes.
    pub(crate) accuracy: f64,
    /// The share of zeros among the gradients of all weights and biases in all steps.
    pub(crate) zeros: f64,
    /// The number of steps that the loss scaler skipped.
    pub(crate) skipped: u64,
    /// The memory that training needs for each parameter.
    pub(crate) bytes: Bytes,
    pub(crate) tensors: Vec<Tensor>,
}

impl Task {
    pub(crate) fn train<F: Format, U: Update<F>>(
        &self,
        name: &'static str,
        mut update: U,
        mut scaler: Option<LossScaler>,
    ) -> Outcome {
        let mut weights: Vec<Vec<F>> = self.initial.iter().map(|x| slice::cast_to_vec(x)).collect();
        let mut random = self.random.clone();
        let mut zeros = Share::default();
        let mut losses = Vec::new();
        while losses.len() < EPOCHS && !losses.last().is_some_and(|loss: &f64| loss.is_nan()) {
            let order = random.shuffled(self.training.labels.len());
            let batches = order.chunks_exact(BATCH);
            let count = batches.len() as f64;
            let mut sum = 0.0;
            for numbers in batches {
                let batch = self.training.select(numbers);
                let scale = scaler.as_ref().map_or(1.0, LossScaler::scale);
                let activations = forward(&weights, &batch.images);
                let (loss, gradient) = squared_error(&activations, &batch.labels, scale);
                let gradients = backward(&weights, &activations, gradient);
                sum += loss;
                for gradients in &gradients {
                    zeros.count(gradients);
                }

                let Some(scaler) = &mut scaler else {
                    update.step(&gradients, 1.0, &mut weights);
                    continue;
                };
                let finite = gradients.iter().all(|x| slice::all_finite(x));
                if finite {
                    update.step(&gradients, scaler.inverse(), &mut weights);
                }
                scaler.update(finite);
            }
            losses.push(sum / count);
            show_progress(name, &losses);
        }
        if stderr().is_terminal() {
            eprintln!();
        } else {
            eprintln!("{name}: {} epochs", losses.len());
        }
        Outcome {
            name,
            losses,
            final_loss: loss(&weights, &self.training),
            accuracy: accuracy(&weights, &self.test),
            zeros: zeros.share(),
            skipped: scaler.as_ref().map_or(0, LossScaler::skipped),
            bytes: U::states().training(),
            tensors: Tensor::all(&weights),
        }
    }
}

/// Rewrites one line of a terminal at each epoch. Prints no progress to a pipe or a file.
fn show_progress(name: &str, losses: &[f64]) {
    if let (true, Some(loss)) = (stderr().is_terminal(), losses.last()) {
        let epoch = losses.len();
        eprint!("\r{name}: epoch {epoch} of {EPOCHS}, loss {loss:.6}  ");
    }
}

#[derive(Default)]
struct Share {
    zeros: usize,
    all: usize,
}

impl Share {
    fn count<F: Format>(&mut self, gradients: &[F]) {
        let wide: Vec<f32> = slice::cast_to_vec(gradients);
        self.zeros += wide.iter().filter(|&&x| x == 0.0).count();
        self.all += wide.len();
    }

    fn share(&self) -> f64 {
        self.zeros as f64 / self.all as f64
    }
}

/// Returns the output of the last layer.
fn outputs<F: Format>(activations: &[Vec<F>]) -> Vec<f32> {
    slice::cast_to_vec(&activations[activations.len() - 1])
}

/// Returns the mean squared error over all outputs of all images, and the gradient of this error multiplied by `scale`. The
/// right output of an image should be 1, and the other outputs should be 0.
fn squared_error<F: Format>(activations: &[Vec<F>], labels: &[usize], scale: f32) -> (f64, Vec<f32>) {
    let mut gradient = outputs(activations);
    let factor = 2.0 * scale / gradient.len() as f32;
    let mut sum = 0.0;
    for (row, &label) in gradient.chunks_exact_mut(CLASSES).zip(labels) {
        row[label] -= 1.0;
        for x in row {
            sum += f64::from(*x) * f64::from(*x);
            *x *= factor;
        }
    }
    (sum / gradient.len() as f64, gradient)
}

fn loss<F: Format>(weights: &[Vec<F>], digits: &Digits) -> f64 {
    squared_error(&forward(weights, &digits.images), &digits.labels, 1.0).0
}

/// Returns the share of images whose right output is the largest.
fn accuracy<F: Format>(weights: &[Vec<F>], digits: &Digits) -> f64 {
    let outputs = outputs(&forward(weights, &digits.images));
    let right = outputs
        .chunks_exact(CLASSES)
        .zip(&digits.labels)
        .filter(|&(row, &label)| row.iter().all(|&x| x <= row[label]))
        .count();
    right as f64 / digits.labels.len() as f64
}
