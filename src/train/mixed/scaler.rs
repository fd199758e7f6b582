//! Dynamic loss scaling.

use super::InvalidHyperparameter;
use super::options::check;

/// The factor on the loss that keeps 16-bit gradients from becoming zero: doubled after many good steps, halved after a bad one.
///
/// The state machine and the defaults are those of `torch.amp.GradScaler`: a scale of 65536, doubled after 2,000 good steps in a
/// row, halved when a gradient was infinite or NaN; that step is skipped. The scale never becomes infinite, nor so small that its
/// inverse would be.
///
/// ```
/// use ulp::mixed::LossScaler;
///
/// let mut scaler = LossScaler::new();
/// scaler.update(false);
/// assert_eq!(scaler.scale(), 32768.0);
/// for _ in 0..2000 {
///     scaler.update(true);
/// }
/// assert_eq!((scaler.scale(), scaler.skipped()), (65536.0, 1));
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LossScaler {
    scale: f32,
    growth_factor: f64,
    backoff_factor: f64,
    growth_interval: u32,
    good_steps: u32,
    skipped: u64,
}

impl LossScaler {
    /// torch's defaults.
    pub const fn new() -> Self {
        Self {
            scale: 65536.0,
            growth_factor: 2.0,
            backoff_factor: 0.5,
            growth_interval: 2000,
            good_steps: 0,
            skipped: 0,
        }
    }

    /// The scale to begin with, the factors on it after `growth_interval` good steps and after a bad one.
    ///
    /// # Errors
    /// If the scale is not a normal positive number, the growth factor not more than 1, the backoff factor not between 0 and 1, or
    /// the interval 0.
    pub fn with(
        scale: f32,
        growth_factor: f64,
        backoff_factor: f64,
        growth_interval: u32,
    ) -> Result<Self, InvalidHyperparameter> {
        let normal = scale.is_normal() && scale > 0.0;
        check("scale", scale.into(), normal, "positive, normal and finite")?;
        let grows = growth_factor > 1.0 && growth_factor.is_finite();
        check(
            "growth_factor",
            growth_factor,
            grows,
            "finite and more than 1",
        )?;
        let backs_off = backoff_factor > 0.0 && backoff_factor < 1.0;
        check(
            "backoff_factor",
            backoff_factor,
            backs_off,
            "between 0 and 1",
        )?;
        let interval = f64::from(growth_interval);
        check(
            "growth_interval",
            interval,
            growth_interval > 0,
            "at least 1",
        )?;
        Ok(Self {
            scale,
            growth_factor,
            backoff_factor,
            growth_interval,
            ..Self::new()
        })
    }

    /// The factor on the loss.
    pub const fn scale(&self) -> f32 {
        self.scale
    }

    /// The factor on the gradients that takes it back: 1 / scale.
    pub const fn inverse(&self) -> f32 {
        1.0 / self.scale
    }

    /// Steps that were skipped so far.
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Takes note of whether all gradients of a step were finite. If not, the step must be skipped.
    pub const fn update(&mut self, all_finite: bool) {
        if !all_finite {
            let scale = (self.scale as f64 * self.backoff_factor) as f32;
            self.scale = scale.max(f32::MIN_POSITIVE);
            self.good_steps = 0;
            self.skipped += 1;
            return;
        }
        self.good_steps += 1;
        if self.good_steps == self.growth_interval {
            let scale = (self.scale as f64 * self.growth_factor) as f32;
            if scale.is_finite() {
                self.scale = scale;
            }
            self.good_steps = 0;
        }
    }
}

impl Default for LossScaler {
    fn default() -> Self {
        Self::new()
    }
}
