//! The texts of mistakes in the math: the op first, every shape, the numbers that clash, a remedy.
//!
//! Each test shows what a group of wrong calls says. `cargo insta` is not needed: the texts are
//! compared with those in this file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cuaderno::prelude::*;

/// The text that a call panics with.
fn text(run: impl FnOnce()) -> String {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(()) => "no panic".to_owned(),
        Err(payload) => match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(_) => "a panic without an error's text".to_owned(),
        },
    }
}

/// The texts of several calls, each after the call.
macro_rules! texts {
    ($($call:expr;)*) => {{
        let mut all = String::new();
        $(
            let called = stringify!($call).split_whitespace().collect::<Vec<_>>().join(" ");
            all += &format!("> {called}\n{}\n\n", text(|| { let _ = $call; }));
        )*
        all
    }};
}

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
    solve: the left needs as many rows as columns: left is [2, 3], right is [2, 3], with 2 rows and 3 columns
    help: lstsq solves it as well as can be

    > eye(2).solve(&zeros(&[3]))
    solve: both sides need as many rows: left is [2, 2], right is [3], so 2 != 3

    > eye(3).lstsq(&zeros(&[2, 1]))
    lstsq: both sides need as many rows: left is [3, 3], right is [2, 1], so 3 != 2

    > ones(&[2, 2]).solve(&zeros(&[2]))
    solve: the matrix of shape [2, 2] is singular: column 1 is a combination of those before it
    help: remove the column, or add a small multiple of eye(n) to the normal equations
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
        x.expand(&[-1, 3]);
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

    > x.expand(&[-1, 3])
    expand: the shape [-1, 3] has a negative size
    help: sizes are 0 or more; only reshape computes one from -1

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

#[test]
fn types_of_elements() {
    let (whole, flags) = (tensor([[1, 2]]), tensor([true, false]));
    let texts = texts! {
        whole.requires_grad();
        flags.requires_grad();
        whole.mean();
        whole.std();
        whole.add_(1.5);
        whole.add_(&tensor([1.0, 2.0]));
        whole.div_(2);
        flags.add_(1);
        zeros(&[3]).index_select(0, &tensor([0.0, 1.0]));
        zeros(&[3]).index_select(0, &whole);
        gradcheck(|x| x[0].exp(), &[&zeros(&[2])]);
        gradcheck(|_| ones(&[2]).double(), &[&zeros(&[2]).double()]);
    };
    insta::assert_snapshot!(texts, @r##"
    > whole.requires_grad()
    requires_grad: only floats have gradients, this tensor of shape [1, 2] is i64
    help: x.float() makes f32 of it

    > flags.requires_grad()
    requires_grad: only floats have gradients, this tensor of shape [2] is bool
    help: x.float() makes f32 of it

    > whole.mean()
    mean: needs floats, the tensor of shape [1, 2] is i64
    help: x.float().mean()

    > whole.std()
    var: needs floats, the tensor of shape [1, 2] is i64
    help: x.float().var()

    > whole.add_(1.5)
    add_: the result is f32 and does not fit in place: left is [1, 2] of i64, right is [] of f32
    help: x.float() makes a tensor first that can hold it

    > whole.add_(&tensor([1.0, 2.0]))
    add_: the result is f32 and does not fit in place: left is [1, 2] of i64, right is [2] of f32
    help: x.float() makes a tensor first that can hold it

    > whole.div_(2)
    div_: the result is f32 and does not fit in place: left is [1, 2] of i64, right is [] of i64
    help: x.float() makes a tensor first that can hold it

    > flags.add_(1)
    add_: the result is i64 and does not fit in place: left is [2] of bool, right is [] of i64
    help: x.long() makes a tensor first that can hold it

    > zeros(&[3]).index_select(0, &tensor([0.0, 1.0]))
    index_select: the index must be 1-D of i64, it has shape [2] and is f32; the tensor is [3]
    help: tensor([0, 2]) names the first and the third entry

    > zeros(&[3]).index_select(0, &whole)
    index_select: the index must be 1-D of i64, it has shape [1, 2] and is i64; the tensor is [3]
    help: tensor([0, 2]) names the first and the third entry

    > gradcheck(|x| x[0].exp(), &[&zeros(&[2])])
    gradcheck: input 0 of shape [2] is f32, not f64
    help: x.double()

    > gradcheck(|_| ones(&[2]).double(), &[&zeros(&[2]).double()])
    gradcheck: the output of shape [2] does not depend on any of the 1 inputs
    help: f computes its result from the tensors it is given
    "##);
}

#[test]
fn indices() {
    let x = zeros(&[2, 3]);
    let texts = texts! {
        x.at(&[2, 0]);
        x.at(&[0, -4]);
        x.at(&[0]);
        x.at(&[0, 0, 0]);
        x.select(0, 2);
        x.select(1, -4);
        x.narrow(1, 2, 2);
        x.narrow(1, -4, 1);
        x.narrow(0, 1, usize::MAX);
        x.index_select(0, &tensor([0, 2]));
        x.index_select(1, &tensor([-4]));
        x.item();
        zeros(&[0]).item();
    };
    insta::assert_snapshot!(texts, @r##"
    > x.at(&[2, 0])
    at: index 2 is out of range: dim 0 has size 2, the shape is [2, 3]
    help: the last index is 1 or -1

    > x.at(&[0, -4])
    at: index -4 is out of range: dim 1 has size 3, the shape is [2, 3]
    help: the last index is 2 or -1

    > x.at(&[0])
    at: needs one index per dim: the shape is [2, 3], the index [0], so 2 != 1
    help: x.select(0, 1) gives the part at index 1 of dim 0

    > x.at(&[0, 0, 0])
    at: needs one index per dim: the shape is [2, 3], the index [0, 0, 0], so 2 != 3
    help: x.select(0, 1) gives the part at index 1 of dim 0

    > x.select(0, 2)
    select: index 2 is out of range: dim 0 has size 2, the shape is [2, 3]
    help: the last index is 1 or -1

    > x.select(1, -4)
    select: index -4 is out of range: dim 1 has size 3, the shape is [2, 3]
    help: the last index is 2 or -1

    > x.narrow(1, 2, 2)
    narrow: 2 entries from 2 on do not fit: dim 1 has size 3, the shape is [2, 3], so 2 + 2 > 3
    help: the arguments are the dim, the start and the length, not the end

    > x.narrow(1, -4, 1)
    narrow: 1 entries from -4 on do not fit: dim 1 has size 3, the shape is [2, 3], so -4 < -3
    help: the arguments are the dim, the start and the length, not the end

    > x.narrow(0, 1, usize::MAX)
    narrow: 18446744073709551615 entries from 1 on do not fit: dim 0 has size 2, the shape is [2, 3], so 1 + 18446744073709551615 > 2
    help: the arguments are the dim, the start and the length, not the end

    > x.index_select(0, &tensor([0, 2]))
    index_select: index 2 is out of range: dim 0 has size 2, the shape is [2, 3]
    help: the last index is 1 or -1

    > x.index_select(1, &tensor([-4]))
    index_select: index -4 is out of range: dim 1 has size 3, the shape is [2, 3]
    help: the last index is 2 or -1

    > x.item()
    item: needs one element, the shape is [2, 3]
    help: to_vec() gives all elements; x.at(&[0, 0]) gives the first

    > zeros(&[0]).item()
    item: needs one element, the shape is [0]
    help: there is none, so look where the empty tensor comes from
    "##);
}

#[test]
fn new_tensors() {
    let texts = texts! {
        tensor([vec![1.0, 2.0], vec![3.0]]);
        tensor([[vec![1], vec![2]], [vec![3, 4], vec![5]]]);
        tensor(vec![vec![1.0], vec![]]);
        tensor(&[&zeros(&[2]), &zeros(&[3])]);
        zeros(&[2, -1]);
        rand(&[-3]);
        ones(&[1_i64 << 40, 1_i64 << 40]);
        randn(&[i64::MAX]);
        zeros(&[2]).expand(&[1_i64 << 40, 1_i64 << 40, 2]).copy();
        zeros(&[1_i64 << 50, 2]);
        zeros(&[1]).expand(&[1_i64 << 50]).copy();
        zeros(&[1_i64, 1]).expand(&[1_i64 << 40, 1]) + zeros(&[1]).expand(&[1_i64 << 40]);
        zeros(&[2]).reshape(&[1_i64 << 40, 1_i64 << 40]);
        arange(0, 5, 0);
        arange(0.0, f64::INFINITY, 1.0);
        linspace(0.0, 1.0, usize::MAX);
        randint(3, 3, &[2]);
        eye(usize::MAX);
        assert_close(&zeros(&[2]), [0.0, 1.0]);
        assert_close(&zeros(&[2]), [[0.0, 0.0]]);
    };
    insta::assert_snapshot!(texts, @r##"
    > tensor([vec![1.0, 2.0], vec![3.0]])
    tensor: the lists in dim 1 have different lengths, so 2 != 1
    help: every row of a table needs the same number of values

    > tensor([[vec![1], vec![2]], [vec![3, 4], vec![5]]])
    tensor: the lists in dim 2 have different lengths, so 1 != 2
    help: every row of a table needs the same number of values

    > tensor(vec![vec![1.0], vec![]])
    tensor: the lists in dim 1 have different lengths, so 1 != 0
    help: every row of a table needs the same number of values

    > tensor(&[&zeros(&[2]), &zeros(&[3])])
    tensor: the lists in dim 1 have different lengths, so 2 != 3
    help: every row of a table needs the same number of values

    > zeros(&[2, -1])
    zeros: the shape [2, -1] has a negative size
    help: sizes are 0 or more; only reshape computes one from -1

    > rand(&[-3])
    rand: the shape [-3] has a negative size
    help: sizes are 0 or more; only reshape computes one from -1

    > ones(&[1_i64 << 40, 1_i64 << 40])
    ones: the shape [1099511627776, 1099511627776] is too large: its elements can't be counted

    > randn(&[i64::MAX])
    randn: the shape [9223372036854775807] is too large: its elements can't be counted

    > zeros(&[2]).expand(&[1_i64 << 40, 1_i64 << 40, 2]).copy()
    expand: the shape [1099511627776, 1099511627776, 2] is too large: its elements can't be counted

    > zeros(&[1_i64 << 50, 2])
    zeros: the shape [1125899906842624, 2] has 2251799813685248 elements, and 9007199 GB of memory are not there

    > zeros(&[1]).expand(&[1_i64 << 50]).copy()
    copy: the shape [1125899906842624] has 1125899906842624 elements, and 4503600 GB of memory are not there

    > zeros(&[1_i64, 1]).expand(&[1_i64 << 40, 1]) + zeros(&[1]).expand(&[1_i64 << 40])
    add: the shape [1099511627776, 1099511627776] is too large: its elements can't be counted

    > zeros(&[2]).reshape(&[1_i64 << 40, 1_i64 << 40])
    reshape: the shape [1099511627776, 1099511627776] is too large: its elements can't be counted

    > arange(0, 5, 0)
    arange: no steps of 0 lead from 0 to 5

    > arange(0.0, f64::INFINITY, 1.0)
    arange: no steps of 1 lead from 0 to inf

    > linspace(0.0, 1.0, usize::MAX)
    linspace: the shape [18446744073709551615] is too large: its elements can't be counted

    > randint(3, 3, &[2])
    randint: no whole number lies in 3..3, since 3 >= 3
    help: the upper end is excluded

    > eye(usize::MAX)
    eye: the shape [18446744073709551615, 18446744073709551615] is too large: its elements can't be counted

    > assert_close(&zeros(&[2]), [0.0, 1.0])
    assert_close: 1 of 2 numbers differ, shape [2]; first at [1]: left is 0, right is 1, so they are 1.000e0 apart

    > assert_close(&zeros(&[2]), [[0.0, 0.0]])
    assert_close: shapes differ: left is [2], right is [1, 2]
    "##);
}

#[test]
fn devices_and_pictures() {
    let texts = texts! {
        Device::from_name("cuda");
        Device::from_name("mps");
        Device::from_name("");
        imshow(&zeros(&[28]));
        imshow(&zeros(&[2, 28, 28]));
        imshow(&zeros(&[64, 1, 28, 28]));
        imshow(&zeros(&[0, 28]));
    };
    insta::assert_snapshot!(texts, @r##"
    > Device::from_name("cuda")
    device: there is no device "cuda" here, only: cpu
    help: Device::is_available(name) asks first; Device::cpu() is always there

    > Device::from_name("mps")
    device: there is no device "mps" here, only: cpu
    help: Device::is_available(name) asks first; Device::cpu() is always there

    > Device::from_name("")
    device: there is no device "" here, only: cpu
    help: Device::is_available(name) asks first; Device::cpu() is always there

    > imshow(&zeros(&[28]))
    imshow: a picture has the shape [h, w], [h, w, 3] or [3, h, w], this tensor [28]
    help: x.reshape(&[h, w]) makes a picture of a row of pixels

    > imshow(&zeros(&[2, 28, 28]))
    imshow: a picture has the shape [h, w], [h, w, 3] or [3, h, w], this tensor [2, 28, 28]
    help: x.select(0, 0) is the first of several

    > imshow(&zeros(&[64, 1, 28, 28]))
    imshow: a picture has the shape [h, w], [h, w, 3] or [3, h, w], this tensor [64, 1, 28, 28]
    help: x.select(0, 0) is the first of several

    > imshow(&zeros(&[0, 28]))
    imshow: there is no pixel in the shape [0, 28]
    "##);
}

struct Own(fn(&Tensor) -> Vec<Option<Tensor>>);

impl Op for Own {
    fn name(&self) -> &'static str {
        "own"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(x[0] * x[1])
    }

    fn backward(&self, _: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        (self.0)(grad)
    }
}

#[test]
fn gradients() {
    let x = tensor([1.0, 2.0]).requires_grad();
    let own = |backward| Tensor::apply(Own(backward), &[&x, &x]).sum();
    let wide = tensor_of(DType::F64, [1.0, 2.0]);
    let used = x.exp().sum();
    used.backward();
    let texts = texts! {
        (&x * 2.0).backward();
        x.detach().sum().backward();
        no_grad(|| x.sum()).backward();
        used.backward();
        x.square().backward_with(&tensor(1.0));
        ones(&[2]).grad();
        ones(&[2]).requires_grad().grad();
        x.exp().grad();
        x.exp().set_requires_grad(false);
        ones(&[2]).retain_grad();
        ones(&[2]).register_hook(|_| ());
        ones(&[2]).named("x");
        ones(&[2]).graph();
        grad(&x.exp(), &[&x]);
        grad(&x.sum(), &[&x, &ones(&[3])]);
        grad(&x.sum(), &[&ones(&[3]).requires_grad()]);
        grad(&used, &[&x]);
        vjp(|x| x[0].exp(), &[&x], &tensor(1.0));
        own(|grad| vec![Some(grad.clone())]).backward();
        own(|grad| vec![Some(grad.sum()), None]).backward();
        gradcheck(|x| Tensor::apply(Own(|grad| vec![Some(grad * 3.0), None]), &[&x[0], &x[1]]), &[&wide, &(&wide + 1.0)]);
    };
    insta::assert_snapshot!(texts, @r##"
    > (&x * 2.0).backward()
    backward: needs one number to start from, the shape is [2]
    help: reduce it first: y.sum().backward(), or give its gradient: y.backward_with(&grad)

    > x.detach().sum().backward()
    backward: the tensor of shape [] does not depend on one with requires_grad()
    help: make the leaf with requires_grad(), and compute outside of no_grad

    > no_grad(|| x.sum()).backward()
    backward: the tensor of shape [] does not depend on one with requires_grad()
    help: make the leaf with requires_grad(), and compute outside of no_grad

    > used.backward()
    backward: the graph was used before and is freed (met at sum)
    help: compute the loss again, or keep the graph with backward_retain_graph()

    > x.square().backward_with(&tensor(1.0))
    backward: the gradient has shape [], the tensor [2]
    help: there is one number of the gradient for each of the tensor

    > ones(&[2]).grad()
    grad: the tensor of shape [2] does not ask for a gradient
    help: let x = x.requires_grad();

    > ones(&[2]).requires_grad().grad()
    grad: the tensor of shape [2] has no gradient yet
    help: call backward() on the loss first

    > x.exp().grad()
    grad: the tensor of shape [2] was computed, and only leaves keep a gradient
    help: call retain_grad() on it before backward()

    > x.exp().set_requires_grad(false)
    set_requires_grad: this tensor of shape [2] is not a leaf
    help: let x = x.requires_grad() makes a leaf of it

    > ones(&[2]).retain_grad()
    retain_grad: the tensor of shape [2] does not depend on one with requires_grad()

    > ones(&[2]).register_hook(|_| ())
    register_hook: the tensor of shape [2] does not depend on one with requires_grad()
    help: let x = x.requires_grad();

    > ones(&[2]).named("x")
    named: the tensor of shape [2] is in no graph, where the name "x" would be shown
    help: let w = w.requires_grad().named("w");

    > ones(&[2]).graph()
    graph: the tensor of shape [2] does not depend on one with requires_grad(), so nothing was recorded
    help: make the leaf with requires_grad(), and compute outside of no_grad

    > grad(&x.exp(), &[&x])
    grad: needs one number to start from, the shape is [2]
    help: reduce it first, such as y.sum(); vjp and jacobian take a function of any shape

    > grad(&x.sum(), &[&x, &ones(&[3])])
    grad: input 1 of shape [3] asks for no gradient
    help: let x = x.requires_grad(), before y is computed

    > grad(&x.sum(), &[&ones(&[3]).requires_grad()])
    grad: the tensor of shape [] was not computed from input 0, shape [3]
    help: leave the input out, or use it in y

    > grad(&used, &[&x])
    backward: the graph was used before and is freed (met at sum)
    help: compute the loss again, or keep the graph with backward_retain_graph()

    > vjp(|x| x[0].exp(), &[&x], &tensor(1.0))
    vjp: v has shape [], the function gives [2]
    help: v has one number for each that the function gives

    > own(|grad| vec![Some(grad.clone())]).backward()
    own: backward gives 1 gradients for 2 inputs
    help: it gives Some(gradient) or None for each input

    > own(|grad| vec![Some(grad.sum()), None]).backward()
    own: backward gives input 0 a gradient of shape [], the input has shape [2]
    help: a gradient has the shape of its input: sum over the dims that were broadcast

    > gradcheck(|x| Tensor::apply(Own(|grad| vec![Some(grad * 3.0), None]), &[&x[0], &x[1]]), &[&wide, &(&wide + 1.0)])
    own: input 0 of shape [2], element 0: backward gives 3, differences 2.0000000000131024
    "##);
}

#[test]
fn changes_in_place() {
    let new = || tensor([[1.0, 2.0], [3.0, 4.0]]).requires_grad();
    let after = |change: fn(&Tensor)| {
        let x = new();
        let y = x.square().sum();
        no_grad(|| change(&x));
        y.backward();
    };
    let texts = texts! {
        new().add_(1.0);
        new().exp().mul_(2.0);
        new().t().fill_(0.0);
        after(|x| x.add_(1.0));
        after(|x| x.select(0, 1).zero_());
        after(|x| x.detach().t().copy_(&ones(&[2, 2])));
        after(|x| { let mut same = x.clone(); same += 1.0; });
        {
            let x = new();
            let y = x.exp();
            no_grad(|| y.mul_(2.0));
            y.sum().backward();
        };
    };
    insta::assert_snapshot!(texts, @r##"
    > new().add_(1.0)
    add_: a tensor with a gradient, shape [2, 2], cannot be changed in place while the graph is recorded
    help: no_grad(|| w.add_(..)) updates a weight

    > new().exp().mul_(2.0)
    mul_: a tensor with a gradient, shape [2, 2], cannot be changed in place while the graph is recorded
    help: use the form without _, which makes a new tensor

    > new().t().fill_(0.0)
    fill_: a tensor with a gradient, shape [2, 2], cannot be changed in place while the graph is recorded
    help: use the form without _, which makes a new tensor

    > after(|x| x.add_(1.0))
    backward: the input of square, shape [2, 2], was changed in place after the forward pass, so its gradient would be wrong
    help: call backward() before methods that end in _, or use the form without _

    > after(|x| x.select(0, 1).zero_())
    backward: the input of square, shape [2, 2], was changed in place after the forward pass, so its gradient would be wrong
    help: call backward() before methods that end in _, or use the form without _

    > after(|x| x.detach().t().copy_(&ones(&[2, 2])))
    backward: the input of square, shape [2, 2], was changed in place after the forward pass, so its gradient would be wrong
    help: call backward() before methods that end in _, or use the form without _

    > after(|x| { let mut same = x.clone(); same += 1.0; })
    backward: the input of square, shape [2, 2], was changed in place after the forward pass, so its gradient would be wrong
    help: call backward() before methods that end in _, or use the form without _

    > { let x = new(); let y = x.exp(); no_grad(|| y.mul_(2.0)); y.sum().backward(); }
    backward: the output of exp, shape [2, 2], was changed in place after the forward pass, so its gradient would be wrong
    help: call backward() before methods that end in _, or use the form without _
    "##);
}
