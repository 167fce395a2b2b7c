//! Optimisers, schedules and clipping against PyTorch; `tests/golden/optim.py` made the numbers.

mod behaviour;
mod oracles;
mod schedules;

use std::sync::LazyLock;

use cuaderno::prelude::*;
use serde_json::Value;

/// What PyTorch did.
static GOLDEN: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/optim.json");
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap()
});

fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let values = value.as_array().unwrap().iter();
    values.map(|v| v.as_f64().unwrap()).collect()
}

/// The two parameters of the script.
fn parameters(dtype: DType) -> Params {
    let a = tensor_of(DType::F64, [[0.8, -1.5, 0.3], [2.0, 0.1, -0.6]]);
    let b = tensor_of(DType::F64, [0.5, -0.25]);
    let (a, b) = (
        a.to_dtype(dtype).requires_grad(),
        b.to_dtype(dtype).requires_grad(),
    );
    params![a, b]
}

/// The loss of the script, which has the same gradients here to within its rounding.
fn loss(params: &Params, step: usize) -> Tensor {
    let (a, b) = (params.get("a").unwrap(), params.get("b").unwrap());
    let x = (arange(0, 6, 1).to_dtype(DType::F64) * 0.7 + step as f64 * 0.3).reshape(&[2, 3]);
    let x = x.to_dtype(a.dtype());
    let first = ((&a * x.cos()).sum_dim(1) + b).tanh().square().sum();
    first + (&a * &a * (x + 0.2)).sum() * 0.05
}

fn flat(params: &Params, of: impl Fn(&Tensor) -> Tensor) -> Vec<f64> {
    params
        .iter()
        .flat_map(|p| of(&p.tensor).to_vec_f64())
        .collect()
}

/// Near relative to the number, or to 0.05: some parameters pass through 0, and keep the rounding
/// of what they were.
#[track_caller]
fn near(found: &[f64], expected: &[f64], relative: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!(
            (a - b).abs() <= relative * (b.abs() + 0.05),
            "{what}: number {i} is {a}, PyTorch has {b}"
        );
    }
}

/// The optimiser of a case of the file.
fn optimiser(params: Params, case: &Value) -> Box<dyn Optimizer> {
    let (name, lr) = (case["name"].as_str().unwrap(), case["lr"].as_f64().unwrap());
    let options = case["options"].as_object().unwrap();
    let option = |(name, value): (&String, &Value)| {
        let number = value.as_f64();
        let number = number.or(value.as_bool().map(f64::from));
        let pair = || numbers(value).try_into().unwrap();
        (name.clone(), number.map_or_else(pair, |v| [v, v]))
    };
    let options = options.iter().map(option);
    macro_rules! built {
        ($kind:ident: $($option:ident),*; $($flag:ident),*) => {{
            let mut opt = $kind::new(params, lr);
            for (name, [a, b]) in options {
                opt = match name.as_str() {
                    $(stringify!($option) => built!(@set opt $option a b),)*
                    $(stringify!($flag) => opt.$flag(a == 1.0),)*
                    other => panic!("{other}"),
                };
            }
            Box::new(opt)
        }};
        (@set $opt:ident betas $a:ident $b:ident) => { $opt.betas($a, $b) };
        (@set $opt:ident $option:ident $a:ident $b:ident) => {{
            assert_eq!($a, $b);
            $opt.$option($a)
        }};
    }
    match name {
        "Sgd" => built!(Sgd: momentum, dampening, weight_decay; nesterov),
        "Adam" => built!(Adam: betas, eps, weight_decay; amsgrad),
        "AdamW" => built!(AdamW: betas, eps, weight_decay; amsgrad),
        "Adadelta" => built!(Adadelta: rho, eps, weight_decay; ),
        "Adagrad" => built!(Adagrad: lr_decay, weight_decay, initial_accumulator_value, eps; ),
        "RMSprop" => built!(RMSprop: alpha, eps, weight_decay, momentum; centered),
        other => panic!("{other}"),
    }
}

fn train(opt: &mut dyn Optimizer, params: &Params, step: usize) {
    opt.zero_grad();
    loss(params, step).backward();
    opt.step();
}

#[test]
fn every_step_of_every_optimiser_is_pytorchs() {
    for (dtype, relative) in [(DType::F64, 1e-10), (DType::F32, 1e-5)] {
        for case in list(&GOLDEN, "optimisers") {
            let params = parameters(dtype);
            let mut opt = optimiser(params.clone(), case);
            let steps = list(case, "steps");
            assert_eq!(steps.len(), 20);
            for (step, row) in steps.iter().enumerate() {
                train(&mut *opt, &params, step);
                let what = format!("{} {} step {step} {dtype}", case["name"], case["options"]);
                near(
                    &flat(&params, Tensor::clone),
                    &numbers(row),
                    relative,
                    &what,
                );
            }
        }
    }
}

#[test]
fn gradients_are_clipped_as_by_pytorch() {
    for (dtype, relative) in [(DType::F64, 1e-10), (DType::F32, 1e-5)] {
        let golden = &GOLDEN["clipped"];
        for row in list(golden, "norm") {
            let limit = |i: usize| row[i].as_f64().unwrap();
            let params = parameters(dtype);
            (loss(&params, 3) * limit(1)).backward();
            let norm = clip_grad_norm_(&params, limit(0));
            let what = format!("{row}");
            near(&[norm], &[limit(2)], relative, &what);
            near(
                &flat(&params, Tensor::grad),
                &numbers(&row[3]),
                relative,
                &what,
            );
        }
        let params = parameters(dtype);
        (loss(&params, 3) * 10.0).backward();
        clip_grad_value_(&params, 0.5);
        let found = flat(&params, Tensor::grad);
        near(&found, &numbers(&golden["value"]), relative, "value");
    }
}
