//! Trains the network that `digits_cnn_pretrained` gives, and writes its weights.
//!
//! `cargo run -p cuaderno --example pretrain_digits_cnn -- FILE` takes about two minutes. It sees the
//! digits 0 to 4 alone, and of them four fifths; the rest tells how good it is.

use cuaderno::prelude::*;

/// The digits from this one on are left for the lesson.
const CLASSES: i64 = 5;

const EPOCHS: usize = 80;

/// Pictures taken in poor light: darker by up to a half, half of them as negatives, and noisy.
#[derive(Clone)]
struct PoorLight;

impl Transform for PoorLight {
    fn apply(&self, x: &Tensor) -> Tensor {
        let each = [x.size(0), 1, 1, 1];
        let x = x * (rand(&each) * 0.5 + 0.5);
        let negative = rand(&each).lt(0.5).float();
        let x = &x + &negative * (1.0 - 2.0 * &x);
        (&x + randn_like(&x) * 0.05).clamp(0.0, 1.0)
    }
}

fn main() -> Result<(), Error> {
    let Some(path) = std::env::args_os().nth(1) else {
        let error = Error::new("pretrain_digits_cnn", "names no file to write");
        return Err(error.help("runtime/src/models/digits_0_to_4.safetensors is the crate's"));
    };
    manual_seed(19);
    let data = digits();
    let known = data.y.lt(CLASSES).nonzero().flatten();
    let x = data.x.index_select(0, &known).reshape(&[-1, 1, 8, 8]) / 16.0;
    let (x, y) = (x.pad(&[2, 2, 2, 2]), data.y.index_select(0, &known));
    let (train_x, test_x, train_y, test_y) = stratified_split(&x, &y, 0.2);

    let photograph = compose![
        RandomRotation::new(10.0).interpolation("bilinear"),
        RandomCrop::new(12).padding(1),
        PoorLight
    ];
    let loader = DataLoader::new(&TensorDataset::new(&train_x, &train_y), 64)
        .shuffle(true)
        .transform(&photograph);
    let model = digits_cnn(CLASSES as usize);
    let mut opt = AdamW::new(model.parameters(), 1e-3);
    let mut schedule = OneCycleLR::new(&mut opt, 5e-3, EPOCHS * loader.len());
    for epoch in 1..=EPOCHS {
        for (x, y) in &loader {
            let loss = cross_entropy(&model.forward(&x), &y);
            opt.zero_grad();
            loss.backward();
            opt.step();
            schedule.step(&mut opt);
        }
        if epoch % 10 == 0 {
            let rates = rates(&model, &photograph.apply(&train_x), &train_y);
            println!("epoch {epoch}: {rates}");
        }
    }
    let rates = rates(&model, &photograph.apply(&test_x), &test_y);
    println!("{} pictures held out: {rates}", test_x.len());

    let mut state = model.state_dict();
    state.set_note("trained on", "the digits 0 to 4 of load_digits");
    state.set_note("made by", "runtime/examples/pretrain_digits_cnn.rs");
    state.save(&path)
}

fn rates(model: &Sequential, x: &Tensor, y: &Tensor) -> String {
    model.eval();
    let logits = no_grad(|| model.forward(x));
    model.train();
    let loss = cross_entropy(&logits, y).item();
    format!(
        "loss {loss:.4}, {:.2} % right",
        100.0 * accuracy(&logits, y)
    )
}
