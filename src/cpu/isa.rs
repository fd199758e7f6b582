//! [`Isa`]: an instruction set that this CPU has.

use core::fmt;
use core::str::FromStr;
use core::sync::atomic::{AtomicU8, Ordering};

use super::Level;

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
            if level.is_available() {
                FOUND.store(place, Ordering::Relaxed);
                return Self(level);
            }
        }
        Self(Level::LOWEST)
    }

    /// All that this CPU has, best first.
    pub fn available() -> impl Iterator<Item = Self> {
        Level::ALL
            .iter()
            .copied()
            .filter(|level| level.is_available())
            .map(Self)
    }

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
            return Ok(Self(Level::LOWEST));
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
