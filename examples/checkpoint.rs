//! Trains in mixed precision, saves a checkpoint to a file, and resumes from the file.
//!
//! The resumed training ends with the same bits as training without an interruption.
//!
//! `cargo run --example checkpoint --features serde`

use std::error::Error;
use std::{env, fs};

use serde::{Deserialize, Serialize};
use ulp::mixed::{self, AdamW, AdamWOptions, AdamWTensor, Clip, LossScaler};
use ulp::{F16, slice};

const STEPS: u64 = 1000;

/// A checkpoint: everything that training needs to resume.
#[derive(Clone, Serialize, Deserialize, PartialEq, Debug)]
struct Checkpoint {
    optimizer: AdamW,
    scaler: LossScaler,
    /// The bits of the `f32` master weights. The moments are bits too, because text may not keep every bit of an `f32`.
    master: Vec<u32>,
    first_moment: Vec<u32>,
    second_moment: Vec<u32>,
}

impl Checkpoint {
    fn begin() -> Result<Self, Box<dyn Error>> {
        let parameters = [0.5f32, -0.25, 2.0, 0.001].map(f32::to_bits).to_vec();
        Ok(Self {
            optimizer: AdamW::new(AdamWOptions::default())?,
            scaler: LossScaler::new(),
            first_moment: vec![0; parameters.len()],
            second_moment: vec![0; parameters.len()],
            master: parameters,
        })
    }

    /// Trains until the optimizer has made `steps` steps.
    fn train_until(&mut self, steps: u64) -> Result<(), Box<dyn Error>> {
        let mut weights = slice::cast_to_vec::<F16>(slice::from_bits::<f32>(&self.master));
        while self.optimizer.steps() < steps {
            // The learning rate falls along half a cosine.
            let done = self.optimizer.steps() as f64 / STEPS as f64;
            let rate = 0.005 * (1.0 + (std::f64::consts::PI * done).cos());
            self.optimizer.set_learning_rate(rate)?;

            // The gradients of the loss Σ(w − 1)², multiplied by the loss scale.
            let scale = self.scaler.scale();
            let gradient = |w: &F16| F16::from_f32(2.0 * (w.to_f32() - 1.0) * scale);
            let gradients: Vec<F16> = weights.iter().map(gradient).collect();

            let norm = mixed::grad_norm([&gradients[..]]);
            if norm.is_finite() {
                let step = self.optimizer.next_step();
                let step = step.inverse_scale(self.scaler.inverse());
                step.clip(Clip { norm, max_norm: 1.0 }).update(
                    &gradients,
                    AdamWTensor {
                        weights: &mut weights,
                        master: Some(slice::from_bits_mut(&mut self.master)),
                        first_moment: slice::from_bits_mut(&mut self.first_moment),
                        second_moment: slice::from_bits_mut(&mut self.second_moment),
                    },
                );
            }
            self.scaler.update(norm.is_finite());
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut whole = Checkpoint::begin()?;
    whole.train_until(STEPS)?;

    let mut stopped = Checkpoint::begin()?;
    stopped.train_until(STEPS / 3)?;
    let path = env::temp_dir().join("ulp-checkpoint.json");
    fs::write(&path, serde_json::to_string(&stopped)?)?;

    let mut resumed: Checkpoint = serde_json::from_str(&fs::read_to_string(&path)?)?;
    resumed.train_until(STEPS)?;
    assert_eq!(resumed, whole);

    let weights = slice::from_bits::<f32>(&resumed.master);
    let (steps, skipped) = (resumed.optimizer.steps(), resumed.scaler.skipped());
    println!("{weights:?} after {steps} steps, {skipped} skipped, and one interruption");
    fs::remove_file(path)?;
    Ok(())
}
