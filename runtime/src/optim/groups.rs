//! What all optimisers share: groups of parameters, the walk over them, and their state.

use std::sync::Arc;

use crate::dtype::{DType, Element, Storage};
use crate::error::Error;
use crate::host;
use crate::nn::Params;
use crate::optim::pass::{self, Weight};
use crate::shape::show;
use crate::tensor::Tensor;

/// How many tensors an optimiser remembers for each parameter at most.
pub(super) const MOST: usize = 3;

/// The formula of an optimiser, with its settings.
pub(super) trait Rule: Clone {
    /// The name that errors and states show.
    const NAME: &'static str;

    /// Numbers of one step that are the same for all elements of a parameter.
    type Factors: Copy + Sync;

    /// Every setting by name, the learning rate first.
    fn settings(&mut self) -> Vec<(&'static str, &mut f64)>;

    /// What is remembered for each element of a parameter: at most [`MOST`] names.
    fn memories(&self) -> &'static [&'static str];

    /// What the memories start with.
    fn start(&self) -> f64 {
        0.0
    }

    /// The setting that a one-cycle schedule moves, if there is one.
    fn momentum(&mut self) -> Option<&mut f64> {
        None
    }

    /// The numbers of step `step`, which counts from 1.
    fn factors(&self, step: u64) -> Self::Factors;

    /// Changes the parameter `w` by its gradient `g`; `memory` has as many slices as there are
    /// memories, and empty ones behind them.
    ///
    /// Implementations are `#[inline(always)]`, so that the loop gets the widest instructions.
    fn update<T: Weight>(f: &Self::Factors, w: &mut [T], g: &[T], memory: [&mut [T]; MOST]);
}

/// A parameter and what is remembered about it.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) name: String,
    pub(super) tensor: Tensor,
    pub(super) steps: u64,
    /// Empty before the first step.
    pub(super) memory: Vec<Storage>,
}

/// Parameters with settings of their own.
#[derive(Clone)]
pub(super) struct Group<R> {
    pub(super) rule: R,
    pub(super) slots: Vec<Slot>,
}

/// The groups of an optimiser.
#[derive(Clone)]
pub(super) struct Groups<R> {
    pub(super) groups: Vec<Group<R>>,
}

#[cold]
#[track_caller]
fn refuse(op: &str, message: String, help: &str) -> ! {
    let error = Error::new(op, message);
    if help.is_empty() {
        error.raise()
    }
    error.help(help).raise()
}

/// Panics unless a setting is at least 0 and finite.
#[track_caller]
pub(super) fn check_not_negative(op: &str, what: &str, value: f64) {
    if !(value.is_finite() && value >= 0.0) {
        refuse(
            op,
            format!("{what} must be a number ≥ 0, it is {value}"),
            "",
        );
    }
}

/// Panics unless a setting is at least 0 and below 1.
#[track_caller]
pub(super) fn check_fraction(op: &str, what: &str, value: f64) {
    if !(0.0..1.0).contains(&value) {
        refuse(
            op,
            format!("{what} must be at least 0 and less than 1, it is {value}"),
            "",
        );
    }
}

/// Whether both are the same leaf: a layer that a model uses twice.
fn same_leaf(a: &Tensor, b: &Tensor) -> bool {
    match (&a.0.node, &b.0.node) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

/// The parameters, each once and with a name of its own.
#[track_caller]
fn slots(op: &str, params: &Params) -> Vec<Slot> {
    if params.is_empty() {
        refuse(
            op,
            "the list of parameters is empty".to_owned(),
            "a model of your own lists them: fn parameters(&self) -> Params { params![self.w, self.b] }",
        );
    }
    let mut slots: Vec<Slot> = Vec::with_capacity(params.len());
    for p in params.iter() {
        if !p.tensor.is_leaf() {
            refuse(
                op,
                format!(
                    "{} of shape {} is not a leaf",
                    p.name,
                    show(p.tensor.shape())
                ),
                "make the parameter with requires_grad()",
            );
        }
        if !slots.iter().any(|slot| same_leaf(&slot.tensor, &p.tensor)) {
            slots.push(Slot {
                name: p.name.clone(),
                tensor: p.tensor.clone(),
                steps: 0,
                memory: Vec::new(),
            });
        }
    }
    slots
}

impl<R: Rule> Groups<R> {
    #[track_caller]
    pub(super) fn new(params: &Params, rule: R) -> Groups<R> {
        let mut groups = Groups {
            groups: vec![Group {
                rule,
                slots: slots(R::NAME, params),
            }],
        };
        groups.name_apart();
        for lr in groups.lrs() {
            check_not_negative(R::NAME, "the learning rate", lr);
        }
        groups
    }

    /// These groups and those of another optimiser.
    #[track_caller]
    pub(super) fn and(&self, other: &Groups<R>) -> Groups<R> {
        let mut all = self.clone();
        for slot in other.groups.iter().flat_map(|group| &group.slots) {
            if let Some(twice) = self.slots().find(|s| same_leaf(&s.tensor, &slot.tensor)) {
                refuse(
                    R::NAME,
                    format!(
                        "{} of shape {} is in two groups",
                        twice.name,
                        show(twice.tensor.shape())
                    ),
                    "list a parameter in one group only",
                );
            }
        }
        all.groups.extend(other.groups.iter().cloned());
        all.name_apart();
        all
    }

    /// Two models may have a parameter `weight` each.
    fn name_apart(&mut self) {
        let mut names: Vec<String> = Vec::new();
        for slot in self.groups.iter_mut().flat_map(|group| &mut group.slots) {
            let mut name = slot.name.clone();
            let mut count = 1;
            while names.contains(&name) {
                count += 1;
                name = format!("{}#{count}", slot.name);
            }
            names.push(name.clone());
            slot.name = name;
        }
    }

    fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.groups.iter().flat_map(|group| &group.slots)
    }

    /// The same optimiser with a setting changed in every group.
    pub(super) fn with(&self, change: impl Fn(&mut R)) -> Groups<R> {
        let mut all = self.clone();
        all.groups.iter_mut().for_each(|g| change(&mut g.rule));
        all
    }

    pub(super) fn lrs(&self) -> Vec<f64> {
        let lr = |group: &Group<R>| *group.rule.clone().settings().swap_remove(0).1;
        self.groups.iter().map(lr).collect()
    }

    #[track_caller]
    pub(super) fn set_lrs(&mut self, lrs: &[f64]) {
        if lrs.len() != self.groups.len() {
            refuse(
                R::NAME,
                format!(
                    "{} learning rates for {} groups of parameters",
                    lrs.len(),
                    self.groups.len()
                ),
                "",
            );
        }
        for (group, &lr) in self.groups.iter_mut().zip(lrs) {
            check_not_negative(R::NAME, "the learning rate", lr);
            *group.rule.settings().swap_remove(0).1 = lr;
        }
    }

    #[track_caller]
    pub(super) fn set_lr(&mut self, lr: f64) {
        self.set_lrs(&vec![lr; self.groups.len()]);
    }

    pub(super) fn momenta(&self) -> Vec<f64> {
        let momentum = |group: &Group<R>| group.rule.clone().momentum().map(|m| *m);
        self.groups.iter().filter_map(momentum).collect()
    }

    pub(super) fn set_momenta(&mut self, momenta: &[f64]) {
        for (group, &momentum) in self.groups.iter_mut().zip(momenta) {
            if let Some(setting) = group.rule.momentum() {
                *setting = momentum;
            }
        }
    }

    pub(super) fn zero_grad(&self) {
        self.slots().for_each(|slot| slot.tensor.zero_grad());
    }

    pub(super) fn step(&mut self) {
        host::check_interrupt();
        for group in &mut self.groups {
            let mut known: Option<(u64, R::Factors)> = None;
            for slot in &mut group.slots {
                // A frozen parameter may still have the gradient of an earlier step.
                let active = slot.tensor.needs_grad();
                let Some(grad) = slot.tensor.try_grad().filter(|_| active) else {
                    continue;
                };
                slot.steps += 1;
                // Powers of the betas cost more than the update of a tiny tensor.
                let factors = match known {
                    Some((step, factors)) if step == slot.steps => factors,
                    _ => group.rule.factors(slot.steps),
                };
                known = Some((slot.steps, factors));
                // A schedule may turn momentum on later.
                for _ in slot.memory.len()..group.rule.memories().len() {
                    slot.memory.push(fresh(&slot.tensor, group.rule.start()));
                }
                pass::change::<R>(&slot.tensor, &grad, &mut slot.memory, &factors);
            }
        }
    }

    /// The name, the settings, and how many parameters there are, for `Debug`.
    pub(super) fn text(&self) -> String {
        let group = |group: &Group<R>| {
            let mut rule = group.rule.clone();
            let settings = rule.settings();
            let list = settings
                .iter()
                .map(|(name, value)| format!("{name} {value}"));
            let count: usize = group.slots.iter().map(|slot| slot.tensor.numel()).sum();
            format!(
                "{} tensors, {count} numbers: {}",
                group.slots.len(),
                list.collect::<Vec<_>>().join(", ")
            )
        };
        let groups: Vec<String> = self.groups.iter().map(group).collect();
        format!("{}({})", R::NAME, groups.join("; "))
    }
}

/// What is remembered about a parameter before its first step.
fn fresh(tensor: &Tensor, start: f64) -> Storage {
    let count = tensor.numel();
    match tensor.dtype() {
        DType::F64 => f64::store(vec![start; count]),
        DType::F16 => <half::f16 as Element>::store(vec![half::f16::from_f64(start); count]),
        _ => f32::store(vec![start as f32; count]),
    }
}

/// The methods that every optimiser has, for a type with a field `groups`.
macro_rules! optimizer {
    ($name:ident, $lr:literal) => {
        impl $name {
            /// This optimiser and another one's parameters, which keep their own settings.
            ///
            /// ```
            /// use cuaderno::prelude::*;
            ///
            /// let (body, head) = (Linear::new(4, 3), Linear::new(3, 1));
            #[doc = concat!("let opt = ", stringify!($name), "::new(body.parameters(), ", $lr, ")")]
            #[doc = concat!("    .add_group(&", stringify!($name), "::new(head.parameters(), 0.5));")]
            #[doc = concat!("assert_eq!(opt.lrs(), [", $lr, ", 0.5]);")]
            /// ```
            #[track_caller]
            pub fn add_group(&self, other: &$name) -> $name {
                $name {
                    groups: self.groups.and(&other.groups),
                }
            }
        }

        impl $crate::optim::Optimizer for $name {
            fn step(&mut self) {
                self.groups.step();
            }

            fn zero_grad(&self) {
                self.groups.zero_grad();
            }

            fn lr(&self) -> f64 {
                self.groups.lrs()[0]
            }

            fn set_lr(&mut self, lr: f64) {
                self.groups.set_lr(lr);
            }

            fn lrs(&self) -> Vec<f64> {
                self.groups.lrs()
            }

            fn set_lrs(&mut self, lrs: &[f64]) {
                self.groups.set_lrs(lrs);
            }

            fn momenta(&self) -> Vec<f64> {
                self.groups.momenta()
            }

            fn set_momenta(&mut self, momenta: &[f64]) {
                self.groups.set_momenta(momenta);
            }

            fn state_dict(&self) -> $crate::optim::OptimState {
                self.groups.state_dict()
            }

            fn load_state_dict(
                &mut self,
                state: &$crate::optim::OptimState,
            ) -> Result<(), $crate::error::Error> {
                self.groups.load_state_dict(state)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.groups.text())
            }
        }
    };
}

pub(super) use optimizer;
