//! Parameters by name.

use std::fmt;

use crate::display::{MimeBundle, Rich, escape_html};
use crate::nn::Module;
use crate::tensor::Tensor;

/// A tensor that training changes, with its name in the model.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, such as `0.weight`.
    pub name: String,
    /// Its values; a handle to the same memory as in the model.
    pub tensor: Tensor,
}

/// The parameters of a model, in order.
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
    list: Vec<Parameter>,
}

impl Params {
    /// An empty list; `params![..]` makes a filled one.
    pub fn new() -> Params {
        Params::default()
    }

    /// Adds a tensor, or the parameters of a module with `name.` before theirs.
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

    /// The parameters one by one.
    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.list.iter()
    }

    /// The tensors alone.
    pub fn tensors(&self) -> Vec<Tensor> {
        self.list.iter().map(|p| p.tensor.clone()).collect()
    }

    /// The names alone.
    pub fn names(&self) -> Vec<&str> {
        self.list.iter().map(|p| p.name.as_str()).collect()
    }

    /// The parameter of a name.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let layer = Linear::new(2, 1);
    /// assert_eq!(layer.parameters().get("weight").unwrap().shape(), [1, 2]);
    /// ```
    pub fn get(&self, name: &str) -> Option<Tensor> {
        self.list
            .iter()
            .find(|p| p.name == name)
            .map(|p| p.tensor.clone())
    }

    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many numbers there are in all.
    pub fn count(&self) -> usize {
        self.list.iter().map(|p| p.tensor.numel()).sum()
    }
}

/// What `params![..]` lists: tensors, modules, and lists of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no parameters",
    note = "params![..] takes tensors and modules"
)]
pub trait ParamSource {
    /// Adds what it has under `name`.
    fn add_to(&self, name: &str, params: &mut Params);
}

impl ParamSource for Tensor {
    fn add_to(&self, name: &str, params: &mut Params) {
        params.list.push(Parameter {
            name: name.to_owned(),
            tensor: self.clone(),
        });
    }
}

impl<M: Module> ParamSource for M {
    fn add_to(&self, name: &str, params: &mut Params) {
        add_module(&self.parameters(), name, params);
    }
}

fn add_module(inner: &Params, name: &str, params: &mut Params) {
    params.list.extend(inner.list.iter().map(|p| Parameter {
        name: format!("{name}.{}", p.name),
        tensor: p.tensor.clone(),
    }));
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

/// Lists parameters under the names of the variables or fields that hold them.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let w = zeros(&[2, 1]).requires_grad();
/// let b = zeros(&[1]).requires_grad();
/// assert_eq!(params![w, b].names(), ["w", "b"]);
/// ```
#[macro_export]
macro_rules! params {
    (@name self . $($field:tt).+) => { ::core::stringify!($($field).+) };
    (@name $($name:tt).+) => { ::core::stringify!($($name).+) };
    ($($($part:tt).+),* $(,)?) => {{
        let mut params = $crate::nn::Params::new();
        $(params.push($crate::params!(@name $($part).+), &$($part).+);)*
        params
    }};
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.list.iter().map(|p| p.name.len()).max().unwrap_or(0);
        for p in &self.list {
            writeln!(f, "{:<width$}  {:?}", p.name, p.tensor.shape())?;
        }
        write!(f, "{} tensors, {} numbers", self.len(), self.count())
    }
}

impl Rich for Params {
    fn mime_bundle(&self) -> MimeBundle {
        let row = |p: &Parameter| {
            let frozen = if p.tensor.needs_grad() {
                ""
            } else {
                " (frozen)"
            };
            format!(
                "<tr><td style=\"text-align:left\">{}{frozen}</td><td>{:?}</td><td>{}</td></tr>",
                escape_html(&p.name),
                p.tensor.shape(),
                p.tensor.numel()
            )
        };
        let rows: String = self.list.iter().map(row).collect();
        MimeBundle::text(format!("{self:?}")).html(format!(
            "<table style=\"text-align:right\"><thead><tr><th style=\"text-align:left\">parameter</th><th>shape</th>\
             <th>numbers</th></tr></thead><tbody>{rows}<tr><th style=\"text-align:left\">total</th>\
             <th></th><th>{}</th></tr></tbody></table>",
            self.count()
        ))
    }
}

crate::display::rich_result!(Params);
