//! What a model consists of: parameters, buffers and modes, by name.

use std::collections::HashSet;
use std::sync::Arc;

use crate::autograd::no_grad;
use crate::error::Error;
use crate::nn::{Mode, Module, Unknown};
use crate::shape::show;
use crate::tensor::Tensor;

/// A tensor of a model with its name.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, such as `0.weight`.
    pub name: String,
    /// Its values; a handle to the same memory as in the model.
    pub tensor: Tensor,
}

/// What a tensor is to its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Training changes it.
    Parameter,
    /// It belongs to the model's state, such as a running mean, but has no gradient.
    Buffer,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) role: Role,
    /// Whether the same tensor was listed before, under another name.
    pub(super) again: bool,
    pub(super) parameter: Parameter,
}

/// The parameters of a model, in order, and what else belongs to its state: buffers such as running
/// means, and the switches between training and evaluation.
///
/// A tensor that is listed twice, as that of a layer used twice, is one parameter with the first of
/// its names; in the state of the model it has both.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = seq![Linear::new(2, 3), ReLU, Linear::new(3, 1)];
/// assert_eq!(model.parameters().names(), ["0.weight", "0.bias", "2.weight", "2.bias"]);
/// assert_eq!(model.parameters().count(), 13);
/// ```
#[derive(Clone, Default)]
pub struct Params {
    entries: Vec<Entry>,
    /// The identities of the tensors, to find those that come again.
    seen: HashSet<usize>,
    modes: Vec<(String, Mode)>,
    /// Parameters whose shape is not known before the first batch, by their names.
    unknown: Vec<(String, Unknown)>,
}

/// The same number for every handle to one parameter, and no other's while the parameter lives.
pub(super) fn identity(tensor: &Tensor) -> usize {
    match &tensor.0.node {
        Some(node) => Arc::as_ptr(node) as usize,
        None => Arc::as_ptr(&tensor.0.buffer) as usize,
    }
}

impl Params {
    /// An empty list; `params![..]` makes a filled one.
    pub fn new() -> Params {
        Params::default()
    }

    /// Adds a tensor, or what a module consists of with `name.` before its names.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut params = Params::new();
    /// params.push("layer", &Linear::new(2, 1));
    /// assert_eq!(params.names(), ["layer.weight", "layer.bias"]);
    /// ```
    pub fn push(&mut self, name: &str, source: &dyn ParamSource) {
        source.add_to(name, self);
    }

    /// Adds a tensor that belongs to the state but is not trained, such as a running mean.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut params = Params::new();
    /// params.push_buffer("running_mean", &zeros(&[3]));
    /// assert_eq!((params.len(), params.state().count()), (0, 1));
    /// ```
    pub fn push_buffer(&mut self, name: &str, tensor: &Tensor) {
        self.add(name.to_owned(), tensor, Role::Buffer);
    }

    /// Adds a switch between training and evaluation.
    pub fn push_mode(&mut self, name: &str, mode: &Mode) {
        self.modes.push((name.to_owned(), mode.clone()));
    }

    /// Adds a parameter that its layer makes at its first forward pass.
    pub(super) fn push_unknown(&mut self, name: &str, parameter: &Unknown) {
        self.unknown.push((name.to_owned(), parameter.clone()));
    }

    fn add(&mut self, name: String, tensor: &Tensor, role: Role) {
        let again = !self.seen.insert(identity(tensor));
        self.entries.push(Entry {
            role,
            again,
            parameter: Parameter {
                name,
                tensor: tensor.clone(),
            },
        });
    }

    /// Everything, also while parameters are unknown.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn unknown_names(&self) -> impl Iterator<Item = &str> {
        self.unknown.iter().map(|(name, _)| name.as_str())
    }

    /// As [`Params::state`], also while parameters are unknown, which are not in it.
    pub(crate) fn known_state(&self) -> impl Iterator<Item = &Parameter> {
        self.entries.iter().map(|e| &e.parameter)
    }

    /// The parameters that are unknown, by their names in the state.
    pub(crate) fn unknown(&self) -> &[(String, Unknown)] {
        &self.unknown
    }

    /// The parameters, of which each must be known.
    #[track_caller]
    fn list(&self) -> impl Iterator<Item = &Parameter> {
        self.check_known();
        let own = |e: &&Entry| e.role == Role::Parameter && !e.again;
        self.entries.iter().filter(own).map(|e| &e.parameter)
    }

    #[track_caller]
    fn check_known(&self) {
        if let Some((name, parameter)) = self.unknown.first() {
            Error::new(
                "parameters",
                format!(
                    "{name} of {:?} has no shape before the model has seen a batch",
                    parameter.layer
                ),
            )
            .help("call model.forward(&x) once, then make the optimiser or read the parameters")
            .raise();
        }
    }

    /// The parameters one by one.
    #[track_caller]
    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.list()
    }

    /// The tensors alone.
    #[track_caller]
    pub fn tensors(&self) -> Vec<Tensor> {
        self.list().map(|p| p.tensor.clone()).collect()
    }

    /// The names alone.
    #[track_caller]
    pub fn names(&self) -> Vec<&str> {
        self.list().map(|p| p.name.as_str()).collect()
    }

    /// The parameter or buffer of a name.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let layer = Linear::new(2, 1);
    /// assert_eq!(layer.parameters().get("weight").unwrap().shape(), [1, 2]);
    /// ```
    #[track_caller]
    pub fn get(&self, name: &str) -> Option<Tensor> {
        self.state()
            .find(|p| p.name == name)
            .map(|p| p.tensor.clone())
    }

    /// How many parameters there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.list().count()
    }

    /// Whether there is none.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.list().next().is_none()
    }

    /// How many numbers the parameters have in all.
    #[track_caller]
    pub fn count(&self) -> usize {
        self.list().map(|p| p.tensor.numel()).sum()
    }

    /// How many numbers the parameters have that are not frozen.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Linear::new(2, 3), Linear::new(3, 1)];
    /// model.parameters().under("0").freeze();
    /// assert_eq!((model.parameters().count(), model.parameters().count_trainable()), (13, 4));
    /// ```
    #[track_caller]
    pub fn count_trainable(&self) -> usize {
        let trained = self.list().filter(|p| p.tensor.needs_grad());
        trained.map(|p| p.tensor.numel()).sum()
    }

    /// The buffers: what belongs to the state but is not trained.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let scale = ones(&[3]);
    /// assert_eq!(params![; scale].buffers().count(), 1);
    /// ```
    pub fn buffers(&self) -> impl Iterator<Item = &Parameter> {
        let own = |e: &&Entry| e.role == Role::Buffer && !e.again;
        self.entries.iter().filter(own).map(|e| &e.parameter)
    }

    /// Everything that a file of weights holds: parameters and buffers under all of their names, in
    /// the order in which PyTorch's `state_dict` has them.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let shared = Linear::new(8, 8);
    /// let params = seq![shared.clone(), ReLU, shared.clone()].parameters();
    /// assert_eq!(params.names(), ["0.weight", "0.bias"]);
    /// let names: Vec<&str> = params.state().map(|p| p.name.as_str()).collect();
    /// assert_eq!(names, ["0.weight", "0.bias", "2.weight", "2.bias"]);
    /// ```
    #[track_caller]
    pub fn state(&self) -> impl Iterator<Item = &Parameter> {
        self.check_known();
        self.known_state()
    }

    /// Copies values into the parameter or buffer of a name; the type stays that of the model.
    ///
    /// It is an error if there is no such name, or the shapes differ; nothing is changed then.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let layer = Linear::new(2, 1);
    /// layer.parameters().set("weight", &tensor([[1.0, 2.0]])).unwrap();
    /// assert_close(&layer.weight, [[1.0, 2.0]]);
    /// let error = layer.parameters().set("weight", &tensor([1.0])).unwrap_err();
    /// assert!(error.to_string().contains("[1, 2]"));
    /// ```
    #[track_caller]
    pub fn set(&self, name: &str, values: &Tensor) -> Result<(), Error> {
        let Some(found) = self.state().find(|p| p.name == name) else {
            return Err(self.no_such_name(name));
        };
        if found.tensor.shape() != values.shape() {
            return Err(Error::new(
                "parameters",
                format!(
                    "{name} has the shape {} in the model, the values have {}",
                    show(found.tensor.shape()),
                    show(values.shape())
                ),
            ));
        }
        no_grad(|| found.tensor.copy_(&values.detach()));
        Ok(())
    }

    fn no_such_name(&self, name: &str) -> Error {
        let names: Vec<&str> = self.entries.iter().map(|e| &*e.parameter.name).collect();
        let shown = names
            .iter()
            .take(12)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let more = if names.len() > 12 { ", .." } else { "" };
        Error::new("parameters", format!("the model has no {name:?}"))
            .help(format!("it has {shown}{more}"))
    }

    /// What belongs to one part of the model: names that are `prefix`, or begin with it and a dot.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq!["body" => Linear::new(2, 3), "head" => Linear::new(3, 1)];
    /// model.parameters().under("body").freeze();
    /// assert_eq!(model.parameters().under("head").names(), ["head.weight", "head.bias"]);
    /// assert!(!model.layer(0).parameters().tensors()[0].needs_grad());
    /// ```
    #[track_caller]
    pub fn under(&self, prefix: &str) -> Params {
        let part = self.part(|name| is_under(name, prefix));
        if part.entries.is_empty() && part.modes.is_empty() && part.unknown.is_empty() {
            self.no_such_name(prefix).raise();
        }
        part
    }

    /// All but one part of the model, as in [`Params::under`].
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq!["body" => Linear::new(2, 3), "head" => Linear::new(3, 1)];
    /// assert_eq!(model.parameters().except("body").names(), ["head.weight", "head.bias"]);
    /// ```
    pub fn except(&self, prefix: &str) -> Params {
        self.part(|name| !is_under(name, prefix))
    }

    fn part(&self, keep: impl Fn(&str) -> bool) -> Params {
        let mut part = Params::new();
        for e in self.entries.iter().filter(|e| keep(&e.parameter.name)) {
            part.add(e.parameter.name.clone(), &e.parameter.tensor, e.role);
        }
        part.modes = (self.modes.iter().filter(|(name, _)| keep(name)))
            .cloned()
            .collect();
        part.unknown = (self.unknown.iter().filter(|(name, _)| keep(name)))
            .cloned()
            .collect();
        part
    }

    /// Freezes the parameters: they get no gradient, so optimisers leave them alone.
    #[track_caller]
    pub fn freeze(&self) {
        self.list().for_each(|p| p.tensor.set_requires_grad(false));
    }

    /// Takes [`Params::freeze`] back.
    #[track_caller]
    pub fn unfreeze(&self) {
        self.list().for_each(|p| p.tensor.set_requires_grad(true));
    }

    /// Forgets all gradients.
    pub fn zero_grad(&self) {
        let tensors = self.entries.iter().map(|e| &e.parameter.tensor);
        tensors.for_each(Tensor::zero_grad);
    }

    /// Switches every layer to training (true) or evaluation (false).
    pub fn set_training(&self, on: bool) {
        self.modes
            .iter()
            .for_each(|(_, mode)| mode.set_training(on));
    }

    /// Whether a layer stands on training; true where no layer knows a mode.
    pub fn is_training(&self) -> bool {
        self.modes.is_empty() || self.modes.iter().any(|(_, mode)| mode.is_training())
    }

    /// The switches between training and evaluation, by the names of their layers.
    pub fn modes(&self) -> impl Iterator<Item = (&str, &Mode)> {
        self.modes.iter().map(|(name, mode)| (name.as_str(), mode))
    }
}

fn is_under(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What `params![..]` lists: tensors, modules, modes, and lists of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no parameters",
    note = "params![..] takes tensors, modules and modes"
)]
pub trait ParamSource {
    /// Adds what it has under `name`.
    fn add_to(&self, name: &str, params: &mut Params);
}

impl ParamSource for Tensor {
    fn add_to(&self, name: &str, params: &mut Params) {
        params.add(name.to_owned(), self, Role::Parameter);
    }
}

impl<M: Module + ?Sized> ParamSource for M {
    fn add_to(&self, name: &str, params: &mut Params) {
        self.parameters().add_to(name, params);
    }
}

impl ParamSource for Params {
    fn add_to(&self, name: &str, params: &mut Params) {
        let full = |inner: &str| format!("{name}.{inner}");
        for e in &self.entries {
            params.add(full(&e.parameter.name), &e.parameter.tensor, e.role);
        }
        for (inner, mode) in &self.modes {
            params.push_mode(&full(inner), mode);
        }
        for (inner, parameter) in &self.unknown {
            params.push_unknown(&full(inner), parameter);
        }
    }
}

impl<P: ParamSource> ParamSource for Vec<P> {
    fn add_to(&self, name: &str, params: &mut Params) {
        for (i, source) in self.iter().enumerate() {
            source.add_to(&format!("{name}.{i}"), params);
        }
    }
}

impl<P: ParamSource> ParamSource for Option<P> {
    fn add_to(&self, name: &str, params: &mut Params) {
        if let Some(source) = self {
            source.add_to(name, params);
        }
    }
}

/// Lists parameters under the names of the variables or fields that hold them; what follows a
/// semicolon is a buffer, a tensor that belongs to the state but is not trained.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[2, 1]).requires_grad();
/// let b = zeros(&[1]).requires_grad();
/// let scale = ones(&[1]);
/// let params = params![w, b; scale];
/// assert_eq!(params.names(), ["w", "b"]);
/// assert_eq!(params.state().count(), 3);
/// ```
#[macro_export]
macro_rules! params {
    (@name self . $($field:tt).+) => { ::core::stringify!($($field).+) };
    (@name $($name:tt).+) => { ::core::stringify!($($name).+) };
    (; $($($buffer:tt).+),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut params = $crate::nn::Params::new();
        $(params.push_buffer($crate::params!(@name $($buffer).+), &$($buffer).+);)*
        params
    }};
    ($($($part:tt).+),* $(,)? $(; $($($buffer:tt).+),* $(,)?)?) => {{
        #[allow(unused_mut)]
        let mut params = $crate::nn::Params::new();
        $(params.push($crate::params!(@name $($part).+), &$($part).+);)*
        $($(params.push_buffer($crate::params!(@name $($buffer).+), &$($buffer).+);)*)?
        params
    }};
}
