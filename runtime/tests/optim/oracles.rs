//! The three steps of each optimiser that the course's inventory lists.

use cuaderno::prelude::*;

/// p₀ = 1 and the loss p² / 2, so that the gradient is p.
fn three_steps(make: fn(Params) -> Box<dyn Optimizer>) -> [f64; 3] {
    let p = tensor_of(DType::F64, 1.0).requires_grad();
    let mut opt = make(params![p]);
    [0; 3].map(|_| {
        opt.zero_grad();
        (p.square() * 0.5).backward();
        opt.step();
        p.item()
    })
}

#[test]
fn three_steps_of_each() {
    type Row = (fn(Params) -> Box<dyn Optimizer>, [f64; 3]);
    let table: [Row; 11] = [
        (|p| Box::new(Sgd::new(p, 0.1)), [0.9, 0.81, 0.729]),
        (
            |p| Box::new(Sgd::new(p, 0.1).momentum(0.9)),
            [0.9, 0.72, 0.486],
        ),
        (
            |p| Box::new(Sgd::new(p, 0.05).momentum(0.1)),
            [0.95, 0.8975, 0.847375],
        ),
        (
            |p| Box::new(Sgd::new(p, 0.001).weight_decay(0.1)),
            [0.9989, 0.997801, 0.996704],
        ),
        (|p| Box::new(Adam::new(p, 1e-3)), [0.999, 0.998, 0.997]),
        (|p| Box::new(Adam::new(p, 0.1)), [0.9, 0.800412, 0.701586]),
        (
            |p| Box::new(Adam::new(p, 0.01).weight_decay(0.01)),
            [0.99, 0.980003, 0.97001],
        ),
        (
            |p| Box::new(AdamW::new(p, 0.01).weight_decay(0.01)),
            [0.9899, 0.979804, 0.969713],
        ),
        (
            |p| Box::new(Adadelta::new(p, 1.0)),
            [0.996838, 0.993598, 0.990309],
        ),
        // The gradient is 1.5 times as large, and the steps are as long.
        (
            |p| Box::new(Adadelta::new(p, 1.0).weight_decay(0.5)),
            [0.996838, 0.993598, 0.990309],
        ),
        (
            |p| Box::new(RMSprop::new(p, 0.01).alpha(0.0)),
            [0.99, 0.98, 0.97],
        ),
    ];
    for (i, (make, expected)) in table.into_iter().enumerate() {
        for (found, expected) in three_steps(make).into_iter().zip(expected) {
            assert!(
                (found - expected).abs() < 6e-7,
                "row {i}: {found}, not {expected}"
            );
        }
    }
}

/// A number of the gradient that is 0 in f16 when it is squared, and ε is 0 there too.
#[test]
fn adam_in_f16_divides_by_zero() {
    let p = tensor([1.0]).half().requires_grad();
    let mut opt = Adam::new(params![p], 0.1);
    (&p * 1e-4).sum().backward();
    opt.step();
    assert_eq!(p.item(), f64::NEG_INFINITY);

    let p = tensor([1.0]).half().requires_grad();
    let mut opt = Adam::new(params![p], 0.1);
    (&p * 0.5).sum().backward();
    opt.step();
    assert_close_within(p.item(), 0.9, 1e-3);
}
