//! Bytes of model states: the memory that a model takes to train and to infer, on one device or divided among many devices.
//!
//! The states of a parameter are its weight, its gradient, the fp32 copy of the weight that mixed precision updates (the master
//! weight), and the moments of the optimizer. Activations, buffers and fragmentation take more memory. All numbers are exact
//! integers.
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

/// An optimizer. It decides how many moments are kept for each parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Optimizer {
    /// Stochastic gradient descent, with no moment.
    Sgd,
    /// Stochastic gradient descent with momentum, with one moment.
    Momentum,
    /// Adam and AdamW, with two moments.
    Adam,
}

impl Optimizer {
    /// Returns the number of moments of a parameter.
    pub const fn moments(self) -> u32 {
        match self {
            Self::Sgd => 0,
            Self::Momentum => 1,
            Self::Adam => 2,
        }
    }
}

/// The stages of ZeRO, which say which states are divided among data-parallel devices (Rajbhandari et al., "ZeRO: Memory
/// Optimizations Toward Training Trillion Parameter Models", 2020, section 5). The default is stage 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum ZeroStage {
    /// Stage 0 divides nothing: every device has all states.
    #[default]
    Nothing,
    /// Stage 1, P<sub>os</sub>, divides master weights and moments.
    Optimizer,
    /// Stage 2, P<sub>os+g</sub>, divides gradients too.
    Gradients,
    /// Stage 3, P<sub>os+g+p</sub>, divides all states, the weights too.
    Weights,
}

impl ZeroStage {
    /// All stages, 0 to 3.
    pub const ALL: [Self; 4] = [Self::Nothing, Self::Optimizer, Self::Gradients, Self::Weights];
}

/// The bytes of the states of a model, or of the part of a model that a device has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct States {
    /// The bytes of the weights.
    pub weights: Bytes,
    /// The bytes of the gradients.
    pub gradients: Bytes,
    /// The bytes of the master weights, which the optimizer updates: 0 if there are no master weights.
    pub master_weights: Bytes,
    /// The bytes of all moments together.
    pub moments: Bytes,
}

impl States {
    /// Returns the states of a model with the usual formats. Gradients have the format of the weights, and moments are in fp32.
    /// If the weights have fewer than 32 bits, the model has fp32 master weights.
    pub const fn new(parameters: u64, weights: Dtype, optimizer: Optimizer) -> Self {
        let master_weights = if weights.bits() < 32 { Some(Dtype::F32) } else { None };
        Self::with(parameters, weights, weights, master_weights, Dtype::F32, optimizer)
    }

    /// Returns the states of a model, with the given format of each state.
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

    /// Returns the bytes that training takes: all states.
    pub const fn training(self) -> Bytes {
        Bytes(self.weights.0 + self.gradients.0 + self.master_weights.0 + self.moments.0)
    }

    /// Returns the bytes that inference takes: the weights.
    pub const fn inference(self) -> Bytes {
        self.weights
    }

    /// Returns the states on the device of index `device`, one of `devices` devices. If a state can't be divided evenly, the
    /// first devices have a byte more. Device 0 therefore needs the most memory. The parts of a divided state add up to the
    /// state.
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

/// A number of bytes. `Display` prints the number in GB (10<sup>9</sup> bytes) and in GiB (2<sup>30</sup> bytes), rounded to
/// three significant digits or to integers, and then prints the exact number. A precision, such as `{:.1}`, sets the digits of GB
/// and GiB.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Bytes(u128);

impl Bytes {
    /// Returns a number of bytes.
    pub const fn new(bytes: u128) -> Self {
        Self(bytes)
    }

    /// Returns the number as an integer.
    pub const fn bytes(self) -> u128 {
        self.0
    }

    /// Returns the bytes of `numbers` numbers. The last number may end within a byte.
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

    /// Writes the number in a unit, with `digits` digits after the point, or with three digits in all.
    fn write_in(self, unit: u128, digits: Option<usize>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0 / unit;
        let digits = digits.unwrap_or(match whole {
            0..10 => 2,
            10..100 => 1,
            _ => 0,
        });
        // The loop goes digit by digit, because the product with 10^digits may not fit.
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
