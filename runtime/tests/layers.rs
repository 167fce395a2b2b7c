//! Every layer against PyTorch: outputs, gradients, running statistics over several batches.
//!
//! `tests/golden/layers.py` made the numbers and says what they are.

use cuaderno::prelude::*;
use serde_json::Value;

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/layers.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The layer of a text in the file.
fn build(text: &str) -> Box<dyn Module> {
    match text {
        "Linear(3, 2)" => Box::new(Linear::new(3, 2)),
        "Linear(2, 4)" => Box::new(Linear::new(2, 4)),
        "Linear(4, 1)" => Box::new(Linear::new(4, 1)),
        "Linear(40, 33)" => Box::new(Linear::new(40, 33)),
        "Linear(3, 2).no_bias()" => Box::new(Linear::new(3, 2).no_bias()),
        "LazyLinear(2)" => Box::new(LazyLinear::new(2)),
        "Identity" => Box::new(Identity),
        "ReLU" => Box::new(ReLU),
        "Sigmoid" => Box::new(Sigmoid),
        "Tanh" => Box::new(Tanh),
        "SiLU" => Box::new(SiLU),
        "LeakyReLU" => Box::new(LeakyReLU::new()),
        "LeakyReLU(0.2)" => Box::new(LeakyReLU::new().negative_slope(0.2)),
        "ELU" => Box::new(ELU::new()),
        "ELU(0.5)" => Box::new(ELU::new().alpha(0.5)),
        "GELU" => Box::new(GELU::new()),
        "GELU(tanh)" => Box::new(GELU::new().tanh()),
        "Softplus" => Box::new(Softplus::new()),
        "Softplus.beta(2).threshold(3)" => Box::new(Softplus::new().beta(2.0).threshold(3.0)),
        "Softmax(1)" => Box::new(Softmax::new(1)),
        "Softmax(0)" => Box::new(Softmax::new(0)),
        "LogSoftmax(-1)" => Box::new(LogSoftmax::new(-1)),
        "Dropout(0.4)" => Box::new(Dropout::new(0.4)),
        "Dropout(0)" => Box::new(Dropout::new(0.0)),
        "Dropout2d(0.4)" => Box::new(Dropout2d::new(0.4)),
        "Flatten" => Box::new(Flatten::new()),
        "Flatten(0, 1)" => Box::new(Flatten::new().start(0).end(1)),
        "Flatten(2, -1)" => Box::new(Flatten::new().start(2)),
        "Embedding(6, 3)" => Box::new(Embedding::new(6, 3)),
        "Embedding(6, 3).padding_idx(2)" => Box::new(Embedding::new(6, 3).padding_idx(2)),
        "BatchNorm1d(2)" => Box::new(BatchNorm1d::new(2)),
        "BatchNorm1d(3)" => Box::new(BatchNorm1d::new(3)),
        "BatchNorm1d(3).momentum(0.3)" => Box::new(BatchNorm1d::new(3).momentum(0.3)),
        "BatchNorm1d(3).cumulative()" => Box::new(BatchNorm1d::new(3).cumulative()),
        "BatchNorm1d(3).eps(0.01)" => Box::new(BatchNorm1d::new(3).eps(0.01)),
        "BatchNorm1d(3).no_affine()" => Box::new(BatchNorm1d::new(3).no_affine()),
        "BatchNorm1d(3).no_running_stats()" => Box::new(BatchNorm1d::new(3).no_running_stats()),
        "BatchNorm2d(2)" => Box::new(BatchNorm2d::new(2)),
        "BatchNorm2d(3)" => Box::new(BatchNorm2d::new(3)),
        "BatchNorm2d(2).no_affine()" => Box::new(BatchNorm2d::new(2).no_affine()),
        "LayerNorm([5])" => Box::new(LayerNorm::new(5)),
        "LayerNorm([40])" => Box::new(LayerNorm::new(40)),
        "LayerNorm([3, 4])" => Box::new(LayerNorm::new(&[3, 4])),
        "LayerNorm([5]).eps(0.1)" => Box::new(LayerNorm::new(5).eps(0.1)),
        "LayerNorm([5]).no_bias()" => Box::new(LayerNorm::new(5).no_bias()),
        "LayerNorm([5]).no_affine()" => Box::new(LayerNorm::new(5).no_affine()),
        "xor" => Box::new(seq![Linear::new(2, 4), Tanh, Linear::new(4, 1)]),
        "normed" => Box::new(seq![
            Linear::new(4, 6),
            BatchNorm1d::new(6),
            ReLU,
            Linear::new(6, 3)
        ]),
        "shared" => {
            let shared = Linear::new(3, 3);
            Box::new(seq![shared.clone(), Tanh, shared.clone()])
        }
        "residual" => Box::new(Residual::new(seq![Linear::new(3, 3), Tanh])),
        "residual with shortcut" => {
            Box::new(Residual::new(Linear::new(3, 2)).shortcut(Linear::new(3, 2).no_bias()))
        }
        "concat" => Box::new(
            Concat::new(1)
                .branch(Linear::new(3, 2))
                .branch(seq![Linear::new(3, 4), Sigmoid]),
        ),
        other => panic!("no layer for {other:?}"),
    }
}

fn reals(values: &Value) -> Vec<f64> {
    let values = values.as_array().unwrap().iter();
    values.map(|v| v.as_f64().unwrap()).collect()
}

fn shape(values: &Value) -> Vec<usize> {
    reals(values).into_iter().map(|v| v as usize).collect()
}

/// `[shape, values]`
fn tensor_from(entry: &[Value]) -> Tensor {
    tensor_of(DType::F64, reals(&entry[1])).reshape(&shape(&entry[0])[..])
}

/// Each number within `relative` of itself, or a few roundings of the largest.
fn check(what: &str, found: &[f64], expected: &[f64], relative: f64) {
    check_above(what, found, expected, relative, 0.0);
}

/// As [`check`], where the numbers are sums of others of about the size `summed`, which may cancel:
/// the slope of a bias before batch norm is 0 but for rounding.
fn check_above(what: &str, found: &[f64], expected: &[f64], relative: f64, summed: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(summed, |m, v| m.max(v.abs()));
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        let near = relative * b.abs() + 0.1 * relative * largest;
        assert!(
            (a - b).abs() <= near,
            "{what}, element {i}: {a}, PyTorch has {b}"
        );
    }
}

fn weights(y: &Tensor) -> Tensor {
    let values: Vec<f64> = (0..y.numel()).map(|i| (i as f64).cos()).collect();
    tensor_of(DType::F64, values)
        .reshape(y.shape())
        .to_dtype(y.dtype())
}

fn run(case: &Value, dtype: DType) {
    let text = case["layer"].as_str().unwrap();
    let layer = build(text);
    let steps = case["steps"].as_array().unwrap();
    if text.starts_with("Lazy") {
        let x = steps[0]["x"].as_array().unwrap();
        layer.forward(&tensor_from(&x[1..]).float());
    }
    let params = layer.parameters();
    let state = case["state"].as_object().unwrap();
    let names: Vec<&str> = params.state().map(|p| p.name.as_str()).collect();
    // The file's objects are read in alphabetical order.
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, state.keys().collect::<Vec<_>>(), "{text}");
    for (name, entry) in state {
        let values = tensor_from(entry.as_array().unwrap());
        params
            .set(name, &values)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    for (i, step) in steps.iter().enumerate() {
        let what = |part: &str| format!("{text}, batch {i}, {part}, {dtype}");
        params.set_training(step["train"].as_bool().unwrap());
        params.zero_grad();
        let entry = step["x"].as_array().unwrap();
        let x = tensor_from(&entry[1..]);
        let x = if entry[0] == "i" {
            x.long()
        } else {
            x.to_dtype(dtype).requires_grad()
        };
        let y = layer.forward(&x);
        let wide = dtype == DType::F64 && step["exact"].as_bool().unwrap() && entry[0] == "f";
        let fine = if wide { 1e-10 } else { 1e-5 };
        let expected = step["y"].as_array().unwrap();
        assert_eq!(y.shape(), shape(&expected[0]), "{}", what("y"));
        check(&what("y"), &y.to_vec_f64(), &reals(&expected[1]), fine);
        if y.needs_grad() {
            y.backward_with(&weights(&y));
        }
        if entry[0] == "f" {
            check(
                &what("dx"),
                &x.grad().to_vec_f64(),
                &reals(&step["dx"]),
                fine,
            );
        }
        for (name, grad) in step["grads"].as_object().unwrap() {
            let found = params.get(name).unwrap().grad();
            // Parameters are f32, so their gradients are.
            let found = found.to_vec_f64();
            check_above(&what(name), &found, &reals(grad), 1e-5, 1.0);
        }
        for (name, values) in step["buffers"].as_object().unwrap() {
            let found = params.get(name).unwrap();
            check(&what(name), &found.to_vec_f64(), &reals(values), 1e-5);
        }
    }
}

#[test]
fn layers_are_those_of_pytorch() {
    let golden = golden();
    for case in golden["cases"].as_array().unwrap() {
        run(case, DType::F32);
        run(case, DType::F64);
    }
}

#[test]
fn gains_and_fans_are_those_of_pytorch() {
    let golden = golden();
    for (name, gain) in golden["init"]["gains"].as_object().unwrap() {
        let found = match name.strip_prefix("leaky ") {
            Some(slope) => init::leaky_gain(slope.parse().unwrap()),
            None => init::calculate_gain(name),
        };
        check(name, &[found], &[gain.as_f64().unwrap()], 1e-12);
    }
    for entry in golden["init"]["fans"].as_array().unwrap() {
        let (inputs, outputs) = init::fans(&zeros(&shape(&entry[0])[..]));
        assert_eq!(vec![inputs, outputs], shape(&entry[1]));
    }
}

#[test]
fn parameter_counts_of_the_course() {
    let count = |model: &dyn Module| model.parameters().count();
    assert_eq!(count(&seq![Linear::new(2, 4), Tanh, Linear::new(4, 1)]), 17);
    let iris = |outputs| {
        seq![
            Linear::new(4, 50),
            ReLU,
            Linear::new(50, 50),
            ReLU,
            Linear::new(50, outputs)
        ]
    };
    assert_eq!((count(&iris(4)), count(&iris(3))), (3_004, 2_953));
    let wine = seq![
        Linear::new(13, 5),
        Linear::new(5, 5),
        Linear::new(5, 5),
        Linear::new(5, 3)
    ];
    assert_eq!(count(&wine), 148);
    let mnist = |sizes: &[usize]| {
        let mut model = Sequential::new();
        for pair in sizes.windows(2) {
            model.push(Linear::new(pair[0], pair[1]));
        }
        count(&model)
    };
    assert_eq!(mnist(&[784, 256, 10]), 203_530);
    assert_eq!(mnist(&[784, 100, 10]), 79_510);
    assert_eq!(mnist(&[784, 60, 60, 60, 60, 60, 60, 10]), 66_010);
    assert_eq!(mnist(&[784, 128, 128, 128, 784]), 234_640);
    // Batch norm adds 464 numbers to Mnist_CNN.
    assert_eq!(
        count(&BatchNorm2d::new(32)) + count(&BatchNorm1d::new(200)),
        464
    );
}

#[test]
fn dropout_keeps_the_mean() {
    let dropout = Dropout::new(0.3);
    let x = ones(&[20_000]).requires_grad();
    let y = dropout.forward(&x);
    let kept = y.detach().gt(0.0).float().mean();
    assert_close_within(kept, 0.7, 0.02);
    assert_close(y.max(), 1.0 / 0.7);
    // The gradient goes through the same numbers.
    y.sum().backward();
    assert_close(&x.grad(), &y.detach());
    assert_close(Dropout::new(1.0).forward(&ones(&[50])), zeros(&[50]));
}

#[test]
#[should_panic(
    expected = "BatchNorm1d: each channel needs more than one number while training, the input is [1, 200]"
)]
fn batch_norm_refuses_one_number() {
    BatchNorm1d::new(200).forward(&ones(&[1, 200]));
}

#[test]
fn batch_norm_of_one_image_works() {
    let y = BatchNorm2d::new(32).forward(&rand(&[1, 32, 26, 26]));
    assert_eq!(y.shape(), [1, 32, 26, 26]);
    assert_close_within(y.mean(), 0.0, 1e-4);
}

#[test]
#[should_panic(
    expected = "BatchNorm2d: takes [n, channels, height, width] with 3 channels, the input is [2, 4, 5, 5]"
)]
fn batch_norm_counts_channels() {
    BatchNorm2d::new(3).forward(&ones(&[2, 4, 5, 5]));
}

#[test]
fn batch_norm_keeps_its_digits_far_from_zero() {
    let x = tensor_of(
        DType::F64,
        [[1.0, 4.0], [2.0, -3.0], [4.0, 0.5], [-1.0, 7.0]],
    );
    let near = x.batch_norm(&ones(&[2]), &zeros(&[2]), 1e-5);
    let far = (&x + 4096.0)
        .float()
        .batch_norm(&ones(&[2]), &zeros(&[2]), 1e-5);
    assert_close_within(&far, &near, 1e-3);
}

#[test]
#[should_panic(
    expected = "0.weight of LazyLinear(3) has no shape before the model has seen a batch"
)]
fn lazy_parameters_say_what_to_do() {
    Sgd::new(seq![LazyLinear::new(3)].parameters(), 0.1);
}

#[test]
fn lazy_layers_switch_modes_and_are_summarised() {
    let net = seq![
        Flatten::new(),
        LazyLinear::new(8),
        ReLU,
        Dropout::new(0.5),
        LazyLinear::new(2)
    ];
    net.eval();
    assert!(!net.is_training());
    assert_eq!(net.summary(&[3, 4]).parameters, 12 * 8 + 8 + 18);
    assert_eq!(net.parameters().get("4.weight").unwrap().shape(), [2, 8]);
}
