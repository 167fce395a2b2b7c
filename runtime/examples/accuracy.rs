//! The course's networks on its data, over five seeds; `tests/bench/accuracy.py` has the same for
//! PyTorch.
//!
//! `cargo run -p cuaderno --example accuracy` prints a row for each: the accuracy on data that was
//! not trained with. Seeds draw other splits and weights than PyTorch's, so means are compared.

use cuaderno::prelude::*;

type Split = (Tensor, Tensor, Tensor, Tensor);

/// A fifth to test with, standardised by what is trained with.
fn standardised(data: &Examples) -> Split {
    let (train_x, test_x, train_y, test_y) = stratified_split(&data.x, &data.y, 0.2);
    let scaler = StandardScaler::fit(&train_x);
    let [train_x, test_x] = [train_x, test_x].map(|x| scaler.transform(&x));
    (train_x, test_x, train_y, test_y)
}

/// Epochs with one step on all examples.
fn full_batches(split: &Split, model: &Sequential, opt: &mut dyn Optimizer, epochs: usize) -> f64 {
    let (train_x, test_x, train_y, test_y) = split;
    for _ in 0..epochs {
        let loss = cross_entropy(&model.forward(train_x), train_y);
        opt.zero_grad();
        loss.backward();
        opt.step();
    }
    accuracy(&no_grad(|| model.forward(test_x)), test_y)
}

fn xor() -> f64 {
    let (train, test) = (make_xor(2500, 0.1), make_xor(500, 0.1));
    let model = seq![Linear::new(2, 4), Tanh, Linear::new(4, 1)];
    let mut opt = Sgd::new(model.parameters(), 0.1);
    let loader = DataLoader::new(&TensorDataset::new(&train.x, &train.y.float()), 128);
    let loader = loader.shuffle(true);
    for _ in 0..100 {
        for (x, y) in &loader {
            let loss = binary_cross_entropy_with_logits(&model.forward(&x).flatten(), &y);
            opt.zero_grad();
            loss.backward();
            opt.step();
        }
    }
    let classes = no_grad(|| model.forward(&test.x)).flatten().ge(0.0).long();
    accuracy(&classes, &test.y)
}

fn iris_net() -> f64 {
    let model = seq![
        Linear::new(4, 50),
        ReLU,
        Linear::new(50, 50),
        ReLU,
        Linear::new(50, 3)
    ];
    let mut opt = Adam::new(model.parameters(), 0.001);
    full_batches(&standardised(&iris()), &model, &mut opt, 100)
}

fn wine_net(width: usize) -> f64 {
    let model = seq![
        Linear::new(13, width),
        ReLU,
        Linear::new(width, width),
        ReLU,
        Linear::new(width, width),
        ReLU,
        Linear::new(width, 3)
    ];
    let mut opt = Sgd::new(model.parameters(), 0.05).momentum(0.1);
    full_batches(&standardised(&wine()), &model, &mut opt, 1000)
}

/// 600 digits of 0 to 16 to train with and 300 to test.
fn digits_net(model: &Sequential, epochs: usize) -> f64 {
    let data = digits();
    let rows = randperm(900);
    let (x, y) = (data.x.i(&rows), data.y.i(&rows));
    let split = (x.i(..600), x.i(600..), y.i(..600), y.i(600..));
    let mut opt = Adam::new(model.parameters(), 0.001);
    full_batches(&split, model, &mut opt, epochs)
}

fn main() {
    let rows: [(&str, &dyn Fn() -> f64); 6] = [
        ("XOR 2-4-1", &xor),
        ("iris 4-50-50-3", &iris_net),
        ("wine 13-5-5-5-3", &|| wine_net(5)),
        ("wine 13-16-16-16-3", &|| wine_net(16)),
        ("digits 64-10", &|| {
            digits_net(&seq![Linear::new(64, 10)], 300)
        }),
        ("digits 64-100-10", &|| {
            digits_net(&seq![Linear::new(64, 100), ReLU, Linear::new(100, 10)], 100)
        }),
    ];
    for (name, run) in rows {
        let found: Vec<f64> = (0..5)
            .map(|seed| {
                manual_seed(seed);
                run()
            })
            .collect();
        let shown: Vec<String> = found.iter().map(|a| format!("{a:.3}")).collect();
        let mean = found.iter().sum::<f64>() / 5.0;
        println!("| {name} | {} | {mean:.3} |", shown.join(" "));
    }
}
