//! Another type of elements.

use half::f16;
use half::slice::HalfFloatSliceExt as _;

use crate::autograd::{Op, Saved, Saves};
use crate::dtype::{DType, Element, with_element};
use crate::error::Error;
use crate::ops::kernel::map;
use crate::ops::spec::{Case, Spec, sample};
use crate::tensor::Tensor;

impl Tensor {
    /// The same numbers in another type; floats lose what is behind the point in i64.
    ///
    /// y = x, dx = dy; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([1.7, -1.7]).to_dtype(DType::I64).to_vec_i64(), [1, -1]);
    /// ```
    #[track_caller]
    pub fn to_dtype(&self, dtype: DType) -> Tensor {
        if dtype == self.dtype() {
            return self.clone();
        }
        let op = Cast {
            from: self.dtype(),
            to: dtype,
        };
        if dtype.is_float() {
            Tensor::apply_as_is(op, &[self])
        } else {
            // Whole numbers have no slope, so the graph ends here.
            cast(self, dtype)
        }
    }

    /// The numbers as f32, as PyTorch's `float()`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([1, 2]).float().dtype(), DType::F32);
    /// ```
    #[track_caller]
    pub fn float(&self) -> Tensor {
        self.to_dtype(DType::F32)
    }

    /// The numbers as f16, as PyTorch's `half()`: three digits, up to 65504.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([0.1, 2049.0, 65520.0, 1e-8]).half();
    /// assert_eq!(x.to_vec(), [0.099975586, 2048.0, f32::INFINITY, 0.0]);
    /// ```
    #[track_caller]
    pub fn half(&self) -> Tensor {
        self.to_dtype(DType::F16)
    }

    /// The numbers as f64, as PyTorch's `double()`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([1, 2]).double().dtype(), DType::F64);
    /// ```
    #[track_caller]
    pub fn double(&self) -> Tensor {
        self.to_dtype(DType::F64)
    }

    /// The numbers as i64, as PyTorch's `long()`.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(tensor([1.9]).long().to_vec_i64(), [1]);
    /// ```
    #[track_caller]
    pub fn long(&self) -> Tensor {
        self.to_dtype(DType::I64)
    }
}

fn cast(x: &Tensor, dtype: DType) -> Tensor {
    // The types of mixed precision, many at once by the processor's own instructions.
    match (x.dtype(), dtype) {
        (DType::F32, DType::F16) => {
            let mut out = vec![f16::ZERO; x.numel()];
            out.convert_from_f32_slice(&x.values::<f32>());
            return Tensor::from_values(out, x.0.layout.shape.clone());
        }
        (DType::F16, DType::F32) => {
            let mut out = vec![0.0; x.numel()];
            x.values::<f16>().convert_to_f32_slice(&mut out);
            return Tensor::from_values(out, x.0.layout.shape.clone());
        }
        _ => {}
    }
    with_element!(x.dtype(), From => match dtype {
        DType::Bool => map::<From, bool>(x, |v| Element::to_f64(v) != 0.0),
        DType::I64 => map::<From, i64>(x, Element::to_i64),
        DType::F16 => map::<From, f16>(x, |v| f16::from_f64(Element::to_f64(v))),
        DType::F32 if x.dtype() == DType::I64 => {
            // By way of f64 large numbers would be rounded twice.
            map::<i64, f32>(x, |v| v as f32)
        }
        DType::F32 => map::<From, f32>(x, |v| Element::to_f64(v) as f32),
        DType::F64 => map::<From, f64>(x, Element::to_f64),
    })
}

struct Cast {
    from: DType,
    to: DType,
}

impl Op for Cast {
    fn name(&self) -> &'static str {
        "to_dtype"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(cast(x[0], self.to))
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(cast(grad, self.from))]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

pub(crate) const SPEC: Spec = Spec {
    name: "to_dtype",
    math: "y = x, dx = dy",
    // From f32, where differences of f64 steps would vanish, nothing can be checked.
    cases: || {
        Case::elementwise(sample, |x| {
            Tensor::apply(
                Cast {
                    from: DType::F64,
                    to: DType::F64,
                },
                &[&x[0]],
            )
        })
    },
    wrong: Vec::new,
};
