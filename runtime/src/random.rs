//! Random numbers from one seed.
//!
//! The generator (xoshiro256++) and the way numbers are made from its bits are fixed here, so that
//! a seed gives the same numbers with every version of every crate.

use std::cell::RefCell;
use std::sync::{LazyLock, Mutex, PoisonError};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

use crate::dtype::Element;
use crate::error::{Error, OrRaise};
use crate::memory;
use crate::shape::{Dims, IntList, Ints, numel};
use crate::tensor::Tensor;

mod bell;
mod fill;
mod sample;

pub use fill::{rand_like, randn_like, uniform};
pub use sample::{bernoulli, multinomial};

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    generator: Xoshiro256PlusPlus,
}

impl Stream {
    pub(crate) fn new(seed: u64) -> Stream {
        Stream {
            generator: Xoshiro256PlusPlus::seed_from_u64(seed),
        }
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Uniform in [0, 1), on multiples of 2⁻⁵³.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (-53_f64).exp2()
    }

    /// Two independent normal numbers.
    pub(crate) fn normal_pair(&mut self) -> (f64, f64) {
        bell::pair(self.unit(), self.unit())
    }

    /// Uniform in 0..n without bias: bits above the largest multiple of n are drawn again.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let threshold = n.wrapping_neg() % n;
        loop {
            let wide = u128::from(self.bits()) * u128::from(n);
            if wide as u64 >= threshold {
                return (wide >> 64) as u64;
            }
        }
    }

    /// 0..n in random order (Fisher and Yates).
    pub(crate) fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }

    pub(crate) fn shuffle(&mut self, order: &mut [usize]) {
        for i in (1..order.len()).rev() {
            order.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

/// Seed until `manual_seed` is called: a notebook run from the top gives the same numbers each
/// time (PyTorch's differ from run to run).
const FIRST_SEED: u64 = 0;

static STREAM: LazyLock<Mutex<Stream>> = LazyLock::new(|| Mutex::new(Stream::new(FIRST_SEED)));

thread_local! {
    /// The stream of a piece of work that may run on any thread.
    static OWN: RefCell<Option<Stream>> = const { RefCell::new(None) };
}

/// Draws from the session's stream; one caller at a time, so threads do not change the numbers
/// that a single caller gets.
pub(crate) fn draw<R>(f: impl FnOnce(&mut Stream) -> R) -> R {
    let own = OWN.with(|own| own.borrow_mut().take());
    match own {
        Some(mut stream) => {
            let result = f(&mut stream);
            OWN.with(|own| *own.borrow_mut() = Some(stream));
            result
        }
        None => f(&mut STREAM.lock().unwrap_or_else(PoisonError::into_inner)),
    }
}

/// Runs `work` with random numbers of its own: the same seed gives the same ones on any thread,
/// and the session's numbers stay where they are.
pub(crate) fn with_seed<R>(seed: u64, work: impl FnOnce() -> R) -> R {
    /// Puts the stream back that was there, also when `work` panics.
    struct Restore(Option<Stream>);

    impl Drop for Restore {
        fn drop(&mut self) {
            OWN.with(|own| *own.borrow_mut() = self.0.take());
        }
    }

    let before = OWN.with(|own| own.borrow_mut().replace(Stream::new(seed)));
    let _restore = Restore(before);
    work()
}

/// Restarts the random numbers: the same seed gives the same numbers.
///
/// It governs everything random: tensors, initial weights, shuffling, splits. Without it a
/// session starts at seed 0.
///
/// ```
/// use cuaderno::prelude::*;
///
/// manual_seed(42);
/// let a = randn(&[3]);
/// manual_seed(42);
/// assert_close(&a, &randn(&[3]));
/// ```
pub fn manual_seed(seed: u64) {
    draw(|stream| *stream = Stream::new(seed));
}

/// Where the random numbers stand, to come back to with [`set_random_state`].
#[derive(Clone, Debug)]
pub struct RandomState(Stream);

impl RandomState {
    /// The state of the generator, to be written down.
    pub(crate) fn words(&self) -> [u64; 4] {
        let bytes = self.0.generator.state();
        let (words, _) = bytes.as_chunks();
        std::array::from_fn(|i| u64::from_le_bytes(words[i]))
    }

    /// The state that [`RandomState::words`] gave.
    pub(crate) fn from_words(words: [u64; 4]) -> RandomState {
        let mut bytes = [0; 32];
        for (place, word) in bytes.chunks_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        RandomState(Stream {
            generator: Xoshiro256PlusPlus::from_seed(bytes),
        })
    }
}

/// Where the random numbers stand now.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let state = random_state();
/// let a = randn(&[3]);
/// set_random_state(&state);
/// assert_close(&a, &randn(&[3]));
/// ```
pub fn random_state() -> RandomState {
    draw(|stream| RandomState(stream.clone()))
}

/// Goes on with the random numbers that came after [`random_state`].
///
/// ```
/// use cuaderno::prelude::*;
///
/// manual_seed(1);
/// let state = random_state();
/// manual_seed(2);
/// set_random_state(&state);
/// let a = rand(1);
/// manual_seed(1);
/// assert_close(&a, &rand(1));
/// ```
pub fn set_random_state(state: &RandomState) {
    draw(|stream| *stream = state.0.clone());
}

/// Random numbers, uniform between 0 and 1 (1 excluded).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = rand(&[1000]);
/// assert!(x.min().item() >= 0.0 && x.max().item() < 1.0);
/// assert_close_within(x.mean().item(), 0.5, 0.05);
/// ```
#[track_caller]
pub fn rand(shape: impl Ints) -> Tensor {
    standard_uniform(checked("rand", &shape.ints()))
}

fn standard_uniform(shape: Dims) -> Tensor {
    let count = numel(&shape);
    // 24 bits, so that rounding to f32 never gives 1.
    let mut values = memory::buffer::<f32>(count);
    draw(|s| {
        for value in &mut values {
            *value = (s.bits() >> 40) as f32 * (-24_f32).exp2();
        }
    });
    Tensor::from_values(values, shape)
}

/// Random numbers from the normal distribution with mean 0 and standard deviation 1.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = randn(&[10_000]);
/// assert_close_within(x.mean().item(), 0.0, 0.05);
/// assert_close_within(x.std().item(), 1.0, 0.05);
/// ```
#[track_caller]
pub fn randn(shape: impl Ints) -> Tensor {
    standard_normal::<f32>(checked("randn", &shape.ints()))
}

fn standard_normal<T: Element>(shape: Dims) -> Tensor {
    let mut values = memory::buffer::<T>(numel(&shape));
    draw(|stream| bell::fill(stream, &mut values));
    Tensor::from_values(values, shape)
}

/// Random numbers from the normal distribution with the given mean and standard deviation.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = normal(0.0, 0.01, &[2, 1]);
/// assert_eq!(w.shape(), [2, 1]);
/// assert!(w.abs().max().item() < 0.1);
/// ```
#[track_caller]
pub fn normal(mean: f64, std: f64, shape: impl Ints) -> Tensor {
    let shape = checked("normal", &shape.ints());
    fill::check_normal("normal", std, &shape).or_raise();
    standard_normal::<f32>(shape) * std + mean
}

/// Random whole numbers from `low` up to, but without, `high`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let dice = randint(1, 7, &[100]);
/// assert_eq!(dice.dtype(), DType::I64);
/// assert!(dice.min().item() >= 1.0 && dice.max().item() <= 6.0);
/// ```
#[track_caller]
pub fn randint(low: i64, high: i64, shape: impl Ints) -> Tensor {
    whole(low, high, &shape.ints())
}

#[track_caller]
fn whole(low: i64, high: i64, shape: &IntList) -> Tensor {
    let shape = checked("randint", shape);
    if low >= high {
        Error::new(
            "randint",
            format!("no whole number lies in {low}..{high}, since {low} >= {high}"),
        )
        .help("the upper end is excluded")
        .raise();
    }
    let count = numel(&shape);
    let width = high.wrapping_sub(low) as u64;
    let values = draw(|s| {
        (0..count)
            .map(|_| low.wrapping_add(s.below(width) as i64))
            .collect::<Vec<i64>>()
    });
    Tensor::from_values(values, shape)
}

/// The numbers 0..n in random order.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let order = randperm(5);
/// assert_eq!(order.sum().item(), 10.0);
/// ```
pub fn randperm(n: usize) -> Tensor {
    let order = draw(|stream| stream.permutation(n));
    let values: Vec<i64> = order.into_iter().map(|i| i as i64).collect();
    Tensor::from_values(values, Dims::from_slice(&[n]))
}

#[track_caller]
fn checked(op: &str, shape: &IntList) -> Dims {
    let shape = shape.sizes(op).or_raise();
    crate::tensor::checked_numel(op, &shape).or_raise();
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_is_uniform() {
        let mut stream = Stream::new(1);
        let mut counts = [0_u32; 5];
        for _ in 0..50_000 {
            counts[stream.below(5) as usize] += 1;
        }
        assert!(
            counts.iter().all(|&c| (9_500..10_500).contains(&c)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_permutation_holds_each_number_once() {
        let mut order = Stream::new(2).permutation(100);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn numbers_never_change() {
        // Fixed here on purpose: lessons quote numbers that follow from a seed.
        let mut stream = Stream::new(42);
        assert_eq!(stream.bits(), 15021278609987233951);
        assert_eq!(stream.bits(), 5881210131331364753);
        let (a, b) = stream.normal_pair();
        assert!((a - -0.8684461074702454).abs() < 1e-15, "{a}");
        assert!((b - -2.7391511556643047).abs() < 1e-15, "{b}");
    }
}
