//! One pass over a tensor, a block at a time. The pass widens gradients, updates master weights and moments, and narrows weights.
//!
//! The whole pass is one loop: the CPU computes a block while memory brings the next blocks. Tiles with a loop for each step
//! would wait for memory at the beginning of each tile.

use core::slice::{from_mut, from_ref};

use super::arithmetic::{Arithmetic, Plain, SubnormalSafe, Sum, TINY, TINY_GRADIENT};
use crate::bulk::subnormal::{any_below, least_with_normal_product, product};
use crate::bulk::{Multiversion, cast_block, dispatch, fetch};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Format, from_code, to_code};

/// The number of parameters in a block: the number that the widest vector holds.
const PARAMETERS: usize = 16;

/// The operation of an optimizer on a parameter with M moments.
pub(super) trait Rule<const M: usize>: Copy {
    /// Returns the next weight and moments. Implementations are `#[inline(always)]` and have no branches on values.
    fn next<A: Arithmetic>(self, gradient: f32, weight: f32, moments: [f32; M]) -> (Sum, [f32; M]);
}

/// The ISA of a pass, and the factor on its gradients.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub(super) isa: Isa,
    pub(super) inverse_scale: f32,
}

/// Updates a tensor. All slices have one length, but `weights` may be empty. If `weights` is empty, the master weights are not
/// rounded.
#[inline]
pub(super) fn pass<G: Format, P: Format, R: Rule<M>, const M: usize>(
    Setting { isa, inverse_scale }: Setting,
    rule: R,
    gradients: &[G],
    master: &mut [f32],
    moments: [&mut [f32]; M],
    weights: &mut [P],
) {
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
        dispatch(isa, &mut pass);
    }
    // An incomplete last block is copied to a whole block, so that the loop is compiled only once.
    let rest = gradients.len();
    if rest > 0 {
        let (mut gradient_block, mut weight_block) = ([from_code(0); PARAMETERS], [from_code(0); PARAMETERS]);
        let (mut master_block, mut moment_blocks) = ([0.0; PARAMETERS], [[0.0; PARAMETERS]; M]);
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
        dispatch(isa, &mut pass);
        master.copy_from_slice(&master_block[..rest]);
        if !weights.is_empty() {
            weights.copy_from_slice(&weight_block[..rest]);
        }
        for (block, (_, moment)) in moment_blocks.iter().zip(moments) {
            moment.copy_from_slice(&block[..rest]);
        }
    }
}

/// The slices of a pass. All have an equal number of blocks, but `weights` may be empty.
struct Pass<'a, G, P, R, const M: usize> {
    rule: R,
    inverse_scale: f32,
    gradients: &'a [[G; PARAMETERS]],
    master: &'a mut [[f32; PARAMETERS]],
    moments: [&'a mut [[f32; PARAMETERS]]; M],
    weights: &'a mut [[P; PARAMETERS]],
}

impl<G: Format, P: Format, R: Rule<M>, const M: usize> Multiversion for Pass<'_, G, P, R, M> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let (rule, inverse_scale) = (self.rule, self.inverse_scale);
        let blocks = self.gradients.len();
        let mut moments = self.moments.each_mut().map(|all| &mut all[..blocks]);
        let mut weights = self.weights.iter_mut();
        let tensors = self.gradients.iter().zip(&mut *self.master);
        let mut tiny = Tiny::None;
        // A block of weights is narrowed one iteration later. In the same iteration, the conversion would wait for roots and
        // quotients, and the CPU would have no room for instructions of the next block.
        let mut last: Option<(&mut [P; PARAMETERS], [f32; PARAMETERS])> = None;
        let least = least_with_normal_product(inverse_scale);
        let mut has_subnormal = false;
        for (nth, (gradients, master)) in tensors.enumerate() {
            fetch(gradients, AHEAD / 2);
            fetch(master, AHEAD);
            for moment in &moments {
                fetch(&moment[nth], AHEAD);
            }
            let mut gradients = widen(gradients);
            if nth.is_multiple_of(SAMPLED) {
                has_subnormal = any_below::<LANES>(&gradients.as_chunks().0[0], least);
            }
            for gradient in &mut gradients {
                *gradient = if has_subnormal {
                    product(*gradient, inverse_scale)
                } else {
                    *gradient * inverse_scale
                };
            }
            let mut block = BlockUpdate::<M, LANES> {
                gradients: &gradients,
                master,
                moments: moments.each_mut().map(|all| &mut all[nth]),
            };
            if nth.is_multiple_of(SAMPLED) {
                tiny = Tiny::among(block.gradients_of(0), &block.state(0).moments);
            }
            let after = match tiny {
                Tiny::None => block.update::<Plain, R>(rule),
                Tiny::Moments => block.update::<SubnormalSafe<false>, R>(rule),
                Tiny::Gradients => block.update::<SubnormalSafe<true>, R>(rule),
            };
            if let Some((weights, master)) = last {
                *weights = cast_block(&master);
            }
            last = weights.next().map(|weights| (weights, after));
        }
        if let Some((weights, master)) = last {
            *weights = cast_block(&master);
        }
    }
}

/// The number of bytes that are fetched ahead in each slice of `f32`. The hardware reads ahead within a page, and stops at its end.
const AHEAD: usize = 2048;

/// The pass searches one of every 4 blocks for tiny numbers, in its first vector. This is enough, because whole rows and tensors
/// decay together. The result of the search changes the speed, but not the bits.
const SAMPLED: usize = 4;

/// The numbers that are so small that operations on them may have subnormal operands or results.
#[derive(Clone, Copy)]
enum Tiny {
    None,
    Moments,
    Gradients,
}

impl Tiny {
    #[inline(always)]
    fn among<const N: usize, const M: usize>(gradients: &[f32; N], moments: &[[f32; N]; M]) -> Self {
        let mut moment = false;
        for moments in moments {
            moment |= any_below(moments, TINY);
        }
        if any_below(gradients, TINY_GRADIENT) {
            Self::Gradients
        } else if moment {
            Self::Moments
        } else {
            Self::None
        }
    }
}

/// Returns gradients in `f32`.
#[inline(always)]
fn widen<G: Format, const N: usize>(gradients: &[G; N]) -> [f32; N] {
    if const { !G::LAYOUT.const_eq(Layout::BINARY32.truncated(16)) } {
        return cast_block(gradients);
    }
    let mut wide = [0.0; N];
    for (wide, &gradient) in wide.iter_mut().zip(gradients) {
        // The product with the inverse scale quiets a NaN. The conversion therefore need not quiet it.
        *wide = f32::from_bits((to_code(gradient) as u32) << 16);
    }
    wide
}

/// A block, updated vector by vector.
struct BlockUpdate<'a, const M: usize, const LANES: usize> {
    gradients: &'a [f32; PARAMETERS],
    master: &'a mut [f32; PARAMETERS],
    moments: [&'a mut [f32; PARAMETERS]; M],
}

impl<const M: usize, const LANES: usize> BlockUpdate<'_, M, LANES> {
    #[inline(always)]
    fn gradients_of(&self, vector: usize) -> &[f32; LANES] {
        &self.gradients.as_chunks().0[vector]
    }

    #[inline(always)]
    fn state(&self, vector: usize) -> VectorState<M, LANES> {
        let mut state = VectorState {
            master: self.master.as_chunks().0[vector],
            moments: [[0.0; LANES]; M],
        };
        for (moment, all) in state.moments.iter_mut().zip(&self.moments) {
            *moment = all.as_chunks().0[vector];
        }
        state
    }

    /// Updates moments and master weights. Returns the master weights too, because reading them again would be slow: tensors
    /// often lie a multiple of 4096 bytes apart, and a CPU then confuses the read with the last write to another tensor.
    #[inline(always)]
    fn update<A: Arithmetic, R: Rule<M>>(&mut self, rule: R) -> [f32; PARAMETERS] {
        let mut master = [0.0; PARAMETERS];
        for vector in 0..PARAMETERS / LANES {
            let (state, gradients) = (self.state(vector), self.gradients_of(vector));
            let (mut next, uncertain) = state.next::<A, R>(rule, gradients);
            if uncertain {
                (next, _) = state.next::<Plain, R>(rule, gradients);
            }
            master.as_chunks_mut().0[vector] = next.master;
            self.master.as_chunks_mut().0[vector] = next.master;
            for (all, moment) in self.moments.iter_mut().zip(next.moments) {
                all.as_chunks_mut().0[vector] = moment;
            }
        }
        master
    }
}

/// The numbers of a vector of parameters.
#[derive(Clone, Copy)]
struct VectorState<const M: usize, const LANES: usize> {
    master: [f32; LANES],
    moments: [[f32; LANES]; M],
}

impl<const M: usize, const LANES: usize> VectorState<M, LANES> {
    /// Returns the state after the step, and whether the state is uncertain.
    #[inline(always)]
    fn next<A: Arithmetic, R: Rule<M>>(mut self, rule: R, gradients: &[f32; LANES]) -> (Self, bool) {
        let mut uncertain = false;
        for i in 0..LANES {
            let mut before = [0.0; M];
            for (before, moment) in before.iter_mut().zip(&self.moments) {
                *before = moment[i];
            }
            let (weight, after) = rule.next::<A>(gradients[i], self.master[i], before);
            self.master[i] = weight.value;
            uncertain |= weight.uncertain;
            for (moment, after) in self.moments.iter_mut().zip(after) {
                moment[i] = after;
            }
        }
        (self, uncertain)
    }
}
