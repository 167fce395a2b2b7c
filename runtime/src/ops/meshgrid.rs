//! Coordinates of a grid.

use crate::error::{Error, OrRaise};
use crate::shape::{Dims, show};
use crate::tensor::{Tensor, checked_numel};

/// The coordinates of every point of a grid, one tensor for each axis.
///
/// y⁰_ij = x⁰_i, y¹_ij = x¹_j; `[n], [m] -> [n, m], [n, m]`, as views. The first axis runs down, as
/// with PyTorch's `indexing="ij"`; NumPy's default exchanges the first two.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let grid = meshgrid(&[&tensor([1.0, 2.0]), &tensor([3.0, 4.0, 5.0])]);
/// assert_close(&grid[0], [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]);
/// assert_close(&grid[1], [[3.0, 4.0, 5.0], [3.0, 4.0, 5.0]]);
/// ```
#[track_caller]
pub fn meshgrid(axes: &[&Tensor]) -> Vec<Tensor> {
    if let Some(wrong) = axes.iter().find(|x| x.ndim() > 1) {
        let shapes: Vec<String> = axes.iter().map(|x| show(x.shape())).collect();
        Error::new(
            "meshgrid",
            format!(
                "every axis is a vector: the shapes are {}, and {} has {} dims",
                shapes.join(", "),
                show(wrong.shape()),
                wrong.ndim()
            ),
        )
        .raise();
    }
    let shape: Dims = axes.iter().map(|x| x.numel()).collect();
    checked_numel("meshgrid", &shape).or_raise();
    let along = |(dim, x): (usize, &&Tensor)| {
        let mut sizes = Dims::from_elem(1, axes.len());
        sizes[dim] = x.numel();
        x.reshape_dims(sizes).expand(&shape[..])
    };
    axes.iter().enumerate().map(along).collect()
}

#[cfg(test)]
mod tests {
    use crate::ops::spec::{other, sample};
    use crate::prelude::*;

    #[test]
    fn any_number_of_axes() {
        let x = arange(0, 2, 1);
        let grid = meshgrid(&[&x, &tensor(7), &x]);
        assert!(grid.iter().all(|axis| axis.shape() == [2, 1, 2]));
        assert_eq!(grid[1].to_vec_i64(), [7; 4]);
        assert_eq!(grid[2].to_vec_i64(), [0, 1, 0, 1]);
        assert!(grid[0].shares_memory(&x));
        assert!(meshgrid(&[]).is_empty());
        assert_eq!(meshgrid(&[&zeros(0), &zeros(2)])[1].shape(), [0, 2]);
    }

    #[test]
    fn gradients_are_summed() {
        let product = |x: &[Tensor]| {
            let grid = meshgrid(&[&x[0], &x[1]]);
            &grid[0] * &grid[1]
        };
        gradcheck(product, &[&sample(&[2]), &other(&[3])]);
    }

    #[test]
    #[should_panic(
        expected = "meshgrid: every axis is a vector: the shapes are [2], [2, 3], and [2, 3] has 2 \
                    dims"
    )]
    fn a_table_is_no_axis() {
        meshgrid(&[&zeros(2), &zeros(&[2, 3])]);
    }
}
