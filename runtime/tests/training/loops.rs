//! The loop: steps, modes, clipping, schedules, callbacks, and what stops it.

use super::*;

#[test]
fn a_trainer_does_what_a_loop_by_hand_does() {
    let _alone = alone(7);
    let by_hand = {
        let (data, model) = (line(), network());
        let mut opt = Adam::new(model.parameters(), 0.01);
        let mut losses = vec![];
        for _ in 0..3 {
            for (x, y) in &data {
                let loss = mse_loss(&model.forward(&x), &y);
                opt.zero_grad();
                loss.backward();
                opt.step();
                losses.push(loss.item());
            }
        }
        (losses, bits(&model))
    };
    manual_seed(7);
    let (data, model) = (line(), network());
    let mut opt = Adam::new(model.parameters(), 0.01);
    let history = fit(&model, &data, &mut opt, mse_loss, 3);
    assert_eq!((history.batch_loss(), bits(&model)), by_hand);
}

/// Notes its mode at every forward pass.
struct Spy {
    mode: Mode,
    seen: Rc<RefCell<Vec<bool>>>,
    w: Tensor,
}

impl Module for Spy {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.seen.borrow_mut().push(self.mode.is_training());
        x * &self.w
    }
    fn parameters(&self) -> Params {
        params![self.w, self.mode]
    }
}

#[test]
fn modes_are_switched_and_restored() {
    let _alone = alone(0);
    let data = DataLoader::new(&TensorDataset::new(&ones(&[4, 1]), &ones(&[4, 1])), 2);
    for before in [true, false] {
        let seen = notes();
        let (mode, w) = (Mode::new(), ones(&[1]).requires_grad());
        mode.set_training(before);
        let model = Spy {
            mode: mode.clone(),
            seen: seen.clone(),
            w,
        };
        let mut opt = Sgd::new(model.parameters(), 0.1);
        Trainer::new(2)
            .valid(&data)
            .fit(&model, &data, &mut opt, mse_loss);
        assert_eq!(*seen.borrow(), [true, true, false, false].repeat(2));
        assert_eq!(mode.is_training(), before);
    }
}

/// One parameter whose gradient is what the data say.
fn slope(gradients: &[f64]) -> (Sequential, DataLoader) {
    let model = seq![Linear::new(1, 1).no_bias()];
    no_grad(|| model.parameters().tensors()[0].fill_(0.0));
    let x = tensor(gradients.to_vec()).unsqueeze(1);
    (model, DataLoader::new(&TensorDataset::new(&x, &x), 1))
}

fn sum(y_hat: &Tensor, _: &Tensor) -> Tensor {
    y_hat.sum()
}

#[test]
fn gradients_are_clipped() {
    let _alone = alone(0);
    for (trainer, expected) in [
        (Trainer::new(1), -(3.0 + 0.5)),
        (Trainer::new(1).clip_grad_norm(1.0), -(1.0 + 0.5)),
        (Trainer::new(1).clip_grad_value(2.0), -(2.0 + 0.5)),
    ] {
        let (model, data) = slope(&[3.0, 0.5]);
        let mut opt = Sgd::new(model.parameters(), 1.0);
        trainer.fit(&model, &data, &mut opt, sum);
        assert_close_within(&model.parameters().tensors()[0], [[expected]], 1e-5);
    }
}

#[test]
fn schedules_step_per_epoch_per_batch_and_on_a_plateau() {
    let _alone = alone(0);
    let (model, data) = slope(&[0.0, 0.0]);
    let lrs = |trainer: &Trainer| {
        let mut opt = Sgd::new(model.parameters(), 1.0);
        trainer.fit(&model, &data, &mut opt, sum).series("lr")
    };
    let by_epoch = Trainer::new(4).schedule(&StepLR::new(2));
    assert_close(&tensor(lrs(&by_epoch)), [1.0, 1.0, 0.1, 0.1]);
    // The trainer keeps the schedule as it was given.
    assert_close(&tensor(lrs(&by_epoch)), [1.0, 1.0, 0.1, 0.1]);
    let by_batch = Trainer::new(2).schedule_batches(&ExponentialLR::new(0.5));
    assert_close(&tensor(lrs(&by_batch)), [0.5, 0.125]);
    let plateau = ReduceLROnPlateau::new().patience(1).factor(0.5);
    let on_plateau = Trainer::new(5).schedule_plateau(&plateau);
    // The loss never changes: 0, so the first epoch is the best.
    assert_close(&tensor(lrs(&on_plateau)), [1.0, 1.0, 1.0, 0.5, 0.5]);
}

/// Notes every moment.
struct Moments(Rc<RefCell<Vec<String>>>);

impl Moments {
    fn note(&self, moment: &str, run: &Run) {
        self.0
            .borrow_mut()
            .push(format!("{moment} {}.{}", run.epoch, run.batch));
    }
}

impl Callback for Moments {
    fn on_train_begin(&mut self, run: &mut Run) {
        self.note("start", run);
    }
    fn on_epoch_begin(&mut self, run: &mut Run) {
        self.note("epoch", run);
    }
    fn on_batch_end(&mut self, run: &mut Run) {
        self.note("batch", run);
        if (run.epoch, run.batch) == (2, 1) {
            run.stop("enough");
        }
    }
    fn on_epoch_end(&mut self, run: &mut Run) {
        self.note("done", run);
    }
    fn on_train_end(&mut self, run: &mut Run) {
        self.note("end", run);
    }
}

#[test]
fn callbacks_are_called_in_order_and_can_stop() {
    let _alone = alone(0);
    let (model, data) = slope(&[1.0, 1.0]);
    let mut opt = Sgd::new(model.parameters(), 0.1);
    let moments = notes();
    let trainer = Trainer::new(5).quiet().callback(Moments(moments.clone()));
    let history = trainer.fit(&model, &data, &mut opt, sum);
    let expected = "start 0.0, epoch 1.0, batch 1.1, batch 1.2, done 1.2, epoch 2.0, batch 2.1, done 2.1, end 2.1";
    assert_eq!(moments.borrow().join(", "), expected);
    assert_eq!((history.len(), history.batch_loss().len()), (2, 3));
    assert_eq!(history.stopped(), Some("enough"));
    assert!(format!("{history:?}").contains("stopped: enough"));
}

#[test]
fn a_callback_can_change_the_learning_rate() {
    let _alone = alone(0);
    let (model, data) = slope(&[1.0]);
    let mut opt = Sgd::new(model.parameters(), 1.0);
    let trainer = Trainer::new(3).on_epoch_end(|run| {
        let lr = run.opt.lr();
        run.opt.set_lr(lr / 2.0);
    });
    trainer.fit(&model, &data, &mut opt, sum);
    assert_close(&model.parameters().tensors()[0], [[-1.75]]);
}

#[test]
fn a_loss_that_is_no_number_stops_before_its_step() {
    let _alone = alone(0);
    let (model, data) = slope(&[1.0, f64::NAN, 1.0]);
    let mut opt = Sgd::new(model.parameters(), 0.5);
    let message = panic_of(|| fit(&model, &data, &mut opt, sum, 3));
    assert!(
        message.starts_with("fit: the loss is NaN in batch 2 of epoch 1\nhelp: "),
        "{message}"
    );
    assert!(message.contains("smaller than 0.5"), "{message}");
    assert_close(&model.parameters().tensors()[0], [[-0.5]]);

    let huge = |y_hat: &Tensor, _: &Tensor| y_hat.sum() + f64::INFINITY;
    let message = panic_of(|| fit(&model, &data, &mut opt, huge, 3));
    assert!(
        message.starts_with("fit: the loss is inf in batch 1 of epoch 1"),
        "{message}"
    );

    let history = Trainer::new(2)
        .allow_non_finite()
        .fit(&model, &data, &mut opt, sum);
    assert_eq!(history.batch_loss().len(), 6);
    assert!(history.last_loss().is_nan());
}

#[test]
fn what_is_frozen_does_not_change() {
    let _alone = alone(1);
    let model = seq![
        "body" => seq![Linear::new(3, 4), BatchNorm1d::new(4), Dropout::new(0.5)],
        "norm" => BatchNorm1d::new(4),
        "head" => Linear::new(4, 1)
    ];
    model.parameters().under("body").freeze();
    let before = model.state_dict();
    let mut opt = Adam::new(model.parameters(), 0.1).weight_decay(0.1);
    let data = line();
    let modes = notes();
    let seen = modes.clone();
    let trainer = Trainer::new(2).valid(&data).on_batch_end(move |run| {
        let now: Vec<bool> = run
            .model
            .parameters()
            .modes()
            .map(|(_, m)| m.is_training())
            .collect();
        seen.borrow_mut().push(now);
    });
    trainer.fit(&model, &data, &mut opt, mse_loss);
    let after = model.state_dict();
    for (name, tensor) in before.iter() {
        let same = tensor.equal(&after[name]);
        assert_eq!(same, name.starts_with("body"), "{name}");
    }
    // The frozen batch norm is evaluated; dropout, which has nothing to freeze, still drops.
    assert!(modes.borrow().iter().all(|now| *now == [false, true, true]));
    assert!(
        model
            .parameters()
            .modes()
            .all(|(_, mode)| mode.is_training())
    );

    model.freeze();
    let message = panic_of(|| fit(&model, &data, &mut opt, mse_loss, 1));
    assert!(
        message.starts_with("fit: all 8 parameters of the model are frozen\nhelp: "),
        "{message}"
    );
}

#[test]
fn mistakes_in_the_setting_are_named() {
    let _alone = alone(0);
    let (model, data) = slope(&[1.0]);
    let fit = |trainer: Trainer| {
        let mut opt = Sgd::new(model.parameters(), 0.1);
        panic_of(|| trainer.fit(&model, &data, &mut opt, sum))
    };
    let message = fit(Trainer::new(1).watch("valid loss", "min"));
    assert_eq!(
        message,
        "fit: nothing to watch has the name \"valid loss\"; there are: loss\n\
         help: valid(&loader) gives the trainer validation data"
    );
    let message = panic_of(|| Trainer::new(1).watch("loss", "low"));
    assert_eq!(
        message,
        "watch: the mode is \"min\" or \"max\", not \"low\""
    );
    for name in ["loss", "valid f1", "f1"] {
        let trainer = Trainer::new(1).metric("f1", accuracy);
        let message = panic_of(|| trainer.metric(name, accuracy));
        assert!(
            message.starts_with(&format!("metric: the name {name:?} is taken")),
            "{message}"
        );
    }
    let empty = DataLoader::new(&TensorDataset::new(&zeros(&[0, 1]), &zeros(&[0, 1])), 1);
    let mut opt = Sgd::new(model.parameters(), 0.1);
    let message = panic_of(|| Trainer::new(1).fit(&model, &empty, &mut opt, sum));
    assert!(
        message.starts_with("fit: the loader has no batch: 0 examples"),
        "{message}"
    );
}
