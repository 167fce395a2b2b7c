//! Lines with recurrent networks, as in `tests/bench/recurrent.py`.

use std::hint::black_box;

use cuaderno::prelude::*;

use super::Line;

const STEPS: usize = 32;
const BATCH: usize = 32;
const INPUTS: usize = 28;
const HIDDEN: usize = 256;

/// The line of a name.
pub fn line(name: &str) -> Option<Line> {
    Some(match name {
        "nn.LSTM(28, 256) step" => layer(LSTM::new(INPUTS, HIDDEN)),
        "nn.GRU(28, 256) step" => layer(GRU::new(INPUTS, HIDDEN)),
        "nn.RNN(28, 256) step" => layer(RNN::new(INPUTS, HIDDEN)),
        "nn.LSTM(28, 256) forward" => {
            let (layer, x) = (LSTM::new(INPUTS, HIDDEN), randn(&[STEPS, BATCH, INPUTS]));
            Box::new(move || no_grad(|| drop(black_box(layer.forward(&x)))))
        }
        "LSTMCell(28, 256) step" => cell(),
        "RNN from scratch step" => scratch(),
        "cross_entropy 256x10 step" => loss(&[256, 10]),
        "cross_entropy 4096x1000 step" => loss(&[4096, 1000]),
        "binary_cross_entropy_with_logits 128 step" => {
            let x = randn(&[128, 1]).requires_grad();
            let y = rand(&[128, 1]).round();
            Box::new(move || {
                binary_cross_entropy_with_logits(&x, &y).backward();
                x.zero_grad();
            })
        }
        "mse_loss 1M step" => {
            let (x, y) = (randn(1_000_000).requires_grad(), randn(1_000_000));
            Box::new(move || {
                mse_loss(&x, &y).backward();
                x.zero_grad();
            })
        }
        _ => return None,
    })
}

fn loss(shape: &[usize]) -> Line {
    let x = randn(shape).requires_grad();
    let y = randint(0, shape[1] as i64, &shape[..1]);
    Box::new(move || {
        cross_entropy(&x, &y).backward();
        x.zero_grad();
    })
}

/// Forward, loss of the last state's classes, backward, and a step of SGD.
fn step(logits: &Tensor, y: &Tensor, parameters: &[Tensor]) {
    cross_entropy(logits, y).backward();
    no_grad(|| {
        for p in parameters {
            p.add_(&(p.grad() * -0.001));
            p.zero_grad();
        }
    });
}

fn layer(layer: impl Module + 'static) -> Line {
    let last = Linear::new(HIDDEN, 10);
    let (x, y) = (randn(&[STEPS, BATCH, INPUTS]), randint(0, 10, &[BATCH]));
    let mut parameters = layer.parameters().tensors();
    parameters.extend(last.parameters().tensors());
    Box::new(move || {
        let h = layer.forward(&x).i(-1);
        step(&last.forward(&h), &y, &parameters);
    })
}

fn cell() -> Line {
    let (cell, last) = (LSTMCell::new(INPUTS, HIDDEN), Linear::new(HIDDEN, 10));
    let (x, y) = (randn(&[STEPS, BATCH, INPUTS]), randint(0, 10, &[BATCH]));
    let mut parameters = cell.parameters().tensors();
    parameters.extend(last.parameters().tensors());
    Box::new(move || {
        let (mut h, mut c) = (zeros(&[BATCH, HIDDEN]), zeros(&[BATCH, HIDDEN]));
        for t in 0..STEPS {
            (h, c) = cell.step(&x.i(t), (&h, &c));
        }
        step(&last.forward(&h), &y, &parameters);
    })
}

/// A recurrent network as a student writes it.
fn scratch() -> Line {
    let weight = |shape: &[usize]| (randn(shape) * 0.05).detach().requires_grad();
    let (w_x, w_h, b) = (
        weight(&[INPUTS, HIDDEN]),
        weight(&[HIDDEN, HIDDEN]),
        weight(&[HIDDEN]),
    );
    let w_y = weight(&[HIDDEN, 10]);
    let (x, y) = (randn(&[STEPS, BATCH, INPUTS]), randint(0, 10, &[BATCH]));
    let parameters = [w_x.clone(), w_h.clone(), b.clone(), w_y.clone()];
    Box::new(move || {
        let mut h = zeros(&[BATCH, HIDDEN]);
        for t in 0..STEPS {
            h = (x.i(t).matmul(&w_x) + h.matmul(&w_h) + &b).tanh();
        }
        step(&h.matmul(&w_y), &y, &parameters);
    })
}
