//! Layers one after the other.

use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use crate::error::Error;
use crate::nn::observe::{observe, observe_at};
use crate::nn::{Module, Params};
use crate::tensor::Tensor;

/// Layers one after the other; [`seq!`](crate::seq) makes one.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = seq![Linear::new(4, 8), ReLU, Linear::new(8, 3)];
/// assert_eq!(model.forward(&zeros(&[2, 4])).shape(), [2, 3]);
/// assert_eq!(format!("{model:?}"), "Sequential(\n  0: Linear(4, 8)\n  1: ReLU\n  2: Linear(8, 3)\n)");
/// assert_eq!(model[2].parameters().count(), 27);
/// ```
#[derive(Clone, Default)]
pub struct Sequential {
    layers: Vec<(String, Arc<dyn Module>)>,
}

impl Sequential {
    /// No layers: the output is the input.
    pub fn new() -> Sequential {
        Sequential::default()
    }

    /// Adds a layer at the end; its name is its place.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut model = Sequential::new();
    /// model.push(Linear::new(4, 8));
    /// model.push(ReLU);
    /// assert_eq!(model.len(), 2);
    /// ```
    #[track_caller]
    pub fn push(&mut self, layer: impl Module + 'static) {
        self.add(None, Arc::new(layer));
    }

    /// Adds a layer with a name at the end.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut model = Sequential::new();
    /// model.push_named("head", Linear::new(4, 3));
    /// assert_eq!(model.parameters().names(), ["head.weight", "head.bias"]);
    /// ```
    #[track_caller]
    pub fn push_named(&mut self, name: &str, layer: impl Module + 'static) {
        self.add(Some(name), Arc::new(layer));
    }

    /// Adds a layer that is shared already.
    #[doc(hidden)]
    #[track_caller]
    pub fn add(&mut self, name: Option<&str>, layer: Arc<dyn Module>) {
        let name = name.map_or_else(|| self.layers.len().to_string(), str::to_owned);
        if let Some(place) = self.layers.iter().position(|(known, _)| *known == name) {
            Error::new(
                "Sequential",
                format!(
                    "layer {} is called {name:?}, as layer {place} is",
                    self.len()
                ),
            )
            .help("every layer needs a name of its own: its parameters are named after it")
            .raise();
        }
        if name.is_empty() || name.contains('.') {
            Error::new(
                "Sequential",
                format!("{name:?} can't be the name of a layer"),
            )
            .help("names are not empty and have no dots")
            .raise();
        }
        self.layers.push((name, layer));
    }

    /// A layer by its place.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Linear::new(4, 8), ReLU];
    /// assert_eq!(model.layer(1).name(), "ReLU");
    /// ```
    #[track_caller]
    pub fn layer(&self, index: usize) -> Arc<dyn Module> {
        self.at(index).clone()
    }

    #[track_caller]
    fn at(&self, index: usize) -> &Arc<dyn Module> {
        match self.layers.get(index) {
            Some((_, layer)) => layer,
            None => Error::new(
                "Sequential",
                format!("there is no layer {index}, since there are {}", self.len()),
            )
            .raise(),
        }
    }

    /// A layer by its place, or `None`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![ReLU];
    /// assert!(model.get(0).is_some() && model.get(1).is_none());
    /// ```
    pub fn get(&self, index: usize) -> Option<Arc<dyn Module>> {
        self.layers.get(index).map(|(_, layer)| layer.clone())
    }

    /// Puts another layer in a place, under the name that the old one had.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut model = seq!["body" => Linear::new(4, 8), "head" => Linear::new(8, 1000)];
    /// model.replace(1, Linear::new(8, 3));
    /// assert_eq!(model.parameters().get("head.weight").unwrap().shape(), [3, 8]);
    /// ```
    #[track_caller]
    pub fn replace(&mut self, index: usize, layer: impl Module + 'static) {
        self.at(index);
        self.layers[index].1 = Arc::new(layer);
    }

    /// The first `count` layers, which share their parameters with this model.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Linear::new(4, 8), ReLU, Linear::new(8, 3)];
    /// assert_eq!(model.first(2).forward(&zeros(&[1, 4])).shape(), [1, 8]);
    /// ```
    pub fn first(&self, count: usize) -> Sequential {
        Sequential {
            layers: self.layers[..count.min(self.len())].to_vec(),
        }
    }

    /// How many layers there are.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The layers with their names, in order.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Linear::new(4, 8), ReLU];
    /// let names: Vec<String> = model.iter().map(|(name, layer)| format!("{name} {}", layer.name())).collect();
    /// assert_eq!(names, ["0 Linear(4, 8)", "1 ReLU"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<dyn Module>)> {
        self.layers
            .iter()
            .map(|(name, layer)| (name.as_str(), layer))
    }
}

impl Index<usize> for Sequential {
    type Output = dyn Module;

    #[track_caller]
    fn index(&self, index: usize) -> &(dyn Module + 'static) {
        &**self.at(index)
    }
}

impl Index<&str> for Sequential {
    type Output = dyn Module;

    #[track_caller]
    fn index(&self, name: &str) -> &(dyn Module + 'static) {
        match self.layers.iter().find(|(known, _)| known == name) {
            Some((_, layer)) => &**layer,
            None => {
                let names: Vec<&str> = self.iter().map(|(name, _)| name).collect();
                Error::new("Sequential", format!("no layer is called {name:?}"))
                    .help(format!("the layers are {}", names.join(", ")))
                    .raise()
            }
        }
    }
}

impl Module for Sequential {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            let mut layers = self.layers.iter();
            let Some((name, first)) = layers.next() else {
                return x.clone();
            };
            let x = observe_at(name, &**first, x);
            layers.fold(x, |x, (name, layer)| observe_at(name, &**layer, &x))
        })
    }

    fn parameters(&self) -> Params {
        let mut params = Params::new();
        for (name, layer) in &self.layers {
            params.push(name, layer);
        }
        params
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Sequential(")?;
        for (name, layer) in &self.layers {
            writeln!(f, "  {name}: {}", layer.name().replace('\n', "\n  "))?;
        }
        write!(f, ")")
    }
}

/// Layers one after the other, as a [`Sequential`](crate::nn::Sequential), with names or without.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = seq![Linear::new(2, 1)];
/// assert_eq!(model.parameters().count(), 3);
/// let named = seq!["hidden" => Linear::new(2, 4), "relu" => ReLU, "out" => Linear::new(4, 1)];
/// assert_eq!(named["out"].parameters().count(), 5);
/// ```
#[macro_export]
macro_rules! seq {
    ($($name:expr => $layer:expr),+ $(,)?) => {{
        let mut layers = $crate::nn::Sequential::new();
        $(layers.add(::core::option::Option::Some($name), ::std::sync::Arc::new($layer));)*
        layers
    }};
    ($($layer:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut layers = $crate::nn::Sequential::new();
        $(layers.add(::core::option::Option::None, ::std::sync::Arc::new($layer));)*
        layers
    }};
}
