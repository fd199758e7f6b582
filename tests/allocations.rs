//! Only the function that says so allocates: `slice::cast_to_vec`.

#![allow(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Write;
use std::hint::black_box;

use ulp::mixed::{AdamW, AdamWOptions, AdamWTensor, LossScaler, Sgd, SgdOptions, SgdTensor};
use ulp::slice::{self, Stochastic};
use ulp::{Bf16, Cast, Dtype, F4E2M1Fn, F8E4M3Fn, F16, Rounding, finfo, ieee};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every method calls the system allocator. The counter of a thread needs no memory and no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are those that the system allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are those that the system allocator asks for. The memory came from it.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Returns how often `work` allocates.
fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

/// Text of a length known in advance.
struct Text {
    bytes: [u8; 512],
    len: usize,
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        let place = self.bytes.get_mut(self.len..end).ok_or(std::fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// The length of a slice for every loop and for stores past the caches.
const LONG: usize = 1 << 22;

#[test]
fn the_allocator_counts() {
    let src = [1.0_f32; 100];
    let mut made = Vec::new();
    assert_eq!(allocations(|| made = slice::cast_to_vec::<F16>(&src)), 1);
    assert_eq!(made.len(), 100);
}

#[test]
fn slices_do_not_allocate() {
    let src: Vec<f32> = (0..LONG as u32)
        .map(|bits| f32::from_bits(bits.wrapping_mul(0x9e37_79b9)))
        .collect();
    let (mut narrow, mut byte) = (vec![Bf16::default(); LONG], vec![F8E4M3Fn::default(); LONG]);
    let numbers = [F4E2M1Fn::default(); 101];
    let (mut packed, mut back) = ([0; 51], numbers);
    let (bytes, mut codes) = ([0; 8 * 960], [0; 8 * 960]);
    let count = allocations(|| {
        slice::cast(&src, &mut narrow);
        slice::cast(&narrow, &mut byte);
        for rounding in Rounding::ALL {
            slice::cast_with(&src, &mut byte, Cast::new().rounding(rounding).saturating());
        }
        black_box(slice::cast_counted(&src, &mut narrow, Cast::new()));
        slice::cast_scaled(&src, 0.5, &mut narrow, Cast::new());
        slice::cast_stochastic(&src, &mut narrow, Stochastic::new(1));
        slice::pack(&numbers, &mut packed);
        slice::unpack(&packed, &mut back);
        black_box(slice::amax(&src));
        black_box(slice::all_finite(&src));
        black_box(slice::sum(&narrow));
        black_box(slice::product(&narrow));
        for &from in Dtype::ALL {
            for &to in Dtype::ALL {
                let src = &bytes[..from.bytes(960).unwrap()];
                let dst = &mut codes[..to.bytes(960).unwrap()];
                slice::cast_bytes(from, src, to, dst, Cast::new()).unwrap();
            }
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn text_limits_and_single_numbers_do_not_allocate() {
    let mut text = Text { bytes: [0; 512], len: 0 };
    let digits = "0.1000000000000000000000000000000000000000000000000000000000000001";
    let count = allocations(|| {
        for number in [digits, "65519.999", "-inf", "0x1.8p-3", "nan", "1e-400"] {
            let (x, y): (F16, Bf16) = (number.parse().unwrap(), number.parse().unwrap());
            text.len = 0;
            write!(
                text,
                "{x} {x:?} {y:.3e} {y:+09.2} {x:#x} {:?}",
                ieee::add(x, x, Rounding::ToOdd)
            )
            .unwrap();
        }
        text.len = 0;
        write!(text, "{}", finfo::<F16>()).unwrap();
        assert!("1.x".parse::<F16>().is_err());
        assert_eq!("F8_E4M3".parse(), Ok(Dtype::F8E4M3Fn));
    });
    assert_eq!(count, 0);
}

#[test]
fn training_allocates_where_it_says() {
    let gradients = [F16::from_f32(0.5); 1000];
    let (mut master, mut first, mut second) = ([1.0_f32; 1000], [0.0; 1000], [0.0; 1000]);
    let mut weights = [F16::default(); 1000];
    let count = allocations(|| {
        let mut scaler = LossScaler::new();
        assert!(ulp::mixed::unscale(&gradients, scaler.inverse(), &mut first));
        black_box(ulp::mixed::grad_norm([&gradients[..]]));
        scaler.update(true);
        first.fill(0.0);
        let mut adam = AdamW::new(AdamWOptions::default()).unwrap();
        let step = adam.next_step();
        step.update(
            &gradients,
            AdamWTensor {
                weights: &mut weights,
                master: Some(&mut master),
                first_moment: &mut first,
                second_moment: &mut second,
            },
        );
        let mut sgd = Sgd::new(SgdOptions::default()).unwrap();
        let step = sgd.next_step();
        let tensor = SgdTensor {
            weights: &mut weights,
            master: None,
            momentum: &mut second,
        };
        step.update(&gradients, tensor);
    });
    assert_eq!(count, 0);
}
