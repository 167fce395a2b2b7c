//! One pass over a parameter, its gradient and what is remembered about it.

use std::ops::{Add, AddAssign, Div, Mul, Sub, SubAssign};

use half::f16;

use crate::dtype::{DType, Element, Storage};
use crate::optim::groups::{MOST, Rule};
use crate::simd;
use crate::tensor::Tensor;
use crate::threads::{self, GRAIN};

/// A float that parameters are made of.
pub(super) trait Weight:
    Element
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
{
    fn root(self) -> Self;

    /// One pass of a rule over some elements.
    fn change<R: Rule>(f: &R::Factors, w: &mut [Self], g: &[Self], memory: [&mut [Self]; MOST]);
}

macro_rules! weight {
    ($($type:ty),*) => {$(
        impl Weight for $type {
            #[inline(always)]
            fn root(self) -> $type {
                self.sqrt()
            }

            fn change<R: Rule>(
                f: &R::Factors,
                w: &mut [$type],
                g: &[$type],
                memory: [&mut [$type]; MOST],
            ) {
                simd::dispatch(Pass::<R, $type> { f, w, g, memory });
            }
        }
    )*};
}

weight!(f32, f64);

/// A pass as work for the widest vector instructions.
struct Pass<'a, R: Rule, T> {
    f: &'a R::Factors,
    w: &'a mut [T],
    g: &'a [T],
    memory: [&'a mut [T]; MOST],
}

impl<R: Rule, T: Weight> simd::Work for Pass<'_, R, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _fused: bool) {
        R::update(self.f, self.w, self.g, self.memory);
    }
}

/// Every operation is rounded, as in PyTorch: numbers that are too small for f16 become 0.
impl Weight for f16 {
    fn root(self) -> f16 {
        f16::from_f32(self.to_f32().sqrt())
    }

    fn change<R: Rule>(f: &R::Factors, w: &mut [f16], g: &[f16], memory: [&mut [f16]; MOST]) {
        R::update(f, w, g, memory);
    }
}

/// Changes a parameter by its gradient.
pub(super) fn change<R: Rule>(
    tensor: &Tensor,
    grad: &Tensor,
    memory: &mut [Storage],
    factors: &R::Factors,
) {
    match tensor.dtype() {
        DType::F64 => change_as::<R, f64>(tensor, grad, memory, factors),
        DType::F16 => change_as::<R, f16>(tensor, grad, memory, factors),
        _ => change_as::<R, f32>(tensor, grad, memory, factors),
    }
}

fn change_as<R: Rule, T: Weight>(
    tensor: &Tensor,
    grad: &Tensor,
    memory: &mut [Storage],
    factors: &R::Factors,
) {
    let grad = grad.to_dtype(T::DTYPE);
    let values = grad.values::<T>();
    let memory = slices::<T>(memory);
    tensor.overwrite::<T>(|w| update::<R, T>(factors, w, &values, memory));
}

fn slices<T: Element>(memory: &mut [Storage]) -> [&mut [T]; MOST] {
    let mut all: [&mut [T]; MOST] = [&mut [], &mut [], &mut []];
    for (slice, storage) in all.iter_mut().zip(memory) {
        *slice = T::slice_mut(storage);
    }
    all
}

/// One pass over a parameter, its gradient and its memory, in several threads if it is large.
fn update<R: Rule, T: Weight>(
    factors: &R::Factors,
    w: &mut [T],
    g: &[T],
    memory: [&mut [T]; MOST],
) {
    if w.len() <= GRAIN {
        return T::change::<R>(factors, w, g, memory);
    }
    let mut parts: Vec<Part<'_, T>> = Vec::with_capacity(w.len().div_ceil(GRAIN));
    let mut memory = memory.map(|slice| slice.chunks_mut(GRAIN));
    for (w, g) in w.chunks_mut(GRAIN).zip(g.chunks(GRAIN)) {
        let memory = memory
            .each_mut()
            .map(|rest| rest.next().unwrap_or_default());
        parts.push(Part { w, g, memory });
    }
    threads::pieces(&mut parts, 1, 1, |_, parts| {
        for Part { w, g, memory } in parts {
            let memory = memory.each_mut().map(|slice| &mut **slice);
            T::change::<R>(factors, w, g, memory);
        }
    });
}

/// What one thread changes at a time.
struct Part<'a, T> {
    w: &'a mut [T],
    g: &'a [T],
    memory: [&'a mut [T]; MOST],
}
