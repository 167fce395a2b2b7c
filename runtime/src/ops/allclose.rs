//! Whether two tensors are equal, exactly or nearly.

use crate::dtype::with_element;
use crate::error::OrRaise;
use crate::ops::kernel::zip;
use crate::ops::operand::promoted;
use crate::tensor::Tensor;

impl Tensor {
    /// Whether all elements are nearly equal, with broadcasting; NaN is near nothing.
    ///
    /// |x - y| ≤ 1e-8 + 1e-5 |y| everywhere. Types may differ (PyTorch refuses that).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert!(tensor([1.0, 2.0]).allclose(&tensor([1.0, 2.000001])));
    /// assert!(!tensor([1.0, 2.0]).allclose(&tensor([1.0, 2.1])));
    /// ```
    #[track_caller]
    pub fn allclose(&self, other: &Tensor) -> bool {
        let near =
            |x: f64, y: f64| x == y || (x - y).abs() <= 1e-8 + 1e-5 * y.abs() && y.is_finite();
        let (x, y) = (self.detach().double(), other.detach().double());
        let close = zip::<f64, bool>("allclose", &x, &y, near).or_raise();
        close.values::<bool>().iter().all(|&near| near)
    }

    /// Whether both have the same shape and exactly the same elements; NaN differs from NaN.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]);
    /// assert!(x.equal(&x.copy()));
    /// assert!(!x.equal(&tensor([[1.0, 2.0]])));
    /// ```
    pub fn equal(&self, other: &Tensor) -> bool {
        if self.shape() != other.shape() {
            return false;
        }
        let (a, b) = (self.detach(), other.detach());
        let (x, y) = promoted(&a, &b);
        with_element!(x.dtype(), T => x.values::<T>()[..] == y.values::<T>()[..])
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn rules_are_those_of_pytorch() {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        let close = |x: f64, y: f64| tensor(x).allclose(&tensor(y));
        assert!(close(infinity, infinity) && !close(infinity, -infinity));
        assert!(!close(1.0, infinity) && !close(infinity, 1.0) && !close(nan, nan));
        assert!(close(1e-9, 0.0) && !close(1e-7, 0.0));
        assert!(ones(&[2, 2]).allclose(&ones(2)) && zeros(&[0]).allclose(&zeros(&[0])));
        assert!(tensor([1, 2]).allclose(&tensor([1.0, 2.0])));
    }

    #[test]
    fn equality_is_exact() {
        assert!(tensor([1, 2]).equal(&tensor([1.0, 2.0])));
        assert!(!tensor([1.0]).equal(&tensor([1.000001])));
        assert!(!tensor([f64::NAN]).equal(&tensor([f64::NAN])));
        assert!(!zeros(&[0, 2]).equal(&zeros(&[0, 3])));
        assert!(zeros(&[2, 3]).t().equal(&zeros(&[3, 2])));
    }

    #[test]
    #[should_panic(expected = "allclose: shapes do not broadcast: left is [2], right is [3]")]
    fn shapes_must_broadcast() {
        ones(2).allclose(&ones(3));
    }
}
