//! Counts of elements by the effect of a conversion on them.

use std::cmp::{Ordering, Reverse};

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

/// The effect of a conversion on some elements.
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
    /// Returns all fields. A field that isn't a count is the bits of its number.
    pub(super) fn fields(&self) -> [u64; 12] {
        [
            self.amax.to_bits(),
            self.overflowed,
            self.became_zero,
            self.became_nan,
            self.subnormal,
            self.nans,
            self.infinities,
            self.largest.to_bits(),
            self.sum.to_bits(),
            self.counted,
            self.signal.to_bits(),
            self.noise.to_bits(),
        ]
    }

    /// Returns the tally of these fields.
    pub(super) fn of(fields: [u64; 12]) -> Tally {
        Tally {
            amax: f64::from_bits(fields[0]),
            overflowed: fields[1],
            became_zero: fields[2],
            became_nan: fields[3],
            subnormal: fields[4],
            nans: fields[5],
            infinities: fields[6],
            largest: f64::from_bits(fields[7]),
            sum: f64::from_bits(fields[8]),
            counted: fields[9],
            signal: f64::from_bits(fields[10]),
            noise: f64::from_bits(fields[11]),
        }
    }

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

    /// Returns the order in which tensors are listed: the tensor with the larger loss first.
    pub(super) fn worst_first(&self, other: &Tally) -> Ordering {
        let lost = |tally: &Tally| Reverse((tally.lost(), tally.became_zero));
        let mean = other.mean().total_cmp(&self.mean());
        lost(self).cmp(&lost(other)).then(mean)
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
