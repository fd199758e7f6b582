//! The network: a perceptron with sigmoids, on slices of any format.
//!
//! The network computes like the matrix units of GPUs. Factors are in the format, products and sums are in `f32`, and each
//! output of a layer is rounded to the format once.

use ulp::{Format, slice};

use crate::data::{CLASSES, PIXELS, Random};

/// The number of values before the first layer, between the layers and after the last layer. Each sigmoid makes the gradients
/// at least four times smaller on the way back. After six layers, the gradients are too small for fp16.
const WIDTHS: [usize; LAYERS + 1] = [PIXELS, 48, 48, 48, 48, 48, CLASSES];
const LAYERS: usize = 6;

/// Returns the name and shape of every tensor in order: a weight and a bias for each layer. Names and shapes are those of
/// torch's `Linear`.
pub(crate) fn tensors() -> impl Iterator<Item = (String, Vec<usize>)> {
    (0..LAYERS).flat_map(|layer| {
        let [inputs, outputs] = [WIDTHS[layer], WIDTHS[layer + 1]];
        [
            (format!("{layer}.weight"), vec![outputs, inputs]),
            (format!("{layer}.bias"), vec![outputs]),
        ]
    })
}

/// Returns the initial tensors: weights that are uniform between ±√(6 / (inputs + outputs)), and biases of 0 (Glorot and
/// Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010).
pub(crate) fn initial(random: &mut Random) -> Vec<Vec<f32>> {
    let tensor = |(_, shape): (String, Vec<usize>)| match shape[..] {
        [outputs, inputs] => {
            let bound = (6.0 / (inputs + outputs) as f32).sqrt();
            let weight = || bound * random.uniform();
            std::iter::repeat_with(weight).take(outputs * inputs).collect()
        }
        _ => vec![0.0; shape[0]],
    };
    tensors().map(tensor).collect()
}

/// Returns the input of each layer for a batch of images, and then the output of the last layer.
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

/// Returns the gradients of all tensors, from the result of [`forward`] and the gradient of the last layer's output.
pub(crate) fn backward<F: Format>(weights: &[Vec<F>], activations: &[Vec<F>], mut gradient: Vec<f32>) -> Vec<Vec<F>> {
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

/// Returns the transpose of a matrix with `columns` columns.
fn transposed(matrix: &[f32], columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| matrix[column..].iter().step_by(columns))
        .copied()
        .collect()
}

/// Returns the product of two matrices. `a` has `inner` columns, and `b` has `inner` rows. The innermost loop runs along rows,
/// so the compiler can vectorize the loop without a change to the order of the sums.
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
