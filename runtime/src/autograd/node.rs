//! The graph: nodes that know the op that made them, and their inputs' nodes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use smallvec::SmallVec;

use crate::autograd::hook::Hooks;
use crate::autograd::{Op, Saved};
use crate::tensor::Tensor;

/// A tensor's place in the graph.
pub(crate) struct Node {
    pub(super) id: u64,
    pub(super) name: &'static str,
    pub(super) state: Mutex<State>,
    pub(super) grad: Mutex<Option<Tensor>>,
    /// False for a frozen parameter.
    pub(super) active: AtomicBool,
    pub(super) retains_grad: AtomicBool,
    extras: OnceLock<Box<Extras>>,
}

/// What few nodes have.
#[derive(Default)]
pub(super) struct Extras {
    pub(super) label: Mutex<Option<String>>,
    pub(super) hooks: Hooks,
}

pub(super) enum State {
    Leaf,
    Recorded(Arc<Record>),
    Freed,
}

pub(super) struct Record {
    pub(super) op: Box<dyn Op>,
    pub(super) parents: SmallVec<[Option<Arc<Node>>; 2]>,
    pub(super) saved: Saved,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Node {
    pub(super) fn new(name: &'static str, state: State) -> Arc<Node> {
        Arc::new(Node {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            name,
            state: Mutex::new(state),
            grad: Mutex::new(None),
            active: AtomicBool::new(true),
            retains_grad: AtomicBool::new(false),
            extras: OnceLock::new(),
        })
    }

    pub(super) fn extras(&self) -> &Extras {
        self.extras.get_or_init(Box::default)
    }

    /// The extras, if there are any.
    pub(super) fn has_extras(&self) -> Option<&Extras> {
        self.extras.get().map(|extras| &**extras)
    }

    pub(crate) fn is_leaf(&self) -> bool {
        matches!(*lock(&self.state), State::Leaf)
    }

    pub(crate) fn is_active(&self) -> bool {
        self.active.load(Ordering::Relaxed)
    }

    pub(super) fn accumulate(&self, grad: &Tensor) {
        let mut slot = lock(&self.grad);
        *slot = Some(match slot.take() {
            Some(before) => before + grad,
            None => grad.unshared(),
        });
    }

    fn take_record(&mut self) -> Option<Arc<Record>> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(state, State::Freed) {
            State::Recorded(record) => Some(record),
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
        let mut waiting: SmallVec<[Arc<Record>; 4]> = smallvec::smallvec![record];
        while let Some(mut record) = waiting.pop() {
            // One that `backward` holds, too, is taken apart by the last of both.
            let Some(Record { parents, saved, .. }) = Arc::get_mut(&mut record) else {
                continue;
            };
            // The inputs hold their nodes too; after them `parents` is the last to do so.
            saved.clear();
            for parent in parents.drain(..).flatten() {
                if let Some(mut node) = Arc::into_inner(parent) {
                    waiting.extend(node.take_record());
                }
            }
        }
    }
}

/// Gives a value that an op computed its place in the graph.
pub(super) fn record(op: Box<dyn Op>, inputs: &[&Tensor], value: Tensor) -> Tensor {
    let name = op.name();
    // In a loop: collecting would cost more than the sum of ten numbers.
    let mut parents = SmallVec::new();
    for x in inputs {
        parents.push(x.0.node.clone().filter(|node| node.is_active()));
    }
    let record = Arc::new(Record {
        parents,
        saved: Saved::new(&*op, inputs, &value),
        op,
    });
    value.with_node(Some(Node::new(name, State::Recorded(record))))
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
