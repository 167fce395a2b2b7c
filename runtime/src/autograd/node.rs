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
    /// What the op left for `backward`; nothing in a leaf, and once the graph is freed. In the node
    /// itself, since memory of its own would cost a tiny op a tenth of its time.
    pub(super) record: Mutex<Option<Record>>,
    is_leaf: bool,
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
    pub(super) fn leaf() -> Arc<Node> {
        Node::new("leaf", None)
    }

    // Inlined, as `Saved::new`: a record that is handed on is copied each time.
    #[inline(always)]
    fn new(name: &'static str, record: Option<Record>) -> Arc<Node> {
        Arc::new(Node {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            name,
            is_leaf: record.is_none(),
            record: Mutex::new(record),
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
        self.is_leaf
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

    /// Lets go of what the op left, and gives the nodes it was computed from to `waiting`.
    fn release(&mut self, waiting: &mut SmallVec<[Arc<Node>; 8]>) {
        let slot = self.record.get_mut();
        if let Some(record) = slot.unwrap_or_else(PoisonError::into_inner) {
            // The inputs hold their nodes too; after them `parents` may be the last to do so.
            record.saved.clear();
            for parent in record.parents.drain(..).flatten() {
                waiting.push(parent);
            }
        }
    }
}

impl Drop for Node {
    /// Takes the graph apart with a list of its own: dropping a million nodes by recursion would
    /// overflow the stack.
    fn drop(&mut self) {
        let mut waiting = SmallVec::new();
        self.release(&mut waiting);
        while let Some(mut node) = waiting.pop() {
            // One that somebody else holds, too, is taken apart by the last of both.
            if let Some(node) = Arc::get_mut(&mut node) {
                node.release(&mut waiting);
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
    let saved = Saved::new(&*op, inputs, &value);
    let record = Record { parents, saved, op };
    value.with_node(Some(Node::new(name, Some(record))))
}

impl Tensor {
    /// The same values in memory of their own: one gradient may reach several leaves, and a change
    /// of one in place must not show in another.
    pub(super) fn unshared(&self) -> Tensor {
        let alone = Arc::strong_count(&self.0) == 1 && Arc::strong_count(&self.0.buffer) == 1;
        if alone && self.is_contiguous() {
            self.clone()
        } else {
            self.copy()
        }
    }
}
