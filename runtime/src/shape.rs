//! Rules about shapes, written once: strides, broadcasting, dims counted from the end.

use smallvec::SmallVec;

use crate::error::Error;

/// A short list of sizes or strides.
pub(crate) type Dims = SmallVec<[usize; INLINE]>;

/// How many sizes need no heap.
const INLINE: usize = 4;

/// The same sizes; much quicker than `clone`, which goes through an iterator.
#[inline]
pub(crate) fn copy(dims: &Dims) -> Dims {
    if dims.len() > INLINE {
        return dims.clone();
    }
    let mut sizes = [0; INLINE];
    sizes
        .iter_mut()
        .zip(dims)
        .for_each(|(to, &size)| *to = size);
    Dims::from_buf_and_len(sizes, dims.len())
}

/// Writes a shape the way error texts and tensors show it.
///
/// ```
/// assert_eq!(cuaderno::shape::show(&[2, 3]), "[2, 3]");
/// ```
pub fn show(shape: &[usize]) -> String {
    format!("{shape:?}")
}

pub(crate) fn numel(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// The number of elements, or an error where it is beyond what can be counted.
pub(crate) fn countable(op: &str, shape: &[usize]) -> Result<usize, Error> {
    shape
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size))
        .filter(|&count| count <= isize::MAX as usize / 8)
        .ok_or_else(|| {
            Error::new(
                op,
                format!(
                    "the shape {} is too large: its elements can't be counted",
                    show(shape)
                ),
            )
        })
}

/// Strides of a row-major tensor.
pub(crate) fn row_major(shape: &[usize]) -> Dims {
    let mut strides: Dims = if shape.len() > INLINE {
        SmallVec::from_elem(1, shape.len())
    } else {
        Dims::from_buf_and_len([1; INLINE], shape.len())
    };
    for i in (1..shape.len()).rev() {
        strides[i - 1] = strides[i] * shape[i].max(1);
    }
    strides
}

/// NumPy's broadcasting of two shapes: align at the right, sizes equal or one of them 1.
///
/// ```
/// use cuaderno::shape::broadcast;
///
/// assert_eq!(broadcast("add", &[3, 1], &[4]).unwrap(), vec![3, 4]);
/// assert!(broadcast("add", &[3, 2], &[4]).is_err());
/// ```
pub fn broadcast(op: &str, a: &[usize], b: &[usize]) -> Result<Vec<usize>, Error> {
    broadcast_dims(op, a, b).map(|dims| dims.into_vec())
}

pub(crate) fn broadcast_dims(op: &str, a: &[usize], b: &[usize]) -> Result<Dims, Error> {
    let rank = a.len().max(b.len());
    let mut out: Dims = SmallVec::from_elem(1, rank);
    for (i, size) in out.iter_mut().enumerate() {
        let from_right = rank - i;
        let x = if from_right <= a.len() {
            a[a.len() - from_right]
        } else {
            1
        };
        let y = if from_right <= b.len() {
            b[b.len() - from_right]
        } else {
            1
        };
        *size = match (x, y) {
            (1, y) => y,
            (x, 1) => x,
            (x, y) if x == y => x,
            (x, y) => return Err(cannot_broadcast(op, a, b, from_right, x, y)),
        };
    }
    countable(op, &out)?;
    Ok(out)
}

#[cold]
fn cannot_broadcast(
    op: &str,
    a: &[usize],
    b: &[usize],
    from_right: usize,
    x: usize,
    y: usize,
) -> Error {
    let error = Error::new(
        op,
        format!(
            "shapes do not broadcast: left is {}, right is {}, and in dim -{from_right} {x} != {y}",
            show(a),
            show(b)
        ),
    );
    if a.len() == 1 && b.len() == 2 && a[0] == b[0] {
        error.help("left.unsqueeze(1) makes a column of it")
    } else if b.len() == 1 && a.len() == 2 && b[0] == a[0] {
        error.help("right.unsqueeze(1) makes a column of it")
    } else {
        error.help("two sizes fit when they are equal or one of them is 1, aligned at the right")
    }
}

/// Strides that make a tensor of `shape` look like `target`; stretched dims get stride 0.
pub(crate) fn broadcast_strides(shape: &[usize], strides: &[usize], target: &[usize]) -> Dims {
    let mut out: Dims = SmallVec::from_elem(0, target.len());
    let shift = target.len() - shape.len();
    for i in 0..shape.len() {
        out[i + shift] = if shape[i] == 1 && target[i + shift] != 1 {
            0
        } else {
            strides[i]
        };
    }
    out
}

/// The dim that `dim` names; negative ones count from the end.
pub(crate) fn dim(op: &str, dim: isize, shape: &[usize]) -> Result<usize, Error> {
    let rank = shape.len() as isize;
    let index = if dim < 0 { dim + rank } else { dim };
    if (0..rank).contains(&index) {
        return Ok(index as usize);
    }
    let error = Error::new(
        op,
        format!(
            "dim {dim} is out of range: the shape is {}, with {rank} dims",
            show(shape)
        ),
    );
    Err(if rank == 0 {
        error.help("a tensor without dims holds one number; it has no dim to name")
    } else {
        error.help(format!("the last dim is {} or -1", rank - 1))
    })
}

/// As [`dim`] for several, each named once.
pub(crate) fn dims(op: &str, dims: &[isize], shape: &[usize]) -> Result<Dims, Error> {
    let mut out = Dims::new();
    for &d in dims {
        let d = dim(op, d, shape)?;
        if out.contains(&d) {
            return Err(Error::new(
                op,
                format!(
                    "dim {d} is named twice in {dims:?}, the shape is {}",
                    show(shape)
                ),
            ));
        }
        out.push(d);
    }
    Ok(out)
}

/// The index that `index` names in a dim of `size`; negative ones count from the end.
pub(crate) fn index(op: &str, index: isize, dim: usize, shape: &[usize]) -> Result<usize, Error> {
    let size = shape[dim] as isize;
    let found = if index < 0 { index + size } else { index };
    if (0..size).contains(&found) {
        return Ok(found as usize);
    }
    Err(Error::new(
        op,
        format!(
            "index {index} is out of range: dim {dim} has size {size}, the shape is {}",
            show(shape)
        ),
    )
    .help(if size == 0 {
        "the dim is empty, so no index fits".to_owned()
    } else {
        format!("the last index is {} or -1", size - 1)
    }))
}

/// The shape with -1 replaced by the size that makes `numel` elements.
pub(crate) fn infer(op: &str, wanted: &[isize], shape: &[usize]) -> Result<Dims, Error> {
    let count = numel(shape);
    let sizes: Dims = wanted
        .iter()
        .filter(|&&s| s >= 0)
        .map(|&s| s as usize)
        .collect();
    let known = countable(op, &sizes)?;
    let unknown = wanted.iter().filter(|&&s| s < 0).count();
    let fail = |why: String| {
        Error::new(
            op,
            format!("{} has {count} elements, {wanted:?} {why}", show(shape)),
        )
    };
    if unknown > 1 || wanted.iter().any(|&s| s < -1) {
        return Err(
            fail("may have one -1 and no other negative size".to_owned())
                .help("a -1 stands for the size that the others leave"),
        );
    }
    if unknown == 1 && known == 0 {
        return Err(fail("has a size of 0, with which any -1 fits".to_owned())
            .help("write the size instead of -1"));
    }
    if unknown == 1 && !count.is_multiple_of(known) {
        return Err(fail(format!(
            "leaves no whole size for -1, since {count} / {known} is not whole"
        ))
        .help(format!("the other sizes multiply to a divisor of {count}")));
    }
    if unknown == 0 && known != count {
        return Err(fail(format!("has {known}, so {count} != {known}"))
            .help("one size may be -1: it is computed from the others"));
    }
    Ok(wanted
        .iter()
        .map(|&s| if s < 0 { count / known } else { s as usize })
        .collect())
}

/// Strides that show the same elements in another shape of as many, if there are any.
pub(crate) fn view_strides(shape: &[usize], strides: &[usize], target: &[usize]) -> Option<Dims> {
    if numel(shape) == 0 {
        return Some(row_major(target));
    }
    // Neighbouring dims that one stride runs through, from the right: how many elements, how far
    // apart.
    let mut runs: SmallVec<[(usize, usize); 4]> = SmallVec::new();
    for (&size, &stride) in shape
        .iter()
        .zip(strides)
        .rev()
        .filter(|(size, _)| **size != 1)
    {
        match runs.last_mut() {
            Some((count, step)) if stride == *count * *step => *count *= size,
            _ => runs.push((size, stride)),
        }
    }
    let mut runs = runs.into_iter();
    let (mut left, mut stride) = (1, 1);
    let mut out: Dims = SmallVec::from_elem(1, target.len());
    for (place, &size) in target
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, size)| **size != 1)
    {
        if left == 1 {
            (left, stride) = runs.next()?;
        }
        if !left.is_multiple_of(size) {
            return None;
        }
        out[place] = stride;
        stride *= size;
        left /= size;
    }
    Some(out)
}

/// Calls `visit(offset_a, offset_b)` for the first element of every row of `shape`, where a row
/// runs over the last dim.
pub(crate) fn rows(shape: &[usize], a: &[usize], b: &[usize], mut visit: impl FnMut(usize, usize)) {
    if numel(shape) == 0 {
        return;
    }
    let outer = shape.len().saturating_sub(1);
    let mut counter: Dims = SmallVec::from_elem(0, outer);
    let (mut at_a, mut at_b) = (0, 0);
    'rows: loop {
        visit(at_a, at_b);
        for d in (0..outer).rev() {
            counter[d] += 1;
            at_a += a[d];
            at_b += b[d];
            if counter[d] < shape[d] {
                continue 'rows;
            }
            at_a -= a[d] * shape[d];
            at_b -= b[d] * shape[d];
            counter[d] = 0;
        }
        return;
    }
}

/// A whole number: a dim, an index or a size. Negative dims and indices count from the end.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a whole number",
    note = "dims, indices and sizes are whole numbers such as 2 or -1"
)]
pub trait Int {
    /// The number.
    fn int(self) -> isize;
}

/// Whole numbers: a shape, a list of dims or a single one, such as `&[2, 3]`, `[0, -1]` or `5`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of whole numbers",
    note = "write a shape or a list of dims such as `&[2, 3]`, or a single whole number"
)]
pub trait Ints {
    /// The numbers.
    fn ints(&self) -> IntList;
}

/// The numbers of an [`Ints`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntList(SmallVec<[isize; 4]>);

impl IntList {
    pub(crate) fn as_slice(&self) -> &[isize] {
        &self.0
    }

    /// The numbers as sizes of a new tensor.
    pub(crate) fn sizes(&self, op: &str) -> Result<Dims, Error> {
        if self.0.iter().any(|&s| s < 0) {
            return Err(Error::new(
                op,
                format!("the shape {:?} has a negative size", &self.0[..]),
            )
            .help("sizes are 0 or more; only reshape and expand take a -1"));
        }
        Ok(self.0.iter().map(|&s| s as usize).collect())
    }
}

/// The number, or the largest one where it is larger: as a size, dim or index that is refused, and
/// never a -1.
fn saturated<T: TryInto<isize>>(value: T) -> isize {
    value.try_into().unwrap_or(isize::MAX)
}

macro_rules! ints {
    ($($type:ident),*) => {$(
        impl Int for $type {
            #[inline(never)]
            fn int(self) -> isize {
                saturated(self)
            }
        }
        impl Int for &$type {
            #[inline(never)]
            fn int(self) -> isize {
                saturated(*self)
            }
        }
        impl Ints for $type {
            #[inline(never)]
            fn ints(&self) -> IntList {
                IntList(SmallVec::from_slice(&[saturated(*self)]))
            }
        }
        impl Ints for [$type] {
            #[inline(never)]
            fn ints(&self) -> IntList {
                IntList(self.iter().map(|&v| saturated(v)).collect())
            }
        }
        impl<const N: usize> Ints for [$type; N] {
            fn ints(&self) -> IntList {
                self[..].ints()
            }
        }
        impl Ints for Vec<$type> {
            #[inline(never)]
            fn ints(&self) -> IntList {
                self[..].ints()
            }
        }
    )*};
}

ints!(i32, i64, isize, usize, u8, u32, u64);

impl Ints for IntList {
    fn ints(&self) -> IntList {
        self.clone()
    }
}

impl<T: Ints + ?Sized> Ints for &T {
    fn ints(&self) -> IntList {
        (**self).ints()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_follows_numpy() {
        type Shape = &'static [usize];
        let cases: &[(Shape, Shape, Option<Shape>)] = &[
            (&[], &[], Some(&[])),
            (&[], &[2, 3], Some(&[2, 3])),
            (&[3], &[2, 3], Some(&[2, 3])),
            (&[2, 1], &[1, 3], Some(&[2, 3])),
            (&[2, 1], &[0], Some(&[2, 0])),
            (&[0], &[1], Some(&[0])),
            (&[2], &[3], None),
            (&[2, 3], &[2], None),
        ];
        for (a, b, expected) in cases {
            let found = broadcast("add", a, b);
            assert_eq!(found.as_deref().ok(), *expected, "{a:?} with {b:?}");
            let swapped = broadcast("add", b, a);
            assert_eq!(swapped.as_deref().ok(), *expected, "{b:?} with {a:?}");
        }
    }

    #[test]
    fn broadcast_error_names_shapes_and_sizes() {
        let error = broadcast("sub", &[4, 1, 2], &[4, 3])
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "sub: shapes do not broadcast: left is [4, 1, 2], right is [4, 3], and in dim -1 2 != 3\n\
             help: two sizes fit when they are equal or one of them is 1, aligned at the right"
        );
    }

    #[test]
    fn infer_fills_in_one_size() {
        assert_eq!(
            infer("reshape", &[-1, 2], &[3, 4]).unwrap().as_slice(),
            &[6, 2]
        );
        assert_eq!(infer("reshape", &[0, 5], &[0]).unwrap().as_slice(), &[0, 5]);
        for wanted in [&[-1, 5][..], &[-1, -1], &[7], &[-2], &[-1, 0]] {
            let error = infer("reshape", wanted, &[3, 4]).unwrap_err().to_string();
            assert!(
                error.contains("[3, 4]") && error.contains(&format!("{wanted:?}")),
                "{error}"
            );
        }
    }
}
