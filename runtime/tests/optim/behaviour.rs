//! What optimisers do besides their formula: groups, shared parameters, state, large tensors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cuaderno::prelude::*;

use crate::{GOLDEN, flat, list, optimiser, parameters, train};

#[test]
fn training_goes_on_from_a_state_bit_for_bit() {
    for dtype in [DType::F32, DType::F64] {
        for case in list(&GOLDEN, "optimisers") {
            for stop in [0, 1, 5] {
                let params = parameters(dtype);
                let mut opt = optimiser(params.clone(), case);
                (0..stop).for_each(|step| train(&mut *opt, &params, step));

                let copies = parameters(dtype);
                for (copy, original) in copies.iter().zip(params.iter()) {
                    no_grad(|| copy.tensor.copy_(&original.tensor));
                }
                let mut again = optimiser(copies.clone(), case);
                again.set_lr(0.123);
                again.load_state_dict(&opt.state_dict()).unwrap();

                for step in stop..12 {
                    train(&mut *opt, &params, step);
                    train(&mut *again, &copies, step);
                }
                let (a, b) = (flat(&params, Tensor::clone), flat(&copies, Tensor::clone));
                assert_eq!(a, b, "{} {}", case["name"], case["options"]);
            }
        }
    }
}

#[test]
fn a_state_is_a_copy() {
    let w = tensor([1.0]).requires_grad();
    let mut opt = Sgd::new(params![w], 0.1).momentum(0.9);
    w.square().sum().backward();
    opt.step();
    let state = opt.state_dict();
    opt.step();
    assert_close(&state.tensor("w.momentum_buffer").unwrap(), [2.0]);
    state.tensor("w.momentum_buffer").unwrap().fill_(100.0);
    let velocity = opt.state_dict().tensor("w.momentum_buffer").unwrap();
    assert_close(&velocity, [0.9 * 2.0 + 2.0]);
}

#[test]
fn a_state_of_another_model_changes_nothing() {
    let small = || tensor([1.0, 2.0]).requires_grad();
    let (w, other) = (small(), tensor([1.0, 2.0, 3.0]).requires_grad());
    let mut opt = Adam::new(params![w], 0.1);
    let before = format!("{:?}", opt.state_dict().numbers);
    let refused = |state: OptimState, opt: &mut Adam, text: &str| {
        let error = opt.load_state_dict(&state).unwrap_err();
        assert_eq!(error.to_string(), text);
        assert_eq!(format!("{:?}", opt.state_dict().numbers), before);
    };

    let large = {
        let w = other.clone();
        let mut opt = Adam::new(params![w], 0.5);
        w.sum().backward();
        opt.step();
        opt.state_dict()
    };
    refused(
        large,
        &mut opt,
        "load_state_dict: w.exp_avg is f32 of shape [3] in the state, and the parameter f32 of \
         shape [2]\nhelp: the state belongs to another model",
    );
    refused(
        Adam::new(params![other], 0.5).state_dict(),
        &mut opt,
        "load_state_dict: the state of Adam has no number w.step",
    );
    refused(
        Sgd::new(params![w], 0.5).state_dict(),
        &mut opt,
        "load_state_dict: the state is of Sgd, not of Adam\n\
         help: make the same optimiser and the same schedule as in the run that was saved",
    );
    let groups = Adam::new(params![w], 0.5).add_group(&Adam::new(params![other], 0.25));
    refused(
        groups.state_dict(),
        &mut opt,
        "load_state_dict: the state has more groups of parameters than this Adam, which has 1: \
         the next has learning rate 0.25",
    );
}

#[test]
fn groups_have_settings_of_their_own() {
    let (a, b) = (tensor([1.0]).requires_grad(), tensor([1.0]).requires_grad());
    let second = Sgd::new(params![b], 0.01).weight_decay(0.5);
    let mut opt = Sgd::new(params![a], 0.1).add_group(&second);
    (&a + &b).sum().backward();
    opt.step();
    assert_close(&a, [0.9]);
    assert_close(&b, [1.0 - 0.01 * 1.5]);
    opt.set_lrs(&[1.0, 0.0]);
    assert_eq!((opt.lr(), opt.lrs()), (1.0, vec![1.0, 0.0]));
    opt.set_lr(0.5);
    assert_eq!(opt.lrs(), [0.5, 0.5]);
    opt.zero_grad();
    assert!(a.try_grad().is_none() && b.try_grad().is_none());
}

#[test]
fn parameters_of_one_name_are_told_apart() {
    let (a, b) = (Linear::new(2, 1), Linear::new(1, 1));
    let opt = Adam::new(a.parameters(), 0.1).add_group(&Adam::new(b.parameters(), 0.2));
    let state = opt.state_dict();
    for name in ["weight.step", "weight#2.step", "bias.step", "bias#2.step"] {
        assert_eq!(state.number(name), Some(0.0), "{name}");
    }
}

#[test]
fn a_parameter_that_occurs_twice_is_changed_once() {
    let w = tensor([1.0]).requires_grad();
    let v = w.clone();
    let mut opt = Sgd::new(params![w, v], 0.1).momentum(0.5);
    w.sum().backward();
    opt.step();
    assert_close(&w, [0.9]);
    let twice = || Sgd::new(params![w], 0.1).add_group(&Sgd::new(params![w], 0.2));
    let payload = catch_unwind(AssertUnwindSafe(twice)).unwrap_err();
    assert_eq!(
        payload.downcast_ref::<String>().map(String::as_str),
        Some("Sgd: w of shape [1] is in two groups\nhelp: list a parameter in one group only")
    );
}

#[test]
fn a_parameter_without_gradient_stays() {
    let (w, idle) = (tensor([1.0]).requires_grad(), tensor([1.0]).requires_grad());
    let mut opt = AdamW::new(params![w, idle], 0.1).weight_decay(0.5);
    w.sum().backward();
    opt.step();
    assert_close(&idle, [1.0]);
    assert_eq!(opt.state_dict().number("idle.step"), Some(0.0));
    assert_eq!(opt.state_dict().number("w.step"), Some(1.0));

    let before = w.item();
    w.set_requires_grad(false);
    opt.step();
    assert_eq!(w.item(), before, "frozen, with a gradient of before");
}

/// Large parameters are cut into parts for several threads; small ones are not.
#[test]
fn large_parameters_take_the_same_steps() {
    const COUNT: usize = 100_003;
    for case in list(&GOLDEN, "optimisers") {
        let start = (arange(0, COUNT as i64, 1) % 7).float() - 3.0;
        let large = start.copy().requires_grad();
        let small = start.narrow(0, 0, 7).copy().requires_grad();
        let view = start.copy().reshape(&[COUNT, 1]).t().requires_grad();
        let mut opts = [&large, &small, &view].map(|w| {
            let w = w.clone();
            optimiser(params![w], case)
        });
        for _ in 0..3 {
            for (w, opt) in [&large, &small, &view].into_iter().zip(&mut opts) {
                opt.zero_grad();
                (w.square() * 0.25).sum().backward();
                opt.step();
            }
        }
        let small = small.to_vec();
        for (i, (a, b)) in large.to_vec().into_iter().zip(view.to_vec()).enumerate() {
            assert_eq!((a, b), (small[i % 7], small[i % 7]), "{} {i}", case["name"]);
        }
    }
}

#[test]
fn momentum_may_start_late() {
    for mut opt in [0, 1].map(|kind| -> Box<dyn Optimizer> {
        let params = parameters(DType::F32);
        if kind == 0 {
            Box::new(Sgd::new(params, 0.1))
        } else {
            Box::new(RMSprop::new(params, 0.1))
        }
    }) {
        assert_eq!(opt.momenta(), [0.0]);
        opt.step();
        opt.set_momenta(&[0.9]);
        opt.step();
        assert_eq!(opt.momenta(), [0.9]);
    }
    let w = tensor([1.0]).requires_grad();
    let mut opt = RMSprop::new(params![w], 0.1);
    w.sum().backward();
    opt.step();
    let after_one = w.item();
    opt.set_momenta(&[0.9]);
    opt.step();
    assert!(w.item() < after_one - 0.1, "{w}");
}

#[track_caller]
fn panics(run: impl FnOnce(), expected: &str) {
    let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("should panic");
    assert_eq!(
        payload.downcast_ref::<String>().map(String::as_str),
        Some(expected)
    );
}

#[test]
fn mistakes_say_what_to_do() {
    let w = tensor([1.0]).requires_grad();
    let computed = &w * 2.0;
    let sgd = || Sgd::new(params![w], 0.1);
    panics(
        || drop(Adam::new(Params::new(), 0.1)),
        "Adam: the list of parameters is empty\n\
         help: a model of your own lists them: fn parameters(&self) -> Params { params![self.w, self.b] }",
    );
    panics(
        || drop(RMSprop::new(params![computed], 0.1)),
        "RMSprop: computed of shape [1] is not a leaf\n\
         help: make the parameter with requires_grad()",
    );
    panics(
        || drop(Sgd::new(params![w], -0.1)),
        "Sgd: the learning rate must be a number ≥ 0, it is -0.1",
    );
    panics(
        || drop(Adam::new(params![w], 0.1).betas(0.9, 1.0)),
        "Adam: beta2 must be at least 0 and less than 1, it is 1",
    );
    panics(
        || sgd().set_lrs(&[0.1, 0.2]),
        "Sgd: 2 learning rates for 1 groups of parameters",
    );
    w.sum().backward();
    panics(
        || sgd().nesterov(true).step(),
        "Sgd: nesterov needs momentum and no dampening, the momentum is 0 and the dampening 0\n\
         help: Sgd::new(params, lr).momentum(0.9).nesterov(true)",
    );
    panics(
        || clip_grad_value_(&params![w], -1.0),
        "clip_grad_value_: the limit must be a number ≥ 0, it is -1",
    );
    panics(
        || {
            ReduceLROnPlateau::new().mode("larger");
        },
        "ReduceLROnPlateau: mode is \"min\" or \"max\", not \"larger\"",
    );
}
