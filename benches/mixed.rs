//! The passes of mixed-precision training, as fractions of the bandwidth that memcpy reaches in the same run.
//!
//! The short tensor fits in the cache, and the long tensor does not. An AdamW step with bf16 gradients and weights moves 28
//! bytes for each parameter, and `unscale` moves 6 bytes. `memcpy` moves as many bytes as the pass.

use core::cell::RefCell;
use core::hint::black_box;
use std::process::ExitCode;

use ulp::mixed::{AdamW, AdamWOptions, AdamWStep, AdamWTensor, Sgd, SgdOptions, SgdTensor, unscale_on};
use ulp::{Bf16, Isa, slice};
use ulp_bench::{Floor, Table, Way};

/// The number of bytes that an AdamW step reads or writes for each parameter.
const ADAMW: usize = 28;
const SGD: usize = 20;
const UNSCALE: usize = 6;
/// The numbers of parameters.
const LENGTHS: [usize; 2] = [1 << 15, 1 << 24];

/// The goal beyond the caches.
fn floor(len: usize, has_subnormal: bool) -> Option<Floor> {
    let bound = if has_subnormal {
        (0.35, "products of subnormals go through f64")
    } else {
        (0.9, "one core reads and writes no faster")
    };
    (len == LENGTHS[1]).then_some(Floor {
        goal: 1.2,
        bound: Some(bound),
    })
}

/// Returns gradients that are not 0. With zero gradients, the moments would decay while the bench runs.
fn gradients(len: usize, scale: f32) -> Vec<Bf16> {
    let wide: Vec<f32> = (0..len)
        .map(|i| scale * ((i as f64 * 0.618_034).fract() + 0.125) as f32)
        .collect();
    slice::cast_to_vec(&wide)
}

fn adamw_step() -> AdamWStep {
    let mut adamw = AdamW::new(AdamWOptions::default()).expect("the defaults make sense");
    adamw.next_step()
}

struct Model {
    weights: Vec<Bf16>,
    master: Vec<f32>,
    moments: [Vec<f32>; 2],
}

impl Model {
    fn new(len: usize, moment: f32) -> RefCell<Self> {
        RefCell::new(Model {
            weights: vec![Bf16::default(); len],
            master: vec![0.5; len],
            moments: [vec![moment; len], vec![moment; len]],
        })
    }

    fn tensor(&mut self) -> AdamWTensor<'_, Bf16> {
        let [first_moment, second_moment] = &mut self.moments;
        AdamWTensor {
            weights: &mut self.weights,
            master: Some(&mut self.master),
            first_moment,
            second_moment,
        }
    }
}

fn adamw(table: &mut Table, len: usize) {
    let (step, best) = (adamw_step(), Isa::detect());
    // Gradients that are subnormal in bfloat16, and moments that are subnormal in f32.
    for (name, scale, moment) in [
        ("", 1.0, 0.01),
        (", subnormal gradients", 1e-39, 0.01),
        (", subnormal moments", 0.0, 1e-40),
    ] {
        let row = format!("adamw{name}, {len}");
        if !table.chooses(&row) {
            continue;
        }
        let (gradients, model) = (&gradients(len, scale), &Model::new(len, moment));
        let update = |isa| step.update_on(isa, black_box(gradients), model.borrow_mut().tensor());
        let names: Vec<String> = Isa::available().map(|isa| isa.to_string()).collect();
        let mut ways = vec![Way::memcpy(ADAMW * len), Way::new("ulp", || update(best))];
        if name.is_empty() {
            let others = Isa::available().zip(&names).filter(|&(isa, _)| isa != best);
            ways.extend(others.map(|(isa, name)| Way::new(name, move || update(isa))));
            #[cfg(feature = "rayon")]
            ways.push(Way::new("rayon", || {
                step.par_update(black_box(gradients), model.borrow_mut().tensor());
            }));
        }
        table.row(&row, len, floor(len, !name.is_empty()), ways);
    }
}

fn sgd(table: &mut Table, len: usize) {
    let mut sgd = Sgd::new(SgdOptions {
        momentum: 0.9,
        ..SgdOptions::default()
    })
    .expect("they make sense");
    let step = sgd.next_step();
    for (name, scale) in [("", 1.0), (", subnormal gradients", 1e-39)] {
        let row = format!("sgd{name}, {len}");
        if !table.chooses(&row) {
            continue;
        }
        let gradients = gradients(len, scale);
        let mut weights = vec![Bf16::default(); len];
        let [mut master, mut momentum] = [0.5, 0.01].map(|x| vec![x; len]);
        let update = Way::new("ulp", || {
            let tensor = SgdTensor {
                weights: &mut weights,
                master: Some(&mut master),
                momentum: &mut momentum,
            };
            step.update(black_box(&gradients), tensor);
        });
        table.row(&row, len, floor(len, !name.is_empty()), vec![Way::memcpy(SGD * len), update]);
    }
}

fn unscale(table: &mut Table, len: usize) {
    let best = Isa::detect();
    for (name, scale) in [("", 1.0), (", subnormal gradients", 1e-39)] {
        let row = format!("unscale{name}, {len}");
        if !table.chooses(&row) {
            continue;
        }
        let (gradients, out) = (&gradients(len, scale), &RefCell::new(vec![0f32; len]));
        let unscale = |isa| unscale_on(isa, black_box(gradients), 0.5, &mut out.borrow_mut());
        let names: Vec<String> = Isa::available().map(|isa| isa.to_string()).collect();
        let mut ways = vec![Way::memcpy(UNSCALE * len), Way::new("ulp", || unscale(best))];
        let others = Isa::available().zip(&names).filter(|&(isa, _)| isa != best);
        ways.extend(others.map(|(isa, name)| Way::new(name, move || unscale(isa))));
        table.row(&row, len, None, ways);
    }
}

fn main() -> ExitCode {
    let mut table = Table::new();
    for len in LENGTHS {
        adamw(&mut table, len);
        sgd(&mut table, len);
        unscale(&mut table, len);
    }
    table.finish()
}
