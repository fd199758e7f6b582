//! Bytes of model states: what a model takes to train and to infer, on one device or divided among many.
//!
//! The states of a parameter are its weight, its gradient, the fp32 copy of the weight that mixed precision updates (the master
//! weight), and the moments of the optimizer. Activations, buffers and fragmentation come on top. All is counted in exact integers.
//!
//! ```
//! use ulp::Dtype;
//! use ulp::memory::{Optimizer, States, ZeroStage};
//!
//! // Adam in mixed precision: 2 + 2 + 4 + 4 + 4 bytes a parameter.
//! let states = States::new(7_000_000_000, Dtype::F16, Optimizer::Adam);
//! assert_eq!(states.training().to_string(), "112 GB (104 GiB, 112000000000 bytes)");
//! assert_eq!(states.inference().bytes(), 14_000_000_000);
//!
//! // Weights and gradients on each of 64 devices, a part of the rest on each.
//! assert_eq!(states.on_device(ZeroStage::Optimizer, 64, 0).training().bytes(), 29_312_500_000);
//! ```

use core::fmt;
use core::iter::Sum;
use core::ops::Add;

use crate::float::Dtype;

/// How much an optimizer remembers of each parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Optimizer {
    /// Stochastic gradient descent: nothing.
    Sgd,
    /// The same with momentum: one moment.
    Momentum,
    /// Adam and AdamW: two moments.
    Adam,
}

impl Optimizer {
    /// Moments of a parameter.
    pub const fn moments(self) -> u32 {
        match self {
            Self::Sgd => 0,
            Self::Momentum => 1,
            Self::Adam => 2,
        }
    }
}

/// What is divided among devices that each see other data: the stages of ZeRO (Rajbhandari et al., "ZeRO: Memory Optimizations
/// Toward Training Trillion Parameter Models", 2020, section 5).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum ZeroStage {
    /// Stage 0: nothing, every device has all.
    #[default]
    Nothing,
    /// Stage 1, P<sub>os</sub>: master weights and moments.
    Optimizer,
    /// Stage 2, P<sub>os+g</sub>: gradients too.
    Gradients,
    /// Stage 3, P<sub>os+g+p</sub>: all, the weights too.
    Weights,
}

impl ZeroStage {
    /// The stages, 0 to 3.
    pub const ALL: [Self; 4] = [
        Self::Nothing,
        Self::Optimizer,
        Self::Gradients,
        Self::Weights,
    ];
}

/// The states of a model, or of the part of it that a device has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct States {
    /// Of the weights.
    pub weights: Bytes,
    /// Of the gradients.
    pub gradients: Bytes,
    /// Of the master weights, the copy that is updated: 0 if there is none.
    pub master_weights: Bytes,
    /// Of all moments.
    pub moments: Bytes,
}

impl States {
    /// Those of so many parameters, trained as is usual: gradients in the format of the weights, moments in fp32, and fp32 master
    /// weights if the weights have fewer than 32 bits.
    pub const fn new(parameters: u64, weights: Dtype, optimizer: Optimizer) -> Self {
        let master_weights = if weights.bits() < 32 {
            Some(Dtype::F32)
        } else {
            None
        };
        Self::with(
            parameters,
            weights,
            weights,
            master_weights,
            Dtype::F32,
            optimizer,
        )
    }

    /// The same with each format named.
    pub const fn with(
        parameters: u64,
        weights: Dtype,
        gradients: Dtype,
        master_weights: Option<Dtype>,
        moments: Dtype,
        optimizer: Optimizer,
    ) -> Self {
        Self {
            weights: Bytes::of(parameters, weights),
            gradients: Bytes::of(parameters, gradients),
            master_weights: match master_weights {
                Some(format) => Bytes::of(parameters, format),
                None => Bytes(0),
            },
            moments: Bytes(Bytes::of(parameters, moments).0 * optimizer.moments() as u128),
        }
    }

    /// What training takes: all of it.
    pub const fn training(self) -> Bytes {
        Bytes(self.weights.0 + self.gradients.0 + self.master_weights.0 + self.moments.0)
    }

    /// What inference takes: the weights.
    pub const fn inference(self) -> Bytes {
        self.weights
    }

    /// What one of `devices` devices has, of which the first ones have a byte more of what can't be divided evenly: device 0 needs
    /// most, and what is divided adds up to the whole.
    ///
    /// # Panics
    /// If `device` is not less than `devices`.
    #[must_use]
    pub const fn on_device(self, zero: ZeroStage, devices: u64, device: u64) -> Self {
        assert!(device < devices, "devices are numbered from 0");
        let stage = zero as u8;
        let Self {
            weights,
            gradients,
            master_weights,
            moments,
        } = self;
        Self {
            weights: weights.share(stage >= 3, devices, device),
            gradients: gradients.share(stage >= 2, devices, device),
            master_weights: master_weights.share(stage >= 1, devices, device),
            moments: moments.share(stage >= 1, devices, device),
        }
    }
}

/// A number of bytes. Prints in GB, 10<sup>9</sup> bytes, and GiB, 2<sup>30</sup> bytes, rounded to three digits or to integers, and
/// exactly; a precision, `{:.1}`, is that of GB and GiB.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Bytes(u128);

impl Bytes {
    /// So many bytes.
    pub const fn new(bytes: u128) -> Self {
        Self(bytes)
    }

    /// How many bytes.
    pub const fn bytes(self) -> u128 {
        self.0
    }

    /// Those of so many numbers, of which the last may end within a byte.
    pub const fn of(numbers: u64, format: Dtype) -> Self {
        Self((numbers as u128 * format.bits() as u128).div_ceil(8))
    }

    const fn share(self, divided: bool, devices: u64, device: u64) -> Self {
        if divided {
            let (each, left) = (self.0 / devices as u128, self.0 % devices as u128);
            Self(each + ((device as u128) < left) as u128)
        } else {
            self
        }
    }

    /// Writes it in units, with so many digits after the point, or three digits in all.
    fn write_in(
        self,
        unit: u128,
        digits: Option<usize>,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let whole = self.0 / unit;
        let digits = digits.unwrap_or(match whole {
            0..10 => 2,
            10..100 => 1,
            _ => 0,
        });
        // Digit by digit, since 10^digits of them may not fit.
        let (mut rest, mut fraction, mut scale) = (self.0 % unit, 0_u128, 1_u128);
        for _ in 0..digits.min(30) {
            rest *= 10;
            fraction = fraction * 10 + rest / unit;
            rest %= unit;
            scale *= 10;
        }
        fraction += (2 * rest >= unit) as u128;
        let (whole, fraction) = (whole + fraction / scale, fraction % scale);
        write!(f, "{whole}")?;
        if digits > 0 {
            write!(f, ".{fraction:0width$}", width = digits.min(30))?;
        }
        Ok(())
    }
}

impl Add for Bytes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Bytes {
    fn sum<I: Iterator<Item = Self>>(bytes: I) -> Self {
        bytes.fold(Self(0), Add::add)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_in(1_000_000_000, f.precision(), f)?;
        f.write_str(" GB (")?;
        self.write_in(1 << 30, f.precision(), f)?;
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, " GiB, {} byte{plural})", self.0)
    }
}
