//! What an index names: a view, and entries of it that are picked one by one.

use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::ops::index::Part;
use crate::ops::slice::Slice;
use crate::shape::{self, Dims, show};
use crate::tensor::Tensor;

/// What is left of a tensor after the parts that give views, and the entries that are picked then.
pub(crate) struct Chosen {
    pub(crate) view: Tensor,
    pub(crate) picked: Option<Picked>,
}

/// Entries of the dims from `dim` on, taken together as one dim.
pub(crate) struct Picked {
    pub(crate) dim: usize,
    pub(crate) dims: usize,
    pub(crate) positions: Vec<usize>,
    /// What stands in the place of these dims.
    pub(crate) shape: Dims,
}

impl Chosen {
    pub(crate) fn shape(&self) -> Dims {
        let mut shape = Dims::from_slice(self.view.shape());
        if let Some(picked) = &self.picked {
            shape.drain(picked.dim..picked.dim + picked.dims);
            shape.insert_many(picked.dim, picked.shape.iter().copied());
        }
        shape
    }
}

#[track_caller]
pub(crate) fn choose(op: &str, x: &Tensor, parts: &[Part]) -> Chosen {
    let rest = dims_left(op, x, parts).or_raise();
    let mut chosen = Chosen {
        view: x.clone(),
        picked: None,
    };
    // The dim of x, and that of the view, which the next part stands for.
    let (mut old, mut new) = (0, 0);
    for part in parts {
        let view = &chosen.view;
        match part {
            Part::At(i) => {
                let i = shape::index(op, *i, old, x.shape()).or_raise();
                chosen.view = view.select(new, i);
                old += 1;
            }
            Part::Steps(steps) => {
                let size = x.shape()[old];
                let (start, count, step) = steps.resolve(size);
                if step != 1 {
                    let slice = Slice {
                        dim: new,
                        steps: *steps,
                    };
                    chosen.view = Tensor::apply(slice, &[view]);
                } else if count != size {
                    chosen.view = view.narrow(new, start.min(size), count);
                }
                (old, new) = (old + 1, new + 1);
            }
            Part::NewAxis => {
                chosen.view = view.unsqueeze(new);
                new += 1;
            }
            Part::Ellipsis => (old, new) = (old + rest, new + rest),
            Part::Tensor(index) => {
                let picked = pick(op, x, old, new, index).or_raise();
                (old, new) = (old + picked.dims, new + picked.dims);
                chosen.picked = Some(picked);
            }
        }
    }
    chosen
}

/// How many dims an ellipsis stands for, once the parts are known to fit the tensor.
fn dims_left(op: &str, x: &Tensor, parts: &[Part]) -> Result<usize, Error> {
    let named = |part: &Part| match part {
        Part::At(_) | Part::Steps(_) => 1,
        Part::NewAxis | Part::Ellipsis => 0,
        Part::Tensor(index) if index.dtype() == DType::Bool => index.ndim(),
        Part::Tensor(_) => 1,
    };
    let is_dots = |part: &&Part| matches!(part, Part::Ellipsis);
    if parts.iter().filter(is_dots).count() > 1 {
        return Err(Error::new(
            op,
            format!("one Ellipsis is enough, the shape is {}", show(x.shape())),
        )
        .help("`..` stands for one whole dim"));
    }
    let tensors = parts.iter().filter_map(|part| match part {
        Part::Tensor(index) => Some(show(index.shape())),
        _ => None,
    });
    let tensors: Vec<String> = tensors.collect();
    if tensors.len() > 1 {
        return Err(Error::new(
            op,
            format!(
                "one tensor may stand in an index, there are {}, of shapes {}; the shape is {}",
                tensors.len(),
                tensors.join(" and "),
                show(x.shape())
            ),
        )
        .help(
            "x.i(&rows).i((.., &columns)) takes all columns of each row, \
             x.i(&rows).gather(1, &columns.unsqueeze(1)) one of each",
        ));
    }
    let count: usize = parts.iter().map(named).sum();
    x.ndim().checked_sub(count).ok_or_else(|| {
        Error::new(
            op,
            format!(
                "the index names {count} dims, the shape is {}, so {count} > {}",
                show(x.shape()),
                x.ndim()
            ),
        )
    })
}

fn pick(op: &str, x: &Tensor, old: usize, new: usize, index: &Tensor) -> Result<Picked, Error> {
    match index.dtype() {
        DType::Bool => {
            let dims = index.ndim();
            let covered = &x.shape()[old..old + dims];
            if index.shape() != covered {
                return Err(Error::new(
                    op,
                    format!(
                        "the mask must have the sizes of the dims that it stands for: the mask is \
                         {}, these dims are {}, the shape is {}",
                        show(index.shape()),
                        show(covered),
                        show(x.shape())
                    ),
                ));
            }
            let positions = true_positions(index);
            Ok(Picked {
                dim: new,
                dims,
                shape: Dims::from_slice(&[positions.len()]),
                positions,
            })
        }
        DType::I64 => {
            let check = |&i: &i64| shape::index(op, i as isize, old, x.shape());
            let positions: Result<Vec<usize>, Error> =
                index.values::<i64>().iter().map(check).collect();
            Ok(Picked {
                dim: new,
                dims: 1,
                shape: index.0.layout.shape.clone(),
                positions: positions?,
            })
        }
        other => Err(Error::new(
            op,
            format!(
                "a tensor in an index must be i64 or bool, this one of shape {} is {other}; the \
                 shape is {}",
                show(index.shape()),
                show(x.shape())
            ),
        )
        .help("index.long() makes whole numbers of it, a comparison such as x.gt(0.0) a mask")),
    }
}

/// Where a mask is true, in row-major order.
pub(crate) fn true_positions(mask: &Tensor) -> Vec<usize> {
    let values = mask.values::<bool>();
    let mut found = vec![0; values.len()];
    let mut count = 0;
    // Writing every place, and keeping it where the mask is true, needs no branch to guess.
    for (i, &v) in values.iter().enumerate() {
        found[count] = i;
        count += usize::from(v);
    }
    found.truncate(count);
    found
}
