//! Layers side by side: residual and parallel blocks.

use std::fmt;
use std::sync::Arc;

use crate::error::Error;
use crate::nn::observe::observe_at;
use crate::nn::{Module, Params, observe};
use crate::ops::cat;
use crate::shape::{Int, show};
use crate::tensor::Tensor;

/// A block and a way around it: y = f(x) + x, or y = f(x) + s(x) with a layer on the shortcut.
///
/// `[..] -> [..]`; f keeps the shape, or the shortcut changes it in the same way. He and others,
/// "Deep residual learning for image recognition" (2016).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let block = Residual::new(seq![Linear::new(3, 3), ReLU]);
/// no_grad(|| block.parameters().get("block.0.weight").unwrap().fill_(0.0));
/// no_grad(|| block.parameters().get("block.0.bias").unwrap().fill_(1.0));
/// assert_close(&block.forward(&tensor([[1.0, 2.0, 3.0]])), [[2.0, 3.0, 4.0]]);
/// ```
#[derive(Clone)]
pub struct Residual {
    block: Arc<dyn Module>,
    shortcut: Option<Arc<dyn Module>>,
}

impl Residual {
    /// A block with the input added to its output.
    pub fn new(block: impl Module + 'static) -> Residual {
        Residual {
            block: Arc::new(block),
            shortcut: None,
        }
    }

    /// The same block with a layer on the shortcut, where the block changes the shape.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let block = Residual::new(Linear::new(3, 5)).shortcut(Linear::new(3, 5).no_bias());
    /// assert_eq!(block.forward(&zeros(&[2, 3])).shape(), [2, 5]);
    /// assert_eq!(block.parameters().names(), ["block.weight", "block.bias", "shortcut.weight"]);
    /// ```
    pub fn shortcut(&self, layer: impl Module + 'static) -> Residual {
        Residual {
            shortcut: Some(Arc::new(layer)),
            ..self.clone()
        }
    }
}

impl Module for Residual {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            let y = observe_at("block", &*self.block, x);
            let around = match &self.shortcut {
                Some(layer) => observe_at("shortcut", &**layer, x),
                None => x.clone(),
            };
            if y.shape() != around.shape() {
                Error::new(
                    "Residual",
                    format!(
                        "the block makes {} of {}, the shortcut {}",
                        show(y.shape()),
                        show(x.shape()),
                        show(around.shape())
                    ),
                )
                .help("Residual::new(block).shortcut(layer) has a layer that makes the same shape")
                .raise();
            }
            y + around
        })
    }

    fn parameters(&self) -> Params {
        let mut params = Params::new();
        params.push("block", &self.block);
        params.push("shortcut", &self.shortcut);
        params
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for Residual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indented = |layer: &dyn Module| layer.name().replace('\n', "\n  ");
        writeln!(f, "Residual(")?;
        writeln!(f, "  block: {}", indented(&*self.block))?;
        if let Some(layer) = &self.shortcut {
            writeln!(f, "  shortcut: {}", indented(&**layer))?;
        }
        write!(f, ")")
    }
}

/// Layers that all get the input, and whose outputs are joined along a dim, as the branches of an
/// Inception block.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let block = Concat::new(1).branch(Linear::new(4, 2)).branch(seq![Linear::new(4, 3), ReLU]);
/// assert_eq!(block.forward(&zeros(&[5, 4])).shape(), [5, 5]);
/// assert_eq!(block.parameters().names()[2], "1.0.weight");
/// ```
#[derive(Clone)]
pub struct Concat {
    dim: isize,
    branches: Vec<Arc<dyn Module>>,
}

impl Concat {
    /// No branches yet; outputs are joined along `dim`.
    pub fn new(dim: impl Int) -> Concat {
        Concat {
            dim: dim.int(),
            branches: Vec::new(),
        }
    }

    /// The same block with one more branch.
    pub fn branch(&self, layer: impl Module + 'static) -> Concat {
        let mut more = self.clone();
        more.branches.push(Arc::new(layer));
        more
    }
}

impl Module for Concat {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            if self.branches.is_empty() {
                Error::new("Concat", "there is no branch")
                    .help("Concat::new(1).branch(layer)")
                    .raise();
            }
            let branches = self.branches.iter().enumerate();
            let outputs: Vec<Tensor> = branches
                .map(|(i, layer)| observe_at(&i.to_string(), &**layer, x))
                .collect();
            let outputs: Vec<&Tensor> = outputs.iter().collect();
            cat(&outputs, self.dim)
        })
    }

    fn parameters(&self) -> Params {
        let mut params = Params::new();
        for (i, layer) in self.branches.iter().enumerate() {
            params.push(&i.to_string(), layer);
        }
        params
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for Concat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Concat(")?;
        for (i, layer) in self.branches.iter().enumerate() {
            writeln!(f, "  {i}: {}", layer.name().replace('\n', "\n  "))?;
        }
        write!(f, ")")
    }
}
