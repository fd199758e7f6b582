//! The levels of x86-64.

/// An instruction set. Each level includes all levels before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub(crate) enum Level {
    /// Every x86-64 CPU has SSE2.
    Sse2,
    /// AVX2 and F16C.
    Avx2,
    /// AVX-512 F, BW, VL and DQ.
    Avx512,
    Avx512Vbmi,
    Avx512Bf16,
}

#[cfg(feature = "std")]
macro_rules! has {
    ($($feature:tt),*) => { $(std::arch::is_x86_feature_detected!($feature))&&* };
}
#[cfg(not(feature = "std"))]
macro_rules! has {
    ($($feature:tt),*) => { $(cfg!(target_feature = $feature))&&* };
}

impl Level {
    pub(super) const LOWEST: Self = Self::Sse2;
    /// All levels, the best first.
    pub(super) const ALL: &[Self] = &[Self::Avx512Bf16, Self::Avx512Vbmi, Self::Avx512, Self::Avx2, Self::Sse2];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sse2 => "sse2",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Avx512Vbmi => "avx512vbmi",
            Self::Avx512Bf16 => "avx512bf16",
        }
    }

    /// Returns whether this CPU has the level. Without the feature `std`, returns whether the program is compiled for the level.
    pub(super) fn is_available(self) -> bool {
        match self {
            Self::Sse2 => true,
            Self::Avx2 => has!("avx2", "f16c"),
            Self::Avx512 => Self::Avx2.is_available() && has!("avx512f", "avx512bw", "avx512vl", "avx512dq"),
            Self::Avx512Vbmi => Self::Avx512.is_available() && has!("avx512vbmi"),
            Self::Avx512Bf16 => Self::Avx512Vbmi.is_available() && has!("avx512bf16"),
        }
    }
}
