//! What an op keeps between its forward and its backward pass.

use std::fmt;
use std::sync::OnceLock;

use smallvec::SmallVec;

use crate::autograd::Op;
use crate::dtype::DType;
use crate::error::Error;
use crate::shape::{self, Dims};
use crate::tensor::Tensor;

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
    /// The f16 values as f32, the output's last, for an op on f16; computed where they are read.
    wide: Option<Box<[OnceLock<Tensor>]>>,
}

#[derive(Clone)]
struct SavedInput {
    kept: Kept,
    dtype: DType,
    needs: bool,
}

#[derive(Clone)]
enum Kept {
    Value(SavedValue),
    Shape(Dims),
}

/// A value, and the count of changes in place when it was saved.
///
/// An input keeps its place in the graph, since another view on it would cost more than many an op.
/// Nothing that `backward` computes is recorded, and `walk` takes the history off what it is given.
#[derive(Clone)]
struct SavedValue {
    value: Tensor,
    version: u64,
}

impl SavedValue {
    fn new(tensor: &Tensor) -> SavedValue {
        SavedValue {
            version: tensor.0.buffer.version(),
            value: tensor.clone(),
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
    #[inline(always)]
    pub(super) fn new(op: &dyn Op, inputs: &[&Tensor], output: &Tensor) -> Saved {
        let saves = op.saves();
        let keep_inputs = matches!(saves, Saves::Inputs | Saves::All);
        let keep_output = matches!(saves, Saves::Output | Saves::All);
        let mut saved = Saved {
            op: op.name(),
            inputs: SmallVec::new(),
            output: keep_output.then(|| SavedValue::new(output)),
            wide: None,
        };
        for x in inputs {
            let kept = if keep_inputs {
                Kept::Value(SavedValue::new(x))
            } else {
                Kept::Shape(shape::copy(&x.0.layout.shape))
            };
            saved.inputs.push(SavedInput {
                kept,
                dtype: x.dtype(),
                needs: x.needs_grad(),
            });
        }
        saved
    }

    /// Lets go of all values.
    pub(super) fn clear(&mut self) {
        self.inputs.clear();
        self.output = None;
    }

    /// The same with f32 in place of f16.
    pub(super) fn widened(&self) -> Saved {
        let mut inputs = self.inputs.clone();
        for input in inputs.iter_mut().filter(|x| x.dtype == DType::F16) {
            input.dtype = DType::F32;
        }
        Saved {
            op: self.op,
            wide: Some((0..=inputs.len()).map(|_| OnceLock::new()).collect()),
            inputs,
            output: self.output.clone(),
        }
    }

    fn wide<'a>(&'a self, i: usize, value: &'a Tensor) -> &'a Tensor {
        match &self.wide {
            Some(wide) if value.dtype() == DType::F16 => wide[i].get_or_init(|| value.float()),
            _ => value,
        }
    }

    /// The value of input `i`.
    pub fn input(&self, i: usize) -> &Tensor {
        match &self.inputs[i].kept {
            Kept::Value(saved) => self.wide(i, saved.get(self.op, "input")),
            Kept::Shape(_) => panic!("{}: `saves` does not keep the inputs", self.op),
        }
    }

    /// The value of the output.
    pub fn output(&self) -> &Tensor {
        match &self.output {
            Some(saved) => self.wide(self.count(), saved.get(self.op, "output")),
            None => panic!("{}: `saves` does not keep the output", self.op),
        }
    }

    /// The shape of input `i`.
    pub fn shape(&self, i: usize) -> &[usize] {
        match &self.inputs[i].kept {
            Kept::Value(saved) => saved.value.shape(),
            Kept::Shape(shape) => shape,
        }
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

impl fmt::Debug for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saved")
            .field("op", &self.op)
            .finish_non_exhaustive()
    }
}
