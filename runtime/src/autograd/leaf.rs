//! Tensors that ask for a gradient, and what `backward` leaves in them.

use std::sync::atomic::Ordering;

use crate::autograd::node::{Node, lock};
use crate::error::Error;
use crate::shape;
use crate::tensor::Tensor;

impl Tensor {
    /// The same values as a new leaf whose gradient `backward` computes.
    ///
    /// The memory is shared, so a change in place of one shows in the other.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([3.0]).requires_grad();
    /// x.square().sum().backward();
    /// assert_close(&x.grad(), [6.0]);
    /// ```
    #[track_caller]
    pub fn requires_grad(&self) -> Tensor {
        if !self.dtype().is_float() {
            Error::new(
                "requires_grad",
                format!(
                    "only floats have gradients, this tensor of shape {} is {}",
                    shape::show(self.shape()),
                    self.dtype()
                ),
            )
            .help("x.float() makes f32 of it")
            .raise();
        }
        self.detach().with_node(Some(Node::leaf()))
    }

    /// Whether `backward` reaches this tensor.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([3.0]).requires_grad();
    /// assert!((&x + 1.0).needs_grad());
    /// assert!(!no_grad(|| &x + 1.0).needs_grad());
    /// ```
    pub fn needs_grad(&self) -> bool {
        self.0.node.as_ref().is_some_and(|node| node.is_active())
    }

    /// Freezes (false) or unfreezes (true) a leaf such as a layer's weight.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let w = ones(&[1]).requires_grad();
    /// w.set_requires_grad(false);
    /// assert!(!(&w * 2.0).needs_grad());
    /// ```
    #[track_caller]
    pub fn set_requires_grad(&self, on: bool) {
        match &self.0.node {
            Some(node) if node.is_leaf() => node.active.store(on, Ordering::Relaxed),
            // It asks for none already.
            None if !on => {}
            _ => Error::new(
                "set_requires_grad",
                format!(
                    "this tensor of shape {} is not a leaf",
                    shape::show(self.shape())
                ),
            )
            .help("let x = x.requires_grad() makes a leaf of it")
            .raise(),
        }
    }

    /// Whether this tensor is the start of a graph: made by the user, not by an op.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([3.0]).requires_grad();
    /// assert!(x.is_leaf() && !x.exp().is_leaf());
    /// ```
    pub fn is_leaf(&self) -> bool {
        self.0.node.as_ref().is_none_or(|node| node.is_leaf())
    }

    /// The op that made this tensor, if `backward` can go through it.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([3.0]).requires_grad();
    /// assert_eq!(x.exp().grad_fn(), Some("exp"));
    /// assert_eq!(x.grad_fn(), None);
    /// ```
    pub fn grad_fn(&self) -> Option<&'static str> {
        let node = self.0.node.as_ref()?;
        (!node.is_leaf()).then_some(node.name)
    }

    /// The same tensor with a name, which [`Tensor::graph`] shows.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let w = zeros(&[2, 1]).requires_grad().named("w");
    /// assert_eq!(w.exp().graph().to_string(), "exp [2, 1]\n└─ w [2, 1]");
    /// ```
    #[track_caller]
    pub fn named(&self, name: &str) -> Tensor {
        let Some(node) = &self.0.node else {
            Error::new(
                "named",
                format!(
                    "the tensor of shape {} is in no graph, where the name {name:?} would be shown",
                    shape::show(self.shape())
                ),
            )
            .help("let w = w.requires_grad().named(\"w\");")
            .raise()
        };
        *lock(&node.extras().label) = Some(name.to_owned());
        self.clone()
    }

    /// The gradient that `backward` left in this leaf.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]).requires_grad();
    /// (&x * &x).sum().backward();
    /// assert_close(&x.grad(), [2.0, 4.0]);
    /// ```
    #[track_caller]
    pub fn grad(&self) -> Tensor {
        if let Some(grad) = self.try_grad() {
            return grad;
        }
        let error = |why| {
            Error::new(
                "grad",
                format!("the tensor of shape {} {why}", shape::show(self.shape())),
            )
        };
        match &self.0.node {
            None => error("does not ask for a gradient").help("let x = x.requires_grad();"),
            Some(node) if !node.is_leaf() => error("was computed, and only leaves keep a gradient")
                .help("call retain_grad() on it before backward()"),
            Some(_) => error("has no gradient yet").help("call backward() on the loss first"),
        }
        .raise()
    }

    /// The gradient, or `None` before `backward`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert!(tensor([1.0]).requires_grad().try_grad().is_none());
    /// ```
    pub fn try_grad(&self) -> Option<Tensor> {
        lock(&self.0.node.as_ref()?.grad).clone()
    }

    /// Keeps the gradient of a computed tensor too.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]).requires_grad();
    /// let y = &x * 3.0;
    /// y.retain_grad();
    /// y.square().sum().backward();
    /// assert_close(&y.grad(), [6.0, 12.0]);
    /// ```
    #[track_caller]
    pub fn retain_grad(&self) {
        match &self.0.node {
            Some(node) => node.retains_grad.store(true, Ordering::Relaxed),
            None => Error::new(
                "retain_grad",
                format!(
                    "the tensor of shape {} does not depend on one with requires_grad()",
                    shape::show(self.shape())
                ),
            )
            .raise(),
        }
    }

    /// Forgets the gradient; without it the next `backward` adds to it.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0]).requires_grad();
    /// (&x * 2.0).sum().backward();
    /// (&x * 2.0).sum().backward();
    /// assert_close(&x.grad(), [4.0]);
    /// x.zero_grad();
    /// (&x * 2.0).sum().backward();
    /// assert_close(&x.grad(), [2.0]);
    /// ```
    pub fn zero_grad(&self) {
        if let Some(node) = &self.0.node {
            *lock(&node.grad) = None;
        }
    }

    /// The same values without history; the memory is shared.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = tensor([3.0]).requires_grad().exp();
    /// assert!(!y.detach().needs_grad());
    /// ```
    pub fn detach(&self) -> Tensor {
        match &self.0.node {
            None => self.clone(),
            Some(_) => self.view_as(self.0.layout.clone()),
        }
    }
}
