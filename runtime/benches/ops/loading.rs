//! Training through the loader; `tests/bench/loading.py` has the same for PyTorch.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cuaderno::prelude::*;

use crate::Line;

const IMAGES: usize = 60_000;
const BATCH: usize = 256;

/// Pictures as MNIST has them, and their classes.
fn pictures() -> TensorDataset {
    TensorDataset::new(&rand(&[IMAGES, 1, 28, 28]), &randint(0, 10, &[IMAGES]))
}

fn mlp(hidden: usize) -> Sequential {
    seq![
        Flatten::new(),
        Linear::new(784, hidden),
        ReLU,
        Linear::new(hidden, 10)
    ]
}

fn step(model: &dyn Module, opt: &mut dyn Optimizer, x: &Tensor, y: &Tensor) {
    let loss = cross_entropy(&model.forward(x), y);
    opt.zero_grad();
    loss.backward();
    opt.step();
}

/// The lines of `tests/bench/loading.py`, by the same names.
pub fn line(name: &str) -> Option<Line> {
    if name != "epoch of MLP 784-256-10, 60 000 images by the loader" {
        return None;
    }
    let data = DataLoader::new(&pictures(), BATCH).shuffle(true);
    let model = mlp(256);
    let mut opt = Sgd::new(model.parameters(), 0.1);
    Some(Box::new(move || {
        for (x, y) in &data {
            step(&model, &mut opt, &x, &y);
        }
    }))
}

/// Every picture moved by up to two pixels each way, with noise on it.
fn augment(x: &Tensor) -> Tensor {
    let padded = x.pad(&[2, 2, 2, 2]);
    let shifts = randint(0, 5, &[x.len(), 2]).to_vec_i64();
    let moved: Vec<Tensor> = shifts
        .chunks(2)
        .enumerate()
        .map(|(i, shift)| {
            let [down, right] = [shift[0], shift[1]].map(|by| by as usize);
            padded
                .narrow(0, i, 1)
                .narrow(2, down, 28)
                .narrow(3, right, 28)
        })
        .collect();
    let moved = cat(&moved.iter().collect::<Vec<_>>(), 0);
    &moved + randn_like(&moved) * 0.1
}

/// Hidden units of a network that costs more than its pictures do, but not twice as much: one thread
/// waits for a third of the time and more, and a worker on a second core can keep up.
const HIDDEN: usize = 400;

/// The part of an epoch in which training waits for its next batch.
pub fn waiting(workers: usize) -> f64 {
    let data = DataLoader::new(&pictures(), BATCH)
        .shuffle(true)
        .workers(workers);
    let data = data.map(|x, y| (augment(x), y.clone()));
    let model = mlp(HIDDEN);
    let mut opt = Sgd::new(model.parameters(), 0.1);
    let (start, mut waited) = (Instant::now(), Duration::ZERO);
    let mut batches = data.iter();
    loop {
        let asked = Instant::now();
        let batch = batches.next();
        waited += asked.elapsed();
        let Some((x, y)) = batch else { break };
        step(&model, &mut opt, &x, &y);
    }
    black_box(model);
    waited.as_secs_f64() / start.elapsed().as_secs_f64()
}
