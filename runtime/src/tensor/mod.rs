//! The tensor: shared elements, a view on them, and its place in the graph.

mod access;
mod close;
mod create;
mod display;
mod gather;
mod literal;
mod text;

use std::sync::Arc;
use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, Ordering};

pub use close::{assert_close, assert_close_within};
pub use create::{
    arange, eye, full, full_like, linspace, logspace, ones, ones_like, zeros, zeros_like,
};
pub use literal::{Flat, TensorData, tensor, tensor_of};

use crate::autograd::Node;
use crate::dtype::{DType, Element, Storage};
use crate::shape::{self, Dims};

pub(crate) use create::{checked_numel, filled};

/// An array of numbers of any shape, which remembers how it was computed when gradients are
/// asked for.
///
/// A clone is another handle to the same elements and costs a few nanoseconds. Tensors may be
/// sent to other threads.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// assert_eq!(x.shape(), [2, 3]);
/// assert_eq!(x.dtype(), DType::F32);
/// assert_close(&x.mean_dim(0), [2.5, 3.5, 4.5]);
/// ```
#[derive(Clone)]
pub struct Tensor(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) buffer: Arc<Buffer>,
    pub(crate) layout: Layout,
    pub(crate) node: Option<Arc<Node>>,
    /// A plain number such as the 2.0 of `&x * 2.0`: it takes the type of what it meets.
    pub(crate) is_number: bool,
}

/// Where the elements of a view lie in its buffer.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) shape: Dims,
    pub(crate) strides: Dims,
    pub(crate) offset: usize,
}

impl Layout {
    pub(crate) fn row_major(shape: Dims) -> Layout {
        let strides = shape::row_major(&shape);
        Layout {
            shape,
            strides,
            offset: 0,
        }
    }

    /// Whether the elements follow one another in memory, in row-major order.
    pub(crate) fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        for (&size, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if size != 1 && stride != expected {
                return shape::numel(&self.shape) == 0;
            }
            expected *= size;
        }
        true
    }
}

/// Elements that several tensors may share.
///
/// A reader takes a snapshot (the inner `Arc`), so no lock is held while an op computes, and a
/// writer copies only when a snapshot is still in use.
pub(crate) struct Buffer {
    dtype: DType,
    values: RwLock<Arc<Storage>>,
    /// Counts the changes in place, so that `backward` notices one to a value it needs.
    version: AtomicU64,
}

impl Buffer {
    fn new(storage: Storage) -> Buffer {
        Buffer {
            dtype: storage.dtype(),
            values: RwLock::new(Arc::new(storage)),
            version: AtomicU64::new(0),
        }
    }

    pub(crate) fn snapshot(&self) -> Arc<Storage> {
        // A panic while writing leaves numbers, never an invalid state.
        self.values
            .read()
            .unwrap_or_else(|poison| poison.into_inner())
            .clone()
    }

    pub(crate) fn write(&self, change: impl FnOnce(&mut Storage)) {
        self.version.fetch_add(1, Ordering::Relaxed);
        let mut values = self
            .values
            .write()
            .unwrap_or_else(|poison| poison.into_inner());
        change(Arc::make_mut(&mut values));
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }
}

impl Tensor {
    /// A tensor that owns `values` in row-major order.
    pub(crate) fn from_values<T: Element>(values: Vec<T>, shape: impl Into<Dims>) -> Tensor {
        Tensor::from_storage(T::store(values), shape.into())
    }

    pub(crate) fn from_storage(storage: Storage, shape: Dims) -> Tensor {
        debug_assert_eq!(storage.len(), shape::numel(&shape));
        Tensor(Arc::new(Inner {
            buffer: Arc::new(Buffer::new(storage)),
            layout: Layout::row_major(shape),
            node: None,
            is_number: false,
        }))
    }

    /// One number without dims, in the given type.
    pub(crate) fn scalar(value: f64, dtype: DType) -> Tensor {
        let storage = match dtype {
            DType::Bool => Storage::Bool(vec![value != 0.0]),
            DType::I64 => Storage::I64(vec![value as i64]),
            DType::F16 => Storage::F16(vec![half::f16::from_f64(value)]),
            DType::F32 => Storage::F32(vec![value as f32]),
            DType::F64 => Storage::F64(vec![value]),
        };
        Tensor::from_storage(storage, Dims::new())
    }

    /// A plain number next to an f16 tensor: it keeps the digits and the range of f32, in which
    /// the two are computed.
    pub(crate) fn number_for_half(value: f64) -> Tensor {
        Tensor(Arc::new(Inner {
            buffer: Arc::new(Buffer::new(Storage::F32(vec![value as f32]))),
            layout: Layout::row_major(Dims::new()),
            node: None,
            is_number: true,
        }))
    }

    /// Another view on the same elements, without history.
    pub(crate) fn view_as(&self, layout: Layout) -> Tensor {
        Tensor(Arc::new(Inner {
            buffer: self.0.buffer.clone(),
            layout,
            node: None,
            is_number: false,
        }))
    }

    /// The same view with another place in the graph.
    pub(crate) fn with_node(mut self, node: Option<Arc<Node>>) -> Tensor {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.node = node;
            return self;
        }
        Tensor(Arc::new(Inner {
            buffer: self.0.buffer.clone(),
            layout: self.0.layout.clone(),
            node,
            is_number: self.0.is_number,
        }))
    }

    /// The sizes of the dims: `[rows, columns]` for a table.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2, 3]).shape(), [2, 3]);
    /// ```
    pub fn shape(&self) -> &[usize] {
        &self.0.layout.shape
    }

    /// The size of one dim; -1 is the last.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2, 3]).size(-1), 3);
    /// ```
    #[track_caller]
    pub fn size(&self, dim: impl crate::shape::Int) -> usize {
        use crate::error::OrRaise as _;
        self.shape()[shape::dim("size", dim.int(), self.shape()).or_raise()]
    }

    /// How many dims there are: 0 for a single number, 1 for a vector, 2 for a table.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2, 3]).ndim(), 2);
    /// ```
    pub fn ndim(&self) -> usize {
        self.shape().len()
    }

    /// How many elements there are.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2, 3]).numel(), 6);
    /// ```
    pub fn numel(&self) -> usize {
        shape::numel(self.shape())
    }

    /// The type of the elements.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2]).dtype(), DType::F32);
    /// ```
    pub fn dtype(&self) -> DType {
        self.0.buffer.dtype
    }

    /// Whether both are views on the same memory.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = zeros(&[2, 3]);
    /// assert!(x.shares_memory(&x.t()));
    /// assert!(!x.shares_memory(&(&x + 1.0)));
    /// ```
    pub fn shares_memory(&self, other: &Tensor) -> bool {
        Arc::ptr_eq(&self.0.buffer, &other.0.buffer)
    }

    /// Whether the elements lie in memory in the order in which they are read.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert!(zeros(&[2, 3]).is_contiguous());
    /// assert!(!zeros(&[2, 3]).t().is_contiguous());
    /// ```
    pub fn is_contiguous(&self) -> bool {
        self.0.layout.is_contiguous()
    }
}
