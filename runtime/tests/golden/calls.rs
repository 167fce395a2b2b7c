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
        |x| x.sum(),
        |x| x.sum_dim(0),
        |x| x.sum_keepdim(0),
        |x| x.sum_dim(1),
        |x| x.sum_keepdim(1),
        |x| x.sum_dim(-1),
        |x| x.sum_keepdim(-1),
        |x| x.sum_dim([0, 2]),
        |x| x.sum_keepdim([0, 1]),
        |x| x.mean(),
        |x| x.mean_dim(0),
        |x| x.mean_keepdim(0),
        |x| x.mean_dim(1),
        |x| x.mean_keepdim(1),
        |x| x.mean_dim(-1),
        |x| x.mean_keepdim(-1),
        |x| x.mean_dim([0, 2]),
        |x| x.mean_keepdim([0, 1]),
        |x| x.var(),
        |x| x.var_dim(0),
        |x| x.var_keepdim(0),
        |x| x.var_dim(1),
        |x| x.var_keepdim(1),
        |x| x.var_dim(-1),
        |x| x.var_keepdim(-1),
        |x| x.var_dim([0, 2]),
        |x| x.var_keepdim([0, 1]),
        |x| x.std(),
        |x| x.std_dim(0),
        |x| x.std_keepdim(0),
        |x| x.std_dim(1),
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
        |x, y| x.matmul(y),
        |x, y| x.solve(y),
        |x, y| x.lstsq(y),
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
    ]
}
