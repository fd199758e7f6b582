//! A logger for firmware: no allocation, no floating-point unit needed, a table that the compiler computes, 16 bits a sample.
//!
//! `cargo run --example firmware`. The module `logger` needs no standard library, only `core`.

mod logger {
    use core::fmt::{self, Write};

    use ulp::{Cast, F16, Flags, Rounding, ieee};

    /// The temperature in degrees Celsius for every 16th reading of a thermistor. The compiler computes this table.
    pub(crate) const CELSIUS: [F16; 16] = {
        let mut table = [F16::from_f32_const(0.0); 16];
        let mut i = 0;
        while i < table.len() {
            table[i] = F16::from_f32_const(-40.0 + 10.25 * i as f32);
            i += 1;
        }
        table
    };

    /// The last `N` samples, and the flags of all samples so far. The flags tell if a sample was out of range.
    pub(crate) struct Log<const N: usize> {
        samples: [F16; N],
        next: usize,
        pub(crate) flags: Flags,
    }

    impl<const N: usize> Log<N> {
        pub(crate) const fn new() -> Self {
            Self {
                samples: [F16::from_bits(0); N],
                next: 0,
                flags: Flags::NONE,
            }
        }

        /// Rounds a sample by integer arithmetic, with saturation. Stores the result, and records the flags.
        pub(crate) fn push(&mut self, sample: f64) {
            let (sample, flags) = F16::from_f64_with(sample, Cast::new().saturating());
            self.samples[self.next % N] = sample;
            self.next += 1;
            self.flags |= flags;
        }

        pub(crate) fn largest(&self) -> F16 {
            self.samples.into_iter().fold(F16::MIN, F16::max)
        }

        /// Sends two bytes for each sample, in little-endian order on every machine.
        pub(crate) fn send(&self, mut byte: impl FnMut(u8)) {
            self.samples.iter().flat_map(|x| x.to_le_bytes()).for_each(&mut byte);
        }

        pub(crate) fn print(&self, out: &mut impl Write) -> fmt::Result {
            self.samples.iter().try_for_each(|x| write!(out, "{x:.1} "))
        }
    }

    /// Returns the mean of two readings, rounded down, without a floating-point instruction.
    pub(crate) fn lower_mean(a: F16, b: F16) -> F16 {
        let (sum, _) = ieee::add(a, b, Rounding::TowardNegative);
        ieee::scale_b(sum, -1, Rounding::TowardNegative).0
    }
}

use logger::{CELSIUS, Log, lower_mean};
use ulp::Flags;

fn main() {
    let mut log = Log::<6>::new();
    for reading in [0, 7, 15] {
        log.push(CELSIUS[reading].to_f64());
    }
    log.push(lower_mean(CELSIUS[7], CELSIUS[8]).to_f64());
    log.push(1e9);
    assert!(log.flags.contains(Flags::OVERFLOW));
    assert_eq!(log.largest(), ulp::F16::MAX);

    let (mut text, mut bytes) = (String::new(), 0);
    log.print(&mut text).expect("a String takes all");
    log.send(|_| bytes += 1);
    println!("{text}in {bytes} bytes");
}
