//! What every model can do, given its forward pass and its parameters.

use crate::nn::summary::{self, Summary};
use crate::nn::{Module, Parameter};
use crate::tensor::Tensor;

/// What every [`Module`] can do.
// Apart from `Module`, so that a cell compiles only those of them that it calls: methods of a trait
// behind `dyn` are compiled for each type.
pub trait ModuleExt: Module {
    /// Switches to training: dropout drops, batch norm learns its running statistics.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Linear::new(2, 3), Dropout::new(0.5)];
    /// model.eval();
    /// model.train();
    /// assert!(model.is_training());
    /// ```
    fn train(&self) {
        self.parameters().set_training(true);
    }

    /// Switches to evaluation: dropout does nothing, batch norm uses its running statistics.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Dropout::new(0.5)];
    /// model.eval();
    /// assert_close(&model.forward(&ones(&[3])), [1.0, 1.0, 1.0]);
    /// ```
    fn eval(&self) {
        self.parameters().set_training(false);
    }

    /// Whether a layer of the model stands on training; true where no layer knows a mode.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Dropout::new(0.5)];
    /// assert!(model.is_training());
    /// model.eval();
    /// assert!(!model.is_training());
    /// ```
    fn is_training(&self) -> bool {
        self.parameters().is_training()
    }

    /// Freezes all parameters: they get no gradient, so optimisers leave them alone.
    ///
    /// `model.parameters().under("body").freeze()` freezes a part.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let body = Linear::new(2, 3);
    /// body.freeze();
    /// assert!(!body.forward(&ones(&[1, 2])).needs_grad());
    /// ```
    #[track_caller]
    fn freeze(&self) {
        self.parameters().freeze();
    }

    /// Takes `freeze` back.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let body = Linear::new(2, 3);
    /// body.freeze();
    /// body.unfreeze();
    /// assert_eq!(body.parameters().count_trainable(), 9);
    /// ```
    #[track_caller]
    fn unfreeze(&self) {
        self.parameters().unfreeze();
    }

    /// Forgets the gradients of all parameters.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let line = Linear::new(2, 1);
    /// line.forward(&ones(&[1, 2])).sum().backward();
    /// line.zero_grad();
    /// assert!(line.weight.try_grad().is_none());
    /// ```
    fn zero_grad(&self) {
        self.parameters().zero_grad();
    }

    /// What belongs to the state but is not trained, such as running means.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let buffers = BatchNorm1d::new(2).buffers();
    /// let names: Vec<&str> = buffers.iter().map(|b| b.name.as_str()).collect();
    /// assert_eq!(names, ["running_mean", "running_var", "num_batches_tracked"]);
    /// ```
    fn buffers(&self) -> Vec<Parameter> {
        self.parameters().buffers().cloned().collect()
    }

    /// A table of the layers with their output shapes and parameters, for inputs of a shape that is
    /// given without the batch dim.
    ///
    /// The model runs once, in evaluation mode, on zeros.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Linear::new(4, 50), ReLU, Linear::new(50, 3)];
    /// let summary = model.summary(&[4]);
    /// assert_eq!(summary.parameters, 403);
    /// assert_eq!(summary.rows[1].layer, "Linear(4, 50)");
    /// assert_eq!(summary.rows[1].output, [1, 50]);
    /// ```
    #[track_caller]
    fn summary(&self, input_shape: &[usize]) -> Summary {
        let x = summary::zeros_of(input_shape);
        summary::run(&self.name(), &|| self.parameters(), &x, &|x| {
            self.forward(x)
        })
    }

    /// As `summary`, for a given batch, such as one of indices.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Embedding::new(10, 4), Flatten::new(), Linear::new(12, 2)];
    /// assert_eq!(model.summary_for(&tensor([[1, 5, 2]])).parameters, 66);
    /// ```
    #[track_caller]
    fn summary_for(&self, x: &Tensor) -> Summary {
        summary::run(&self.name(), &|| self.parameters(), x, &|x| self.forward(x))
    }
}

impl<M: Module + ?Sized> ModuleExt for M {}
