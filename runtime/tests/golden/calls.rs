//! The calls of `tests/golden/ops.json`, word for word.

use cuaderno::prelude::*;

/// A call on tensors x, y and z.
pub type Run = fn(&[Tensor]) -> Vec<Tensor>;

/// What a call may give.
trait Outputs {
    fn outputs(self) -> Vec<Tensor>;
}

impl Outputs for Tensor {
    fn outputs(self) -> Vec<Tensor> {
        vec![self]
    }
}

impl Outputs for (Tensor, Tensor) {
    fn outputs(self) -> Vec<Tensor> {
        vec![self.0, self.1]
    }
}

impl Outputs for Vec<Tensor> {
    fn outputs(self) -> Vec<Tensor> {
        self
    }
}

impl Outputs for bool {
    fn outputs(self) -> Vec<Tensor> {
        vec![tensor(self)]
    }
}

macro_rules! calls {
    ($(|$($input:ident),+| $call:expr),* $(,)?) => {
        vec![$((stringify!($call), |inputs| {
            let [$($input),+] = inputs else {
                panic!("{} inputs for {}", inputs.len(), stringify!($call));
            };
            ($call).outputs()
        })),*]
    };
}

/// Every call, with its text.
pub fn calls() -> Vec<(&'static str, Run)> {
    calls![
        |x, y| x + y,
        |x, y| x.add(y),
        |x| x + 2.5,
        |x| 2.5 + x,
        |x| 3 + x,
        |x| x + x,
        |x, y| x - y,
        |x, y| x.sub(y),
        |x| x - 2.5,
        |x| 2.5 - x,
        |x| 3 - x,
        |x, y| x * y,
        |x, y| x.mul(y),
        |x| x * 2.5,
        |x| 2.5 * x,
        |x| 3 * x,
        |x| x * x,
        |x, y| x / y,
        |x, y| x.div(y),
        |x| x / 2.5,
        |x| 2.5 / x,
        |x| 3 / x,
        |x, y| x.pow(y),
        |x| x.pow(0),
        |x| x.pow(1),
        |x| x.pow(2),
        |x| x.pow(3),
        |x| x.pow(-1),
        |x| x.pow(0.5),
        |x| x.pow(-0.5),
        |x| x.pow(2.0),
        |x| x.pow(2.5),
        |x| -x,
        |x| x.abs(),
        |x| x.neg(),
        |x| x.exp(),
        |x| x.log(),
        |x| x.sqrt(),
        |x| x.square(),
        |x| x.sin(),
        |x| x.cos(),
        |x| x.tanh(),
        |x| x.sigmoid(),
        |x| x.relu(),
        |x| x.reciprocal(),
        |x| x.rsqrt(),
        |x| x.log2(),
        |x| x.log10(),
        |x| x.log1p(),
        |x| x.expm1(),
        |x| x.exp2(),
        |x| x.tan(),
        |x| x.asin(),
        |x| x.acos(),
        |x| x.atan(),
        |x| x.sinh(),
        |x| x.cosh(),
        |x| x.erf(),
        |x| x.floor(),
        |x| x.ceil(),
        |x| x.round(),
        |x| x.trunc(),
        |x| x.sign(),
        |x| x.frac(),
        |x| x.isnan(),
        |x| x.isinf(),
        |x| x.isfinite(),
        |x| x.clamp(-0.5, 1.0),
        |x| x.clamp_min(0.5),
        |x| x.clamp_max(0.5),
        |x| x.clamp(1.0, -0.5),
        |x| x.clamp(-1, 2),
        |x, y| x.maximum(y),
        |x, y| x.minimum(y),
        |x, y| x.atan2(y),
        |x, y| x.fmod(y),
        |x| x.fmod(3.0),
        |x, y| x.remainder(y),
        |x| x.remainder(3.0),
        |x, y| x % y,
        |x| x % 3,
        |x, y| x.floor_divide(y),
        |x| x.floor_divide(2),
        |x, y| x.logaddexp(y),
        |x, y| x.lerp(y, 0.3),
        |x, y, z| x.lerp(y, z),
        |x, y| x.logical_and(y),
        |x, y| x.logical_or(y),
        |x, y| x.logical_xor(y),
        |x, y| x & y,
        |x, y| x | y,
        |x, y| x ^ y,
        |x| !x,
        |x| x.logical_not(),
        |x| x.sum(),
        |x| x.sum_dim(1),
        |x| x.sum_dim(0),
        |x| x.sum_keepdim(0),
        |x| x.sum_keepdim(1),
        |x| x.sum_dim(-1),
        |x| x.sum_keepdim(-1),
        |x| x.sum_dim([0, 2]),
        |x| x.sum_keepdim([0, 1]),
        |x| x.mean(),
        |x| x.mean_dim(1),
        |x| x.mean_dim(0),
        |x| x.mean_keepdim(0),
        |x| x.mean_keepdim(1),
        |x| x.mean_dim(-1),
        |x| x.mean_keepdim(-1),
        |x| x.mean_dim([0, 2]),
        |x| x.mean_keepdim([0, 1]),
        |x| x.var(),
        |x| x.var_dim(1),
        |x| x.var_dim(0),
        |x| x.var_keepdim(0),
        |x| x.var_keepdim(1),
        |x| x.var_dim(-1),
        |x| x.var_keepdim(-1),
        |x| x.var_dim([0, 2]),
        |x| x.var_keepdim([0, 1]),
        |x| x.std(),
        |x| x.std_dim(1),
        |x| x.std_dim(0),
        |x| x.std_keepdim(0),
        |x| x.std_keepdim(1),
        |x| x.std_dim(-1),
        |x| x.std_keepdim(-1),
        |x| x.std_dim([0, 2]),
        |x| x.std_keepdim([0, 1]),
        |x| x.max(),
        |x| x.max_dim(0),
        |x| x.argmax(0),
        |x| x.max_dim(1),
        |x| x.argmax(1),
        |x| x.max_dim(-1),
        |x| x.argmax(-1),
        |x| x.max_keepdim(1),
        |x| x.min(),
        |x| x.min_dim(0),
        |x| x.argmin(0),
        |x| x.min_dim(1),
        |x| x.argmin(1),
        |x| x.min_dim(-1),
        |x| x.argmin(-1),
        |x| x.min_keepdim(1),
        |x| x.softmax(0),
        |x| x.softmax(1),
        |x| x.softmax(-1),
        |x| x.log_softmax(0),
        |x| x.log_softmax(1),
        |x| x.log_softmax(-1),
        |x| x.prod(),
        |x| x.prod_dim(1),
        |x| x.prod_dim(0),
        |x| x.prod_keepdim(0),
        |x| x.prod_keepdim(1),
        |x| x.prod_dim(-1),
        |x| x.prod_keepdim(-1),
        |x| x.norm(),
        |x| x.norm_p(1.0),
        |x| x.norm_p(2.0),
        |x| x.norm_p(f64::INFINITY),
        |x| x.norm_dim(0),
        |x| x.norm_dim(1),
        |x| x.norm_keepdim(1),
        |x| x.logsumexp(0),
        |x| x.logsumexp(1),
        |x| x.logsumexp(-1),
        |x| x.logsumexp_keepdim(1),
        |x| x.any(),
        |x| x.any_dim(0),
        |x| x.any_keepdim(1),
        |x| x.any_dim(1),
        |x| x.all(),
        |x| x.all_dim(0),
        |x| x.all_keepdim(1),
        |x| x.all_dim(1),
        |x| x.count_nonzero(),
        |x| x.var_correction([1], 0.0),
        |x| x.var_correction([1], 1.0),
        |x| x.var_correction([1], 2.0),
        |x| x.var_correction([0, 1], 0.0),
        |x| x.std_correction([1], 0.0),
        |x| x.std_correction([1], 1.0),
        |x| x.std_correction([1], 2.0),
        |x| x.std_correction([0, 1], 0.0),
        |x, y| x.allclose(y),
        |x, y| x.equal(y),
        |x| x.argmax_all(),
        |x| x.argmin_all(),
        |x| x.cumsum(0),
        |x| x.cumsum(1),
        |x| x.cumsum(-1),
        |x| x.cumprod(0),
        |x| x.cumprod(1),
        |x| x.cumprod(-1),
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
        |x, y| x.matmul(y),
        |x, y| x.lstsq(y),
        |x, y| x.solve(y),
        |x| x.inverse(),
        |x| x.det(),
        |x, y| x.dot(y),
        |x, y| x.outer(y),
        |x| x.trace(),
        |x| x.diagonal(0, 0, 1),
        |x| x.diagonal(1, 0, 1),
        |x| x.diagonal(-1, -2, -1),
        |x| x.diagonal(0, 0, 2),
        |x| x.diagonal(1, 1, 0),
        |x| x.diagonal(5, 0, 1),
        |x, y| einsum("ij,jk->ik", &[x, y]),
        |x, y| einsum("ij,kj->ik", &[x, y]),
        |x, y| einsum("ij,jk", &[x, y]),
        |x| einsum("ba", &[x]),
        |x, y| einsum("bij,bjk->bik", &[x, y]),
        |x, y| einsum("bij,bkj->bik", &[x, y]),
        |x, y| einsum("i,j->ij", &[x, y]),
        |x, y| einsum("i,i->", &[x, y]),
        |x| einsum("ij->", &[x]),
        |x| einsum("ij->j", &[x]),
        |x| einsum("ij->ji", &[x]),
        |x| einsum("ii->i", &[x]),
        |x| einsum("ii", &[x]),
        |x, y| einsum("...ij,...jk->...ik", &[x, y]),
        |x| einsum("...i->...", &[x]),
        |x, y| einsum("bhqd,bhkd->bhqk", &[x, y]),
        |x, y| einsum("bqk,bkd->bdq", &[x, y]),
        |x, y, z| einsum("i,ij,j->", &[x, y, z]),
        |x, y, z| einsum("bi,oij,bj->bo", &[x, y, z]),
        |x, y| einsum("ij,ij->ij", &[x, y]),
        |x| einsum("ij->ik", &[x]),
        |x| einsum("ij,jk->ik", &[x]),
        |x| einsum("ijk->i", &[x]),
        |x, y| x.eq(y),
        |x, y| x.lt(y),
        |x, y| x.gt(y),
        |x| x + 2,
        |x| 2 + x,
        |x| x * 2,
        |x| 2 * x,
        |x| x / 2,
        |x| 2 / x,
        |x| x.eq(1),
        |x| x.eq(1.5),
        |x| x.ne(1),
        |x| x.ne(1.5),
        |x| x.lt(1),
        |x| x.lt(1.5),
        |x| x.le(1),
        |x| x.le(1.5),
        |x| x.gt(1),
        |x| x.gt(1.5),
        |x| x.ge(1),
        |x| x.ge(1.5),
        |x| x.to_dtype(DType::Bool),
        |x| x.to_dtype(DType::I64),
        |x| x.to_dtype(DType::F32),
        |x| x.to_dtype(DType::F64),
        |x| x.float(),
        |x| x.double(),
        |x| x.long(),
        |x| x - 2,
        |x| 2 - x,
        |x, y| x.ne(y),
        |x, y| x.le(y),
        |x, y| x.ge(y),
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
    ]
}
