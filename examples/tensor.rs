//! A tensor whose format is known only at run time, because a file or a framework names the format.
//!
//! `cargo run --example tensor`

use std::error::Error;

use ulp::{Bf16, Cast, Dtype, Format, UnknownDtype, slice, with_dtype};

struct Tensor {
    dtype: Dtype,
    len: usize,
    /// The elements in little-endian order, as in a safetensors file. Elements of fp4 and fp6 are packed.
    bytes: Vec<u8>,
}

impl Tensor {
    fn zeros(dtype: Dtype, len: usize) -> Result<Self, Box<dyn Error>> {
        let bytes = vec![0; dtype.bytes(len).ok_or("the tensor is too long")?];
        Ok(Self { dtype, len, bytes })
    }

    /// Creates a tensor in any format from numbers of any type.
    fn new(dtype: Dtype, numbers: &[impl Format]) -> Result<Self, Box<dyn Error>> {
        let mut tensor = Self::zeros(dtype, numbers.len())?;
        slice::cast_to_bytes(numbers, dtype, &mut tensor.bytes, Cast::new())?;
        Ok(tensor)
    }

    fn to_vec<F: Format + Default>(&self) -> Result<Vec<F>, Box<dyn Error>> {
        let mut numbers = vec![F::default(); self.len];
        slice::cast_from_bytes(self.dtype, &self.bytes, &mut numbers, Cast::new())?;
        Ok(numbers)
    }

    fn cast(&self, dtype: Dtype) -> Result<Self, Box<dyn Error>> {
        let mut tensor = Self::zeros(dtype, self.len)?;
        let cast = Cast::new().saturating();
        slice::cast_bytes(self.dtype, &self.bytes, dtype, &mut tensor.bytes, cast)?;
        Ok(tensor)
    }
}

/// Returns the error of a cast to `F` and back. A user names the format, and `with_dtype!` calls this generic function.
fn roundtrip_error<F: Format>(x: f64) -> f64 {
    (x.cast::<F>().cast::<f64>() - x).abs()
}

fn main() -> Result<(), Box<dyn Error>> {
    let tensor = Tensor::new(Dtype::Bf16, &[0.1f32, -2.5, 1000.0])?;
    assert_eq!(Dtype::of::<Bf16>(), Some(tensor.dtype));

    for name in ["float16", "F8_E4M3", "F4"] {
        let dtype: Dtype = name.parse()?;
        let narrow = tensor.cast(dtype)?;
        let numbers: Vec<f32> = narrow.to_vec()?;
        let (bytes, max) = (narrow.bytes.len(), dtype.finfo().max);
        println!("{dtype}, up to {max}: {numbers:?} in {bytes} bytes");
        if let Some(error) = with_dtype!(dtype, F => roundtrip_error::<F>(0.1)) {
            println!("    0.1 is off by {error:.1e}");
        }
    }

    // `parse` refuses a name that may mean two formats, and the error explains a misspelt name.
    for name in ["fp8", "bflaot16"] {
        let error: UnknownDtype = name.parse::<Dtype>().unwrap_err();
        println!("{error}");
    }
    Ok(())
}
