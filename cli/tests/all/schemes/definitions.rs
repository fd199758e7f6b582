//! Compares every scheme that is written with its definition. Scales are computed in f64, in which quotients of so few digits
//! have no rounding that matters. Elements are found by listing all of them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use half::bf16;
use safetensors::Dtype;

use super::{Random, fp4};
use crate::reference::Small;
use crate::support::{Content, Sandbox, Tensor};

/// A scheme by its definition.
struct Definition {
    options: &'static [&'static str],
    /// The values of the codes, by code, and the number of bits of a code.
    values: Vec<f64>,
    bits: usize,
    block: [usize; 2],
    /// The text that the names of the elements and of the scales add to the name of the weight.
    names: [&'static str; 2],
    scale: Scale,
}

#[derive(Clone, Copy, PartialEq)]
enum Scale {
    /// The least power of two with which no element overflows, as `U8` or as `F8_E8M0`.
    Up(Dtype),
    F32,
    /// E4M3, under a scale of the tensor that is a divisor.
    Nv,
}

const ALL: usize = usize::MAX;

fn fp6(fraction: u32, bias: i32) -> Vec<f64> {
    let value = |code: u32| {
        let (exponent, digits) = ((code & 31) >> fraction, code & ((1 << fraction) - 1));
        let digits = f64::from(digits) / f64::from(1 << fraction);
        let magnitude = match exponent {
            0 => digits * 2f64.powi(1 - bias),
            _ => (1.0 + digits) * 2f64.powi(exponent as i32 - bias),
        };
        if code & 32 == 0 { magnitude } else { -magnitude }
    };
    (0..64).map(value).collect()
}

fn definitions() -> Vec<Definition> {
    let e4m3 = Small::new(Dtype::F8_E4M3).unwrap();
    let fp8: Vec<f64> = (0..256).map(|code| e4m3.decode(code)).collect();
    let fp4: Vec<f64> = (0..16).map(|code| f64::from(fp4(code))).collect();
    let definition = |options, values: &[f64], bits, block, names, scale| Definition {
        options,
        values: values.to_vec(),
        bits,
        block,
        names,
        scale,
    };
    let up = Scale::Up(Dtype::U8);
    let mx = [1, 32];
    vec![
        definition(&["mxfp8"], &fp8, 8, mx, ["", "_scale"], up),
        definition(&["mxfp4"], &fp4, 4, mx, ["_packed", "_scale"], up),
        definition(&["mxfp6_e2m3"], &fp6(3, 1), 6, mx, ["", "_scale"], up),
        definition(&["mxfp6_e3m2"], &fp6(2, 3), 6, mx, ["", "_scale"], up),
        definition(&["nvfp4"], &fp4, 4, [1, 16], ["_packed", "_scale"], Scale::Nv),
        definition(
            &["f8_e4m3", "--scale", "tensor"],
            &fp8,
            8,
            [ALL, ALL],
            ["", "_scale"],
            Scale::F32,
        ),
        definition(&["f8_e4m3", "--scale", "row"], &fp8, 8, [1, ALL], ["", "_scale"], Scale::F32),
        definition(
            &["f8_e4m3", "--scale", "block:128x128"],
            &fp8,
            8,
            [128, 128],
            ["", "_scale_inv"],
            Scale::F32,
        ),
        definition(
            &["f8_e4m3", "--scale", "block:3x50", "--scale-format", "e8m0"],
            &fp8,
            8,
            [3, 50],
            ["", "_scale_inv"],
            Scale::Up(Dtype::F8_E8M0),
        ),
    ]
}

/// Returns the code nearest to x / scale, ties to even. Beyond the largest value, returns the largest. Values times scale are
/// exact in f64.
fn nearest(values: &[f64], x: f64, scale: f64) -> u8 {
    let half = values.len() / 2;
    let magnitudes = values[..half].iter().take_while(|value| value.is_finite());
    let magnitudes: Vec<f64> = magnitudes.copied().collect();
    let x_magnitude = x.abs();
    let mut code = 0;
    for next in 1..magnitudes.len() {
        let middle = (magnitudes[next - 1] + magnitudes[next]) * scale;
        let order = (2.0 * x_magnitude).partial_cmp(&middle);
        match order {
            Some(Ordering::Greater) => code = next,
            Some(Ordering::Equal) if next % 2 == 0 => code = next,
            _ => {}
        }
    }
    code as u8 | if x.is_sign_negative() { half as u8 } else { 0 }
}

/// Returns the largest magnitude of some numbers.
fn amax<'a>(numbers: impl Iterator<Item = &'a f32>) -> f64 {
    numbers.fold(0.0, |most, &x| most.max(f64::from(x.abs())))
}

impl Definition {
    fn largest(&self) -> f64 {
        let finite = self.values.iter().filter(|value| value.is_finite());
        finite.fold(0.0, |most, &value| value.max(most))
    }

    /// Returns the code of a block's scale, in bytes, and the scale.
    fn scale(&self, amax: f64, tensor: f32) -> (Vec<u8>, f64) {
        match self.scale {
            Scale::Up(_) => {
                let fits = |code: &i32| amax <= self.largest() * 2f64.powi(code - 127);
                let code = (0..=254).find(fits).unwrap();
                (vec![code as u8], 2f64.powi(code - 127))
            }
            Scale::F32 => {
                let scale = if amax == 0.0 {
                    1.0
                } else {
                    ((amax / self.largest()) as f32).max(f32::MIN_POSITIVE)
                };
                (scale.to_le_bytes().into(), scale.into())
            }
            Scale::Nv => {
                let e4m3 = Small::new(Dtype::F8_E4M3).unwrap();
                let values: Vec<f64> = (0..256).map(|code| e4m3.decode(code)).collect();
                let code = if amax == 0.0 {
                    0x38
                } else {
                    nearest(&values, amax * f64::from(tensor), self.largest()).max(1)
                };
                (vec![code], values[usize::from(code)] / f64::from(tensor))
            }
        }
    }

    /// Returns the elements and the scales of matrices that follow one another.
    fn quantize(&self, numbers: &[f32], [rows, cols]: [usize; 2], tensor: f32) -> [Vec<u8>; 2] {
        let mut codes = vec![0; numbers.len()];
        let mut scales = Vec::new();
        let [height, width] = [self.block[0].min(rows), self.block[1].min(cols)];
        for matrix in 0..numbers.len() / (rows * cols) {
            for row in (0..rows).step_by(height) {
                for col in (0..cols).step_by(width) {
                    let place = |r: usize, c: usize| (matrix * rows + r) * cols + c;
                    let rows = row..rows.min(row + height);
                    let cols = col..cols.min(col + width);
                    let places = rows.flat_map(|r| cols.clone().map(move |c| place(r, c)));
                    let places: Vec<usize> = places.collect();
                    let largest = amax(places.iter().map(|&place| &numbers[place]));
                    let (bytes, _) = self.scale(largest, tensor);
                    for place in places {
                        codes[place] = self.code(numbers[place], &bytes, tensor);
                    }
                    scales.extend(bytes);
                }
            }
        }
        [self.pack(&codes), scales]
    }

    /// Compares x · tensor scale with element · scale, without a division.
    fn code(&self, x: f32, scale: &[u8], tensor: f32) -> u8 {
        let scale = match (self.scale, scale) {
            (Scale::Up(_), &[code]) => 2f64.powi(i32::from(code) - 127),
            (Scale::Nv, &[code]) => {
                let e4m3 = Small::new(Dtype::F8_E4M3).unwrap();
                e4m3.decode(code.into())
            }
            (_, bytes) => f32::from_le_bytes(bytes.try_into().unwrap()).into(),
        };
        nearest(&self.values, f64::from(x) * f64::from(tensor), scale)
    }

    /// Returns a stream of bits, the lowest bit first.
    fn pack(&self, codes: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0_u8; codes.len() * self.bits / 8];
        for (nth, code) in codes.iter().enumerate() {
            for bit in 0..self.bits {
                let at = nth * self.bits + bit;
                bytes[at / 8] |= (code >> bit & 1) << (at % 8);
            }
        }
        bytes
    }
}

/// Returns numbers like those of weights. Some are far smaller or larger, and some blocks are zeros.
fn weights(random: &mut Random, count: usize) -> Vec<f32> {
    let number = |nth: usize| {
        if nth / 64 % 9 == 4 {
            return 0.0;
        }
        let digits = random.below(1 << 20) as f32 / (1 << 19) as f32 - 1.0;
        digits * 2f32.powi(random.below(16) as i32 - 12)
    };
    (0..count).map(number).collect()
}

pub(super) fn f32s(shape: &[usize], numbers: &[f32]) -> Tensor {
    let data = numbers.iter().flat_map(|x| x.to_le_bytes());
    Tensor::new(Dtype::F32, shape, data.collect::<Vec<u8>>())
}

pub(super) fn bf16s(shape: &[usize], numbers: &[f32]) -> Tensor {
    let data = numbers.iter().flat_map(|&x| bf16::from_f32(x).to_le_bytes());
    Tensor::new(Dtype::BF16, shape, data.collect::<Vec<u8>>())
}

/// The shapes and numbers of weights, by name.
type Linear = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Returns a model of three linear layers, one of them with experts, and of tensors that schemes leave.
fn model(random: &mut Random) -> (Content, Linear) {
    let mut content = Content::default();
    let mut linear = BTreeMap::new();
    for (name, shape) in [
        ("l.0.q_proj.weight", &[130, 192][..]),
        ("l.0.k_proj.weight", &[5, 192]),
        ("l.0.down_proj.weight", &[300, 2048]),
        ("l.0.experts.w2", &[3, 130, 96]),
    ] {
        let count = shape.iter().product();
        let mut numbers = weights(random, count);
        let tensor = if name.contains("down") {
            for x in &mut numbers {
                *x = bf16::from_f32(*x).to_f32();
            }
            bf16s(shape, &numbers)
        } else {
            f32s(shape, &numbers)
        };
        content.tensors.insert(name.into(), tensor);
        linear.insert(name.into(), (shape.to_vec(), numbers));
    }
    for (name, shape) in LEFT {
        let numbers = weights(random, shape.iter().product());
        content.tensors.insert(name.into(), bf16s(shape, &numbers));
    }
    (content, linear)
}

const LEFT: [(&str, &[usize]); 6] = [
    ("embed_tokens.weight", &[7, 64]),
    ("lm_head.weight", &[7, 64]),
    ("l.0.norm.weight", &[64]),
    ("l.0.q_proj.bias", &[130]),
    ("l.0.mlp.gate.weight", &[3, 64]),
    ("l.0.odd.weight", &[4, 33]),
];

/// Returns the tensor scale, a divisor, of the weights of a family.
fn tensor_scale<'a>(families: impl Iterator<Item = &'a Vec<f32>>) -> f32 {
    let largest = amax(families.flatten());
    (2688.0 / largest) as f32
}

#[test]
fn every_scheme_by_its_definition() {
    let mut random = Random::new(31);
    let (content, linear) = model(&mut random);
    let sandbox = Sandbox::new();
    sandbox.write("in", content.bytes());
    for definition in definitions() {
        let about = definition.options.join(" ");
        let mut arguments = vec!["convert", "in", &*about, "--to"];
        arguments.extend(definition.options);
        let odd_fits = definition.block[1] != 32 && definition.block[1] != 16;
        sandbox.succeeds(&arguments);
        let mut found = Content::read(&sandbox.path(&about)).tensors;
        for (name, _) in LEFT {
            if !(name.contains("odd") && odd_fits) {
                assert_eq!(found.remove(name).as_ref(), Some(&content.tensors[name]), "{name}");
            }
        }
        for (name, (shape, numbers)) in &linear {
            let matrix = *shape.last_chunk::<2>().unwrap();
            let is_qk = name.contains("q_proj") || name.contains("k_proj");
            let family = linear
                .iter()
                .filter(|(other, _)| *other == name || is_qk && (other.contains("q_proj") || other.contains("k_proj")));
            let tensor = match definition.scale {
                Scale::Nv => tensor_scale(family.map(|(_, (_, numbers))| numbers)),
                _ => 1.0,
            };
            // A tensor with one scale has one scale for all its matrices.
            let matrix = if definition.block == [ALL, ALL] {
                [numbers.len() / matrix[1], matrix[1]]
            } else {
                matrix
            };
            let [elements, scales] = definition.quantize(numbers, matrix, tensor);
            let [of_elements, of_scales] = definition.names.map(|suffix| format!("{name}{suffix}"));
            let element = found.remove(&of_elements).unwrap();
            assert!(element.data == elements, "{of_elements} in {about}");
            let scale = found.remove(&of_scales).unwrap();
            assert!(scale.data == scales, "{of_scales} in {about}");
            let dtype = match definition.scale {
                Scale::Up(dtype) => dtype,
                Scale::F32 => Dtype::F32,
                Scale::Nv => Dtype::F8_E4M3,
            };
            assert_eq!(scale.dtype, dtype);
            if definition.scale == Scale::Nv {
                let global = found.remove(&format!("{name}_global_scale")).unwrap();
                assert_eq!(global, f32s(&[1], &[tensor]), "{name}");
            }
            let mut stored = shape.clone();
            let is_fp8 = definition.bits == 8;
            *stored.last_mut().unwrap() = stored.last().unwrap() * definition.bits / 8;
            assert_eq!(element.shape, stored, "{about}");
            assert_eq!(element.dtype == Dtype::F8_E4M3, is_fp8);
            let [rows, cols] = *shape.last_chunk().unwrap();
            let grid = [
                rows.div_ceil(definition.block[0].min(rows)),
                cols.div_ceil(definition.block[1].min(cols)),
            ];
            let grid = if definition.block == [ALL, ALL] {
                vec![1]
            } else {
                [&shape[..shape.len() - 2], &grid].concat()
            };
            assert_eq!(scale.shape, grid, "{about}");
        }
        found.retain(|name, _| !name.contains("odd"));
        assert!(found.is_empty(), "{about}: {:?}", found.keys());

        // Reading gives the numbers that were written, and writing them again changes no number.
        if matches!(definition.scale, Scale::Up(_)) {
            let [back, again, twice] = ["back", "again", "twice"].map(|x| format!("{about} {x}"));
            sandbox.succeeds(&["convert", &about, &back, "--to", "f32"]);
            let mut arguments = vec!["convert", &*back, &*again, "--to"];
            arguments.extend(definition.options);
            sandbox.succeeds(&arguments);
            sandbox.succeeds(&["convert", &again, &twice, "--to", "f32"]);
            let [back, twice] = [back, twice].map(|name| Content::read(&sandbox.path(&name)));
            assert!(back.tensors == twice.tensors, "{about}");
        }
    }
}
