//! The best weights, checkpoints, and runs that go on.

use std::path::PathBuf;

use super::*;

/// A file that is gone at the end.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> File {
        let name = format!("cuaderno-{name}-{}.safetensors", std::process::id());
        File(std::env::temp_dir().join(name))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A weight that takes the values 1, 2, 3, .. after each epoch, and validation losses that are
/// given for these.
fn scripted(
    valid_losses: &'static [f64],
    trainer: impl FnOnce(Trainer) -> Trainer,
) -> (f64, History) {
    let model = seq![Linear::new(1, 1).no_bias()];
    let weight = model.parameters().tensors()[0].clone();
    no_grad(|| weight.fill_(0.0));
    let train = DataLoader::new(&TensorDataset::new(&ones(&[1, 1]), &zeros(&[1, 1])), 1);
    let valid = DataLoader::new(&TensorDataset::new(&ones(&[1, 1]), &ones(&[1, 1])), 1);
    let loss = |y_hat: &Tensor, y: &Tensor| match y.sum().item() {
        // Validation: what the script says for the number of epochs done.
        1.0 => tensor(valid_losses[y_hat.sum().item() as usize - 1]),
        _ => -y_hat.sum(),
    };
    let mut opt = Sgd::new(model.parameters(), 1.0);
    let trainer = trainer(Trainer::new(valid_losses.len()).valid(&valid));
    let history = trainer.fit(&model, &train, &mut opt, loss);
    (weight.item(), history)
}

#[test]
fn early_stopping_restores_the_best_epoch() {
    let _alone = alone(0);
    let losses = &[3.0, 1.0, 2.0, 1.0, 2.0, 0.0];
    let (weight, history) = scripted(losses, |trainer| trainer.early_stopping(3));
    // An equal value is not better.
    assert_eq!(
        (weight, history.len(), history.best_epoch()),
        (2.0, 5, Some(2))
    );
    assert_eq!(history.stopped(), Some("no better valid loss for 3 epochs"));
    let (weight, history) = scripted(losses, |trainer| trainer.early_stopping(4));
    assert_eq!((weight, history.len(), history.stopped()), (6.0, 6, None));
    let (weight, history) = scripted(&[3.0, 1.0, 2.0], |trainer| trainer.keep_best());
    assert_eq!(
        (weight, history.len(), history.best_epoch()),
        (2.0, 3, Some(2))
    );
    let (weight, history) = scripted(&[3.0, 1.0, 2.0], |trainer| trainer);
    assert_eq!((weight, history.best_epoch()), (3.0, Some(2)));
    let highest = |trainer: Trainer| trainer.watch("valid loss", "max").keep_best();
    assert_eq!(scripted(&[1.0, 3.0, 2.0], highest).0, 2.0);
    let broken = |trainer: Trainer| trainer.allow_non_finite().keep_best();
    assert_eq!(scripted(&[f64::NAN, 2.0, f64::NAN], broken).0, 2.0);
    assert_eq!(scripted(&[f64::NAN, f64::NAN], broken).1.best_epoch(), None);
}

#[test]
fn checkpoints_are_of_the_best_and_of_every_nth_epoch() {
    let _alone = alone(0);
    let (best, every) = (File::new("best"), File::new("every"));
    let (path, other) = (best.0.clone(), every.0.clone());
    let (_, history) = scripted(&[3.0, 1.0, 2.0, 2.0, 2.0], move |trainer| {
        let seen = every.0.clone();
        let trainer = trainer.save_best(&path).save_every(2, &other);
        trainer.on_epoch_end(move |run| {
            // Written after this call: what is there is of the epochs before.
            let found = Checkpoint::load(&seen).map(|c| c.epoch()).unwrap_or(0);
            assert_eq!(found, (run.epoch - 1) / 2 * 2);
        })
    });
    history.saved().unwrap();
    let every = File::new("every");
    let checkpoint = Checkpoint::load(&every.0).unwrap();
    // The last epoch is kept, even though 5 is odd.
    assert_eq!((checkpoint.epoch(), checkpoint.step()), (5, 5));
    let checkpoint = Checkpoint::load(&best.0).unwrap();
    assert_eq!(checkpoint.epoch(), 2);
    let model = seq![Linear::new(1, 1).no_bias()];
    let mut opt = Sgd::new(model.parameters(), 0.5);
    checkpoint.restore(&model, &mut opt).unwrap();
    assert_eq!(
        (model.parameters().tensors()[0].item(), opt.lr()),
        (2.0, 1.0)
    );
}

/// Everything that a run can have: three schedules, early stopping, momentum, dropout, batch norm,
/// noise on the data, validation data in random order.
fn rich_run(
    data: &DataLoader,
    epochs: usize,
    change: impl FnOnce(Trainer) -> Trainer,
) -> (Vec<u64>, History, Vec<f32>) {
    let model = network();
    let mut opt = Adam::new(model.parameters(), 0.01).amsgrad(true);
    let cycle = OneCycleLR::new(&mut opt, 0.02, 6 * data.len());
    let noisy = data.map(|x, y| (x + randn_like(x) * 0.1, y.clone()));
    let trainer = Trainer::new(epochs)
        .quiet()
        .valid(data)
        .metric("error", mean_absolute_error)
        .clip_grad_norm(1.0)
        .schedule_batches(&cycle)
        .schedule(&ExponentialLR::new(0.99))
        .schedule_plateau(&ReduceLROnPlateau::new().patience(1).factor(0.9))
        .early_stopping(5);
    let history = change(trainer).fit(&model, &noisy, &mut opt, mse_loss);
    (bits(&model), history, randn(&[3]).to_vec())
}

#[test]
fn a_run_that_goes_on_is_the_same_bit_for_bit() {
    let file = File::new("run");
    let _alone = alone(3);
    let data = line().workers(2);
    let start = random_state();
    let (whole, whole_history, next) = rich_run(&data, 6, |trainer| trainer);

    set_random_state(&start);
    // The kernel dies in the middle of the fourth epoch.
    let died = panic_of(|| {
        rich_run(&data, 6, |trainer| {
            trainer.save_every(1, &file.0).on_batch_end(|run| {
                assert!((run.epoch, run.batch) != (4, 2), "killed");
            })
        })
    });
    assert!(died.contains("killed"), "{died}");
    assert_eq!(Checkpoint::load(&file.0).unwrap().epoch(), 3);

    manual_seed(99);
    let (resumed, history, then) = rich_run(&data, 6, |trainer| trainer.resume(&file.0).unwrap());
    assert_eq!(resumed, whole);
    assert_eq!(then, next);
    assert_eq!(history.batch_loss(), whole_history.batch_loss());
    assert_eq!(history.best_epoch(), whole_history.best_epoch());
    for name in ["loss", "error", "valid loss", "valid error", "lr"] {
        assert_eq!(history.series(name), whole_history.series(name), "{name}");
        assert_eq!(history.std(name), whole_history.std(name), "{name}");
    }
}

#[test]
fn what_cannot_be_gone_on_with_is_said() {
    let _alone = alone(0);
    let file = File::new("other");
    let trainer = Trainer::new(1);
    // Nothing is there yet: the run starts from the beginning.
    let _ = trainer.resume(&file.0).unwrap();
    std::fs::write(&file.0, "not a checkpoint").unwrap();
    let error = trainer.resume(&file.0).unwrap_err().to_string();
    assert!(error.contains(file.0.to_str().unwrap()), "{error}");

    let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 2]), &ones(&[4, 1])), 2);
    let small = seq![Linear::new(2, 1)];
    let mut opt = Sgd::new(small.parameters(), 0.1);
    trainer
        .save_every(1, &file.0)
        .fit(&small, &data, &mut opt, mse_loss);
    let large = seq![Linear::new(2, 3), ReLU, Linear::new(3, 1)];
    let before = bits(&large);
    let mut opt = Sgd::new(large.parameters(), 0.1);
    let trainer = trainer.resume(&file.0).unwrap();
    let message = panic_of(|| trainer.fit(&large, &data, &mut opt, mse_loss));
    assert!(
        message.contains(file.0.to_str().unwrap()) && message.contains("[3, 2]"),
        "{message}"
    );
    assert_eq!(bits(&large), before);
}

#[test]
fn a_checkpoint_that_cannot_be_written_does_not_end_the_run() {
    let _alone = alone(0);
    // A device that is always full; the file beside it cannot be made either way.
    let (_, history) = scripted(&[2.0, 1.0], |trainer| {
        trainer.save_every(1, "/dev/full/run")
    });
    assert_eq!(history.len(), 2);
    let error = history.saved().unwrap_err().to_string();
    assert!(error.contains("/dev/full/run"), "{error}");
    assert!(format!("{history:?}").contains("not saved: save: /dev/full/run"));
}
