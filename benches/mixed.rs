//! The passes of mixed-precision training, as fractions of the bandwidth that memcpy reaches in the same run.
//!
//! The short tensor fits in the cache, and the long tensor does not. An AdamW step with bf16 gradients and weights moves 28
//! bytes for each parameter, and `unscale` moves 6 bytes. `memcpy` moves as many bytes as the pass.

use core::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use ulp::mixed::{AdamW, AdamWOptions, AdamWStep, AdamWTensor, Sgd, SgdOptions, SgdTensor, unscale_on};
use ulp::{Bf16, Isa, slice};

/// The number of bytes that an AdamW step reads or writes for each parameter.
const ADAMW: usize = 28;
const SGD: usize = 20;
const UNSCALE: usize = 6;

fn memcpy(c: &mut Criterion, group: &str, bytes: usize) {
    let src = vec![1u8; bytes / 2];
    let mut dst = vec![0u8; bytes / 2];
    case(c, group, "memcpy", bytes, || {
        dst.copy_from_slice(black_box(&src));
        black_box(&mut dst);
    });
}

fn case(c: &mut Criterion, group: &str, name: &str, bytes: usize, work: impl FnMut()) {
    let mut group = c.benchmark_group(group);
    group.sample_size(20);
    group.throughput(Throughput::Bytes(bytes as u64));
    let mut work = work;
    group.bench_function(BenchmarkId::from_parameter(name), |b| b.iter(&mut work));
    group.finish();
}

/// Returns gradients that are not 0. With zero gradients, the moments would decay while the bench runs.
fn gradients(len: usize) -> Vec<Bf16> {
    let wide: Vec<f32> = (0..len).map(|i| ((i as f64 * 0.618_034).fract() + 0.125) as f32).collect();
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

fn adamw(c: &mut Criterion, len: usize) {
    let group = &format!("adamw/{len}");
    let (step, gradients) = (adamw_step(), gradients(len));
    let mut model = Model {
        weights: vec![Bf16::default(); len],
        master: vec![0.5; len],
        moments: [vec![0.01; len], vec![0.01; len]],
    };
    memcpy(c, group, ADAMW * len);
    for isa in Isa::available() {
        case(c, group, &format!("ulp {isa}"), ADAMW * len, || {
            step.update_on(isa, black_box(&gradients), model.tensor());
            black_box(&mut model);
        });
    }
    #[cfg(feature = "rayon")]
    case(c, group, "ulp rayon", ADAMW * len, || {
        step.par_update(black_box(&gradients), model.tensor());
        black_box(&mut model);
    });
    let zeros = vec![Bf16::default(); len];
    for moment in &mut model.moments {
        moment.fill(1e-40);
    }
    case(c, group, "ulp, subnormal moments", ADAMW * len, || {
        step.update(black_box(&zeros), model.tensor());
        black_box(&mut model);
    });
}

fn sgd(c: &mut Criterion, len: usize) {
    let group = &format!("sgd/{len}");
    let mut sgd = Sgd::new(SgdOptions {
        momentum: 0.9,
        ..SgdOptions::default()
    })
    .expect("they make sense");
    let (step, gradients) = (sgd.next_step(), gradients(len));
    let mut weights = vec![Bf16::default(); len];
    let [mut master, mut momentum] = [0.5, 0.01].map(|x| vec![x; len]);
    memcpy(c, group, SGD * len);
    case(c, group, "ulp", SGD * len, || {
        let tensor = SgdTensor {
            weights: &mut weights,
            master: Some(&mut master),
            momentum: &mut momentum,
        };
        step.update(black_box(&gradients), tensor);
        black_box(&mut weights);
    });
}

fn unscale(c: &mut Criterion, len: usize) {
    let group = &format!("unscale/{len}");
    let gradients = gradients(len);
    let mut out = vec![0f32; len];
    memcpy(c, group, UNSCALE * len);
    for isa in Isa::available() {
        case(c, group, &format!("ulp {isa}"), UNSCALE * len, || {
            black_box(unscale_on(isa, black_box(&gradients), 0.5, &mut out));
        });
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for len in [1 << 15, 1 << 24] {
        adamw(&mut criterion, len);
        sgd(&mut criterion, len);
        unscale(&mut criterion, len);
    }
    criterion.final_summary();
}
