//! A loop of one's own that was stopped and goes on ends as one that was not.

use std::path::Path;

use cuaderno::prelude::*;

use super::{alone, bits, line, network};

/// A schedule of any kind.
trait Rule: Stateful {
    fn next(&mut self, opt: &mut dyn Optimizer, loss: f64);
}

macro_rules! rules {
    ($($schedule:ty),*) => {$(
        impl Rule for $schedule {
            fn next(&mut self, opt: &mut dyn Optimizer, _: f64) {
                self.step(opt);
            }
        }
    )*};
}

rules!(
    StepLR,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR
);

impl Rule for ReduceLROnPlateau {
    fn next(&mut self, opt: &mut dyn Optimizer, loss: f64) {
        self.step(opt, loss);
    }
}

struct Run {
    model: Sequential,
    opt: Box<dyn Optimizer>,
    rule: Box<dyn Rule>,
}

type MakeOptimizer = fn(Params) -> Box<dyn Optimizer>;
type MakeRule = fn(&mut dyn Optimizer) -> Box<dyn Rule>;

/// Passes over the data, in random order, with noise on the inputs.
fn train(run: &mut Run, data: &DataLoader, epochs: std::ops::Range<usize>) {
    for _ in epochs {
        let mut total = 0.0;
        for (x, y) in data {
            let noisy = &x + randn(x.shape()) * 0.1;
            run.opt.zero_grad();
            let loss = mse_loss(&run.model.forward(&noisy), &y);
            loss.backward();
            run.opt.step();
            total += loss.item();
        }
        run.rule.next(&mut *run.opt, total);
    }
}

fn optimisers() -> Vec<(&'static str, MakeOptimizer)> {
    vec![
        ("Sgd", |p| Box::new(Sgd::new(p, 0.05))),
        ("momentum", |p| {
            Box::new(Sgd::new(p, 0.05).momentum(0.9).nesterov(true))
        }),
        ("Adam", |p| Box::new(Adam::new(p, 0.01).amsgrad(true))),
        ("AdamW", |p| Box::new(AdamW::new(p, 0.01).weight_decay(0.1))),
        ("Adadelta", |p| Box::new(Adadelta::new(p, 1.0))),
        ("Adagrad", |p| {
            Box::new(Adagrad::new(p, 0.05).lr_decay(0.01))
        }),
        ("RMSprop", |p| {
            Box::new(RMSprop::new(p, 0.01).momentum(0.9).centered(true))
        }),
    ]
}

fn rules() -> Vec<(&'static str, MakeRule)> {
    vec![
        ("StepLR", |_| Box::new(StepLR::new(3))),
        ("MultiStepLR", |_| Box::new(MultiStepLR::new(&[1, 4]))),
        ("ExponentialLR", |_| Box::new(ExponentialLR::new(0.9))),
        ("CosineAnnealingLR", |_| Box::new(CosineAnnealingLR::new(6))),
        ("LinearLR", |opt| Box::new(LinearLR::new(opt, 0.1, 5))),
        ("OneCycleLR", |opt| Box::new(OneCycleLR::new(opt, 0.1, 6))),
        ("ReduceLROnPlateau", |_| Box::new(ReduceLROnPlateau::new())),
    ]
}

fn start(seed: u64, optimiser: MakeOptimizer, rule: MakeRule) -> Run {
    manual_seed(seed);
    let model = network();
    let mut opt = optimiser(model.parameters());
    let rule = rule(&mut *opt);
    Run { model, opt, rule }
}

/// Trains six epochs at once, and in two sessions with a file between, and compares.
fn check(path: &Path, data: &DataLoader, optimiser: MakeOptimizer, rule: MakeRule) {
    let mut whole = start(11, optimiser, rule);
    train(&mut whole, data, 0..6);
    let next = randn(&[3]).to_vec();

    let mut first = start(11, optimiser, rule);
    train(&mut first, data, 0..2);
    let checkpoint = Checkpoint::new(&first.model, &first.opt);
    let checkpoint = checkpoint.with("schedule", &*first.rule).with_epoch(2);
    checkpoint.with_step(14).save(path).unwrap();

    let mut second = start(99, optimiser, rule);
    second.opt.set_lr(0.7);
    let checkpoint = Checkpoint::load(path).unwrap();
    let parts: &mut [(&str, &mut dyn Stateful)] = &mut [
        ("optimizer", &mut second.opt),
        ("schedule", &mut *second.rule),
    ];
    checkpoint.restore_all(&second.model, parts).unwrap();
    assert_eq!((checkpoint.epoch(), checkpoint.step()), (2, 14));
    assert_eq!(bits(&second.model), bits(&first.model));
    train(&mut second, data, checkpoint.epoch()..6);
    assert_eq!(bits(&second.model), bits(&whole.model));
    assert_eq!(
        (second.opt.lr(), randn(&[3]).to_vec()),
        (whole.opt.lr(), next)
    );
}

#[test]
fn a_resumed_run_ends_as_an_uninterrupted_one() {
    let folder = std::env::temp_dir().join(format!("cuaderno-resume-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("run.safetensors");
    let _alone = alone(3);
    let data = line();
    let (optimisers, rules) = (optimisers(), rules());
    for (name, optimiser) in &optimisers {
        println!("{name}");
        check(&path, &data, *optimiser, rules[2].1);
    }
    for (name, rule) in &rules {
        println!("{name}");
        check(&path, &data, optimisers[1].1, *rule);
    }
    refused_as_a_whole(&path);
    std::fs::remove_dir_all(folder).unwrap();
}

/// Where one part does not fit, every other stays as it was.
fn refused_as_a_whole(path: &Path) {
    struct Never;

    impl Stateful for Never {
        fn state(&self) -> StateDict {
            StateDict::new()
        }

        fn load_state(&mut self, _: &StateDict) -> Result<(), Error> {
            Err(Error::new("Never", "takes nothing"))
        }
    }

    let checkpoint = Checkpoint::load(path).unwrap();
    let model = network();
    let mut opt = Sgd::new(model.parameters(), 1.0).momentum(0.5);
    let before = bits(&model);
    let state = random_state();
    let parts: &mut [(&str, &mut dyn Stateful)] =
        &mut [("optimizer", &mut opt), ("other", &mut Never)];
    let error = checkpoint
        .restore_all(&model, parts)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        format!("restore: {}: other: Never: takes nothing", path.display())
    );
    assert_eq!(
        (bits(&model), opt.lr(), opt.momenta()),
        (before, 1.0, vec![0.5])
    );
    let here = rand(&[2]).to_vec();
    set_random_state(&state);
    assert_eq!(rand(&[2]).to_vec(), here);

    let mut other = Adam::new(model.parameters(), 1.0);
    let error = checkpoint
        .restore(&model, &mut other)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the state is of Sgd, not of Adam"),
        "{error}"
    );

    let wide = seq![
        Linear::new(3, 5),
        BatchNorm1d::new(5),
        ReLU,
        Dropout::new(0.2),
        Linear::new(5, 1)
    ];
    let error = checkpoint.restore(&wide, &mut opt).unwrap_err().to_string();
    let expected = "model: 0.weight: the model has the shape [5, 3], the state [4, 3], so 5 != 4";
    assert!(error.contains(expected), "{error}");
    assert_eq!(opt.lr(), 1.0);

    model.save(path).unwrap();
    let error = Checkpoint::load(path).unwrap_err().to_string();
    assert!(
        error.contains("run.safetensors: is not a checkpoint"),
        "{error}"
    );
}
