//! [`Neon`]: the proof that this CPU has NEON.

/// Proof of NEON. The program is compiled for NEON wherever this module exists.
#[derive(Clone, Copy)]
pub(super) struct Neon(());

impl Neon {
    /// Returns the token. The program is compiled for NEON.
    #[inline(always)]
    pub(super) fn new() -> Option<Self> {
        cfg!(target_feature = "neon").then_some(Self(()))
    }
}
