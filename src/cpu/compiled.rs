//! The level of the other architectures. Each has one level: the instructions that the program is compiled for.

/// An instruction set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub(crate) enum Level {
    Compiled,
}

impl Level {
    pub(super) const LOWEST: Self = Self::Compiled;
    pub(super) const ALL: &[Self] = &[Self::Compiled];

    pub(super) const fn name(self) -> &'static str {
        if cfg!(target_feature = "neon") {
            "neon"
        } else if cfg!(target_feature = "simd128") {
            "simd128"
        } else if cfg!(target_feature = "sse2") {
            "sse2"
        } else {
            "portable"
        }
    }

    pub(super) const fn is_available(self) -> bool {
        true
    }
}
