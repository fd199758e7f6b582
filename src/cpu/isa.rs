//! [`Isa`]: an instruction set that this CPU has.

use core::fmt;
use core::str::FromStr;
use core::sync::atomic::{AtomicU8, Ordering};

use super::Level;

/// An instruction set for bulk work. A value of this type is proof that this CPU has the instruction set.
///
/// On x86-64 the instruction sets are:
///
/// - SSE2,
/// - AVX2 (with F16C),
/// - AVX-512 (F, BW, VL and DQ),
/// - AVX-512 with VBMI,
/// - AVX-512 with VBMI and BF16.
///
/// Every other architecture has one instruction set: the one that the program is compiled for. It is NEON on aarch64, and simd128
/// on wasm32 where simd128 is enabled. Without the feature `std` there is no detection: a program has the instruction set that it
/// is compiled for.
///
/// All instruction sets give equal bits. They differ in speed.
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

/// The number of the best level plus one, or 0 before the first detection. Threads that detect at the same moment find one level.
static FOUND: AtomicU8 = AtomicU8::new(0);

impl Isa {
    /// Returns the best instruction set that this CPU has. The first call detects the instruction set, and later calls remember
    /// it.
    #[inline]
    pub fn detect() -> Self {
        // `get` is used since it cannot panic: the operators of F16 call this function, and must not contain a panic.
        let found = usize::from(FOUND.load(Ordering::Relaxed));
        match Level::ALL.get(Level::ALL.len().wrapping_sub(found)) {
            Some(&level) => Self(level),
            None => Self::detect_first(),
        }
    }

    #[cold]
    fn detect_first() -> Self {
        let level = Level::ALL
            .iter()
            .copied()
            .find(|level| level.is_available())
            .unwrap_or(Level::LOWEST);
        FOUND.store(level as u8 + 1, Ordering::Relaxed);
        Self(level)
    }

    /// Returns whether this CPU has a level. Scalar operations ask with each number: one comparison answers.
    #[inline(always)]
    #[allow(dead_code, reason = "not every architecture has scalar operations of a level")]
    pub(crate) fn has(level: Level) -> bool {
        let found = FOUND.load(Ordering::Relaxed);
        if found == 0 {
            return Self::detect_first().0 >= level;
        }
        found > level as u8
    }

    /// Returns all instruction sets that this CPU has. The best one comes first.
    pub fn available() -> impl Iterator<Item = Self> {
        Level::ALL.iter().copied().filter(|level| level.is_available()).map(Self)
    }

    #[inline]
    pub(crate) const fn level(self) -> Level {
        self.0
    }
}

/// Writes the name of the instruction set: `avx512bf16`, `avx512vbmi`, `avx512`, `avx2`, `sse2`, `neon`, `simd128`, or
/// `portable`.
impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.name())
    }
}

impl FromStr for Isa {
    type Err = UnknownIsa;

    /// Parses the name of an instruction set that this CPU has. The name `portable` means the last instruction set on every CPU.
    fn from_str(name: &str) -> Result<Self, UnknownIsa> {
        if name == "portable" {
            return Ok(Self(Level::LOWEST));
        }
        Self::available().find(|isa| isa.0.name() == name).ok_or(UnknownIsa(()))
    }
}

/// The error of parsing an [`Isa`]. The name is unknown, or this CPU lacks the instruction set of that name.
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
