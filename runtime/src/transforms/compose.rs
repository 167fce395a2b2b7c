//! Transforms one after the other.

use std::fmt;
use std::sync::Arc;

use crate::tensor::Tensor;
use crate::transforms::Transform;

/// Transforms one after the other (`torchvision.transforms.Compose`);
/// [`compose!`](crate::compose) makes one.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let prepare = compose![Resize::new([2, 3]), Normalize::new(&[0.5], &[0.5])];
/// let x = prepare.apply(&ones(&[1, 8, 8]));
/// assert_close(&x, &ones(&[1, 2, 3]));
/// assert_eq!(format!("{prepare:?}"), "Compose(\n  Resize([2, 3])\n  Normalize([0.5], [0.5])\n)");
/// ```
#[derive(Clone, Default)]
pub struct Compose {
    transforms: Vec<Arc<dyn Transform>>,
}

impl Compose {
    /// No transforms: the output is the input.
    pub fn new() -> Compose {
        Compose::default()
    }

    /// Adds one at the end.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let mut augment = Compose::new();
    /// augment.push(RandomVerticalFlip::new().p(1.0));
    /// assert_close(&augment.apply(&tensor([[[1.0], [2.0]]])), [[[2.0], [1.0]]]);
    /// ```
    pub fn push(&mut self, transform: impl Transform + 'static) {
        self.add(Arc::new(transform));
    }

    /// Adds one that is shared already.
    #[doc(hidden)]
    pub fn add(&mut self, transform: Arc<dyn Transform>) {
        self.transforms.push(transform);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.transforms.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.transforms.is_empty()
    }
}

impl Transform for Compose {
    fn apply(&self, x: &Tensor) -> Tensor {
        let apply = |x: Tensor, transform: &Arc<dyn Transform>| transform.apply(&x);
        self.transforms.iter().fold(x.clone(), apply)
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for Compose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Compose(")?;
        for transform in &self.transforms {
            writeln!(f, "  {}", transform.name().replace('\n', "\n  "))?;
        }
        write!(f, ")")
    }
}

/// Transforms one after the other, as a [`Compose`](crate::transforms::Compose).
///
/// ```
/// use cuaderno::prelude::*;
///
/// let augment = compose![RandomCrop::new(28).padding(2), RandomHorizontalFlip::new()];
/// assert_eq!(augment.len(), 2);
/// ```
#[macro_export]
macro_rules! compose {
    ($($transform:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut transforms = $crate::transforms::Compose::new();
        $(transforms.add(::std::sync::Arc::new($transform));)*
        transforms
    }};
}
