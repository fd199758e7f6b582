//! Arithmetic on codes of any [`Layout`](crate::Layout), and on numbers of any [`Format`](crate::Format).

mod arithmetic;
#[cfg(feature = "libm")]
mod elementary;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod f16c;
pub(crate) mod fold;
pub(crate) mod hardware;
mod integral;
pub(crate) mod methods;
mod order;
mod powers;
mod remainder;
