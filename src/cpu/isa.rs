//! [`Isa`]: an instruction set that this CPU has.

use core::fmt;
use core::str::FromStr;
use core::sync::atomic::{AtomicU8, Ordering};

/// An instruction set for bulk work. A value is proof that this CPU has it.
///
/// On x86-64: SSE2, AVX2 (with F16C), AVX-512 (F, BW, VL and DQ), that with VBMI, and that with BF16. Elsewhere what the program is
/// compiled for: NEON on aarch64, simd128 on wasm32 where it is enabled. Without the feature `std` there is no detection, and the
/// features that the program is compiled for decide.
///
/// All give the same bits; they differ in speed.
///
/// ```
/// use ulp::{F16, Isa, slice};
///
/// for isa in Isa::available() {
///     let mut to = [F16::default(); 3];
///     slice::cast_on(isa, &[0.5f32, 1.0, 65520.0], &mut to, ulp::Cast::new());
///     assert_eq!(to, [F16::from_f32(0.5), F16::from_f32(1.0), F16::INFINITY]);
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Isa(Level);

/// The instruction sets, each with all that those before it have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub(crate) enum Level {
    /// What the program is compiled for.
    Portable,
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Avx2,
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Avx512,
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Avx512Vbmi,
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Avx512Bf16,
}

impl Level {
    /// Best first.
    const ALL: &[Self] = &[
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        Self::Avx512Bf16,
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        Self::Avx512Vbmi,
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        Self::Avx512,
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        Self::Avx2,
        Self::Portable,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Portable if cfg!(target_feature = "sse2") => "sse2",
            Self::Portable if cfg!(target_feature = "neon") => "neon",
            Self::Portable if cfg!(target_feature = "simd128") => "simd128",
            Self::Portable => "portable",
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx2 => "avx2",
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx512 => "avx512",
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx512Vbmi => "avx512vbmi",
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx512Bf16 => "avx512bf16",
        }
    }

    /// Whether this CPU has it.
    fn is_here(self) -> bool {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2", feature = "std"))]
        macro_rules! has {
            ($($feature:tt),*) => { $(std::arch::is_x86_feature_detected!($feature))&&* };
        }
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(feature = "std")))]
        macro_rules! has {
            ($($feature:tt),*) => { $(cfg!(target_feature = $feature))&&* };
        }
        match self {
            Self::Portable => true,
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx2 => has!("avx2", "f16c"),
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx512 => {
                Self::Avx2.is_here() && has!("avx512f", "avx512bw", "avx512vl", "avx512dq")
            }
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx512Vbmi => Self::Avx512.is_here() && has!("avx512vbmi"),
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx512Bf16 => Self::Avx512Vbmi.is_here() && has!("avx512bf16"),
        }
    }
}

impl Isa {
    /// The best that this CPU has. It is looked for once, and remembered.
    #[inline]
    pub fn detect() -> Self {
        /// A position in `Level::ALL` plus one; 0 before the first look. Threads that look at the same time find the same.
        static FOUND: AtomicU8 = AtomicU8::new(0);
        let found = usize::from(FOUND.load(Ordering::Relaxed));
        // By `get`: an operator of F16 looks here, and may not have a panic in it.
        if let Some(&level) = Level::ALL.get(found.wrapping_sub(1)) {
            return Self(level);
        }
        for (place, &level) in (1..).zip(Level::ALL) {
            if level.is_here() {
                FOUND.store(place, Ordering::Relaxed);
                return Self(level);
            }
        }
        Self(Level::Portable)
    }

    /// All that this CPU has, best first.
    pub fn available() -> impl Iterator<Item = Self> {
        Level::ALL
            .iter()
            .copied()
            .filter(|level| level.is_here())
            .map(Self)
    }

    /// Whether this CPU has the conversions of binary16 that came with AVX2.
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    #[inline]
    pub(crate) fn has_f16c() -> bool {
        cfg!(target_feature = "f16c") || Self::detect().0 >= Level::Avx2
    }

    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    #[inline]
    pub(crate) const fn level(self) -> Level {
        self.0
    }
}

/// The name of the instruction set: `avx512bf16`, `avx512vbmi`, `avx512`, `avx2`, `sse2`, `neon`, `simd128`, or `portable`.
impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.name())
    }
}

impl FromStr for Isa {
    type Err = UnknownIsa;

    /// Parses the name of an instruction set that this CPU has; `portable` is the last of them everywhere.
    fn from_str(name: &str) -> Result<Self, UnknownIsa> {
        if name == "portable" {
            return Ok(Self(Level::Portable));
        }
        Self::available()
            .find(|isa| isa.0.name() == name)
            .ok_or(UnknownIsa(()))
    }
}

/// The error of parsing an [`Isa`] from a name that is none, or that of one which this CPU lacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownIsa(());

impl fmt::Display for UnknownIsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown instruction set, or one that this CPU lacks; it has ")?;
        for (nth, isa) in Isa::available().enumerate() {
            write!(f, "{}{isa}", if nth == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownIsa {}
