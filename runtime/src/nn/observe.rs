//! What layers report while a summary is made.

use std::cell::{Cell, RefCell};

use crate::nn::params::identity;
use crate::nn::{Module, Params};
use crate::tensor::Tensor;

/// A layer that ran.
pub(super) struct Seen {
    /// How many layers it ran in.
    pub(super) depth: usize,
    pub(super) name: String,
    pub(super) output: Vec<usize>,
    pub(super) parameters: Params,
    /// Its name in the `Sequential` that called it.
    pub(super) place: Option<String>,
    /// Which layer it ran in.
    pub(super) parent: Option<usize>,
    address: *const (),
}

impl Seen {
    /// The number that identifies its first tensor, and that tensor's name in it.
    pub(super) fn first_tensor(&self) -> Option<(usize, &str)> {
        let first = &self.parameters.entries().first()?.parameter;
        Some((identity(&first.tensor), &first.name))
    }
}

#[derive(Default)]
struct Record {
    seen: Vec<Seen>,
    /// The layers that are running.
    running: Vec<usize>,
    /// What the next layer is called in the `Sequential` that calls it.
    place: Option<String>,
}

thread_local! {
    static RECORDING: Cell<bool> = const { Cell::new(false) };
    static RECORD: RefCell<Record> = RefCell::default();
}

/// Runs the forward pass of a layer; while a summary is made, the layer gets a line in it.
///
/// A module of your own that calls it in its `forward` gets a line as well.
///
/// ```
/// use cuaderno::nn::observe;
/// use cuaderno::prelude::*;
///
/// struct Double;
///
/// impl Module for Double {
///     fn forward(&self, x: &Tensor) -> Tensor {
///         observe(self, || x * 2.0)
///     }
/// }
///
/// let summary = seq![Linear::new(2, 3), Double].summary(&[2]);
/// assert_eq!(summary.rows[2].layer, "Double");
/// ```
#[inline]
pub fn observe(layer: &dyn Module, forward: impl FnOnce() -> Tensor) -> Tensor {
    if !RECORDING.get() {
        return forward();
    }
    let entered = enter(layer);
    let output = forward();
    leave(entered, layer, &output);
    output
}

/// As [`observe`], for a module that `name` stands for in a container.
#[inline]
pub(super) fn observe_at(name: &str, layer: &dyn Module, x: &Tensor) -> Tensor {
    if !RECORDING.get() {
        return layer.forward(x);
    }
    RECORD.with_borrow_mut(|record| record.place = Some(name.to_owned()));
    observe(layer, || layer.forward(x))
}

/// The number of the layer's entry; none if the container that called it has made one.
fn enter(layer: &dyn Module) -> Option<usize> {
    let address = std::ptr::from_ref(layer).cast::<()>();
    let name = layer.name();
    RECORD.with_borrow_mut(|record| {
        let parent = record.running.last().copied();
        let again = parent.is_some_and(|i| {
            let outer = &record.seen[i];
            // A struct and its first field have one address, but not one name.
            i + 1 == record.seen.len() && outer.address == address && outer.name == name
        });
        if again {
            return None;
        }
        let place = record.place.take();
        record.running.push(record.seen.len());
        record.seen.push(Seen {
            depth: record.running.len() - 1,
            name,
            output: Vec::new(),
            parameters: Params::new(),
            place,
            parent,
            address,
        });
        Some(record.seen.len() - 1)
    })
}

fn leave(entered: Option<usize>, layer: &dyn Module, output: &Tensor) {
    let Some(i) = entered else { return };
    // Now, since a lazy layer has its parameters only after its first forward pass.
    let parameters = layer.parameters();
    RECORD.with_borrow_mut(|record| {
        record.running.pop();
        record.seen[i].output = output.shape().to_vec();
        record.seen[i].parameters = parameters;
    });
}

/// Runs `f` and returns the layers that ran in it, in the order in which they began.
pub(super) fn record(f: impl FnOnce()) -> Vec<Seen> {
    struct Off;

    impl Drop for Off {
        fn drop(&mut self) {
            RECORDING.set(false);
            RECORD.take();
        }
    }

    let _off = Off;
    RECORD.take();
    RECORDING.set(true);
    f();
    RECORD.take().seen
}
