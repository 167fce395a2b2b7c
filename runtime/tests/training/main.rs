//! Training runs: what is measured and kept, what stops them, and how they go on.

mod history;
mod keeping;
mod loops;
mod resume;
mod same_numbers;
mod search;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cuaderno::prelude::*;

/// The random numbers are those of the whole process: whoever draws some is alone.
fn alone(seed: u64) -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    manual_seed(seed);
    guard
}

/// 50 points of a line in three dimensions, in batches of 8.
fn line() -> DataLoader {
    let x = randn(&[50, 3]);
    let y = x.matmul(&tensor([[1.0], [-2.0], [0.5]]));
    DataLoader::new(&TensorDataset::new(&x, &y), 8).shuffle(true)
}

/// Weights, running statistics, and a layer that draws random numbers.
fn network() -> Sequential {
    seq![
        Linear::new(3, 4),
        BatchNorm1d::new(4),
        ReLU,
        Dropout::new(0.2),
        Linear::new(4, 1)
    ]
}

/// All weights and running statistics, exactly.
fn bits(model: &dyn Module) -> Vec<u64> {
    let state = model.state_dict();
    let numbers = state.iter().flat_map(|(_, tensor)| tensor.to_vec_f64());
    numbers.map(f64::to_bits).collect()
}

/// What a closure panics with.
fn panic_of<R>(f: impl FnOnce() -> R) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("it should have panicked"),
        Err(panic) => match panic.downcast::<String>() {
            Ok(text) => *text,
            Err(panic) => (*panic.downcast::<&str>().expect("a text")).to_owned(),
        },
    }
}

/// A list that a callback fills.
fn notes<T>() -> Rc<RefCell<Vec<T>>> {
    Rc::new(RefCell::new(Vec::new()))
}
