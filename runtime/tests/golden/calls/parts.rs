//! Calls that move, pick, order, cast or overwrite elements.

use cuaderno::prelude::*;

use super::{Outputs, Run, table};

pub fn calls() -> Vec<(&'static str, Run)> {
    table![
        |x| x.reshape([3, 2]),
        |x| x.reshape([-1, 2]),
        |x| x.reshape([6]),
        |x| x.reshape([0, 5]),
        |x| x.reshape([1, 1]),
        |x| x.flatten(),
        |x| x.reshape([4]),
        |x| x.reshape([-1, 0]),
        |x| x.permute([2, 0, 1]),
        |x| x.permute([0, -1, 1]),
        |x| x.transpose(0, -1),
        |x| x.t(),
        |x| x.permute([0, 0]),
        |x| x.expand([2, 3]),
        |x| x.expand([2, 2, 3]),
        |x| x.expand([4]),
        |x| x.expand([0, 2]),
        |x| x.expand([2, 4]),
        |x| x.squeeze(),
        |x| x.squeeze_dim(1),
        |x| x.squeeze_dim(-1),
        |x| x.unsqueeze(-1),
        |x| x.unsqueeze(1),
        |x| x.unsqueeze(0),
        |x| x.unsqueeze(4),
        |x| x.select(0, 1),
        |x| x.select(1, -1),
        |x| x.select(0, 2),
        |x| x.select(1, 0),
        |x| x.select(1, 3),
        |x| x.select(0, -3),
        |x| x.narrow(1, 1, 2),
        |x| x.narrow(0, 1, 0),
        |x| x.narrow(-1, -2, 2),
        |x| x.narrow(1, 2, 2),
        |x| x.copy(),
        |x| x.contiguous(),
        |x, y| x.index_select(0, y),
        |x, y| x.index_select(1, y),
        |x, y| x.index_select(-1, y),
        |x, y| cat(&[x, y], 0),
        |x, y| cat(&[x, y], 1),
        |x, y| cat(&[x, y], -1),
        |x, y| stack(&[x, y], 0),
        |x, y| stack(&[x, y], 1),
        |x, y| stack(&[x, y], -1),
        |x, y, z| where_(x, y, z),
        |x, y| where_(x, y, 0.5),
        |x| x.i(0),
        |x| x.i(-1),
        |x| x.i(1..),
        |x| x.i(..-1),
        |x| x.i(..=1),
        |x| x.i(5..),
        |x| x.i(-9..2),
        |x| x.i(3..),
        |x| x.i((.., 1)),
        |x| x.i((1, 2)),
        |x| x.i((.., 1..3)),
        |x| x.i((1.., ..-1)),
        |x| x.i(step(.., 2)),
        |x| x.i((.., step(1.., 2))),
        |x| x.i(NewAxis),
        |x| x.i((.., NewAxis, 1)),
        |x| x.i((Ellipsis, 0)),
        |x| x.i((0, Ellipsis)),
        |x| x.i((1.., step(.., 2))),
        |x| x.i((Ellipsis, 1)),
        |x| x.i((0, NewAxis, .., 1)),
        |x, y| x.i(y),
        |x, y| x.i((.., y)),
        |x, y| x.i((1, y)),
        |x| x.i(3),
        |x| x.i((.., 4)),
        |x| x.i((0, 0, 0)),
        |x| {
            let a = x.copy();
            a.set_((0, 1..), 5.0);
            a
        },
        |x, y| {
            let a = x.copy();
            a.set_((.., 1), y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.set_(step(.., 2), y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.set_((.., step(.., 2)), y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.set_(y, 0.0);
            a
        },
        |x, y, z| {
            let a = x.copy();
            a.set_(y, z);
            a
        },
        |x, y| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).set_(y, 7.5);
            a
        },
        |x| {
            x.set_((0, 1..), 5.0);
            x.clone()
        },
        |x, y| {
            x.set_((.., 1), y);
            x.clone()
        },
        |x, y| {
            x.set_(y, 0.0);
            x.clone()
        },
        |x, y, z| {
            x.set_(y, z);
            x.clone()
        },
        |x| x.slice(1, 0, 5, 2),
        |x| x.slice(0, -3, -1, 1),
        |x| x.slice(1, 1, 99, 3),
        |x| x.slice(0, 2, 1, 1),
        |x| x.view([3, 2]),
        |x| x.view([6]),
        |x| x.flatten_dims(1, 2),
        |x| x.flatten_dims(0, -1),
        |x, y| x.expand_as(y),
        |x| x.movedim(0, 2),
        |x| x.movedim(-1, 0),
        |x| x.split(2, 0),
        |x| x.split(2, 1),
        |x| x.split_sizes([1, 3], 1),
        |x| x.chunk(3, 0),
        |x| x.chunk(4, 0),
        |x| x.unbind(1),
        |x| x.split_sizes([1, 2], 1),
        |x| x.pad([1, 2]),
        |x| x.pad([0, 1, 2, 0]),
        |x| x.pad([-1, 1]),
        |x| x.pad([1, 0, -1, -1]),
        |x| x.pad([1, 1]),
        |x| x.pad_value([1, 1], 7.5),
        |x| x.pad_mode([1, 2], "reflect"),
        |x| x.pad_mode([2, 1, 0, 1], "reflect"),
        |x| x.pad_mode([1, 1, 1, 1], "reflect"),
        |x| x.pad_mode([1, 2], "replicate"),
        |x| x.pad_mode([2, 1, 0, 1], "replicate"),
        |x| x.pad_mode([1, 1, 1, 1], "replicate"),
        |x| x.pad_mode([1, 2], "circular"),
        |x| x.pad_mode([2, 1, 0, 1], "circular"),
        |x| x.pad_mode([1, 1, 1, 1], "circular"),
        |x| x.pad_mode([3, 0], "reflect"),
        |x| x.pad_mode([4, 0], "circular"),
        |x| x.flip([0]),
        |x| x.flip([0, -1]),
        |x| x.flip([1]),
        |x| x.roll(1, 1),
        |x| x.roll(-1, 1),
        |x| x.roll(4, 1),
        |x| x.roll(-5, 1),
        |x| x.roll(1, 0),
        |x| x.repeat([2, 2]),
        |x| x.repeat([2, 1, 2]),
        |x| x.repeat([3]),
        |x| x.repeat([0, 2]),
        |x| x.repeat([2]),
        |x| x.repeat_interleave(2, 0),
        |x| x.repeat_interleave(3, 1),
        |x| x.tril(0),
        |x| x.tril(1),
        |x| x.tril(-1),
        |x| x.tril(5),
        |x| x.triu(0),
        |x| x.triu(1),
        |x| x.triu(-1),
        |x| x.triu(5),
        |x| x.diag(),
        |x, y| meshgrid(&[x, y]),
        |x, y| x.gather(1, y),
        |x, y| x.gather(0, y),
        |x, y, z| x.scatter_add(1, y, z),
        |x, y, z| x.scatter_add(0, y, z),
        |x, y| x.masked_select(y),
        |x, y| x.masked_fill(y, 7.5),
        |x, y| x.masked_fill(y, f64::NEG_INFINITY),
        |x, y| x.masked_fill(y, 0.0),
        |x| x.nonzero(),
        |x| x.one_hot(3),
        |x| x.one_hot(4),
        |x| x.one_hot(2),
        |x| x.bincount(0),
        |x| x.bincount(5),
        |x| x.sort(0),
        |x| x.sort_descending(0),
        |x| x.argsort(0),
        |x| x.sort(1),
        |x| x.sort_descending(1),
        |x| x.argsort(1),
        |x| x.sort(-1),
        |x| x.sort_descending(-1),
        |x| x.argsort(-1),
        |x| x.topk(2, 1),
        |x| x.topk(2, 0),
        |x| x.topk(4, -1),
        |x| x.topk(0, 0),
        |x| x.topk(4, 0),
        |x| x.unique(),
        |x| x.unique_counts(),
        |x| x.median(),
        |x| x.median_dim(0),
        |x| x.median_dim(1),
        |x| x.diagonal(0, 0, 1),
        |x| x.diagonal(1, 0, 1),
        |x| x.diagonal(-1, -2, -1),
        |x| x.diagonal(0, 0, 2),
        |x| x.diagonal(1, 1, 0),
        |x| x.diagonal(5, 0, 1),
        |x| x.to_dtype(DType::Bool),
        |x| x.to_dtype(DType::I64),
        |x| x.to_dtype(DType::F16),
        |x| x.to_dtype(DType::F32),
        |x| x.to_dtype(DType::F64),
        |x| x.float(),
        |x| x.double(),
        |x| x.long(),
        |x| x.half(),
        |x, y| {
            let a = x.copy();
            a.add_(y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.t().select(0, 1).add_(y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.sub_(y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.t().select(0, 1).sub_(y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.mul_(y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.t().select(0, 1).mul_(y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.div_(y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.t().select(0, 1).div_(y);
            a
        },
        |x, y| {
            let a = x.copy();
            a.copy_(y);
            a
        },
        |x| {
            let a = x.copy();
            a.t().select(0, 1).fill_(7.5);
            a
        },
        |x| {
            let a = x.copy();
            a.narrow(1, 1, 1).zero_();
            a
        },
        |x| {
            let a = x.copy();
            a.t().exp_();
            a
        },
        |x| {
            let a = x.copy();
            a.t().clamp_(-0.5, 0.5);
            a
        },
        |x, y| {
            let a = x.copy();
            a.masked_fill_(y, 7.5);
            a
        },
        |x, y| {
            x.add_(y);
            x.clone()
        },
        |x, y| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).add_(y);
            a
        },
        |x, y| {
            x.sub_(y);
            x.clone()
        },
        |x, y| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).sub_(y);
            a
        },
        |x, y| {
            x.mul_(y);
            x.clone()
        },
        |x, y| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).mul_(y);
            a
        },
        |x, y| {
            x.div_(y);
            x.clone()
        },
        |x, y| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).div_(y);
            a
        },
        |x, y| {
            x.copy_(y);
            x.clone()
        },
        |x, y| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).copy_(y);
            a
        },
        |x| {
            x.fill_(7.5);
            x.clone()
        },
        |x| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).fill_(7.5);
            a
        },
        |x| {
            x.zero_();
            x.clone()
        },
        |x| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).zero_();
            a
        },
        |x| {
            x.exp_();
            x.clone()
        },
        |x| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).exp_();
            a
        },
        |x| {
            x.clamp_(-0.5, 0.5);
            x.clone()
        },
        |x| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).clamp_(-0.5, 0.5);
            a
        },
        |x, y| {
            x.masked_fill_(y, 7.5);
            x.clone()
        },
        |x, y| {
            let a = x.copy();
            a.slice(1, 0, 5, 2).masked_fill_(y, 7.5);
            a
        },
    ]
}
