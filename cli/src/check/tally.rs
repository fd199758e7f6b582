//! Counts of elements by the effect of a conversion on them.

use clap::ValueEnum;

/// A kind of elements that `--fail-on` names.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ElementKind {
    Overflow,
    Zero,
    Subnormal,
    Nan,
    Inf,
}

/// The effect of a conversion on some elements. A checkpoint may have millions of tensors, each with a tally.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) amax: f64,
    pub(super) overflowed: u64,
    pub(super) became_zero: u64,
    pub(super) became_nan: u64,
    pub(super) subnormal: u64,
    pub(super) nans: u64,
    pub(super) infinities: u64,
    pub(super) largest: f64,
    /// The sum of relative errors, and the number of its terms.
    sum: f64,
    counted: u64,
    signal: f64,
    noise: f64,
}

impl Tally {
    /// Adds an element. `subnormal` says whether its result is subnormal.
    pub(super) fn add(&mut self, before: f64, after: f64, subnormal: bool) {
        self.nans += u64::from(before.is_nan());
        self.infinities += u64::from(before.is_infinite());
        self.became_nan += u64::from(after.is_nan() && !before.is_nan());
        if !before.is_finite() {
            return;
        }
        self.amax = self.amax.max(before.abs());
        if !after.is_finite() {
            return;
        }
        self.became_zero += u64::from(after == 0.0 && before != 0.0);
        self.subnormal += u64::from(after != 0.0 && subnormal);
        let error = (after - before).abs();
        self.signal += before * before;
        self.noise += error * error;
        if before != 0.0 {
            let relative = error / before.abs();
            self.largest = self.largest.max(relative);
            self.sum += relative;
            self.counted += 1;
        }
    }

    /// Adds the counts of another tally.
    pub(super) fn merge(&mut self, other: &Tally) {
        self.amax = self.amax.max(other.amax);
        self.overflowed += other.overflowed;
        self.became_zero += other.became_zero;
        self.became_nan += other.became_nan;
        self.subnormal += other.subnormal;
        self.nans += other.nans;
        self.infinities += other.infinities;
        self.largest = self.largest.max(other.largest);
        self.sum += other.sum;
        self.counted += other.counted;
        self.signal += other.signal;
        self.noise += other.noise;
    }

    pub(super) fn count(&self, kind: ElementKind) -> u64 {
        match kind {
            ElementKind::Overflow => self.overflowed,
            ElementKind::Zero => self.became_zero,
            ElementKind::Subnormal => self.subnormal,
            ElementKind::Nan => self.nans + self.became_nan,
            ElementKind::Inf => self.infinities,
        }
    }

    /// Returns how many elements the format can't hold. An element may be counted twice.
    pub(super) fn lost(&self) -> u64 {
        self.overflowed.max(self.became_nan)
    }

    pub(super) fn mean(&self) -> f64 {
        self.sum / self.counted.max(1) as f64
    }

    /// Returns the ratio of signal to noise in dB, or `None` if there is no noise.
    pub(super) fn snr(&self) -> Option<f64> {
        let ratio = 10.0 * (self.signal / self.noise).log10();
        ratio.is_finite().then_some(ratio)
    }
}
