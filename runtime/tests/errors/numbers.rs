//! Products of tables, and numbers that an op cannot take.

use cuaderno::prelude::*;

use crate::text;

#[test]
fn einsum_equations() {
    let x = zeros(&[2, 3]);
    let texts = texts! {
        einsum("ij,jk->ik", &[&x, &x]);
        einsum("ij,jk->ik", &[&x]);
        einsum("ijk->i", &[&x]);
        einsum("ij->ik", &[&x]);
        einsum("ij->ii", &[&x]);
        einsum("ii->i", &[&x]);
        einsum("i1->i", &[&x]);
        einsum("ij->i->j", &[&x]);
        einsum("", &[]);
    };
    insta::assert_snapshot!(texts, @r##"
    > einsum("ij,jk->ik", &[&x, &x])
    einsum: "ij,jk->ik" of [2, 3], [2, 3]: the index j has size 3 in operand 0 and 2 in operand 1, so 3 != 2
    help: "ij,jk->ik" is a matrix product, "ij->i" sums over columns

    > einsum("ij,jk->ik", &[&x])
    einsum: "ij,jk->ik" of [2, 3]: there are 2 terms and 1 operands, so 2 != 1
    help: "ij,jk->ik" is a matrix product, "ij->i" sums over columns

    > einsum("ijk->i", &[&x])
    einsum: "ijk->i" of [2, 3]: "ijk" names 3 indices, and operand 0 has 2 dims, so 3 != 2
    help: "ij,jk->ik" is a matrix product, "ij->i" sums over columns

    > einsum("ij->ik", &[&x])
    einsum: "ij->ik" of [2, 3]: the result has the index k, no operand has it
    help: "ij,jk->ik" is a matrix product, "ij->i" sums over columns

    > einsum("ij->ii", &[&x])
    einsum: "ij->ii" of [2, 3]: the result names the index i twice
    help: "ij,jk->ik" is a matrix product, "ij->i" sums over columns

    > einsum("ii->i", &[&x])
    einsum: "ii->i" of [2, 3]: the index i stands twice in operand 0, with sizes that differ: 2 != 3
    help: "ij,jk->ik" is a matrix product, "ij->i" sums over columns

    > einsum("i1->i", &[&x])
    einsum: "i1->i" of [2, 3]: "i1" has '1', and indices are letters from a to Z
    help: "ij,jk->ik" is a matrix product, "ij->i" sums over columns

    > einsum("ij->i->j", &[&x])
    einsum: "ij->i->j" of [2, 3]: "i->j" has '-', and indices are letters from a to Z
    help: "ij,jk->ik" is a matrix product, "ij->i" sums over columns

    > einsum("", &[])
    einsum: "" of : there are 1 terms and 0 operands, so 1 != 0
    help: "ij,jk->ik" is a matrix product, "ij->i" sums over columns
    "##);
}

#[test]
fn products_and_systems() {
    let (x, row) = (zeros(&[2, 3]), zeros(&[3]));
    let texts = texts! {
        row.dot(&zeros(&[2]));
        x.dot(&row);
        x.outer(&row);
        x.det();
        x.inverse();
        row.inverse();
        ones(&[2, 2]).inverse();
        zeros(&[3, 2, 2]).inverse();
        x.lstsq(&zeros(&[2]));
        ones(&[3, 2]).lstsq(&row);
        tensor(1.0).lstsq(&row);
        zeros(&[2, 3, 3]).solve(&zeros(&[4, 3, 1]));
        row.linear(&x, &zeros(&[3]));
        row.linear(&x.t(), &zeros(&[3]));
        row.linear(&row, &row);
    };
    insta::assert_snapshot!(texts, @r##"
    > row.dot(&zeros(&[2]))
    dot: the lengths differ: left is [3], right is [2], so 3 != 2
    help: a.outer(&b) multiplies each with each

    > x.dot(&row)
    dot: needs two vectors: left is [2, 3], right is [3]
    help: a.matmul(&b) multiplies tables; x.flatten() makes a vector of one

    > x.outer(&row)
    outer: needs two vectors: left is [2, 3], right is [3]
    help: a.matmul(&b) multiplies tables; x.flatten() makes a vector of one

    > x.det()
    det: needs a square matrix: the shape is [2, 3], so 2 != 3

    > x.inverse()
    inverse: needs a square matrix: the shape is [2, 3], so 2 != 3

    > row.inverse()
    inverse: needs a matrix: the shape is [3]

    > ones(&[2, 2]).inverse()
    inverse: the matrix of shape [2, 2] is singular: column 1 is a combination of those before it
    help: without that column, lstsq finds the best solution; or add a small multiple of eye(n) to the matrix

    > zeros(&[3, 2, 2]).inverse()
    inverse: matrix 0 of the batch of shape [3, 2, 2] is singular: column 0 is a combination of those before it
    help: without that column, lstsq finds the best solution; or add a small multiple of eye(n) to the matrix

    > x.lstsq(&zeros(&[2]))
    lstsq: the left needs no fewer rows than columns: left is [2, 3], right is [2], with 2 rows and 3 columns

    > ones(&[3, 2]).lstsq(&row)
    lstsq: the matrix of shape [3, 2] is singular: column 1 is a combination of those before it
    help: remove the column, or add a small multiple of eye(n) to the normal equations

    > tensor(1.0).lstsq(&row)
    lstsq: needs a table and a table or vector: left is [], right is [3]

    > zeros(&[2, 3, 3]).solve(&zeros(&[4, 3, 1]))
    solve: the batch dims do not broadcast: left is [2, 3, 3], right is [4, 3, 1]

    > row.linear(&x, &zeros(&[3]))
    linear: the bias must have one number for each of 2 outputs: the input is [3], the weight [2, 3], the bias [3]

    > row.linear(&x.t(), &zeros(&[3]))
    linear: the last dim of the input must be 2: the input is [3], the weight [3, 2], so 3 != 2
    help: Linear::new(inputs, outputs) takes rows of `inputs` numbers

    > row.linear(&row, &row)
    linear: the weight must have two dims: the input is [3], the weight [3]
    "##);
}

#[test]
fn numbers_that_an_op_refuses() {
    let (x, whole) = (tensor([1.0, 2.0]), tensor([1, 2]));
    let texts = texts! {
        whole.norm();
        x.norm_p(0.0);
        zeros(&[2, 0]).norm_p_dim(f64::INFINITY, 1);
        whole.var_correction(0, 0.0);
        whole.lerp(&whole, 0.5);
        &x & &x;
        !&x;
        &whole % 0;
        whole.floor_divide(&tensor([1, 0]));
        whole.exp_();
        whole.clamp_(0.5, 1.5);
        whole.normal_(0.0, 1.0);
        x.uniform_(1.0, 0.0);
        x.normal_(0.0, -1.0);
        whole.layer_norm(&x, &x, 1e-5);
        x.layer_norm(&zeros(&[3]), &zeros(&[3]), 1e-5);
        zeros(&[1, 2]).batch_norm(&x, &x, 1e-5);
        zeros(&[4, 3]).batch_norm(&x, &x, 1e-5);
        zeros(&[3, 2]).embedding(&tensor([0, 3]));
        zeros(&[3, 2]).embedding(&x);
        x.embedding(&whole);
    };
    insta::assert_snapshot!(texts, @r##"
    > whole.norm()
    norm: needs floats, the tensor of shape [2] is i64
    help: x.float().norm()

    > x.norm_p(0.0)
    norm: the order must be above 0, it is 0; the shape is [2]
    help: 1.0, 2.0 and f64::INFINITY are the usual ones

    > zeros(&[2, 0]).norm_p_dim(f64::INFINITY, 1)
    norm: dim 1 is empty and has no largest element, the shape is [2, 0]

    > whole.var_correction(0, 0.0)
    var_correction: needs floats, the tensor of shape [2] is i64
    help: x.float() makes f32 of it

    > whole.lerp(&whole, 0.5)
    lerp: needs floats: the start is [2] of i64, the end is [2], the weight is [] of f32
    help: x.float() makes f32 of it

    > &x & &x
    &: needs bool or whole numbers: left is [2], right is [2], together f32
    help: a comparison such as x.gt(0.0) gives bool; x.logical_and(&y) takes any numbers

    > !&x
    !: needs bool or whole numbers, the tensor of shape [2] is f32
    help: a comparison such as x.gt(0.0) gives bool; -&x is the negative

    > &whole % 0
    remainder: a whole number cannot be divided by 0: left is [2], right is [] and has a 0
    help: floats can, with infinity or NaN as a result: x.float()

    > whole.floor_divide(&tensor([1, 0]))
    floor_divide: a whole number cannot be divided by 0: left is [2], right is [2] and has a 0
    help: floats can, with infinity or NaN as a result: x.float()

    > whole.exp_()
    exp_: the result is f32 and does not fit in place: the tensor of shape [2] is i64
    help: x.float() makes an f32 tensor first

    > whole.clamp_(0.5, 1.5)
    clamp_: the result is f32 and does not fit in place: the tensor of shape [2] is i64
    help: x.float() makes an f32 tensor first

    > whole.normal_(0.0, 1.0)
    normal_: needs floats, the tensor of shape [2] is i64
    help: x.float() makes f32 of it; randint draws whole numbers

    > x.uniform_(1.0, 0.0)
    uniform_: needs a finite range: 1 to 0 is none, the shape is [2]
    help: the lower end comes first

    > x.normal_(0.0, -1.0)
    normal_: the standard deviation must be 0 or above, it is -1; the shape is [2]

    > whole.layer_norm(&x, &x, 1e-5)
    layer_norm: needs floats, the input of shape [2] is i64
    help: x.float() makes f32 of it

    > x.layer_norm(&zeros(&[3]), &zeros(&[3]), 1e-5)
    layer_norm: the last dims of the input must be [3]: the input is [2], the weight [3], the bias [3]

    > zeros(&[1, 2]).batch_norm(&x, &x, 1e-5)
    batch_norm: each channel needs more than one number while training, the input is [1, 2]
    help: a single number has no variance: train on larger batches, or call model.eval()

    > zeros(&[4, 3]).batch_norm(&x, &x, 1e-5)
    batch_norm: the weight must have one number for each of 3 channels: the input is [4, 3], the weight [2], the bias [2]

    > zeros(&[3, 2]).embedding(&tensor([0, 3]))
    embedding: index 3 is out of range for 3 rows: the table is [3, 2], the index [2]
    help: the first row is 0, and indices are not counted from the end

    > zeros(&[3, 2]).embedding(&x)
    embedding: the index must be i64, it is f32: the table is [3, 2], the index [2]
    help: index.long() makes whole numbers of it

    > x.embedding(&whole)
    embedding: the table must have two dims: the table is [2], the index [2]
    "##);
}

#[test]
fn random_numbers() {
    let texts = texts! {
        bernoulli(1.5, 3);
        tensor([0.5, -0.1]).bernoulli();
        tensor([0, 1]).bernoulli();
        multinomial(&tensor([1.0, 0.0]), 2, false);
        multinomial(&tensor([1.0, -1.0]), 1, true);
        multinomial(&tensor([0.0, 0.0]), 1, true);
        multinomial(&zeros(&[2, 2, 2]), 1, true);
        normal(0.0, -1.0, 3);
        uniform(1.0, 0.0, 3);
        uniform(0.0, f64::INFINITY, 3);
        randint(0, 5, &[-1]);
    };
    insta::assert_snapshot!(texts, @r##"
    > bernoulli(1.5, 3)
    bernoulli: a probability lies between 0 and 1, 1.5 does not; the shape is [3]
    help: x.sigmoid() makes probabilities of any numbers

    > tensor([0.5, -0.1]).bernoulli()
    bernoulli: a probability lies between 0 and 1, -0.10000000149011612 does not; the shape is [2]
    help: x.sigmoid() makes probabilities of any numbers

    > tensor([0, 1]).bernoulli()
    bernoulli: needs floats, the tensor of shape [2] is i64
    help: bernoulli(0.5, &[2, 3]) draws with one probability

    > multinomial(&tensor([1.0, 0.0]), 2, false)
    multinomial: 2 different indices cannot be drawn, since row 0 has 1 weights above 0; the shape is [2]
    help: with replacement an index may be drawn again

    > multinomial(&tensor([1.0, -1.0]), 1, true)
    multinomial: a weight is finite and not negative, -1 in row 0 is not; the shape is [2]
    help: x.softmax(-1) makes weights of any numbers

    > multinomial(&tensor([0.0, 0.0]), 1, true)
    multinomial: no weight in row 0 is above 0; the shape is [2]

    > multinomial(&zeros(&[2, 2, 2]), 1, true)
    multinomial: needs a vector or a table of weights, the shape is [2, 2, 2]

    > normal(0.0, -1.0, 3)
    normal: the standard deviation must be 0 or above, it is -1; the shape is [3]

    > uniform(1.0, 0.0, 3)
    uniform: needs a finite range: 1 to 0 is none, the shape is [3]
    help: the lower end comes first

    > uniform(0.0, f64::INFINITY, 3)
    uniform: needs a finite range: 0 to inf is none, the shape is [3]
    help: the lower end comes first

    > randint(0, 5, &[-1])
    randint: the shape [-1] has a negative size
    help: sizes are 0 or more; only reshape and expand take a -1
    "##);
}
