//! Training as a cell would write it; `tests/bench/training.py` has the same for PyTorch.

use cuaderno::prelude::*;

use crate::Line;

/// The lines of `tests/bench/training.py`, by the same names.
pub fn line(name: &str) -> Option<Line> {
    Some(match name {
        "train linear regression 1000x2, batch 32, 3 epochs" => linear_regression(),
        "train XOR 2-4-1, 2500 points, batch 128, 100 epochs" => xor(),
        "train iris 4-50-50-3, Adam, 100 full batches" => iris(),
        "train step MLP 784-256-10, batch 256" => mlp(),
        "Adam step, 4 parameters of 10" => adam(10),
        "Adam step, 4 parameters of 1M" => adam(1_000_000),
        _ => return None,
    })
}

fn epochs(
    count: usize,
    batch: usize,
    (x, y): (&Tensor, &Tensor),
    model: &dyn Module,
    opt: &mut dyn Optimizer,
) {
    for _ in 0..count {
        let order = randperm(x.len());
        for start in (0..x.len()).step_by(batch) {
            let rows = order.narrow(0, start, batch.min(x.len() - start));
            let (x, y) = (x.index_select(0, &rows), y.index_select(0, &rows));
            let loss = mse_loss(&model.forward(&x), &y);
            opt.zero_grad();
            loss.backward();
            opt.step();
        }
    }
}

fn linear_regression() -> Line {
    let (x, y) = (randn(&[1000, 2]), randn(&[1000, 1]));
    Box::new(move || {
        let model = Linear::new(2, 1);
        let mut opt = Sgd::new(model.parameters(), 0.03);
        epochs(3, 32, (&x, &y), &model, &mut opt);
    })
}

struct Xor {
    first: Linear,
    second: Linear,
}

impl Module for Xor {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.second.forward(&self.first.forward(x).tanh())
    }

    fn parameters(&self) -> Params {
        params![self.first, self.second]
    }
}

fn xor() -> Line {
    let (x, y) = (randn(&[2500, 2]), rand(&[2500, 1]));
    Box::new(move || {
        let model = Xor {
            first: Linear::new(2, 4),
            second: Linear::new(4, 1),
        };
        let mut opt = Sgd::new(model.parameters(), 0.1);
        epochs(100, 128, (&x, &y), &model, &mut opt);
    })
}

fn iris() -> Line {
    let (x, y) = (randn(&[120, 4]), randint(0, 3, &[120]));
    Box::new(move || {
        let model = seq![
            Linear::new(4, 50),
            ReLU,
            Linear::new(50, 50),
            ReLU,
            Linear::new(50, 3)
        ];
        let mut opt = Adam::new(model.parameters(), 0.001);
        for _ in 0..100 {
            let loss = cross_entropy(&model.forward(&x), &y);
            opt.zero_grad();
            loss.backward();
            opt.step();
        }
    })
}

fn mlp() -> Line {
    let (x, y) = (rand(&[256, 784]), randint(0, 10, &[256]));
    let model = seq![Linear::new(784, 256), ReLU, Linear::new(256, 10)];
    let mut opt = Sgd::new(model.parameters(), 0.1);
    Box::new(move || {
        let loss = cross_entropy(&model.forward(&x), &y);
        opt.zero_grad();
        loss.backward();
        opt.step();
    })
}

fn adam(count: usize) -> Line {
    let [a, b, c, d] = [0; 4].map(|_| randn(count).requires_grad());
    let mut opt = Adam::new(params![a, b, c, d], 0.001);
    (&a * &b * &c * &d).sum().backward();
    Box::new(move || opt.step())
}
