//! Arithmetic on codes of any [`Layout`](crate::Layout), and on numbers of any [`Format`](crate::Format).

mod arithmetic;
#[cfg(feature = "libm")]
mod elementary;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod f16c;
pub(crate) mod fold;
mod integral;
pub(crate) mod native;
pub(crate) mod order;
pub(crate) mod powers;
mod remainder;
