//! What [`float_type!`](crate::float_type) calls for a feature that is off: nothing.

#[cfg(not(feature = "bytemuck"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_bytemuck {
    ($($declared:tt)*) => {};
}

#[cfg(not(feature = "num-traits"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_num_traits {
    ($($declared:tt)*) => {};
}

#[cfg(not(feature = "rand"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_rand {
    ($($declared:tt)*) => {};
}

#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_serde {
    ($($declared:tt)*) => {};
}
