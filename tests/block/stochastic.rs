//! Elements rounded at random.

use ulp::block::{Blocks, Scheme};
use ulp::slice::{self, Stochastic};
use ulp::{Dtype, F4E2M1Fn, F6E3M2Fn, F8E4M3Fn, Format};

const COLS: usize = 96;

/// Returns magnitudes from far below the smallest element to the largest, and zeros.
fn numbers() -> Vec<f32> {
    let number = |i: usize| {
        let fraction = 1.0 + (i * 7919 % 8191) as f32 / 8192.0;
        let sign = if i.is_multiple_of(3) { -1.0 } else { 1.0 };
        sign * fraction * 2f32.powi((i * 31 % 24) as i32 - 20)
    };
    let mut numbers: Vec<f32> = (0..8 * COLS).map(number).collect();
    numbers.iter_mut().step_by(17).for_each(|x| *x = 0.0);
    numbers
}

/// The quotient of a number and a power of two is an `f32`, so the elements are those of a cast.
fn check_against_cast<E: Format<Bits = u8> + Default>(element: Dtype) {
    let (x, stochastic) = (numbers(), Stochastic::new(0x1234_5678_9abc).offset(1000));
    let scheme = Scheme::MXFP8.element(element);
    let mut elements = vec![0; x.len()];
    let mut scales = vec![0; scheme.scale_bytes(8, COLS)];
    scheme
        .quantize_stochastic(&x, COLS, 1.0, &mut elements, &mut scales, stochastic)
        .expect("the lengths fit");
    let (_, expected_scales, _) = super::quantize(scheme, &x, COLS, 1.0);
    assert_eq!(scales, expected_scales);

    let scale_of = |index: usize| 2f32.powi(i32::from(scales[index / 32]) - 127);
    let quotients: Vec<f32> = x.iter().enumerate().map(|(i, x)| x / scale_of(i)).collect();
    let mut cast = vec![E::default(); x.len()];
    slice::cast_stochastic(&quotients, &mut cast, stochastic.saturating());
    assert_eq!(slice::to_bits(&cast), elements, "{element}");
}

#[test]
fn elements_are_those_of_a_stochastic_cast() {
    check_against_cast::<F8E4M3Fn>(Dtype::F8E4M3Fn);
    check_against_cast::<F6E3M2Fn>(Dtype::F6E3M2Fn);
    check_against_cast::<F4E2M1Fn>(Dtype::F4E2M1Fn);
}

/// The numbers lie 1 / 3 of the way between elements, under a scale that is no power of two. A third of the elements are rounded
/// up.
#[test]
fn the_mean_is_right_under_a_tensor_scale() {
    const LEN: usize = 1 << 16;
    // Each block has a 6, so its scale is 1 and the tensor's scale is 1.75.
    let mut x = vec![1.75f32 * (1.0 + 0.5 / 3.0); LEN];
    x.iter_mut().step_by(16).for_each(|x| *x = 6.0 * 1.75);
    let scheme = Scheme::NVFP4.element(Dtype::F4E2M1Fn);
    let (mut elements, mut scales) = (vec![0; LEN], vec![0; LEN / 16]);
    scheme
        .quantize_stochastic(&x, LEN, 1.75, &mut elements, &mut scales, Stochastic::new(7))
        .expect("the lengths fit");
    assert!(scales.iter().all(|&scale| scale == 0x38));
    let ups = elements.iter().map(|&code| usize::from(code == 3)).sum::<usize>();
    let downs = elements.iter().map(|&code| usize::from(code == 2)).sum::<usize>();
    assert_eq!(ups + downs, LEN / 16 * 15);
    // Six standard deviations are 703.
    assert!(ups.abs_diff(LEN / 16 * 15 / 3) < 703, "{ups}");
}

#[test]
fn a_part_with_its_offset_has_the_elements_of_the_whole() {
    let (x, stochastic) = (numbers(), Stochastic::new(3));
    let scheme = Scheme::MXFP4.blocks(Blocks::new(1, 24));
    let quantize = |x: &[f32], stochastic| {
        let rows = x.len() / COLS;
        let mut elements = vec![0; scheme.element_bytes(rows, COLS)];
        let mut scales = vec![0; scheme.scale_bytes(rows, COLS)];
        scheme
            .quantize_stochastic(x, COLS, 1.0, &mut elements, &mut scales, stochastic)
            .expect("the lengths fit");
        elements
    };
    let whole = quantize(&x, stochastic);
    let (first, second) = x.split_at(3 * COLS);
    let pieces = [
        quantize(first, stochastic),
        quantize(second, stochastic.offset(3 * COLS as u64)),
    ];
    assert_eq!(pieces.concat(), whole);
}

#[test]
fn infinities_and_nans_are_those_of_a_cast() {
    let x = [f32::INFINITY, f32::NAN, -0.0, 1.0];
    let scheme = Scheme::MXFP8.blocks(Blocks::new(1, 4));
    let (mut elements, mut scales) = ([0; 4], [0; 1]);
    let counts = scheme
        .quantize_stochastic(&x, 4, 1.0, &mut elements, &mut scales, Stochastic::new(1))
        .expect("the lengths fit");
    let (expected, _, expected_counts) = super::quantize(scheme, &x, 4, 1.0);
    assert_eq!((&elements[..], counts), (&expected[..], expected_counts));
}
