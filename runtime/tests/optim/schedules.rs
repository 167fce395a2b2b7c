//! Schedules against PyTorch.

use cuaderno::prelude::*;
use serde_json::Value;

use crate::{GOLDEN, list, near, numbers};

/// One of the two traits' worth of schedules: most only step, one is told the loss.
enum Any {
    Blind(Box<dyn Schedule>),
    Plateau(ReduceLROnPlateau),
}

impl Any {
    fn step(&mut self, opt: &mut dyn Optimizer, loss: f64) {
        match self {
            Any::Blind(schedule) => schedule.step(opt),
            Any::Plateau(schedule) => schedule.step(opt, loss),
        }
    }

    fn state(&self) -> OptimState {
        match self {
            Any::Blind(schedule) => schedule.state_dict(),
            Any::Plateau(schedule) => schedule.state_dict(),
        }
    }

    fn load(&mut self, state: &OptimState) {
        match self {
            Any::Blind(schedule) => schedule.load_state_dict(state),
            Any::Plateau(schedule) => schedule.load_state_dict(state),
        }
        .unwrap();
    }
}

fn number(options: &Value, name: &str) -> Option<f64> {
    options[name].as_f64()
}

fn count(options: &Value, name: &str) -> usize {
    number(options, name).unwrap() as usize
}

fn schedule(opt: &mut dyn Optimizer, case: &Value) -> Any {
    let options = &case["options"];
    let gamma = number(options, "gamma").unwrap_or(0.1);
    Any::Blind(match case["name"].as_str().unwrap() {
        "StepLR" => Box::new(StepLR::new(count(options, "step_size")).gamma(gamma)),
        "MultiStepLR" => {
            let milestones = numbers(&options["milestones"]);
            let milestones: Vec<usize> = milestones.iter().map(|&m| m as usize).collect();
            Box::new(MultiStepLR::new(&milestones).gamma(gamma))
        }
        "ExponentialLR" => Box::new(ExponentialLR::new(gamma)),
        "CosineAnnealingLR" => {
            let eta_min = number(options, "eta_min").unwrap_or(0.0);
            Box::new(CosineAnnealingLR::new(count(options, "T_max")).eta_min(eta_min))
        }
        "LinearLR" => {
            let start = number(options, "start_factor").unwrap();
            let end = number(options, "end_factor").unwrap_or(1.0);
            Box::new(LinearLR::new(opt, start, count(options, "total_iters")).end_factor(end))
        }
        "OneCycleLR" => Box::new(one_cycle(opt, options)),
        "ReduceLROnPlateau" => return Any::Plateau(plateau(options)),
        other => panic!("{other}"),
    })
}

fn one_cycle(opt: &mut dyn Optimizer, options: &Value) -> OneCycleLR {
    let max_lr = number(options, "max_lr").unwrap();
    let mut schedule = OneCycleLR::new(opt, max_lr, count(options, "total_steps"));
    for (name, value) in options.as_object().unwrap() {
        let number = value.as_f64().unwrap_or_default();
        schedule = match name.as_str() {
            "max_lr" | "total_steps" | "max_momentum" => schedule,
            "pct_start" => schedule.pct_start(number),
            "anneal_strategy" => schedule.anneal_strategy(value.as_str().unwrap()),
            "div_factor" => schedule.div_factor(opt, number),
            "final_div_factor" => schedule.final_div_factor(number),
            "three_phase" => schedule.three_phase(true),
            "cycle_momentum" => schedule.keep_momentum(opt),
            "base_momentum" => {
                schedule.momentum(opt, number, options["max_momentum"].as_f64().unwrap())
            }
            other => panic!("{other}"),
        };
    }
    schedule
}

fn plateau(options: &Value) -> ReduceLROnPlateau {
    let mut schedule = ReduceLROnPlateau::new();
    for (name, value) in options.as_object().unwrap() {
        let number = value.as_f64().unwrap_or_default();
        schedule = match name.as_str() {
            "patience" => schedule.patience(number as usize),
            "cooldown" => schedule.cooldown(number as usize),
            "factor" => schedule.factor(number),
            "threshold" => schedule.threshold(number),
            "min_lr" => schedule.min_lr(number),
            "eps" => schedule.eps(number),
            "mode" => schedule.mode(value.as_str().unwrap()),
            "threshold_mode" => schedule.threshold_mode(value.as_str().unwrap()),
            other => panic!("{other}"),
        };
    }
    schedule
}

/// Two groups, as in the script.
fn optimiser(case: &Value) -> Box<dyn Optimizer> {
    let (a, b) = (tensor([1.0]).requires_grad(), tensor([1.0]).requires_grad());
    if case["optimiser"] == "Adam" {
        let second = Adam::new(params![b], 0.01);
        Box::new(Adam::new(params![a], 0.1).add_group(&second))
    } else {
        let second = Sgd::new(params![b], 0.01).momentum(0.9);
        Box::new(Sgd::new(params![a], 0.1).momentum(0.9).add_group(&second))
    }
}

fn seen(opt: &dyn Optimizer) -> Vec<f64> {
    let mut row = opt.lrs();
    row.push(opt.momenta()[0]);
    row
}

#[test]
fn every_step_of_every_schedule_is_pytorchs() {
    let losses = numbers(&GOLDEN["losses"]);
    for case in list(&GOLDEN, "schedules") {
        let mut opt = optimiser(case);
        let mut schedule = schedule(&mut *opt, case);
        let steps = list(case, "steps");
        assert_eq!(steps.len(), 41);
        for (step, row) in steps.iter().enumerate() {
            if step > 0 {
                opt.step();
                schedule.step(&mut *opt, losses[step - 1]);
            }
            let what = format!("{} {} step {step}", case["name"], case["options"]);
            near(&seen(&*opt), &numbers(row), 1e-10, &what);
        }
    }
}

/// From any step on, loaded states go on exactly as if nothing had happened.
#[test]
fn a_saved_schedule_goes_on() {
    let losses = numbers(&GOLDEN["losses"]);
    for case in list(&GOLDEN, "schedules") {
        for stop in [0, 1, 7, 13, 25] {
            let mut opt = optimiser(case);
            let mut first = schedule(&mut *opt, case);
            for &loss in &losses[..stop] {
                first.step(&mut *opt, loss);
            }
            let mut again = optimiser(case);
            let mut second = schedule(&mut *again, case);
            second.load(&first.state());
            again.load_state_dict(&opt.state_dict()).unwrap();
            for &loss in &losses[stop..] {
                first.step(&mut *opt, loss);
                second.step(&mut *again, loss);
                assert_eq!(seen(&*opt), seen(&*again), "{} after {stop}", case["name"]);
            }
        }
    }
}

#[test]
fn two_schedules_multiply() {
    let w = tensor([1.0]).requires_grad();
    let mut opt = Sgd::new(params![w], 1.0);
    let mut warm_up = LinearLR::new(&mut opt, 0.5, 2);
    let mut fall = ExponentialLR::new(0.9);
    let lrs = [0; 3].map(|_| {
        warm_up.step(&mut opt);
        fall.step(&mut opt);
        opt.lr()
    });
    assert_close(&tensor(lrs), [0.75 * 0.9, 0.81, 0.729]);
}

#[test]
fn another_schedules_state_is_refused() {
    let state = StepLR::new(3).state_dict();
    let error = ExponentialLR::new(0.9).load_state_dict(&state).unwrap_err();
    assert_eq!(
        error.to_string(),
        "load_state_dict: the state is of StepLR, not of ExponentialLR\n\
         help: make the same optimiser and the same schedule as in the run that was saved"
    );
}

#[test]
#[should_panic(expected = "OneCycleLR: the cycle has 2 steps, and this is one more\nhelp: give")]
fn a_cycle_ends() {
    let w = tensor([1.0]).requires_grad();
    let mut opt = Sgd::new(params![w], 1.0);
    let mut schedule = OneCycleLR::new(&mut opt, 1.0, 2);
    for _ in 0..3 {
        schedule.step(&mut opt);
    }
}
