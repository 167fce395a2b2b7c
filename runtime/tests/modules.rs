//! Models of one's own: nested, shared, frozen, in both modes, and their summaries.

use cuaderno::prelude::*;

/// Two layers, one of them twice, a constant, and noise while it trains.
struct Net {
    first: Linear,
    shared: Linear,
    scale: Tensor,
    noise: Dropout,
}

impl Net {
    fn new() -> Net {
        Net {
            first: Linear::new(20, 8),
            shared: Linear::new(8, 8),
            scale: full(&[8], 2.0),
            noise: Dropout::new(0.5),
        }
    }
}

impl Module for Net {
    fn forward(&self, x: &Tensor) -> Tensor {
        let x = self.shared.forward(&self.first.forward(x).relu()).relu();
        self.noise.forward(&self.shared.forward(&x)) * &self.scale
    }

    fn parameters(&self) -> Params {
        params![self.first, self.shared, self.noise; self.scale]
    }
}

fn state_names(params: &Params) -> Vec<&str> {
    params.state().map(|p| p.name.as_str()).collect()
}

#[test]
fn a_nested_model_lists_names_as_pytorch_does() {
    let model = seq!["body" => seq![Net::new(), ReLU], "head" => Linear::new(8, 1)];
    let params = model.parameters();
    assert_eq!(
        params.names(),
        [
            "body.0.first.weight",
            "body.0.first.bias",
            "body.0.shared.weight",
            "body.0.shared.bias",
            "head.weight",
            "head.bias"
        ]
    );
    assert_eq!(params.count(), 20 * 8 + 8 + 72 + 9);
    assert_eq!(state_names(&params)[4], "body.0.scale");
    assert_eq!(params.get("body.0.scale").map(|t| t.numel()), Some(8));
}

#[test]
fn a_layer_used_twice_is_counted_once_and_saved_twice() {
    // The network of curriculum section 2.5, A079: 249 numbers, 8 entries of the state.
    let shared = Linear::new(8, 8);
    let net = seq![
        Linear::new(20, 8),
        ReLU,
        shared.clone(),
        ReLU,
        shared.clone(),
        ReLU,
        Linear::new(8, 1)
    ];
    let params = net.parameters();
    assert_eq!(params.count(), 249);
    assert_eq!(params.names().len(), 6);
    assert_eq!(params.state().count(), 8);
    let (second, fourth) = (params.get("2.weight"), params.get("4.weight"));
    assert!(second.unwrap().shares_memory(&fourth.unwrap()));

    let summary = net.summary(&[20]);
    assert_eq!(summary.parameters, 249);
    let counted: usize = summary.rows.iter().map(|row| row.parameters).sum();
    assert_eq!(counted, 249);
    assert!(summary.rows[5].shared && summary.rows[5].name == "4");
}

#[test]
fn gradients_of_a_shared_layer_add() {
    let net = Net::new();
    net.eval();
    let x = ones(&[2, 20]);
    net.forward(&x).sum().backward();

    let [one, two] = [Linear::new(8, 8), Linear::new(8, 8)];
    for copy in [&one, &two] {
        copy.parameters().set("weight", &net.shared.weight).unwrap();
        copy.parameters().set("bias", &net.shared.bias()).unwrap();
    }
    let hidden = one.forward(&net.first.forward(&x).relu()).relu();
    (two.forward(&hidden) * &net.scale).sum().backward();
    assert_close(
        &net.shared.weight.grad(),
        one.weight.grad() + two.weight.grad(),
    );
    assert!(one.weight.grad().abs().sum().item() > 0.0);
}

#[test]
fn modes_reach_every_layer() {
    let net = seq![Net::new(), Dropout::new(0.3)];
    assert!(net.is_training() && net[0].is_training());
    net.eval();
    assert!(!net.is_training() && !net[0].is_training() && !net[1].is_training());
    assert_close(&net.forward(&ones(&[1, 20])), &net.forward(&ones(&[1, 20])));
    net[1].train();
    assert!(net.is_training() && !net[0].is_training());
    net.parameters().under("1").set_training(false);
    assert!(!net.is_training());
    assert!(Linear::new(1, 1).is_training());
}

#[test]
fn frozen_parts_get_no_gradient() {
    let net = seq!["body" => Linear::new(4, 3), "relu" => ReLU, "head" => Linear::new(3, 2)];
    let params = net.parameters();
    params.except("head").freeze();
    assert_eq!((params.count(), params.count_trainable()), (23, 8));
    net.forward(&ones(&[5, 4])).sum().backward();
    assert!(params.get("body.weight").unwrap().try_grad().is_none());
    assert!(params.get("head.weight").unwrap().try_grad().is_some());
    assert_eq!(net.summary(&[4]).trainable, 8);
    net.zero_grad();
    assert!(params.iter().all(|p| p.tensor.try_grad().is_none()));
    net.unfreeze();
    assert_eq!(params.count_trainable(), 23);
}

#[test]
fn setting_values_needs_name_and_shape() {
    let net = seq![Linear::new(2, 1)];
    let params = net.parameters();
    params.set("0.bias", &tensor([3])).unwrap();
    assert_close(&params.get("0.bias").unwrap(), [3.0]);
    let error = params.set("0.biased", &tensor([1.0])).unwrap_err();
    assert!(error.to_string().contains("0.weight, 0.bias"), "{error}");
    let error = params.set("0.bias", &tensor([1.0, 2.0])).unwrap_err();
    assert!(
        error.to_string().contains("0.bias has the shape [1]"),
        "{error}"
    );
    assert_close(&params.get("0.bias").unwrap(), [3.0]);
}

#[test]
fn a_summary_names_layers_of_own_modules() {
    let model = seq!["net" => Net::new(), "out" => Linear::new(8, 1)];
    model.train();
    let summary = model.summary(&[20]);
    assert!(model.is_training());
    let rows: Vec<(usize, &str, &str, usize)> = summary
        .rows
        .iter()
        .map(|row| (row.depth, &*row.name, &*row.layer, row.parameters))
        .collect();
    assert_eq!(
        rows,
        [
            (0, "", "Sequential", 0),
            (1, "net", "Net", 0),
            (2, "net.first", "Linear(20, 8)", 168),
            (2, "net.shared", "Linear(8, 8)", 72),
            (2, "net.shared", "Linear(8, 8)", 0),
            (2, "", "Dropout(0.5)", 0),
            (1, "out", "Linear(8, 1)", 9),
        ]
    );
    assert_eq!(summary.rows[1].output, [1, 8]);
}

#[test]
fn a_summary_of_an_own_model_counts_its_own_tensors() {
    struct Line {
        w: Tensor,
        b: Tensor,
    }

    impl Module for Line {
        fn forward(&self, x: &Tensor) -> Tensor {
            x * &self.w + &self.b
        }
        fn parameters(&self) -> Params {
            params![self.w, self.b]
        }
    }

    let w = ones(&[3]).requires_grad();
    let line = Line {
        w,
        b: zeros(&[1]).requires_grad(),
    };
    let summary = line.summary(&[3]);
    assert_eq!(summary.rows.len(), 1);
    assert_eq!((summary.rows[0].parameters, summary.parameters), (4, 4));
    assert_eq!(summary.rows[0].output, [1, 3]);
}

#[test]
fn sizes_are_those_of_torchsummary() {
    let model = seq![
        Flatten::new(),
        Linear::new(784, 256),
        ReLU,
        Linear::new(256, 10)
    ];
    let summary = model.summary(&[28, 28]);
    assert_eq!((summary.parameters, summary.trainable), (203_530, 203_530));
    let mb = |numbers: usize| numbers as f64 * 4.0 / f64::from(1 << 20);
    assert_eq!(summary.input_mb, mb(784));
    assert_eq!(summary.outputs_mb, mb(2 * (784 + 256 + 256 + 10)));
    assert_eq!(summary.parameters_mb, mb(203_530));
}

#[test]
#[should_panic(expected = "layer 1 is called \"a\", as layer 0 is")]
fn names_of_layers_differ() {
    seq!["a" => ReLU, "a" => ReLU];
}

#[test]
#[should_panic(expected = "no layer is called \"c\"")]
fn an_unknown_layer_is_an_error() {
    let _ = seq!["a" => ReLU, "b" => ReLU]["c"].parameters();
}
