//! A run that was stopped and goes on ends as one that was not.
//!
//! Alone in its process, since the random numbers are those of the whole process.

use std::path::Path;

use cuaderno::prelude::*;

fn data() -> DataLoader {
    manual_seed(3);
    let x = randn(&[50, 3]);
    let y = x.matmul(&tensor([[1.0], [-2.0], [0.5]]));
    DataLoader::new(&TensorDataset::new(&x, &y), 8).shuffle(true)
}

fn model() -> Sequential {
    seq![Linear::new(3, 4), ReLU, Linear::new(4, 1)]
}

/// Passes with a learning rate that falls, batches in random order, and noise on the inputs.
fn train(model: &Sequential, data: &DataLoader, opt: &mut Sgd, epochs: std::ops::Range<usize>) {
    for _ in epochs {
        for (x, y) in data {
            let noisy = &x + randn(x.shape()) * 0.1;
            opt.zero_grad();
            mse_loss(&model.forward(&noisy), &y).backward();
            opt.step();
        }
        opt.set_lr(opt.lr() * 0.9);
    }
}

fn bits(model: &Sequential) -> Vec<u32> {
    let tensors = model.parameters().tensors();
    tensors
        .iter()
        .flat_map(Tensor::to_vec)
        .map(f32::to_bits)
        .collect()
}

#[test]
fn a_resumed_run_ends_as_an_uninterrupted_one() {
    let folder = std::env::temp_dir().join(format!("cuaderno-resume-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("run.safetensors");
    let data = data();

    manual_seed(11);
    let whole = model();
    let mut opt = Sgd::new(whole.parameters(), 0.05);
    train(&whole, &data, &mut opt, 0..6);
    let (lr, next) = (opt.lr(), randn(&[3]).to_vec());

    manual_seed(11);
    let first = model();
    let mut opt = Sgd::new(first.parameters(), 0.05);
    train(&first, &data, &mut opt, 0..2);
    Checkpoint::new(&first, &opt)
        .with_epoch(2)
        .with_step(14)
        .save(&path)
        .unwrap();

    manual_seed(99);
    let second = model();
    let mut opt = Sgd::new(second.parameters(), 1.0);
    let checkpoint = Checkpoint::load(&path).unwrap();
    checkpoint.restore(&second, &mut opt).unwrap();
    assert_eq!((checkpoint.epoch(), checkpoint.step()), (2, 14));
    assert_eq!(bits(&second), bits(&first));
    train(&second, &data, &mut opt, checkpoint.epoch()..6);
    assert_eq!(bits(&second), bits(&whole));
    assert_eq!((opt.lr(), randn(&[3]).to_vec()), (lr, next));

    refused_as_a_whole(&checkpoint, &folder);
    std::fs::remove_dir_all(folder).unwrap();
}

/// Where one part does not fit, every other stays as it was.
fn refused_as_a_whole(checkpoint: &Checkpoint, folder: &Path) {
    struct Never;

    impl Stateful for Never {
        fn state(&self) -> StateDict {
            StateDict::new()
        }

        fn load_state(&mut self, _: &StateDict) -> Result<(), Error> {
            Err(Error::new("Never", "takes nothing"))
        }
    }

    let model = model();
    let mut opt = Sgd::new(model.parameters(), 1.0);
    let before = bits(&model);
    let state = random_state();
    let parts: &mut [(&str, &mut dyn Stateful)] =
        &mut [("optimizer", &mut opt), ("other", &mut Never)];
    let error = checkpoint
        .restore_all(&model, parts)
        .unwrap_err()
        .to_string();
    let path = folder.join("run.safetensors");
    assert_eq!(
        error,
        format!("restore: {}: other: Never: takes nothing", path.display())
    );
    assert_eq!((bits(&model), opt.lr()), (before, 1.0));
    let here = rand(&[2]).to_vec();
    set_random_state(&state);
    assert_eq!(rand(&[2]).to_vec(), here);

    let wide = seq![Linear::new(3, 5), ReLU, Linear::new(5, 1)];
    let error = checkpoint.restore(&wide, &mut opt).unwrap_err().to_string();
    let expected = "model: 0.weight: the model has the shape [5, 3], the state [4, 3], so 5 != 4";
    assert!(error.contains(expected), "{error}");
    assert_eq!(opt.lr(), 1.0);

    let weights = folder.join("weights.safetensors");
    model.save(&weights).unwrap();
    let error = Checkpoint::load(&weights).unwrap_err().to_string();
    assert!(
        error.contains("weights.safetensors: is not a checkpoint"),
        "{error}"
    );
}
