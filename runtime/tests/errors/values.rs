//! Types, indices, sizes, devices.

use cuaderno::prelude::*;

use crate::text;

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
    std: needs floats, the tensor of shape [1, 2] is i64
    help: x.float() makes f32 of it

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
        zeros(&[1, 1]).expand(&[1 << 25, 1]) - zeros(&[1]).expand(&[1 << 25]);
        zeros(&[1, 1]).expand(&[1 << 25, 1]).matmul(&zeros(&[1, 1]).expand(&[1, 1 << 25]));
        zeros(&[1]).expand(&[1_i64 << 50]).double();
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
    help: sizes are 0 or more; only reshape and expand take a -1

    > rand(&[-3])
    rand: the shape [-3] has a negative size
    help: sizes are 0 or more; only reshape and expand take a -1

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

    > zeros(&[1, 1]).expand(&[1 << 25, 1]) - zeros(&[1]).expand(&[1 << 25])
    sub: the shape [33554432, 33554432] has 1125899906842624 elements, and 4503600 GB of memory are not there

    > zeros(&[1, 1]).expand(&[1 << 25, 1]).matmul(&zeros(&[1, 1]).expand(&[1, 1 << 25]))
    matmul: the shape [33554432, 33554432] has 1125899906842624 elements, and 4503600 GB of memory are not there

    > zeros(&[1]).expand(&[1_i64 << 50]).double()
    copy: the shape [1125899906842624] has 1125899906842624 elements, and 4503600 GB of memory are not there

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
