//! One pass over a tensor: gradients are widened, master weights and moments updated, and weights narrowed, a block at a time.
//!
//! All of it stands in one loop, so that the CPU computes a block while the memory of the next ones is on its way. Tiles with a loop
//! for each step wait for memory at the beginning of each tile.

use core::slice::{from_mut, from_ref};

use super::arithmetic::{Arithmetic, Careful, Plain, Sum, TINY, TINY_GRADIENT};
use crate::format::from_code;
use crate::simd::{Task, cast_block, perform};
use crate::{Format, Isa, Layout};

/// Parameters of a block: few enough for the registers of a CPU.
const BLOCK: usize = 16;

/// What an optimizer does to a parameter that has M moments.
pub(super) trait Rule<const M: usize>: Copy {
    /// The next weight and moments. Implementations are `#[inline(always)]` and without branches on values.
    fn next<A: Arithmetic>(self, gradient: f32, weight: f32, moments: [f32; M]) -> (Sum, [f32; M]);
}

/// Updates a tensor, of which all slices are of one length.
#[inline]
pub(super) fn pass<G: Format, P: Format, R: Rule<M>, const M: usize>(
    isa: Isa,
    (rule, inverse_scale): (R, f32),
    gradients: &[G],
    master: &mut [f32],
    moments: [&mut [f32]; M],
    weights: &mut [P],
) {
    const {
        assert!(
            G::LAYOUT.is_within(Layout::BINARY32),
            "gradients are of formats that f32 has all values of"
        );
    }
    let (blocks, gradients) = gradients.as_chunks();
    let (master_blocks, master) = master.as_chunks_mut();
    let (weight_blocks, weights) = weights.as_chunks_mut();
    let mut moments = moments.map(<[f32]>::as_chunks_mut);
    let whole_moments = moments.each_mut().map(|(blocks, _)| &mut **blocks);
    if !blocks.is_empty() {
        let mut pass = Pass {
            rule,
            inverse_scale,
            gradients: blocks,
            master: master_blocks,
            moments: whole_moments,
            weights: weight_blocks,
        };
        perform(isa, &mut pass);
    }
    // What is shorter than a block is done in a copy as long, lest the loop be compiled again.
    let rest = gradients.len();
    if rest > 0 {
        let (mut gradient_block, mut weight_block) = ([from_code(0); BLOCK], [from_code(0); BLOCK]);
        let (mut master_block, mut moment_blocks) = ([0.0; BLOCK], [[0.0; BLOCK]; M]);
        gradient_block[..rest].copy_from_slice(gradients);
        master_block[..rest].copy_from_slice(master);
        for (block, (_, moment)) in moment_blocks.iter_mut().zip(&moments) {
            block[..rest].copy_from_slice(moment);
        }
        let mut pass = Pass {
            rule,
            inverse_scale,
            gradients: from_ref(&gradient_block),
            master: from_mut(&mut master_block),
            moments: moment_blocks.each_mut().map(from_mut),
            weights: from_mut(&mut weight_block),
        };
        perform(isa, &mut pass);
        master.copy_from_slice(&master_block[..rest]);
        weights.copy_from_slice(&weight_block[..rest]);
        for (block, (_, moment)) in moment_blocks.iter().zip(moments) {
            moment.copy_from_slice(&block[..rest]);
        }
    }
}

/// Slices of equally many blocks.
struct Pass<'a, G, P, R, const M: usize> {
    rule: R,
    inverse_scale: f32,
    gradients: &'a [[G; BLOCK]],
    master: &'a mut [[f32; BLOCK]],
    moments: [&'a mut [[f32; BLOCK]]; M],
    weights: &'a mut [[P; BLOCK]],
}

impl<G: Format, P: Format, R: Rule<M>, const M: usize> Task for Pass<'_, G, P, R, M> {
    // Loops over moments, since a closure for each is compiled without the features of the ISA.
    #[inline(always)]
    fn run(&mut self) {
        let weights = self.master.iter_mut().zip(&mut *self.weights);
        for (nth, (gradients, (master, weights))) in self.gradients.iter().zip(weights).enumerate()
        {
            let mut block = Block {
                gradients: cast_block(gradients),
                master: *master,
                moments: [[0.0; BLOCK]; M],
            };
            for gradient in &mut block.gradients {
                *gradient *= self.inverse_scale;
            }
            let mut sign = tiny_sign(&block.gradients, TINY_GRADIENT);
            for (moment, all) in block.moments.iter_mut().zip(&self.moments) {
                sign |= tiny_sign(&all[nth], TINY);
                *moment = all[nth];
            }
            if sign < 0 {
                block = block.carefully(self.rule);
            } else {
                (block, _) = block.next::<Plain, R>(self.rule);
            }
            for (all, moment) in self.moments.iter_mut().zip(block.moments) {
                all[nth] = moment;
            }
            *master = block.master;
            *weights = cast_block(&block.master);
        }
    }
}

/// Negative if one of the numbers is not 0 but below 2<sup>exponent</sup>.
#[inline(always)]
fn tiny_sign(numbers: &[f32; BLOCK], exponent: i32) -> i32 {
    let mut sign = 0;
    for x in numbers {
        // 0 becomes the largest.
        let field = (x.to_bits() << 1).wrapping_sub(1) >> 24;
        sign |= field as i32 - (exponent + 127);
    }
    sign
}

#[derive(Clone, Copy)]
struct Block<const M: usize> {
    gradients: [f32; BLOCK],
    master: [f32; BLOCK],
    moments: [[f32; BLOCK]; M],
}

impl<const M: usize> Block<M> {
    #[inline(always)]
    fn carefully<R: Rule<M>>(self, rule: R) -> Self {
        let (next, uncertain) = self.next::<Careful, R>(rule);
        if uncertain {
            self.next::<Plain, R>(rule).0
        } else {
            next
        }
    }

    /// The block after the step, unless that is uncertain.
    #[inline(always)]
    fn next<A: Arithmetic, R: Rule<M>>(mut self, rule: R) -> (Self, bool) {
        let mut uncertain = false;
        for i in 0..BLOCK {
            let mut before = [0.0; M];
            for (before, moment) in before.iter_mut().zip(&self.moments) {
                *before = moment[i];
            }
            let (weight, after) = rule.next::<A>(self.gradients[i], self.master[i], before);
            self.master[i] = weight.value;
            uncertain |= weight.uncertain;
            for (moment, after) in self.moments.iter_mut().zip(after) {
                moment[i] = after;
            }
        }
        (self, uncertain)
    }
}
