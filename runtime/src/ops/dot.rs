//! Products of two vectors.

use crate::error::Error;
use crate::ops::mul::mul;
use crate::shape::show;
use crate::tensor::Tensor;

impl Tensor {
    /// The sum of the products of two vectors' elements.
    ///
    /// y = Σ aᵢ bᵢ, da = dy b, db = dy a; `[n], [n] -> []`. Only for vectors, unlike NumPy's.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_close(tensor([1.0, 2.0]).dot(&tensor([3.0, 4.0])), 11.0);
    /// ```
    #[track_caller]
    pub fn dot(&self, other: &Tensor) -> Tensor {
        let (n, m) = vectors("dot", self, other);
        if n != m {
            Error::new(
                "dot",
                format!(
                    "the lengths differ: left is {}, right is {}, so {n} != {m}",
                    show(self.shape()),
                    show(other.shape())
                ),
            )
            .help("a.outer(&b) multiplies each with each")
            .raise();
        }
        self.matmul(other)
    }

    /// The products of each element of one vector with each of another.
    ///
    /// yᵢⱼ = aᵢ bⱼ, da = dy b, db = dyᵀ a; `[n], [m] -> [n, m]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let y = tensor([1.0, 2.0]).outer(&tensor([3.0, 4.0, 5.0]));
    /// assert_close(&y, [[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]);
    /// ```
    #[track_caller]
    pub fn outer(&self, other: &Tensor) -> Tensor {
        vectors("outer", self, other);
        mul(&self.unsqueeze(1), other)
    }
}

#[track_caller]
fn vectors(op: &str, a: &Tensor, b: &Tensor) -> (usize, usize) {
    let (&[n], &[m]) = (a.shape(), b.shape()) else {
        Error::new(
            op,
            format!(
                "needs two vectors: left is {}, right is {}",
                show(a.shape()),
                show(b.shape())
            ),
        )
        .help("a.matmul(&b) multiplies tables; x.flatten() makes a vector of one")
        .raise();
    };
    (n, m)
}

#[cfg(test)]
mod tests {
    use crate::ops::spec::{other, sample};
    use crate::prelude::*;

    #[test]
    fn gradients_match_differences() {
        let (a, b) = (sample(&[3]), other(&[3]));
        gradcheck(|x| x[0].dot(&x[1]), &[&a, &b]);
        gradcheck(|x| x[0].outer(&x[1]), &[&a, &other(&[2])]);
    }

    #[test]
    fn nothing_and_whole_numbers() {
        assert_close(zeros(&[0]).dot(&zeros(&[0])), 0.0);
        assert_eq!(zeros(&[0]).outer(&zeros(&[2])).shape(), [0, 2]);
        assert_eq!(tensor([1, 2]).dot(&tensor([3, 4])).to_vec_i64(), [11]);
    }

    #[test]
    #[should_panic(expected = "dot: the lengths differ: left is [2], right is [3], so 2 != 3")]
    fn lengths_are_compared() {
        ones(2).dot(&ones(3));
    }

    #[test]
    #[should_panic(expected = "outer: needs two vectors: left is [2], right is [2, 1]")]
    fn tables_are_refused() {
        ones(2).outer(&ones(&[2, 1]));
    }
}
