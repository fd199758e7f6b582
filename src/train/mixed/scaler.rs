//! Dynamic loss scaling.

use super::InvalidHyperparameter;
use super::invalid::check_range;

/// The options of [`LossScaler`]. The defaults are those of `torch.amp.GradScaler`.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct LossScalerOptions {
    /// The scale before the first step, a positive, normal number. The default is 65536.
    pub init_scale: f32,
    /// The factor on the scale after [`growth_interval`](Self::growth_interval) good steps in a row, finite and more than 1. The
    /// default is 2.
    pub growth_factor: f64,
    /// The factor on the scale after a step with an infinite or NaN gradient, between 0 and 1. The default is 0.5.
    pub backoff_factor: f64,
    /// The number of good steps in a row after which the scale grows, at least 1. A good step has only finite gradients. The
    /// default is 2000.
    pub growth_interval: u32,
}

impl LossScalerOptions {
    const DEFAULT: Self = Self {
        init_scale: 65536.0,
        growth_factor: 2.0,
        backoff_factor: 0.5,
        growth_interval: 2000,
    };

    fn check(&self) -> Result<(), InvalidHyperparameter> {
        check_scale("init_scale", self.init_scale)?;
        let growth = self.growth_factor;
        let grows = growth > 1.0 && growth.is_finite();
        check_range("growth_factor", growth, grows, "finite and more than 1")?;
        let backoff = self.backoff_factor;
        let backs_off = backoff > 0.0 && backoff < 1.0;
        check_range("backoff_factor", backoff, backs_off, "between 0 and 1")?;
        let interval = self.growth_interval;
        check_range("growth_interval", interval.into(), interval > 0, "at least 1")
    }
}

fn check_scale(name: &'static str, scale: f32) -> Result<(), InvalidHyperparameter> {
    let normal = scale.is_normal() && scale > 0.0;
    check_range(name, scale.into(), normal, "positive, normal and finite")
}

impl Default for LossScalerOptions {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The state that a [`LossScaler`] keeps between steps.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct LossScalerState {
    /// The factor on the loss, a positive, normal number. A new scaler has the `init_scale` of its options.
    pub scale: f32,
    /// The number of good steps in a row since the last change of the scale. A new scaler has 0.
    #[doc(alias = "_growth_tracker")]
    pub growth_tracker: u32,
    /// The number of steps that were skipped. A new scaler has 0.
    pub skipped: u64,
}

/// A dynamic loss scale: a factor on the loss that keeps 16-bit gradients from becoming zero. By default, the factor is doubled
/// after many good steps, and halved after a step with an infinite or NaN gradient.
///
/// The state machine and the defaults are those of `torch.amp.GradScaler`. The scale is 65536 at first. After 2,000 good steps in
/// a row, the scale is doubled. If a gradient is infinite or NaN, the scale is halved, and the step is skipped. The scale and its
/// inverse stay finite.
///
/// ```
/// use ulp::mixed::{LossScaler, LossScalerOptions};
///
/// let mut scaler = LossScaler::with(LossScalerOptions { growth_interval: 100, ..LossScalerOptions::default() })?;
/// scaler.update(false);
/// assert_eq!(scaler.scale(), 32768.0);
/// for _ in 0..100 {
///     scaler.update(true);
/// }
/// assert_eq!((scaler.scale(), scaler.skipped()), (65536.0, 1));
///
/// // From a checkpoint:
/// let resumed = LossScaler::resume(scaler.options(), scaler.state())?;
/// assert_eq!(resumed, scaler);
/// # Ok::<(), ulp::mixed::InvalidHyperparameter>(())
/// ```
///
/// # State
/// With the feature `serde`, a scaler is saved and restored whole: the options and the state.
///
/// | here | in torch's `state_dict` |
/// |---|---|
/// | [`LossScalerState::scale`] | `scale` |
/// | [`LossScalerState::growth_tracker`] | `_growth_tracker` |
/// | [`LossScalerState::skipped`] | none |
/// | the options `growth_factor`, `backoff_factor`, `growth_interval` | `growth_factor`, `backoff_factor`, `growth_interval` |
#[doc(alias = "GradScaler")]
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "super::Saved<LossScalerOptions, LossScalerState>")
)]
pub struct LossScaler {
    options: LossScalerOptions,
    state: LossScalerState,
}

impl LossScaler {
    /// Creates a scaler with the default options.
    pub const fn new() -> Self {
        Self::begin(LossScalerOptions::DEFAULT)
    }

    const fn begin(options: LossScalerOptions) -> Self {
        Self {
            options,
            state: LossScalerState {
                scale: options.init_scale,
                growth_tracker: 0,
                skipped: 0,
            },
        }
    }

    /// Creates a scaler with these options.
    ///
    /// # Errors
    /// If an option is out of its range, which the documentation of the options gives.
    pub fn with(options: LossScalerOptions) -> Result<Self, InvalidHyperparameter> {
        options.check()?;
        Ok(Self::begin(options))
    }

    /// Creates a scaler that continues from a checkpoint.
    ///
    /// # Errors
    /// If an option is out of its range, or the scale is not a positive, normal number.
    #[doc(alias = "load_state_dict")]
    pub fn resume(options: LossScalerOptions, state: LossScalerState) -> Result<Self, InvalidHyperparameter> {
        options.check()?;
        check_scale("scale", state.scale)?;
        Ok(Self { options, state })
    }

    /// Returns the options.
    pub const fn options(&self) -> LossScalerOptions {
        self.options
    }

    /// Changes the options. The scale stays, even if `init_scale` changes.
    ///
    /// # Errors
    /// If an option is out of its range. The old options then stay.
    pub fn set_options(&mut self, options: LossScalerOptions) -> Result<(), InvalidHyperparameter> {
        options.check()?;
        self.options = options;
        Ok(())
    }

    /// Returns the state that the scaler keeps between steps.
    #[doc(alias = "state_dict")]
    pub const fn state(&self) -> LossScalerState {
        self.state
    }

    /// Returns the factor on the loss.
    #[doc(alias = "get_scale")]
    pub const fn scale(&self) -> f32 {
        self.state.scale
    }

    /// Returns the factor on the gradients that removes the scale: 1 / scale.
    #[doc(alias = "unscale_")]
    pub const fn inverse(&self) -> f32 {
        1.0 / self.state.scale
    }

    /// Returns the number of steps that were skipped.
    pub const fn skipped(&self) -> u64 {
        self.state.skipped
    }

    /// Records whether all gradients of a step were finite. If a gradient was not finite, the step must be skipped.
    pub const fn update(&mut self, all_finite: bool) {
        let Self { options, state } = self;
        if !all_finite {
            let scale = (state.scale as f64 * options.backoff_factor) as f32;
            state.scale = scale.max(f32::MIN_POSITIVE);
            state.growth_tracker = 0;
            state.skipped += 1;
            return;
        }
        state.growth_tracker = state.growth_tracker.saturating_add(1);
        // The count can exceed the interval, because an option can change.
        if state.growth_tracker >= options.growth_interval {
            let scale = (state.scale as f64 * options.growth_factor) as f32;
            if scale.is_finite() {
                state.scale = scale;
            }
            state.growth_tracker = 0;
        }
    }
}

impl Default for LossScaler {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "serde")]
impl TryFrom<super::Saved<LossScalerOptions, LossScalerState>> for LossScaler {
    type Error = InvalidHyperparameter;

    fn try_from(saved: super::Saved<LossScalerOptions, LossScalerState>) -> Result<Self, InvalidHyperparameter> {
        Self::resume(saved.options, saved.state)
    }
}
