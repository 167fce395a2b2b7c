//! Tensors from Rust values: numbers, nested arrays, slices and vectors.

use half::f16;

use crate::dtype::{DType, Element, Storage};
use crate::error::Error;
use crate::shape::{self, Dims};
use crate::tensor::Tensor;

/// What [`tensor`] takes: a number, or arrays, slices and `Vec`s of what it takes.
#[diagnostic::on_unimplemented(
    message = "a tensor cannot be made from `{Self}`",
    note = "give a number, a bool, or (nested) arrays, slices or Vecs of them, such as [[1.0, 2.0]]"
)]
pub trait TensorData {
    /// Adds the elements and the shape to `flat`.
    fn write(&self, flat: &mut Flat);

    /// Adds several values of this type, one after the other.
    fn write_all(values: &[Self], flat: &mut Flat)
    where
        Self: Sized,
    {
        for value in values {
            value.write(flat);
        }
    }
}

/// The elements of nested arrays, in row-major order, with the shape seen so far.
#[derive(Debug)]
pub struct Flat {
    values: Option<Storage>,
    sizes: Vec<Option<usize>>,
    depth: usize,
    /// The values come from a tensor, which keeps its type.
    keeps_type: bool,
}

impl Flat {
    fn extend<T: Element>(&mut self, values: impl Iterator<Item = T>) {
        let storage = self.values.get_or_insert_with(|| T::store(Vec::new()));
        match storage {
            _ if storage.dtype() != T::DTYPE => unreachable!("one Rust type gives one dtype"),
            Storage::Bool(v) => v.extend(values.map(|x| Element::to_f64(x) != 0.0)),
            Storage::I64(v) => v.extend(values.map(Element::to_i64)),
            Storage::F16(v) => v.extend(values.map(|x| f16::from_f64(Element::to_f64(x)))),
            Storage::F32(v) => v.extend(values.map(|x| Element::to_f64(x) as f32)),
            Storage::F64(v) => v.extend(values.map(Element::to_f64)),
        }
    }

    /// Starts a list of `size` values.
    #[track_caller]
    fn open(&mut self, size: usize) {
        if self.depth == self.sizes.len() {
            self.sizes.push(None);
        }
        match self.sizes[self.depth] {
            Some(first) if first != size => Error::new(
                "tensor",
                format!(
                    "the lists in dim {} have different lengths, so {first} != {size}",
                    self.depth
                ),
            )
            .help("every row of a table needs the same number of values")
            .raise(),
            _ => self.sizes[self.depth] = Some(size),
        }
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
    }
}

macro_rules! number {
    ($($type:ty => $element:ty),*) => {$(
        // One macro serves all types, also those that need no cast.
        #[allow(clippy::unnecessary_cast)]
        impl TensorData for $type {
            fn write(&self, flat: &mut Flat) {
                flat.extend(std::iter::once(*self as $element));
            }

            fn write_all(values: &[Self], flat: &mut Flat) {
                flat.extend(values.iter().map(|&v| v as $element));
            }
        }
    )*};
}

// An f64 becomes f32: a literal without suffix is an f64, and f32 is the default type, as in
// PyTorch. `tensor_of` keeps all digits.
number!(
    bool => bool, i8 => i64, i16 => i64, i32 => i64, i64 => i64, u8 => i64, u16 => i64, u32 => i64,
    usize => i64, f32 => f32, f64 => f64
);

impl<T: TensorData> TensorData for [T] {
    #[track_caller]
    fn write(&self, flat: &mut Flat) {
        flat.open(self.len());
        T::write_all(self, flat);
        flat.close();
    }
}

impl<T: TensorData, const N: usize> TensorData for [T; N] {
    #[track_caller]
    fn write(&self, flat: &mut Flat) {
        self[..].write(flat);
    }
}

impl<T: TensorData> TensorData for Vec<T> {
    #[track_caller]
    fn write(&self, flat: &mut Flat) {
        self[..].write(flat);
    }
}

impl<T: TensorData + ?Sized> TensorData for &T {
    #[track_caller]
    fn write(&self, flat: &mut Flat) {
        (**self).write(flat);
    }
}

impl TensorData for Tensor {
    #[track_caller]
    fn write(&self, flat: &mut Flat) {
        for &size in self.shape() {
            flat.open(size);
        }
        crate::dtype::with_element!(self.dtype(), T => {
            flat.extend(self.values::<T>().iter().copied());
        });
        flat.depth -= self.ndim();
        flat.keeps_type = true;
    }
}

/// A tensor from a number or from nested arrays, slices or `Vec`s of numbers.
///
/// Floats give f32, whole numbers i64, true and false bool. For another type see [`tensor_of`].
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
/// assert_eq!(x.shape(), [3, 2]);
/// assert_eq!(x.dtype(), DType::F32);
/// assert_eq!(tensor(vec![1, 2, 3]).dtype(), DType::I64);
/// assert_eq!(tensor(7.0).ndim(), 0);
/// ```
#[track_caller]
pub fn tensor(data: impl TensorData) -> Tensor {
    let mut flat = Flat::empty();
    data.write(&mut flat);
    flat.finish(None)
}

/// As [`tensor`], with elements of the given type.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let x = tensor_of(DType::F64, [0.1, 0.2]);
/// assert_eq!(x.to_vec_f64(), [0.1, 0.2]);
/// ```
#[track_caller]
pub fn tensor_of(dtype: DType, data: impl TensorData) -> Tensor {
    let mut flat = Flat::empty();
    data.write(&mut flat);
    flat.finish(Some(dtype))
}

impl Flat {
    pub(crate) fn empty() -> Flat {
        Flat {
            values: None,
            sizes: Vec::new(),
            depth: 0,
            keeps_type: false,
        }
    }

    /// The type of the elements, if there are any.
    pub(crate) fn dtype(&self) -> Option<DType> {
        self.values.as_ref().map(Storage::dtype)
    }

    pub(crate) fn finish(self, dtype: Option<DType>) -> Tensor {
        let shape: Dims = self.sizes.iter().map(|size| size.unwrap_or(0)).collect();
        let storage = self.values.unwrap_or(Storage::F32(Vec::new()));
        debug_assert_eq!(storage.len(), shape::numel(&shape));
        let wanted = dtype.unwrap_or(match storage.dtype() {
            DType::F64 if !self.keeps_type => DType::F32,
            other => other,
        });
        Tensor::from_storage(storage, shape).to_dtype(wanted)
    }
}
