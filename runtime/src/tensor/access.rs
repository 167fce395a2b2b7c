//! Getting elements out of a tensor, for ops and for cells.

use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::dtype::{DType, Element, Storage, with_element};
use crate::error::{Error, OrRaise};
use crate::shape::{self, Int, IntList};
use crate::tensor::Tensor;
use crate::tensor::gather::{copied, gather};

/// The elements of a tensor as a row-major slice: borrowed from a snapshot where they lie so
/// already, gathered otherwise.
pub(crate) enum Values<T: Element> {
    Shared(Arc<Storage>, Range<usize>),
    Gathered(Vec<T>),
}

impl<T: Element> Deref for Values<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Values::Shared(storage, range) => &T::slice(storage)[range.clone()],
            Values::Gathered(values) => values,
        }
    }
}

impl<T: Element> Values<T> {
    pub(crate) fn into_vec(self) -> Vec<T> {
        match self {
            Values::Gathered(values) => values,
            shared => copied(&shared),
        }
    }
}

impl Tensor {
    /// The elements in row-major order; `T` must be the type of [`Tensor::dtype`].
    pub(crate) fn values<T: Element>(&self) -> Values<T> {
        let storage = self.0.buffer.snapshot();
        let layout = &self.0.layout;
        if layout.is_contiguous() {
            let count = self.numel();
            // An empty view may start behind the end of its buffer.
            let start = if count == 0 { 0 } else { layout.offset };
            return Values::Shared(storage, start..start + count);
        }
        // A view may repeat its elements beyond what memory holds.
        crate::tensor::checked_numel("copy", &layout.shape).or_raise();
        Values::Gathered(gather(T::slice(&storage), layout))
    }

    /// Replaces every element, in row-major order.
    pub(crate) fn overwrite<T: Element>(&self, change: impl FnOnce(&mut [T])) {
        let layout = &self.0.layout;
        let count = self.numel();
        if count == 0 {
            return;
        }
        if layout.is_contiguous() {
            self.0.buffer.write(|storage| {
                change(&mut T::slice_mut(storage)[layout.offset..layout.offset + count]);
            });
            return;
        }
        let mut values = self.values::<T>().into_vec();
        change(&mut values);
        self.0.buffer.write(|storage| {
            let target = T::slice_mut(storage);
            let mut next = values.into_iter();
            let length = layout.shape.last().copied().unwrap_or(1);
            let stride = layout.strides.last().copied().unwrap_or(1);
            shape::rows(
                &layout.shape,
                &layout.strides,
                &layout.strides,
                |start, _| {
                    for i in 0..length {
                        if let Some(value) = next.next() {
                            target[layout.offset + start + i * stride] = value;
                        }
                    }
                },
            );
        });
    }

    /// The elements as f64, whatever their type.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        with_element!(self.dtype(), T => {
            self.values::<T>().iter().map(|&v| Element::to_f64(v)).collect()
        })
    }

    /// The number in a tensor that holds one.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([[2.5]]).item(), 2.5);
    /// ```
    #[track_caller]
    pub fn item(&self) -> f64 {
        if self.numel() != 1 {
            Error::new(
                "item",
                format!(
                    "needs one element, the shape is {}",
                    shape::show(self.shape())
                ),
            )
            .help(if self.is_empty() {
                "there is none, so look where the empty tensor comes from".to_owned()
            } else {
                format!(
                    "to_vec() gives all elements; x.at(&{:?}) gives the first",
                    vec![0; self.ndim()]
                )
            })
            .raise();
        }
        self.numbers()[0]
    }

    /// The element at an index per dim; -1 is the last.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([[1.0, 2.0], [3.0, 4.0]]).at(&[0, -1]), 2.0);
    /// ```
    #[track_caller]
    pub fn at(&self, index: impl crate::shape::Ints) -> f64 {
        self.at_list(&index.ints())
    }

    #[track_caller]
    fn at_list(&self, index: &IntList) -> f64 {
        let index = index.as_slice();
        let layout = &self.0.layout;
        if index.len() != self.ndim() {
            Error::new(
                "at",
                format!(
                    "needs one index per dim: the shape is {}, the index {index:?}, so {} != {}",
                    shape::show(self.shape()),
                    self.ndim(),
                    index.len()
                ),
            )
            .help("x.select(0, 1) gives the part at index 1 of dim 0")
            .raise();
        }
        let mut at = layout.offset;
        for (dim, &i) in index.iter().enumerate() {
            at += shape::index("at", i, dim, self.shape()).or_raise() * layout.strides[dim];
        }
        let storage = self.0.buffer.snapshot();
        with_element!(self.dtype(), T => Element::to_f64(T::slice(&storage)[at]))
    }

    /// All elements in row-major order, as f32.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([[1.0, 2.0], [3.0, 4.0]]).t().to_vec(), [1.0, 3.0, 2.0, 4.0]);
    /// ```
    pub fn to_vec(&self) -> Vec<f32> {
        match self.dtype() {
            DType::F32 => self.values::<f32>().into_vec(),
            _ => self.numbers().into_iter().map(|v| v as f32).collect(),
        }
    }

    /// All elements in row-major order, as f64.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([1, 2]).to_vec_f64(), [1.0, 2.0]);
    /// ```
    pub fn to_vec_f64(&self) -> Vec<f64> {
        self.numbers()
    }

    /// All elements in row-major order, as i64; floats lose what is behind the point.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([1.9, -1.9]).to_vec_i64(), [1, -1]);
    /// ```
    pub fn to_vec_i64(&self) -> Vec<i64> {
        with_element!(self.dtype(), T => {
            self.values::<T>().iter().map(|&v| Element::to_i64(v)).collect()
        })
    }

    /// The tensor as an `ndarray` array of f32.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let array = tensor([[1.0, 2.0]]).to_ndarray();
    /// assert_eq!(array.shape(), [1, 2]);
    /// assert_eq!(Tensor::from(array).shape(), [1, 2]);
    /// ```
    pub fn to_ndarray(&self) -> ndarray::ArrayD<f32> {
        ndarray::ArrayD::from_shape_vec(self.shape(), self.to_vec())
            .expect("the shape has as many elements as to_vec gives")
    }

    /// The tensor as an `ndarray` array of f64.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let array = tensor_of(DType::F64, [[0.1, 0.2]]).t().to_ndarray_f64();
    /// assert_eq!(array.shape(), [2, 1]);
    /// assert_eq!(array[[1, 0]], 0.2);
    /// ```
    pub fn to_ndarray_f64(&self) -> ndarray::ArrayD<f64> {
        ndarray::ArrayD::from_shape_vec(self.shape(), self.to_vec_f64())
            .expect("the shape has as many elements as to_vec_f64 gives")
    }

    /// The tensor as an `ndarray` array of i64; floats lose what is behind the point.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let array = tensor([[1, 2]]).to_ndarray_i64();
    /// assert_eq!(array[[0, 1]], 2);
    /// ```
    pub fn to_ndarray_i64(&self) -> ndarray::ArrayD<i64> {
        ndarray::ArrayD::from_shape_vec(self.shape(), self.to_vec_i64())
            .expect("the shape has as many elements as to_vec_i64 gives")
    }

    /// The size of the first dim, as `len` of a Python tensor.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[4, 2]).len(), 4);
    /// ```
    #[track_caller]
    pub fn len(&self) -> usize {
        self.size(0_usize.int())
    }

    /// Whether there is no element.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert!(zeros(&[0, 2]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.numel() == 0
    }
}

macro_rules! from_ndarray {
    ($($type:ty => $element:ty),*) => {$(
        impl<D: ndarray::Dimension> From<ndarray::Array<$type, D>> for Tensor {
            fn from(array: ndarray::Array<$type, D>) -> Tensor {
                Tensor::from(array.view())
            }
        }

        // A notebook loses an array that is given away.
        impl<D: ndarray::Dimension> From<&ndarray::Array<$type, D>> for Tensor {
            fn from(array: &ndarray::Array<$type, D>) -> Tensor {
                Tensor::from(array.view())
            }
        }

        impl<D: ndarray::Dimension> From<ndarray::ArrayView<'_, $type, D>> for Tensor {
            fn from(array: ndarray::ArrayView<'_, $type, D>) -> Tensor {
                let shape: crate::shape::Dims = array.shape().into();
                let values = array.iter().map(|&v| <$element>::from(v));
                Tensor::from_values::<$element>(values.collect(), shape)
            }
        }
    )*};
}

from_ndarray!(f32 => f32, f64 => f64, i64 => i64, i32 => i64, u8 => i64, bool => bool);

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use ndarray::{Array2, array};

    #[test]
    fn arrays_keep_their_order_and_type() {
        let turned: Array2<f64> = array![[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]].reversed_axes();
        let x = Tensor::from(turned.clone());
        assert_eq!((x.shape(), x.dtype()), (&[3, 2][..], DType::F64));
        assert_eq!(x.to_ndarray_f64(), turned.clone().into_dyn());
        assert_eq!(Tensor::from(&turned).to_vec_f64(), x.to_vec_f64());
        assert_eq!(
            Tensor::from(turned.row(1)).to_vec_f64(),
            x.i(1).to_vec_f64()
        );
        assert_eq!(Tensor::from(array![1_u8, 255]).to_vec_i64(), [1, 255]);
        assert_eq!(Tensor::from(array![-1_i32]).dtype(), DType::I64);
        assert_eq!(
            Tensor::from(array![i64::MAX]).to_ndarray_i64()[[0]],
            i64::MAX
        );
        assert_eq!(Tensor::from(array![true]).dtype(), DType::Bool);
        assert_eq!(Tensor::from(array![1.5_f32]).dtype(), DType::F32);
        assert_eq!(zeros(&[0, 3]).to_ndarray().shape(), [0, 3]);
    }

    #[test]
    fn rust_values_make_tensors() {
        let slice: &[f32] = &[1.0, 2.0];
        assert_close(&tensor(slice), [1.0, 2.0]);
        assert_close(&tensor(vec![1.0_f64, 2.0]), [1.0, 2.0]);
        assert_eq!(tensor(vec![vec![1.0], vec![2.0]]).shape(), [2, 1]);
        assert_eq!(tensor(vec![7_u8, 8]).dtype(), DType::I64);
        assert_eq!(tensor([u16::MAX]).to_vec_i64(), [65535]);
        assert_eq!(tensor([u32::MAX]).to_vec_i64(), [4_294_967_295]);
    }
}
