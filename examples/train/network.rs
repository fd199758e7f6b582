//! The network: a perceptron with sigmoids, on slices of any format.
//!
//! It computes as the matrix units of GPUs do: factors in the format, products and sums in `f32`, and what comes out of a layer
//! rounded to the format once.

use ulp::{Format, slice};

use crate::data::{CLASSES, PIXELS, Random};

/// Numbers between the layers. A sigmoid makes gradients at least four times as small on their way back, so after six layers
/// they are too small for fp16.
const WIDTHS: [usize; LAYERS + 1] = [PIXELS, 48, 48, 48, 48, 48, CLASSES];
const LAYERS: usize = 6;

/// The tensors in order, a weight and a bias for each layer: their names and shapes, those of torch's `Linear`.
pub(crate) fn tensors() -> impl Iterator<Item = (String, Vec<usize>)> {
    (0..LAYERS).flat_map(|layer| {
        let [inputs, outputs] = [WIDTHS[layer], WIDTHS[layer + 1]];
        [
            (format!("{layer}.weight"), vec![outputs, inputs]),
            (format!("{layer}.bias"), vec![outputs]),
        ]
    })
}

/// Weights uniform between ±√(6 / (inputs + outputs)), biases 0 (Glorot and Bengio, "Understanding the difficulty of training deep
/// feedforward neural networks", 2010).
pub(crate) fn initial(random: &mut Random) -> Vec<Vec<f32>> {
    let tensor = |(_, shape): (String, Vec<usize>)| match shape[..] {
        [outputs, inputs] => {
            let bound = (6.0 / (inputs + outputs) as f32).sqrt();
            let weight = || bound * random.uniform();
            std::iter::repeat_with(weight)
                .take(outputs * inputs)
                .collect()
        }
        _ => vec![0.0; shape[0]],
    };
    tensors().map(tensor).collect()
}

/// What goes into each layer, for a batch of images, and at the end what comes out of the last.
pub(crate) fn forward<F: Format>(weights: &[Vec<F>], images: &[f32]) -> Vec<Vec<F>> {
    let mut activations = vec![slice::cast_to_vec(images)];
    for (layer, tensors) in weights.chunks(2).enumerate() {
        let [inputs, outputs] = [WIDTHS[layer], WIDTHS[layer + 1]];
        let weight = transposed(&wide(&tensors[0]), inputs);
        let mut sums = multiply(&wide(&activations[layer]), &weight, inputs);
        let bias = wide(&tensors[1]);
        for row in sums.chunks_exact_mut(outputs) {
            for (x, bias) in row.iter_mut().zip(&bias) {
                *x = 1.0 / (1.0 + (-*x - bias).exp());
            }
        }
        activations.push(slice::cast_to_vec(&sums));
    }
    activations
}

/// The gradients of all tensors, from what [`forward`] gave and the gradient of what came out.
pub(crate) fn backward<F: Format>(
    weights: &[Vec<F>],
    activations: &[Vec<F>],
    mut gradient: Vec<f32>,
) -> Vec<Vec<F>> {
    let mut gradients = Vec::new();
    for (layer, tensors) in weights.chunks(2).enumerate().rev() {
        let [inputs, outputs] = [WIDTHS[layer], WIDTHS[layer + 1]];
        for (x, y) in gradient.iter_mut().zip(wide(&activations[layer + 1])) {
            *x *= y * (1.0 - y);
        }
        let delta = wide::<F>(&slice::cast_to_vec(&gradient));
        let before = wide(&activations[layer]);

        let mut bias = vec![0.0; outputs];
        for row in delta.chunks_exact(outputs) {
            for (sum, x) in bias.iter_mut().zip(row) {
                *sum += x;
            }
        }
        let batch = before.len() / inputs;
        let weight = multiply(&transposed(&delta, outputs), &before, batch);
        gradients.extend([bias, weight].map(|x| slice::cast_to_vec(&x)));

        gradient = multiply(&delta, &wide(&tensors[0]), outputs);
    }
    gradients.reverse();
    gradients
}

fn wide<F: Format>(x: &[F]) -> Vec<f32> {
    slice::cast_to_vec(x)
}

/// A matrix with so many columns, its rows as columns.
fn transposed(matrix: &[f32], columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| matrix[column..].iter().step_by(columns))
        .copied()
        .collect()
}

/// The product of two matrices, where `a` has `inner` columns and `b` as many rows. The innermost loop runs along rows, so it
/// vectorizes and leaves the order of the sums as it is.
fn multiply(a: &[f32], b: &[f32], inner: usize) -> Vec<f32> {
    let columns = b.len() / inner;
    let mut product = vec![0.0; a.len() / inner * columns];
    for (row, out) in a.chunks_exact(inner).zip(product.chunks_exact_mut(columns)) {
        for (factor, line) in row.iter().zip(b.chunks_exact(columns)) {
            for (sum, x) in out.iter_mut().zip(line) {
                *sum += factor * x;
            }
        }
    }
    product
}
