//! A model's weights, out and in.

use std::fmt;
use std::path::Path;

use crate::autograd::no_grad;
use crate::error::Error;
use crate::files::StateDict;
use crate::files::state::listed;
use crate::nn::{Module, Params, Unknown};
use crate::tensor::Tensor;

/// What every model can do with its weights.
///
/// Loading changes all weights or, where anything is wrong, none.
pub trait Weights {
    /// The weights by name, as they are now: a later change of the model does not show in them,
    /// unlike in PyTorch.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Linear::new(2, 4), ReLU, Linear::new(4, 1)];
    /// let best = model.state_dict();
    /// assert_eq!(best.names(), ["0.weight", "0.bias", "2.weight", "2.bias"]);
    /// no_grad(|| model.parameters().tensors()[1].fill_(9.0));
    /// model.load_state_dict(&best)?;
    /// assert_close(&model.parameters().tensors()[1], &best["0.bias"]);
    /// # Ok::<(), Error>(())
    /// ```
    fn state_dict(&self) -> StateDict;

    /// Takes the weights of a state that has the same names and shapes.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let state = Linear::new(2, 4).state_dict();
    /// let error = Linear::new(3, 4).load_state_dict(&state).unwrap_err();
    /// assert!(error.to_string().contains("weight: the model has the shape [4, 3], the state [4, 2]"));
    /// ```
    fn load_state_dict(&self, state: &StateDict) -> Result<(), Error>;

    /// Takes the weights that the state has under names of the model (`strict=False` in
    /// PyTorch), and says which names only one of them has. Shapes must agree.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let state = Linear::new(2, 4).no_bias().state_dict();
    /// let left = Linear::new(2, 4).load_state_dict_partly(&state)?;
    /// assert_eq!(left.missing, ["bias"]);
    /// assert!(left.unexpected.is_empty());
    /// # Ok::<(), Error>(())
    /// ```
    fn load_state_dict_partly(&self, state: &StateDict) -> Result<Mismatch, Error>;

    /// Saves the weights as a safetensors file.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let path = std::env::temp_dir().join(format!("model-{}.safetensors", std::process::id()));
    /// let model = seq![Linear::new(2, 4), ReLU, Linear::new(4, 1)];
    /// model.save(&path)?;
    ///
    /// let other = seq![Linear::new(2, 4), ReLU, Linear::new(4, 1)];
    /// other.load(&path)?;
    /// let x = randn(&[3, 2]);
    /// assert_close(&other.forward(&x), &model.forward(&x));
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), Error>(())
    /// ```
    fn save(&self, path: impl AsRef<Path>) -> Result<(), Error>;

    /// Loads the weights from a file of any kind that [`StateDict::load`] reads.
    fn load(&self, path: impl AsRef<Path>) -> Result<(), Error>;
}

impl<M: Module + ?Sized> Weights for M {
    fn state_dict(&self) -> StateDict {
        state_of(&self.parameters())
    }

    fn load_state_dict(&self, state: &StateDict) -> Result<(), Error> {
        Plan::strict(&self.parameters(), state)
            .map(Plan::carry_out)
            .map_err(|reason| Error::new("load_state_dict", reason).help(PARTLY))
    }

    fn load_state_dict_partly(&self, state: &StateDict) -> Result<Mismatch, Error> {
        partly(&self.parameters(), state)
    }

    fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        state_of(&self.parameters()).save_as("save", path.as_ref())
    }

    fn load(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        load(&self.parameters(), path.as_ref())
    }
}

const PARTLY: &str = "load_state_dict_partly takes what fits by name; \
                      StateDict has rename, part and remove to make the names fit";

/// The names that only one of a model and a state has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Names of the model that the state does not have.
    pub missing: Vec<String>,
    /// Names of the state that the model does not have.
    pub unexpected: Vec<String>,
}

impl Mismatch {
    /// Whether both have the same names.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty()
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |names: &[String]| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            listed(&names)
        };
        if !self.missing.is_empty() {
            write!(f, "only the model has {}", names(&self.missing))?;
        }
        if !self.missing.is_empty() && !self.unexpected.is_empty() {
            f.write_str("; ")?;
        }
        if !self.unexpected.is_empty() {
            write!(f, "only the state has {}", names(&self.unexpected))?;
        }
        Ok(())
    }
}

pub(super) fn state_of(params: &Params) -> StateDict {
    let mut state = StateDict::new();
    for p in params.state() {
        state.insert(&p.name, &p.tensor.detach().copy());
    }
    state
}

fn partly(params: &Params, state: &StateDict) -> Result<Mismatch, Error> {
    let (plan, mismatch) = Plan::partly(params, state)
        .map_err(|reason| Error::new("load_state_dict_partly", reason))?;
    plan.carry_out();
    Ok(mismatch)
}

fn load(params: &Params, path: &Path) -> Result<(), Error> {
    let state = StateDict::load_as("load", path)?;
    let plan = Plan::strict(params, &state);
    let plan = plan.map_err(|reason| super::disk::fault("load", path, reason).help(PARTLY))?;
    plan.carry_out();
    Ok(())
}

/// Copies that are known to fit.
pub(super) struct Plan(Vec<(Target, Tensor)>);

/// Where a value goes.
enum Target {
    Known(Tensor),
    /// A parameter whose layer has yet to be made, for so many inputs.
    Unknown(Unknown, usize),
}

impl Plan {
    /// The copies into all parameters from a state with exactly their names.
    pub(super) fn strict(params: &Params, state: &StateDict) -> Result<Plan, String> {
        let (plan, mismatch) = Plan::partly(params, state)?;
        if mismatch.is_empty() {
            Ok(plan)
        } else {
            Err(mismatch.to_string())
        }
    }

    fn partly(params: &Params, state: &StateDict) -> Result<(Plan, Mismatch), String> {
        let mut mismatch = Mismatch::default();
        let (mut copies, mut wrong) = (Vec::new(), Vec::new());
        let mut known = std::collections::HashSet::new();
        for p in params.known_state() {
            known.insert(p.name.as_str());
            let Some(value) = state.get(&p.name) else {
                mismatch.missing.push(p.name.clone());
                continue;
            };
            match difference(&p.tensor, &value) {
                Some(text) => wrong.push(format!("{}: {text}", p.name)),
                None => copies.push((Target::Known(p.tensor.clone()), value)),
            }
        }
        for (name, parameter) in params.unknown() {
            known.insert(name.as_str());
            let Some(value) = state.get(name) else {
                mismatch.missing.push(name.clone());
                continue;
            };
            match inputs(params, name, parameter, state) {
                Err(text) => wrong.push(format!("{name}: {text}")),
                Ok(inputs) => copies.push((Target::Unknown(parameter.clone(), inputs), value)),
            }
        }
        let unexpected = state.iter().filter(|(name, _)| !known.contains(name));
        mismatch.unexpected = unexpected.map(|(name, _)| name.to_owned()).collect();
        if wrong.is_empty() {
            return Ok((Plan(copies), mismatch));
        }
        if !mismatch.is_empty() {
            wrong.push(mismatch.to_string());
        }
        Err(wrong.join("; "))
    }

    pub(super) fn carry_out(self) {
        no_grad(|| {
            for (target, value) in self.0 {
                match target {
                    Target::Known(parameter) => parameter.copy_(&value),
                    Target::Unknown(parameter, inputs) => parameter.known(inputs).copy_(&value),
                }
            }
        });
    }
}

/// How many inputs the layer of an unknown parameter gets by a state; or why its value does not
/// fit. The layer may have several names.
fn inputs(
    params: &Params,
    name: &str,
    parameter: &Unknown,
    state: &StateDict,
) -> Result<usize, String> {
    let of = |(name, parameter): &(String, Unknown)| {
        let value = state.get(name)?;
        Some((name.clone(), parameter.inputs(&value).ok()??))
    };
    let own = match state.get(name) {
        Some(value) => parameter.inputs(&value)?,
        None => None,
    };
    let layer = params.unknown().iter().filter(|(_, p)| p.beside(parameter));
    match (own, layer.filter_map(of).next()) {
        (Some(own), Some((first, other))) if own != other => Err(format!(
            "it is for {own} inputs, and {first}, which is of the same layer, for {other}"
        )),
        (_, Some((_, inputs))) => Ok(inputs),
        (_, None) => Err(
            "the layer has seen no batch, and the state has no weight that fits, \
                          so its number of inputs is not known"
                .to_owned(),
        ),
    }
}

/// Why a value can't become a parameter.
fn difference(parameter: &Tensor, value: &Tensor) -> Option<String> {
    let (ours, theirs) = (parameter.shape(), value.shape());
    if ours != theirs {
        let clash = match ours.iter().zip(theirs).find(|(a, b)| a != b) {
            Some((a, b)) if ours.len() == theirs.len() => format!("so {a} != {b}"),
            _ => format!("so {} dims != {}", ours.len(), theirs.len()),
        };
        return Some(format!(
            "the model has the shape {ours:?}, the state {theirs:?}, {clash}"
        ));
    }
    let (ours, theirs) = (parameter.dtype(), value.dtype());
    let fits = ours == theirs || (ours.is_float() && theirs.is_float());
    (!fits).then(|| format!("the model has elements of type {ours}, the state {theirs}"))
}
