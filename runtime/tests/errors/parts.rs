//! Parts that are not there, sizes that do not add up, dims that do not exist.

use cuaderno::prelude::*;

use crate::text;

#[test]
fn splitting_and_padding() {
    let x = zeros(&[2, 3]);
    let texts = texts! {
        x.split(0, 1);
        x.split(1, 2);
        x.split_sizes(&[1, 1], 1);
        x.chunk(0, 1);
        x.unbind(2);
        x.pad(&[1]);
        x.pad(&[-2, -2]);
        x.pad(&[0, 0, 0, 0, 1, 1]);
        x.pad_mode(&[3, 0], "reflect");
        zeros(&[1, 0]).pad_mode(&[1, 0], "replicate");
        x.pad_mode(&[1, 1], "mirror");
        x.repeat(&[2]);
        x.repeat(&[2, -1]);
        x.repeat_interleave(2, 2);
    };
    insta::assert_snapshot!(texts, @r##"
    > x.split(0, 1)
    split: parts of size 0 never make up dim 1, the shape is [2, 3]

    > x.split(1, 2)
    split: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.split_sizes(&[1, 1], 1)
    split_sizes: the sizes [1, 1] must add up to that of dim 1, the shape is [2, 3], and 2 != 3

    > x.chunk(0, 1)
    chunk: needs at least one part, the shape is [2, 3]

    > x.unbind(2)
    unbind: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.pad(&[1])
    pad: the pads come in pairs, at most one for each dim: the shape is [2, 3], the pads [1]
    help: x.pad(&[left, right, top, bottom]) begins with the last dim

    > x.pad(&[-2, -2])
    pad: dim 1 has size 3 and cannot be padded by -2 and -2, the shape is [2, 3]

    > x.pad(&[0, 0, 0, 0, 1, 1])
    pad: the pads come in pairs, at most one for each dim: the shape is [2, 3], the pads [0, 0, 0, 0, 1, 1]
    help: x.pad(&[left, right, top, bottom]) begins with the last dim

    > x.pad_mode(&[3, 0], "reflect")
    pad: a pad of 3 in dim 1 is more than 2: the mode is reflect, the shape [2, 3]

    > zeros(&[1, 0]).pad_mode(&[1, 0], "replicate")
    pad: a pad of 1 in dim 1 is more than 0: the mode is replicate, the shape [1, 0]

    > x.pad_mode(&[1, 1], "mirror")
    pad: there is no mode "mirror", the shape is [2, 3]
    help: the modes are "reflect", "replicate" and "circular"

    > x.repeat(&[2])
    repeat: needs one number for each dim: the shape is [2, 3], the numbers are [2], so 1 < 2

    > x.repeat(&[2, -1])
    repeat: the shape [2, -1] has a negative size
    help: sizes are 0 or more; only reshape and expand take a -1

    > x.repeat_interleave(2, 2)
    repeat_interleave: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1
    "##);
}

#[test]
fn turning_and_taking() {
    let (x, row) = (zeros(&[2, 3]), zeros(&[3]));
    let texts = texts! {
        x.flip(&[0, 0]);
        x.flip(2);
        x.roll(1, -3);
        x.movedim(&[0, 1], 0);
        x.movedim(0, 2);
        x.t().view(6);
        x.flatten_dims(1, 0);
        x.slice(0, 0, 2, 0);
        x.slice(0, 0, 2, -1);
        step(.., 0);
        row.tril(0);
        row.trace();
        zeros(&[2, 2, 2]).diag();
        x.diagonal(0, 1, 1);
        row.diagonal(0, 0, 1);
        meshgrid(&[&row, &x]);
        tensor(1.0).iter();
    };
    insta::assert_snapshot!(texts, @r##"
    > x.flip(&[0, 0])
    flip: dim 0 is named twice in [0, 0], the shape is [2, 3]

    > x.flip(2)
    flip: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.roll(1, -3)
    roll: dim -3 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.movedim(&[0, 1], 0)
    movedim: as many dims as places are needed: [0, 1] to [0], the shape is [2, 3], and 2 != 1

    > x.movedim(0, 2)
    movedim: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.t().view(6)
    view: the elements of [3, 2] do not lie in memory so that [6] could show them
    help: x.reshape(..) copies them where it has to, x.contiguous().view(..) as well

    > x.flatten_dims(1, 0)
    flatten_dims: the first dim comes after the last, the shape is [2, 3], and 1 > 0

    > x.slice(0, 0, 2, 0)
    slice: the step must be 1 or more, it is 0

    > x.slice(0, 0, 2, -1)
    slice: the step must be 1 or more, it is -1
    help: x.flip(0) reverses a dim

    > step(.., 0)
    step: the step must be 1 or more, it is 0

    > row.tril(0)
    tril: needs a matrix, the shape is [3]

    > row.trace()
    trace: needs a table of 2 dims, the shape is [3]
    help: x.diagonal(0, -2, -1).sum_dim(-1) gives the trace of each table of a batch

    > zeros(&[2, 2, 2]).diag()
    diag: needs a vector or a matrix, the shape is [2, 2, 2]

    > x.diagonal(0, 1, 1)
    diagonal: needs two different dims, 1 and 1 are the same; the shape is [2, 3]

    > row.diagonal(0, 0, 1)
    diagonal: dim 1 is out of range: the shape is [3], with 1 dims
    help: the last dim is 0 or -1

    > meshgrid(&[&row, &x])
    meshgrid: every axis is a vector: the shapes are [3], [2, 3], and [2, 3] has 2 dims

    > tensor(1.0).iter()
    iter: dim 0 is out of range: the shape is [], with 0 dims
    help: a tensor without dims holds one number; it has no dim to name
    "##);
}

#[test]
fn indexing() {
    let x = zeros(&[2, 3]);
    let texts = texts! {
        x.i(2);
        x.i((.., -4));
        x.i((0, 0, 0));
        x.i((Ellipsis, 0, Ellipsis));
        x.i(&tensor([0, 2]));
        x.i(&tensor([0.0, 1.0]));
        x.i(&tensor([true, false, true]));
        x.i((&tensor([0, 1]), &tensor([0, 1])));
        zeros(&[0, 3]).i(0);
        x.set_((0, 1..), &zeros(&[3]));
        x.set_(&x.eq(0.0), &zeros(&[5]));
        x.set_(2, 1.0);
    };
    insta::assert_snapshot!(texts, @r##"
    > x.i(2)
    i: index 2 is out of range: dim 0 has size 2, the shape is [2, 3]
    help: the last index is 1 or -1

    > x.i((.., -4))
    i: index -4 is out of range: dim 1 has size 3, the shape is [2, 3]
    help: the last index is 2 or -1

    > x.i((0, 0, 0))
    i: the index names 3 dims, the shape is [2, 3], so 3 > 2

    > x.i((Ellipsis, 0, Ellipsis))
    i: one Ellipsis is enough, the shape is [2, 3]
    help: `..` stands for one whole dim

    > x.i(&tensor([0, 2]))
    i: index 2 is out of range: dim 0 has size 2, the shape is [2, 3]
    help: the last index is 1 or -1

    > x.i(&tensor([0.0, 1.0]))
    i: a tensor in an index must be i64 or bool, this one of shape [2] is f32; the shape is [2, 3]
    help: index.long() makes whole numbers of it, a comparison such as x.gt(0.0) a mask

    > x.i(&tensor([true, false, true]))
    i: the mask must have the sizes of the dims that it stands for: the mask is [3], these dims are [2], the shape is [2, 3]

    > x.i((&tensor([0, 1]), &tensor([0, 1])))
    i: one tensor may stand in an index, there are 2, of shapes [2] and [2]; the shape is [2, 3]
    help: x.i(&rows).i((.., &columns)) takes all columns of each row, x.i(&rows).gather(1, &columns.unsqueeze(1)) one of each

    > zeros(&[0, 3]).i(0)
    i: index 0 is out of range: dim 0 has size 0, the shape is [0, 3]
    help: the dim is empty, so no index fits

    > x.set_((0, 1..), &zeros(&[3]))
    set_: the value does not broadcast to the part that it replaces: the tensor is [2, 3], the part [2], the value [3]

    > x.set_(&x.eq(0.0), &zeros(&[5]))
    set_: the value does not broadcast to the part that it replaces: the tensor is [2, 3], the part [6], the value [5]

    > x.set_(2, 1.0)
    set_: index 2 is out of range: dim 0 has size 2, the shape is [2, 3]
    help: the last index is 1 or -1
    "##);
}

#[test]
fn lists_and_masks() {
    let x = zeros(&[2, 3]);
    let (index, wide) = (tensor([[0, 2]]), tensor([[0, 3]]));
    let texts = texts! {
        x.gather(1, &tensor([0, 2]));
        x.gather(1, &index.float());
        x.gather(1, &wide);
        x.gather(0, &tensor([[0, 1], [1, 0], [0, 0]]).t().unsqueeze(0));
        x.scatter_add(1, &index, &zeros(&[1, 1]));
        x.scatter_add(1, &index, &zeros(&[1, 2]).double());
        x.scatter_add(1, &wide, &zeros(&[1, 2]));
        x.masked_fill(&x, 0.0);
        x.masked_fill(&tensor([true, false]), 0.0);
        x.masked_fill(&x.eq(0.0), &zeros(&[3]));
        x.masked_select(&tensor([true, false]));
        x.masked_fill_(&x, 0.0);
        tensor([0, 3]).one_hot(3);
        tensor([0, -1]).one_hot(3);
        tensor([0.0, 1.0]).one_hot(3);
        tensor([[0, 1]]).bincount(2);
        tensor([-1, 1]).bincount(2);
        tensor([0.5]).bincount(2);
    };
    insta::assert_snapshot!(texts, @r##"
    > x.gather(1, &tensor([0, 2]))
    gather: the index must be i64, with the dims of the tensor and no size but that of dim 1 larger: the tensor is [2, 3], the index is [2] of i64
    help: index.unsqueeze(1) makes a column of a list, index.long() whole numbers

    > x.gather(1, &index.float())
    gather: the index must be i64, with the dims of the tensor and no size but that of dim 1 larger: the tensor is [2, 3], the index is [1, 2] of f32
    help: index.unsqueeze(1) makes a column of a list, index.long() whole numbers

    > x.gather(1, &wide)
    gather: index 3 is out of range: dim 1 has size 3, the shape is [2, 3]
    help: the last index is 2 or -1

    > x.gather(0, &tensor([[0, 1], [1, 0], [0, 0]]).t().unsqueeze(0))
    gather: the index must be i64, with the dims of the tensor and no size but that of dim 0 larger: the tensor is [2, 3], the index is [1, 2, 3] of i64
    help: index.unsqueeze(1) makes a column of a list, index.long() whole numbers

    > x.scatter_add(1, &index, &zeros(&[1, 1]))
    scatter_add: every index needs a value: the tensor is [2, 3], the index [1, 2], src [1, 1]

    > x.scatter_add(1, &index, &zeros(&[1, 2]).double())
    scatter_add: both must have numbers of one type: the tensor is [2, 3] of f32, src is [1, 2] of f64
    help: src.to_dtype(x.dtype()), or x.long() for bool

    > x.scatter_add(1, &wide, &zeros(&[1, 2]))
    scatter_add: index 3 is out of range: dim 1 has size 3, the shape is [2, 3]
    help: the last index is 2 or -1

    > x.masked_fill(&x, 0.0)
    masked_fill: the mask must be bool, it is f32 of shape [2, 3]; the tensor is [2, 3]
    help: a comparison such as x.gt(0.0) gives bool

    > x.masked_fill(&tensor([true, false]), 0.0)
    masked_fill: shapes do not broadcast: left is [2, 3], right is [2], and in dim -1 3 != 2
    help: right.unsqueeze(1) makes a column of it

    > x.masked_fill(&x.eq(0.0), &zeros(&[3]))
    masked_fill: the value is one number: the tensor is [2, 3], the value has shape [3]
    help: where_(&mask, &values, &x) takes a value for each element

    > x.masked_select(&tensor([true, false]))
    masked_select: shapes do not broadcast: left is [2, 3], right is [2], and in dim -1 3 != 2
    help: right.unsqueeze(1) makes a column of it

    > x.masked_fill_(&x, 0.0)
    masked_fill_: the mask must be bool, it is f32 of shape [2, 3]; the tensor is [2, 3]
    help: a comparison such as x.gt(0.0) gives bool

    > tensor([0, 3]).one_hot(3)
    one_hot: a label must be below the number of classes: the shape is [2], and 3 >= 3

    > tensor([0, -1]).one_hot(3)
    one_hot: -1 is negative, the shape is [2]

    > tensor([0.0, 1.0]).one_hot(3)
    one_hot: needs whole numbers, the shape is [2] and the type f32
    help: x.long() makes whole numbers of it

    > tensor([[0, 1]]).bincount(2)
    bincount: needs a vector, the shape is [1, 2]
    help: x.flatten() makes a vector of it

    > tensor([-1, 1]).bincount(2)
    bincount: -1 is negative, the shape is [2]

    > tensor([0.5]).bincount(2)
    bincount: needs whole numbers, the shape is [1] and the type f32
    help: x.long() makes whole numbers of it
    "##);
}

#[test]
fn order() {
    let x = zeros(&[2, 3]);
    let texts = texts! {
        x.sort(2);
        x.argsort(-3);
        x.topk(4, 1);
        x.topk(1, 2);
        x.median_dim(2);
        zeros(&[2, 0]).median_dim(1);
        x.cumsum(2);
        x.cumprod(-3);
        zeros(&[0]).argmax_all();
    };
    insta::assert_snapshot!(texts, @r##"
    > x.sort(2)
    sort: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.argsort(-3)
    argsort: dim -3 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.topk(4, 1)
    topk: dim 1 has fewer elements than asked for: the shape is [2, 3], and 4 > 3

    > x.topk(1, 2)
    topk: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.median_dim(2)
    median: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > zeros(&[2, 0]).median_dim(1)
    median: dim 1 is empty, the shape is [2, 0]

    > x.cumsum(2)
    cumsum: dim 2 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > x.cumprod(-3)
    cumprod: dim -3 is out of range: the shape is [2, 3], with 2 dims
    help: the last dim is 1 or -1

    > zeros(&[0]).argmax_all()
    argmax: dim 0 is empty, the shape is [0]
    "##);
}
