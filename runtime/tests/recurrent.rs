//! Recurrent layers and cells against PyTorch: outputs, last states, and every gradient.
//!
//! `tests/golden/recurrent.py` made the numbers and says by which rule the inputs come.

use cuaderno::prelude::*;
use serde_json::Value;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/golden/recurrent.json"
);

/// The numbers of parameter `k`.
fn ruled(shape: &[usize], k: usize) -> Tensor {
    let count: usize = shape.iter().product();
    let value = |i: usize| (((i * 7919 + 101 * k + 13) % 401) as f64 - 200.0) / 512.0;
    let values: Vec<f64> = (0..count).map(value).collect();
    tensor_of(DType::F64, values).reshape(shape)
}

fn sizes(value: &Value) -> Vec<usize> {
    let list = value.as_array().expect("a list");
    list.iter()
        .map(|v| v.as_u64().expect("a size") as usize)
        .collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|v| v.as_f64().expect("a number")).collect()
}

/// A layer, and what it gives for an input and states, which may be none.
type Run = Box<dyn Fn(&Tensor, &[Tensor]) -> Vec<Tensor>>;

/// The layer of a case with its options.
fn layer(case: &Value) -> (Params, Run) {
    let flag = |name: &str| case[name].as_bool() == Some(true);
    let (inputs, hidden) = (3, 2);
    macro_rules! of_options {
        ($layer:expr) => {{
            let layer = $layer
                .num_layers(case["num_layers"].as_u64().expect("a count") as usize)
                .bidirectional(flag("bidirectional"))
                .batch_first(flag("batch_first"));
            if flag("bias") { layer } else { layer.no_bias() }
        }};
    }
    macro_rules! of_one_state {
        ($layer:expr) => {{
            let layer = of_options!($layer);
            let run = layer.clone();
            let run = move |x: &Tensor, states: &[Tensor]| {
                let (output, h) = match states {
                    [h] => run.forward_from(x, h),
                    _ => run.forward_states(x),
                };
                vec![output, h]
            };
            (layer.parameters(), Box::new(run) as Run)
        }};
    }
    macro_rules! cell {
        ($cell:expr) => {{
            let cell = if flag("bias") { $cell } else { $cell.no_bias() };
            let run = cell.clone();
            let run = move |x: &Tensor, states: &[Tensor]| match states {
                [h] => vec![run.step(x, h)],
                _ => vec![run.forward(x)],
            };
            (cell.parameters(), Box::new(run) as Run)
        }};
    }
    let nonlinearity = if flag("relu") { "relu" } else { "tanh" };
    match case["layer"].as_str().expect("a name") {
        "RNN" => of_one_state!(RNN::new(inputs, hidden).nonlinearity(nonlinearity)),
        "GRU" => of_one_state!(GRU::new(inputs, hidden)),
        "LSTM" => {
            let layer = of_options!(LSTM::new(inputs, hidden));
            let run = layer.clone();
            let run = move |x: &Tensor, states: &[Tensor]| {
                let (output, (h, c)) = match states {
                    [h, c] => run.forward_from(x, (h, c)),
                    _ => run.forward_states(x),
                };
                vec![output, h, c]
            };
            (layer.parameters(), Box::new(run))
        }
        "RNNCell" => cell!(RNNCell::new(inputs, hidden).nonlinearity(nonlinearity)),
        "GRUCell" => cell!(GRUCell::new(inputs, hidden)),
        "LSTMCell" => {
            let cell = LSTMCell::new(inputs, hidden);
            let cell = if flag("bias") { cell } else { cell.no_bias() };
            let run = cell.clone();
            let run = move |x: &Tensor, states: &[Tensor]| {
                let zeros = || x.narrow(-1, 0, 2) * 0.0;
                let (h, c) = match states {
                    [h, c] => run.step(x, (h, c)),
                    _ => run.step(x, (&zeros(), &zeros())),
                };
                vec![h, c]
            };
            (cell.parameters(), Box::new(run))
        }
        other => panic!("{other}: no such layer"),
    }
}

/// Whether numbers agree to within a relative error, and a few roundings of the largest.
fn check(what: &str, case: &Value, found: &Tensor, expected: &[f64], relative: f64) {
    let found = found.to_vec_f64();
    assert_eq!(found.len(), expected.len(), "{what} of {case}");
    let largest = expected.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        let near = (a - b).abs() <= relative * b.abs() + relative / 10.0 * largest;
        assert!(
            near,
            "{what}, number {i}: {a}, PyTorch has {b}; {}",
            case["layer"]
        );
    }
}

fn check_case(case: &Value, dtype: DType) {
    let (parameters, run) = layer(case);
    let expected = case["gradients"].as_object().expect("gradients by name");
    let names: Vec<&str> = parameters.names();
    for name in expected.keys() {
        assert!(names.contains(&name.as_str()), "no {name} in {names:?}");
    }
    assert_eq!(names.len(), expected.len(), "{names:?}");
    for (k, parameter) in parameters.iter().enumerate() {
        let values = ruled(parameter.tensor.shape(), k).float();
        no_grad(|| parameter.tensor.copy_(&values));
    }
    let leaf = |shape: &[usize], k: usize| ruled(shape, k).to_dtype(dtype).requires_grad();
    let x = leaf(&sizes(&case["x"]), 50);
    let states: Vec<Tensor> = match &case["state"] {
        Value::Null => Vec::new(),
        shape => {
            let count = case["gradients_of_states"]
                .as_array()
                .expect("a list")
                .len();
            (0..count).map(|i| leaf(&sizes(shape), 51 + i)).collect()
        }
    };

    let outputs = run(&x, &states);
    let relative = if dtype == DType::F64 { 1e-10 } else { 1e-5 };
    let wanted = case["outputs"].as_array().expect("a list");
    // A cell called as a layer gives h alone.
    for (i, (found, wanted)) in outputs.iter().zip(wanted).enumerate() {
        assert_eq!(found.dtype(), dtype);
        assert_eq!(found.shape(), sizes(&wanted[0]), "{case}");
        check(
            &format!("output {i}"),
            case,
            found,
            &numbers(&wanted[1]),
            relative,
        );
    }
    assert_eq!(outputs.len(), wanted.len());
    let weighed = |y: &Tensor| {
        let weights: Vec<f64> = (0..y.numel()).map(|i| (i as f64).cos()).collect();
        (y.flatten() * tensor_of(dtype, weights)).sum()
    };
    let total = outputs
        .iter()
        .map(weighed)
        .reduce(|a, b| a + b)
        .expect("an output");
    total.backward();
    check(
        "dx",
        case,
        &x.grad(),
        &numbers(&case["gradient_of_x"]),
        relative,
    );
    for (i, state) in states.iter().enumerate() {
        let wanted = numbers(&case["gradients_of_states"][i]);
        check(
            &format!("gradient of state {i}"),
            case,
            &state.grad(),
            &wanted,
            relative,
        );
    }
    for parameter in parameters.iter() {
        // Parameters are f32, and so are their gradients.
        let wanted = numbers(&expected[&parameter.name]);
        check(
            &parameter.name,
            case,
            &parameter.tensor.grad(),
            &wanted,
            1e-5,
        );
    }
}

#[test]
fn layers_and_cells_give_the_numbers_of_pytorch() {
    let json = std::fs::read_to_string(FILE).expect("the file is in the repository");
    let document: Value = serde_json::from_str(&json).expect("the file is JSON");
    let cases = document["cases"].as_array().expect("a list");
    assert!(cases.len() > 50, "{} cases", cases.len());
    for case in cases {
        check_case(case, DType::F64);
        check_case(case, DType::F32);
    }
}

#[test]
fn parameters_are_counted_as_in_pytorch() {
    assert_eq!(RNN::new(28, 64).parameters().count(), 6016);
    assert_eq!(LSTM::new(28, 64).parameters().count(), 24064);
    assert_eq!(GRU::new(28, 64).parameters().count(), 18048);
    assert_eq!(LSTM::new(28, 256).parameters().count(), 292_864);
    let both = LSTM::new(28, 64).num_layers(2).bidirectional(true);
    assert_eq!(
        both.parameters().count(),
        48_128 + 2 * 4 * 64 * (128 + 64 + 2)
    );
}

/// More rows than one thread takes: the results must not depend on how many there are.
#[test]
fn threads_change_nothing() {
    manual_seed(5);
    let layers: [Box<dyn Module>; 3] = [
        Box::new(RNN::new(20, 128)),
        Box::new(LSTM::new(20, 128)),
        Box::new(GRU::new(20, 128)),
    ];
    let before = num_threads();
    for layer in layers {
        let x = randn(&[12, 37, 20]).requires_grad();
        let mut results = Vec::new();
        for threads in [1, 2, 3] {
            set_num_threads(threads);
            let y = layer.forward(&x);
            y.square().sum().backward();
            let mut found = vec![y.to_vec(), x.grad().to_vec()];
            found.extend(
                layer
                    .parameters()
                    .tensors()
                    .iter()
                    .map(|p| p.grad().to_vec()),
            );
            layer.zero_grad();
            x.zero_grad();
            results.push(found);
        }
        assert!(
            results[0] == results[1] && results[0] == results[2],
            "{}",
            layer.name()
        );
    }
    set_num_threads(before);
}

#[test]
fn initial_weights_are_within_the_bound() {
    manual_seed(3);
    for p in LSTM::new(50, 64).parameters().tensors() {
        let (low, high) = (p.min().item(), p.max().item());
        assert!(
            (-0.125..-0.1).contains(&low) && 0.1 < high && high <= 0.125,
            "{low} {high}"
        );
    }
}

#[test]
fn dropout_is_between_layers_in_training_only() {
    manual_seed(4);
    let layer = GRU::new(3, 8).num_layers(2).dropout(0.5);
    let x = randn(&[5, 2, 3]);
    let (a, b) = (layer.forward(&x), layer.forward(&x));
    assert!((a - b).abs().max().item() > 0.0);
    layer.eval();
    let plain = layer.dropout(0.0);
    assert_close(&layer.forward(&x), &plain.forward(&x));
    // One layer has nothing between.
    let one = GRU::new(3, 8).dropout(0.5);
    assert_close(&one.forward(&x), &one.forward(&x));
}

#[test]
fn a_layer_shows_its_options() {
    let layer = LSTM::new(3, 8)
        .num_layers(2)
        .batch_first(true)
        .dropout(0.2)
        .bidirectional(true);
    let text = "LSTM(3, 8, 2 layers, batch first, dropout 0.2, bidirectional)";
    assert_eq!(format!("{layer:?}"), text);
    assert_eq!(layer.name(), text);
    let cell = RNNCell::new(3, 8).nonlinearity("relu").no_bias();
    assert_eq!(cell.name(), "RNNCell(3, 8, relu, no bias)");
}

#[test]
fn half_floats_are_computed_in_f32() {
    manual_seed(6);
    let layer = LSTM::new(3, 8);
    let x = randn(&[5, 2, 3]);
    assert_close(&layer.forward(&x.half()), &layer.forward(&x.half().float()));
}
