//! Shapes and dims that do not fit.

use cuaderno::prelude::*;

use crate::text;

#[test]
fn elementwise() {
    let (x, row, column) = (zeros(&[2, 3]), zeros(&[3]), zeros(&[2]));
    let batch = zeros(&[4, 2, 3]);
    let texts = texts! {
        &x + &column;
        &row - &zeros(&[4]);
        &column * &x;
        &batch / &zeros(&[4, 3]);
        x.pow(&zeros(&[3, 2]));
        x.gt(&zeros(&[0]));
        where_(&x.gt(0.0), &x, &column);
        where_(&column.gt(0.0), &x, 0.0);
        where_(&x, &x, 0.0);
        x.add_(&column);
        row.mul_(&x);
        x.copy_(&column);
        mse_loss(&zeros(&[2, 1]), &zeros(&[2]));
    };
    insta::assert_snapshot!(texts, @r##"
    > &x + &column
    add: shapes do not broadcast: left is [2, 3], right is [2], and in dim -1 3 != 2
    help: right.unsqueeze(1) makes a column of it

    > &row - &zeros(&[4])
    sub: shapes do not broadcast: left is [3], right is [4], and in dim -1 3 != 4
    help: two sizes fit when they are equal or one of them is 1, aligned at the right

    > &column * &x
    mul: shapes do not broadcast: left is [2], right is [2, 3], and in dim -1 2 != 3
    help: left.unsqueeze(1) makes a column of it

    > &batch / &zeros(&[4, 3])
    div: shapes do not broadcast: left is [4, 2, 3], right is [4, 3], and in dim -2 2 != 4
    help: two sizes fit when they are equal or one of them is 1, aligned at the right

    > x.pow(&zeros(&[3, 2]))
    pow: shapes do not broadcast: left is [2, 3], right is [3, 2], and in dim -2 2 != 3
    help: two sizes fit when they are equal or one of them is 1, aligned at the right

    > x.gt(&zeros(&[0]))
    gt: shapes do not broadcast: left is [2, 3], right is [0], and in dim -1 3 != 0
    help: two sizes fit when they are equal or one of them is 1, aligned at the right

    > where_(&x.gt(0.0), &x, &column)
    where: shapes do not broadcast: left is [2, 3], right is [2], and in dim -1 3 != 2
    help: right.unsqueeze(1) makes a column of it

    > where_(&column.gt(0.0), &x, 0.0)
    where: shapes do not broadcast: the condition is [2], a is [2, 3], b is []
    help: the condition is broadcast with a and b, such as x.gt(0.0) with x

    > where_(&x, &x, 0.0)
    where: the condition must be bool, it is f32 of shape [2, 3]
    help: a comparison such as x.gt(0.0) gives bool

    > x.add_(&column)
    add_: shapes do not broadcast: left is [2, 3], right is [2], and in dim -1 3 != 2
    help: right.unsqueeze(1) makes a column of it

    > row.mul_(&x)
    mul_: the result does not fit in place: left is [3], right is [2, 3], the result [2, 3]
    help: the form without _ makes a new tensor

    > x.copy_(&column)
    copy_: shapes do not broadcast: left is [2, 3], right is [2], and in dim -1 3 != 2
    help: right.unsqueeze(1) makes a column of it

    > mse_loss(&zeros(&[2, 1]), &zeros(&[2]))
    mse_loss: shapes differ: the prediction is [2, 1], the target [2]
    help: y.reshape(&[2, 1])
    "##);
}

#[test]
fn matrix_products() {
    let (x, w) = (zeros(&[2, 3]), zeros(&[4, 3]));
    let texts = texts! {
        x.matmul(&w);
        w.t().matmul(&x);
        x.matmul(&x);
        x.matmul(&zeros(&[5, 4]));
        x.matmul(&zeros(&[2]));
        zeros(&[2]).matmul(&zeros(&[3]));
        zeros(&[3]).matmul(&x);
        x.matmul(&tensor(2.0));
        tensor(2.0).matmul(&x);
        zeros(&[5, 2, 3]).matmul(&zeros(&[4, 3, 2]));
        zeros(&[5, 2, 3]).matmul(&zeros(&[5, 2, 3]));
        Linear::new(3, 1).forward(&zeros(&[2, 4]));
        x.solve(&x);
        eye(2).solve(&zeros(&[3]));
        eye(3).lstsq(&zeros(&[2, 1]));
        ones(&[2, 2]).solve(&zeros(&[2]));
    };
    insta::assert_snapshot!(texts, @r##"
    > x.matmul(&w)
    matmul: inner sizes differ: left is [2, 3], right is [4, 3], so 3 != 4
    help: did you mean a.matmul(&b.t())?

    > w.t().matmul(&x)
    matmul: inner sizes differ: left is [3, 4], right is [2, 3], so 4 != 2
    help: the last dim of the left and the last but one of the right are summed over

    > x.matmul(&x)
    matmul: inner sizes differ: left is [2, 3], right is [2, 3], so 3 != 2
    help: did you mean a.matmul(&b.t())?

    > x.matmul(&zeros(&[5, 4]))
    matmul: inner sizes differ: left is [2, 3], right is [5, 4], so 3 != 5
    help: the last dim of the left and the last but one of the right are summed over

    > x.matmul(&zeros(&[2]))
    matmul: inner sizes differ: left is [2, 3], right is [2], so 3 != 2
    help: did you mean a.t().matmul(&b)?

    > zeros(&[2]).matmul(&zeros(&[3]))
    matmul: inner sizes differ: left is [2], right is [3], so 2 != 3
    help: the last dim of the left and the last but one of the right are summed over

    > zeros(&[3]).matmul(&x)
    matmul: inner sizes differ: left is [3], right is [2, 3], so 3 != 2
    help: did you mean a.matmul(&b.t())?

    > x.matmul(&tensor(2.0))
    matmul: both sides need at least one dim: left is [2, 3], right is []
    help: &a * &b multiplies by a number

    > tensor(2.0).matmul(&x)
    matmul: both sides need at least one dim: left is [], right is [2, 3]
    help: &a * &b multiplies by a number

    > zeros(&[5, 2, 3]).matmul(&zeros(&[4, 3, 2]))
    matmul: the batch dims do not broadcast: left is [5, 2, 3], right is [4, 3, 2]
    help: all dims but the last two are equal or 1

    > zeros(&[5, 2, 3]).matmul(&zeros(&[5, 2, 3]))
    matmul: inner sizes differ: left is [5, 2, 3], right is [5, 2, 3], so 3 != 2
    help: the last dim of the left and the last but one of the right are summed over

    > Linear::new(3, 1).forward(&zeros(&[2, 4]))
    Linear: the last dim of the input must be 3: the input is [2, 4], the weight [1, 3], so 4 != 3
    help: Linear::new(inputs, outputs) takes rows of `inputs` numbers

    > x.solve(&x)
    solve: needs a square matrix: left is [2, 3], right is [2, 3], so 2 != 3
    help: lstsq solves it as well as can be

    > eye(2).solve(&zeros(&[3]))
    solve: both sides need as many rows: left is [2, 2], right is [3], so 2 != 3

    > eye(3).lstsq(&zeros(&[2, 1]))
    lstsq: both sides need as many rows: left is [3, 3], right is [2, 1], so 3 != 2

    > ones(&[2, 2]).solve(&zeros(&[2]))
    solve: the matrix of shape [2, 2] is singular: column 1 is a combination of those before it
    help: without that column, lstsq finds the best solution; or add a small multiple of eye(n) to the matrix
    "##);
}

#[test]
fn joining_and_reshaping() {
    let x = zeros(&[2, 3]);
    let texts = texts! {
        cat(&[&x, &zeros(&[2, 4])], 0);
        cat(&[&x, &x, &zeros(&[3])], 1);
        cat(&[], 0);
        cat(&[&x, &x], 2);
        stack(&[&x, &zeros(&[3, 2])], 0);
        stack(&[], 0);
        x.reshape(&[4, 2]);
        x.reshape(&[4, -1]);
        x.reshape(&[-1, -1]);
        x.reshape(&[-2, 3]);
        zeros(&[0, 3]).reshape(&[-1, 0]);
        x.expand(&[2, 4]);
        x.expand(&[3]);
        x.expand(&[-1, 2, 3]);
        x.permute(&[0]);
        x.permute(&[1, 1]);
        zeros(&[2, 3, 4]).t();
        x.squeeze_dim(1);
        x.unsqueeze(4);
    };
    insta::assert_snapshot!(texts, @r##"
    > cat(&[&x, &zeros(&[2, 4])], 0)
    cat: all sizes but that of dim 0 must be equal: the shapes are [2, 3], [2, 4], and the one at place 1 differs from the first

    > cat(&[&x, &x, &zeros(&[3])], 1)
    cat: all sizes but that of dim 1 must be equal: the shapes are [2, 3], [2, 3], [3], and the one at place 2 differs from the first

    > cat(&[], 0)
    cat: needs at least one tensor

    > cat(&[&x, &x], 2)
    cat: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > stack(&[&x, &zeros(&[3, 2])], 0)
    stack: all shapes must be equal: the first is [2, 3], another is [3, 2]
    help: cat joins along a dim that exists and allows different sizes there

    > stack(&[], 0)
    stack: needs at least one tensor

    > x.reshape(&[4, 2])
    reshape: [2, 3] has 6 elements, [4, 2] has 8, so 6 != 8
    help: one size may be -1: it is computed from the others

    > x.reshape(&[4, -1])
    reshape: [2, 3] has 6 elements, [4, -1] leaves no whole size for -1, since 6 / 4 is not whole
    help: the other sizes multiply to a divisor of 6

    > x.reshape(&[-1, -1])
    reshape: [2, 3] has 6 elements, [-1, -1] may have one -1 and no other negative size
    help: a -1 stands for the size that the others leave

    > x.reshape(&[-2, 3])
    reshape: [2, 3] has 6 elements, [-2, 3] may have one -1 and no other negative size
    help: a -1 stands for the size that the others leave

    > zeros(&[0, 3]).reshape(&[-1, 0])
    reshape: [0, 3] has 0 elements, [-1, 0] has a size of 0, with which any -1 fits
    help: write the size instead of -1

    > x.expand(&[2, 4])
    expand: [2, 3] cannot be repeated to [2, 4]: in dim -1 3 != 4
    help: sizes are aligned at the right, and only those of 1 are repeated

    > x.expand(&[3])
    expand: [2, 3] cannot be repeated to [3], since 2 dims > 1
    help: sizes are aligned at the right, and only those of 1 are repeated

    > x.expand(&[-1, 2, 3])
    expand: a new dim has no size that a -1 could stand for: the shape is [2, 3], the new one [-1, 2, 3]

    > x.permute(&[0])
    permute: [0] must name every dim of [2, 3] once, so 1 != 2

    > x.permute(&[1, 1])
    permute: dim 1 is named twice in [1, 1], the shape is [2, 3]

    > zeros(&[2, 3, 4]).t()
    t: needs at most 2 dims, the shape is [2, 3, 4], with 3
    help: x.transpose(-2, -1) exchanges the last two

    > x.squeeze_dim(1)
    squeeze: dim 1 must have size 1, the shape is [2, 3], so 3 != 1

    > x.unsqueeze(4)
    unsqueeze: place 4 is out of range: [2, 3] has places -3 to 2
    "##);
}

#[test]
fn axes() {
    let x = zeros(&[2, 3]);
    let texts = texts! {
        x.sum_dim(2);
        x.mean_keepdim(-3);
        x.sum_dim(&[1, -1]);
        x.var_dim(5);
        x.max_dim(2);
        x.argmax(2);
        x.softmax(2);
        x.log_softmax(-3);
        x.size(2);
        x.transpose(0, 2);
        x.select(2, 0);
        x.narrow(2, 0, 1);
        tensor(1.0).sum_dim(0);
        tensor(1.0).len();
        zeros(&[0, 3]).max();
        zeros(&[2, 0]).min_dim(1);
        zeros(&[2, 0]).argmin(1);
    };
    insta::assert_snapshot!(texts, @r##"
    > x.sum_dim(2)
    sum: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.mean_keepdim(-3)
    mean: dim -3 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.sum_dim(&[1, -1])
    sum: dim 1 is named twice in [1, -1], the shape is [2, 3]

    > x.var_dim(5)
    var: dim 5 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.max_dim(2)
    max: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.argmax(2)
    argmax: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.softmax(2)
    softmax: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.log_softmax(-3)
    log_softmax: dim -3 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.size(2)
    size: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.transpose(0, 2)
    transpose: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.select(2, 0)
    select: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.narrow(2, 0, 1)
    narrow: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > tensor(1.0).sum_dim(0)
    sum: dim 0 is out of range: the shape is [], with 0 dims
    help: a tensor without dims holds one number; it has no dim to name

    > tensor(1.0).len()
    size: dim 0 is out of range: the shape is [], with 0 dims
    help: a tensor without dims holds one number; it has no dim to name

    > zeros(&[0, 3]).max()
    max: there is no element, the shape is [0, 3]

    > zeros(&[2, 0]).min_dim(1)
    min: dim 1 is empty, the shape is [2, 0]

    > zeros(&[2, 0]).argmin(1)
    argmin: dim 1 is empty, the shape is [2, 0]
    "##);
}
