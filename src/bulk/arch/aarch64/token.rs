//! [`Neon`]: the proof that this CPU has NEON.

/// NEON, which the program is compiled for wherever this module is.
#[derive(Clone, Copy)]
pub(super) struct Neon(());

impl Neon {
    /// The token, if the program is compiled for NEON.
    #[inline(always)]
    pub(super) fn new() -> Option<Self> {
        cfg!(target_feature = "neon").then_some(Self(()))
    }
}
