//! Reverse-mode differentiation over the graph that ops record while they run.
//!
//! Nodes are numbered as they are made, so a node's number is larger than those of its inputs.
//! `backward` therefore visits nodes from the largest number down, with a heap and no recursion.

use std::cell::Cell;
use std::collections::BinaryHeap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smallvec::SmallVec;

use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::host;
use crate::shape::{self, Dims};
use crate::tensor::Tensor;

/// A differentiable function of tensors; implement it to give a function of your own a gradient.
///
/// ```
/// use cuaderno::prelude::*;
///
/// struct Cube;
///
/// impl Op for Cube {
///     fn name(&self) -> &'static str {
///         "cube"
///     }
///     fn forward(&self, inputs: &[&Tensor]) -> Result<Tensor, Error> {
///         Ok(inputs[0] * inputs[0] * inputs[0])
///     }
///     fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
///         vec![Some(grad * saved.input(0).square() * 3.0)]
///     }
/// }
///
/// let x = tensor_of(DType::F64, [1.0, -2.0]);
/// assert_close(&Tensor::apply(Cube, &[&x]), [1.0, -8.0]);
/// gradcheck(|x| Tensor::apply(Cube, &[&x[0]]), &[&x]);
/// ```
pub trait Op: Send + Sync + 'static {
    /// The name that errors and graphs show.
    fn name(&self) -> &'static str;

    /// Checks the shapes and computes the value. What it computes is not recorded.
    fn forward(&self, inputs: &[&Tensor]) -> Result<Tensor, Error>;

    /// The gradient of each input, given that of the output; `None` for one without gradient.
    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>>;

    /// Which values `backward` reads; the others are freed after `forward`.
    fn saves(&self) -> Saves {
        Saves::All
    }
}

/// What an [`Op`] keeps for its backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saves {
    /// Only shapes and types.
    Shapes,
    /// The inputs.
    Inputs,
    /// The output.
    Output,
    /// The inputs and the output.
    All,
}

/// What an [`Op`] sees in its backward pass.
pub struct Saved {
    op: &'static str,
    inputs: SmallVec<[SavedInput; 2]>,
    output: Option<SavedValue>,
}

struct SavedInput {
    value: Option<SavedValue>,
    shape: Dims,
    dtype: DType,
    needs: bool,
}

/// A value without history, and the count of changes in place when it was saved.
struct SavedValue {
    value: Tensor,
    version: u64,
}

impl SavedValue {
    fn new(tensor: &Tensor) -> SavedValue {
        let value = tensor.view_as(tensor.0.layout.clone());
        SavedValue {
            version: value.0.buffer.version(),
            value,
        }
    }

    fn get(&self, op: &str, which: &str) -> &Tensor {
        if self.value.0.buffer.version() != self.version {
            Error::new(
                "backward",
                format!(
                    "the {which} of {op}, shape {}, was changed in place after the forward pass, \
                     so its gradient would be wrong",
                    shape::show(self.value.shape())
                ),
            )
            .help("call backward() before methods that end in _, or use the form without _")
            .raise();
        }
        &self.value
    }
}

impl Saved {
    /// The value of input `i`.
    pub fn input(&self, i: usize) -> &Tensor {
        match &self.inputs[i].value {
            Some(saved) => saved.get(self.op, "input"),
            None => panic!("{}: `saves` does not keep the inputs", self.op),
        }
    }

    /// The value of the output.
    pub fn output(&self) -> &Tensor {
        match &self.output {
            Some(saved) => saved.get(self.op, "output"),
            None => panic!("{}: `saves` does not keep the output", self.op),
        }
    }

    /// The shape of input `i`.
    pub fn shape(&self, i: usize) -> &[usize] {
        &self.inputs[i].shape
    }

    /// The type of input `i`.
    pub fn dtype(&self, i: usize) -> DType {
        self.inputs[i].dtype
    }

    /// Whether anyone asks for the gradient of input `i`.
    pub fn needs(&self, i: usize) -> bool {
        self.inputs[i].needs
    }

    /// How many inputs there are.
    pub fn count(&self) -> usize {
        self.inputs.len()
    }
}

/// A tensor's place in the graph.
pub(crate) struct Node {
    id: u64,
    name: &'static str,
    state: Mutex<State>,
    grad: Mutex<Option<Tensor>>,
    /// False for a frozen parameter.
    active: AtomicBool,
    retains_grad: AtomicBool,
}

enum State {
    Leaf,
    Recorded(Arc<Record>),
    Freed,
}

struct Record {
    op: Box<dyn Op>,
    parents: SmallVec<[Option<Arc<Node>>; 2]>,
    saved: Saved,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static ENABLED: Cell<bool> = const { Cell::new(true) };
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Node {
    fn new(name: &'static str, state: State) -> Arc<Node> {
        Arc::new(Node {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            name,
            state: Mutex::new(state),
            grad: Mutex::new(None),
            active: AtomicBool::new(true),
            retains_grad: AtomicBool::new(false),
        })
    }

    fn is_leaf(&self) -> bool {
        matches!(*lock(&self.state), State::Leaf)
    }

    fn is_active(&self) -> bool {
        self.active.load(Ordering::Relaxed)
    }

    fn accumulate(&self, grad: &Tensor) {
        let mut slot = lock(&self.grad);
        *slot = Some(match slot.take() {
            Some(before) => before + grad,
            None => grad.unshared(),
        });
    }

    fn take_record(&mut self) -> Option<Record> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(state, State::Freed) {
            State::Recorded(record) => Arc::into_inner(record),
            _ => None,
        }
    }
}

impl Drop for Node {
    /// Takes the graph apart with a list of its own: dropping a million nodes by recursion would
    /// overflow the stack.
    fn drop(&mut self) {
        let Some(record) = self.take_record() else {
            return;
        };
        let mut waiting = vec![record];
        while let Some(record) = waiting.pop() {
            for parent in record.parents.into_iter().flatten() {
                if let Some(mut node) = Arc::into_inner(parent) {
                    waiting.extend(node.take_record());
                }
            }
        }
    }
}

/// Whether ops record the graph in this thread.
pub(crate) fn is_enabled() -> bool {
    ENABLED.get()
}

/// Turns recording off until it is dropped, also by a panic.
pub(crate) struct Pause {
    before: bool,
}

impl Pause {
    pub(crate) fn new() -> Pause {
        Pause {
            before: ENABLED.replace(false),
        }
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        ENABLED.set(self.before);
    }
}

/// Runs `f` without recording what it computes.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let mut w = tensor([1.0]).requires_grad();
/// (&w * 3.0).sum().backward();
/// no_grad(|| w -= w.grad() * 0.1);
/// assert_close(&w, [0.7]);
/// ```
#[track_caller]
pub fn no_grad<R>(f: impl FnOnce() -> R) -> R {
    let _pause = Pause::new();
    f()
}

impl Tensor {
    /// Runs an [`Op`] and records it if one of the inputs needs a gradient.
    #[track_caller]
    pub fn apply(op: impl Op, inputs: &[&Tensor]) -> Tensor {
        host::check_interrupt();
        if !is_enabled() || !inputs.iter().any(|x| x.needs_grad()) {
            return op.forward(inputs).or_raise();
        }
        let value = {
            let _pause = Pause::new();
            op.forward(inputs).or_raise()
        };
        record(Box::new(op), inputs, value)
    }

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
        self.detach()
            .with_node(Some(Node::new("leaf", State::Leaf)))
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

    /// Computes the gradient of this number with respect to every leaf it depends on.
    ///
    /// The gradients are added to those of earlier calls, and the graph is freed.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]).requires_grad();
    /// let w = tensor([3.0, 4.0]).requires_grad();
    /// (&x * &w).sum().backward();
    /// assert_close(&x.grad(), [3.0, 4.0]);
    /// assert_close(&w.grad(), [1.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn backward(&self) {
        self.start(None, false).or_raise();
    }

    /// As [`Tensor::backward`], starting from a given gradient of this tensor.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]).requires_grad();
    /// x.square().backward_with(&tensor([1.0, 10.0]));
    /// assert_close(&x.grad(), [2.0, 40.0]);
    /// ```
    #[track_caller]
    pub fn backward_with(&self, grad: &Tensor) {
        self.start(Some(grad), false).or_raise();
    }

    /// As [`Tensor::backward`], keeping the graph for another call.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([3.0]).requires_grad();
    /// let y = x.square().sum();
    /// y.backward_retain_graph();
    /// y.backward();
    /// assert_close(&x.grad(), [12.0]);
    /// ```
    #[track_caller]
    pub fn backward_retain_graph(&self) {
        self.start(None, true).or_raise();
    }

    fn start(&self, grad: Option<&Tensor>, retain: bool) -> Result<(), Error> {
        let shape = || shape::show(self.shape());
        let Some(node) = self.0.node.as_ref().filter(|node| node.is_active()) else {
            return Err(Error::new(
                "backward",
                format!(
                    "the tensor of shape {} does not depend on one with requires_grad()",
                    shape()
                ),
            )
            .help("make the leaf with requires_grad(), and compute outside of no_grad"));
        };
        let grad = match grad {
            None if self.numel() != 1 => {
                return Err(Error::new(
                    "backward",
                    format!("needs one number to start from, the shape is {}", shape()),
                )
                .help("reduce it first: y.sum().backward(), or give its gradient: y.backward_with(&grad)"));
            }
            None => crate::tensor::ones_like(self),
            Some(grad) if grad.shape() != self.shape() => {
                return Err(Error::new(
                    "backward",
                    format!(
                        "the gradient has shape {}, the tensor {}",
                        shape::show(grad.shape()),
                        shape()
                    ),
                ));
            }
            Some(grad) => grad.detach().to_dtype(self.dtype()),
        };
        let _pause = Pause::new();
        walk(node.clone(), grad, retain)
    }
}

fn record(op: Box<dyn Op>, inputs: &[&Tensor], value: Tensor) -> Tensor {
    let saves = op.saves();
    let name = op.name();
    let keep_inputs = matches!(saves, Saves::Inputs | Saves::All);
    let keep_output = matches!(saves, Saves::Output | Saves::All);
    let saved = Saved {
        op: name,
        inputs: inputs
            .iter()
            .map(|x| SavedInput {
                value: keep_inputs.then(|| SavedValue::new(x)),
                shape: x.0.layout.shape.clone(),
                dtype: x.dtype(),
                needs: x.needs_grad(),
            })
            .collect(),
        output: keep_output.then(|| SavedValue::new(&value)),
    };
    let parents = inputs
        .iter()
        .map(|x| x.0.node.clone().filter(|node| node.is_active()))
        .collect();
    let record = Record { op, parents, saved };
    value.with_node(Some(Node::new(name, State::Recorded(Arc::new(record)))))
}

impl Tensor {
    /// The same values in memory of their own: one gradient may reach several leaves, and a change
    /// of one in place must not show in another.
    fn unshared(&self) -> Tensor {
        let alone = Arc::strong_count(&self.0) == 1 && Arc::strong_count(&self.0.buffer) == 1;
        if alone && self.is_contiguous() {
            self.clone()
        } else {
            self.copy()
        }
    }
}

/// A gradient on its way to a node; the largest number comes first.
struct Pending {
    node: Arc<Node>,
    grad: Tensor,
}

impl PartialEq for Pending {
    fn eq(&self, other: &Pending) -> bool {
        self.node.id == other.node.id
    }
}

impl Eq for Pending {}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Pending) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pending {
    fn cmp(&self, other: &Pending) -> std::cmp::Ordering {
        self.node.id.cmp(&other.node.id)
    }
}

fn walk(node: Arc<Node>, grad: Tensor, retain: bool) -> Result<(), Error> {
    let mut heap = BinaryHeap::from([Pending { node, grad }]);
    while let Some(Pending { node, mut grad }) = heap.pop() {
        host::check_interrupt();
        while heap.peek().is_some_and(|next| next.node.id == node.id) {
            if let Some(next) = heap.pop() {
                grad = grad + next.grad;
            }
        }
        let record = {
            let mut state = lock(&node.state);
            match &*state {
                State::Leaf => {
                    node.accumulate(&grad);
                    continue;
                }
                State::Freed => return Err(already_used(node.name)),
                State::Recorded(record) if retain => record.clone(),
                State::Recorded(_) => match std::mem::replace(&mut *state, State::Freed) {
                    State::Recorded(record) => record,
                    _ => unreachable!("matched above"),
                },
            }
        };
        if node.retains_grad.load(Ordering::Relaxed) {
            node.accumulate(&grad);
        }
        let grads = record.op.backward(&record.saved, &grad);
        check_grads(&record, &grads)?;
        for (parent, grad) in record.parents.iter().zip(grads) {
            if let (Some(parent), Some(grad)) = (parent, grad) {
                heap.push(Pending {
                    node: parent.clone(),
                    grad,
                });
            }
        }
    }
    Ok(())
}

/// Guards against a mistake in an op that a student wrote.
fn check_grads(record: &Record, grads: &[Option<Tensor>]) -> Result<(), Error> {
    let (name, saved) = (record.op.name(), &record.saved);
    if grads.len() != saved.inputs.len() {
        return Err(Error::new(
            name,
            format!(
                "backward gives {} gradients for {} inputs",
                grads.len(),
                saved.inputs.len()
            ),
        ));
    }
    for (i, (grad, input)) in grads.iter().zip(&saved.inputs).enumerate() {
        if let Some(grad) = grad
            .as_ref()
            .filter(|grad| grad.shape() != &input.shape[..])
        {
            return Err(Error::new(
                name,
                format!(
                    "backward gives input {i} a gradient of shape {}, the input has shape {}",
                    shape::show(grad.shape()),
                    shape::show(&input.shape)
                ),
            ));
        }
    }
    Ok(())
}

#[cold]
fn already_used(name: &str) -> Error {
    Error::new(
        "backward",
        format!("the graph was used before and is freed (met at {name})"),
    )
    .help("compute the loss again, or keep the graph with backward_retain_graph()")
}

impl fmt::Debug for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saved")
            .field("op", &self.op)
            .finish_non_exhaustive()
    }
}
