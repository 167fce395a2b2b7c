//! Layers one after the other.

use std::fmt;
use std::sync::Arc;

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
/// ```
#[derive(Clone, Default)]
pub struct Sequential {
    layers: Vec<Arc<dyn Module>>,
}

impl Sequential {
    /// No layers: the output is the input.
    pub fn new() -> Sequential {
        Sequential::default()
    }

    /// Adds a layer at the end.
    pub fn push(&mut self, layer: Arc<dyn Module>) {
        self.layers.push(layer);
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
        self.layers[index].clone()
    }

    /// How many layers there are.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }
}

impl Module for Sequential {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.layers
            .iter()
            .fold(x.clone(), |x, layer| layer.forward(&x))
    }

    fn parameters(&self) -> Params {
        let mut params = Params::new();
        for (i, layer) in self.layers.iter().enumerate() {
            params.push(&i.to_string(), layer);
        }
        params
    }
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Sequential(")?;
        for (i, layer) in self.layers.iter().enumerate() {
            writeln!(f, "  {i}: {}", layer.name().replace('\n', "\n  "))?;
        }
        write!(f, ")")
    }
}

/// Layers one after the other, as a [`Sequential`](crate::nn::Sequential).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = seq![Linear::new(2, 1)];
/// assert_eq!(model.parameters().count(), 3);
/// ```
#[macro_export]
macro_rules! seq {
    ($($layer:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut layers = $crate::nn::Sequential::new();
        $(layers.push(::std::sync::Arc::new($layer));)*
        layers
    }};
}
