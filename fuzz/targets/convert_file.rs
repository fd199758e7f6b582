//! The CLI's reader of checkpoints, on any bytes. The result is an error, or a header that the crate `safetensors` reads too. No
//! input makes the reader panic, or allocate more memory than the length of the file warrants.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use safetensors::SafeTensors;
use ulp_cli::checkpoint::{Checkpoint, Index, Reader};
use ulp_fuzz::Unstructured;
use ulp_fuzz::allocations::{self, Counting};
use ulp_fuzz::files::any_file;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else {
        return;
    };
    match kind % 4 {
        0 => file(data),
        1 => index(data),
        // An error means too few bytes.
        _ => {
            if let Ok(bytes) = any_file(&mut Unstructured::new(data)) {
                file(&bytes);
            }
        }
    }
});

/// Returns the largest allocation that a file of this length may cause. A table of tensors takes 20 bytes in a file and 32 in
/// memory for each tensor, and a table grows by doubling. A message quotes names.
fn most(file: usize) -> usize {
    4 * file + 4096
}

fn file(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("there is room for a file");
    file.write_all(bytes).expect("there is room for a file");
    let (opened, largest) = allocations::largest(|| Checkpoint::open(file.path()));
    assert!(
        largest <= most(bytes.len()),
        "an allocation of {largest} bytes for a file of {}",
        bytes.len()
    );
    let peer = SafeTensors::deserialize(bytes);
    let checkpoint = match opened {
        Ok(checkpoint) => checkpoint,
        Err(error) => {
            let error = error.line();
            assert!(!error.contains(char::is_control), "{error:?}");
            assert!(peer.is_err() || is_stricter(&error), "safetensors reads it: {error}");
            return;
        }
    };
    let peer = peer.unwrap_or_else(|error| panic!("safetensors does not read it: {error}"));
    assert_eq!(checkpoint.tensors().count(), peer.len());
    for (shard, tensor) in checkpoint.tensors() {
        let right = peer.tensor(tensor.name()).expect("both have it");
        let shape: Vec<u64> = right.shape().iter().map(|&n| n as u64).collect();
        assert_eq!((tensor.dtype(), tensor.shape().to_vec()), (right.dtype(), shape));
        let mut bytes = vec![0; tensor.bytes() as usize];
        let read = Reader::default().read(shard, tensor, 0, &mut bytes);
        read.expect("the header was checked");
        assert_eq!(bytes, right.data(), "tensor {}", tensor.name());
    }
}

/// Returns whether the reader refuses on purpose a file that `safetensors` reads.
fn is_stricter(error: &str) -> bool {
    ["two have this name", "metadata twice", "more than 65536 dimensions"]
        .iter()
        .any(|reason| error.contains(reason))
}

fn index(text: &[u8]) {
    let (index, largest) = allocations::largest(|| Index::parse(text));
    assert!(largest <= most(text.len()), "an allocation of {largest} bytes");
    let Ok(index) = index else { return };
    for (tensor, shard) in &index.weight_map {
        assert_eq!(index.shard_of(tensor), Some(&**shard));
        let outside = shard.starts_with('/') || shard.split('/').any(|part| part == "..");
        assert!(!outside, "{shard}");
    }
}
