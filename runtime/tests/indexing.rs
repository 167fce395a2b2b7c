//! Random shapes and indices, against ndarray's slices and against loops over every element.

use cuaderno::ndarray::{ArrayD, Axis, IxDyn, SliceInfoElem};
use cuaderno::ops::{Index, Indices};
use cuaderno::prelude::*;
use cuaderno::shape::broadcast;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 4000,
        // A run that fails today fails again tomorrow, and leaves no files.
        rng_seed: RngSeed::Fixed(3),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// The same numbers, 0, 1, 2, .., as a tensor and as an array.
fn counted(shape: &[usize]) -> (Tensor, ArrayD<i64>) {
    let count = shape.iter().product::<usize>() as i64;
    let array = ArrayD::from_shape_vec(IxDyn(shape), (0..count).collect()).unwrap();
    (arange(0, count, 1).reshape(shape), array)
}

fn same(tensor: &Tensor, shape: &[usize], values: &[i64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(tensor.shape(), shape);
    prop_assert_eq!(tensor.to_vec_i64(), values);
    Ok(())
}

fn same_as(tensor: &Tensor, array: &ArrayD<i64>) -> Result<(), TestCaseError> {
    let values: Vec<i64> = array.iter().copied().collect();
    same(tensor, array.shape(), &values)
}

fn shapes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0_usize..=5, 0..=4)
}

/// A shape without empty dims.
fn full_shapes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..=5, 1..=4)
}

/// A permutation of the dims, from random numbers.
fn order(dims: usize, keys: &[u32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..dims).collect();
    order.sort_by_key(|&d| keys[d]);
    order
}

fn keys() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 4)
}

fn inverse(order: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; order.len()];
    for (place, &dim) in order.iter().enumerate() {
        inverse[dim] = place;
    }
    inverse
}

/// The same tensor, with its dims in another order in memory.
fn restrided(x: &Tensor, keys: &[u32]) -> Tensor {
    let order = order(x.ndim(), keys);
    x.permute(&order).copy().permute(&inverse(&order))
}

/// The coordinates of every element of a shape, in row-major order.
fn coordinates(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for &size in shape {
        let longer = |start: &Vec<usize>| -> Vec<Vec<usize>> {
            (0..size).map(|i| [&start[..], &[i]].concat()).collect()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

#[derive(Clone, Copy, Debug)]
enum Part {
    At(isize),
    Span(Option<isize>, Option<isize>, usize),
    NewAxis,
    Dots,
}

fn part() -> impl Strategy<Value = Part> {
    let end = || prop::option::of(-7_isize..=7);
    prop_oneof![
        3 => (-5_isize..5).prop_map(Part::At),
        5 => (end(), end(), 1_usize..=3).prop_map(|(a, b, n)| Part::Span(a, b, n)),
        1 => Just(Part::NewAxis),
        1 => Just(Part::Dots),
    ]
}

/// An index that has as many parts as it wants, unlike a tuple.
#[derive(Clone, Debug)]
struct Parts(Vec<Part>);

impl Index for Parts {
    fn add_to(&self, indices: &mut Indices) {
        for part in &self.0 {
            match *part {
                Part::At(i) => i.add_to(indices),
                Part::NewAxis => NewAxis.add_to(indices),
                Part::Dots => Ellipsis.add_to(indices),
                Part::Span(None, None, 1) => (..).add_to(indices),
                Part::Span(Some(a), None, 1) => (a..).add_to(indices),
                Part::Span(None, Some(b), 1) => (..b).add_to(indices),
                Part::Span(Some(a), Some(b), 1) => (a..b).add_to(indices),
                Part::Span(None, None, n) => step(.., n).add_to(indices),
                Part::Span(Some(a), None, n) => step(a.., n).add_to(indices),
                Part::Span(None, Some(b), n) => step(..b, n).add_to(indices),
                Part::Span(Some(a), Some(b), n) => step(a..b, n).add_to(indices),
            }
        }
    }
}

/// Makes the parts fit a shape, and says the same in ndarray's words.
fn fitted(shape: &[usize], parts: &[Part]) -> (Parts, Vec<SliceInfoElem>) {
    let mut kept = vec![];
    let (mut named, mut dots) = (0, false);
    for &part in parts {
        let fits = match part {
            Part::NewAxis => true,
            Part::Dots => !std::mem::replace(&mut dots, true),
            _ if named < shape.len() => {
                named += 1;
                true
            }
            _ => false,
        };
        if fits {
            kept.push(part);
        }
    }
    let whole = SliceInfoElem::Slice {
        start: 0,
        end: None,
        step: 1,
    };
    let rest = shape.len() - named;
    let (mut dim, mut slices) = (0, vec![]);
    for part in &mut kept {
        match *part {
            Part::NewAxis => slices.push(SliceInfoElem::NewAxis),
            Part::Dots => {
                slices.extend(vec![whole; rest]);
                dim += rest;
            }
            Part::At(i) if shape[dim] > 0 => {
                let size = shape[dim] as isize;
                let i = if i < 0 { i % size } else { i.rem_euclid(size) };
                *part = Part::At(i);
                slices.push(SliceInfoElem::Index(i));
                dim += 1;
            }
            Part::At(i) => {
                *part = Part::Span(Some(i), None, 1);
                slices.push(whole);
                dim += 1;
            }
            Part::Span(start, end, step) => {
                // Python: `slice(start, end, step).indices(size)`.
                let size = shape[dim] as isize;
                let inside = |end: isize| (if end < 0 { end + size } else { end }).clamp(0, size);
                let start = start.map_or(0, inside);
                slices.push(SliceInfoElem::Slice {
                    start,
                    end: Some(end.map_or(size, inside).max(start)),
                    step: step as isize,
                });
                dim += 1;
            }
        }
    }
    if !dots {
        slices.extend(vec![whole; rest]);
    }
    (Parts(kept), slices)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn slices_are_those_of_ndarray(
        shape in shapes(),
        parts in prop::collection::vec(part(), 0..=6),
        keys in keys(),
    ) {
        let order = order(shape.len(), &keys);
        let (x, array) = counted(&shape);
        let (x, array) = (x.permute(&order), array.permuted_axes(order));
        let (index, slices) = fitted(array.shape(), &parts);

        let part = x.i(index.clone());
        same_as(&part, &array.slice(&slices[..]).to_owned())?;
        prop_assert!(part.shares_memory(&x));

        // Written through the same index, and read as a whole.
        let (z, mut changed) = (restrided(&x, &keys), array.clone());
        let negative = &part * -1 - 1;
        z.set_(index.clone(), &negative);
        changed.slice_mut(&slices[..]).mapv_inplace(|v| -v - 1);
        same_as(&z, &changed)?;

        // What goes back is what was written.
        let leaf = x.double().requires_grad();
        let weights = part.double() + 1.0;
        leaf.i(index.clone()).backward_with(&weights);
        let expected = zeros_like(&leaf);
        expected.set_(index, &weights);
        prop_assert_eq!(leaf.grad().to_vec_f64(), expected.to_vec_f64());
    }

    #[test]
    fn lists_pick_and_gradients_add(
        shape in full_shapes(),
        dim in any::<prop::sample::Index>(),
        list in prop::collection::vec(any::<prop::sample::Index>(), 0..=6),
        negative in any::<bool>(),
    ) {
        let dim = dim.index(shape.len());
        let size = shape[dim];
        let list: Vec<usize> = list.iter().map(|i| i.index(size)).collect();
        let named = |&i: &usize| i as i64 - if negative { size as i64 } else { 0 };
        let named: Vec<i64> = list.iter().map(named).collect();
        let index = if named.is_empty() { zeros(0).long() } else { tensor(named) };

        let (x, array) = counted(&shape);
        let back = x.movedim(dim, 0);
        same_as(&back.i(&index).movedim(0, dim), &array.select(Axis(dim), &list))?;
        same_as(&x.index_select(dim, &index), &array.select(Axis(dim), &list))?;

        let leaf = x.double().requires_grad();
        leaf.movedim(dim, 0).i(&index).sum().backward();
        let times: Vec<f64> = coordinates(&shape)
            .iter()
            .map(|at| list.iter().filter(|&&i| i == at[dim]).count() as f64)
            .collect();
        if let Some(grad) = leaf.try_grad() {
            prop_assert_eq!(grad.to_vec_f64(), times);
        }
    }

    #[test]
    fn masks_pick_and_are_written(
        shape in shapes(),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        bits in prop::collection::vec(any::<bool>(), 625),
    ) {
        let from = from.index(shape.len() + 1);
        let to = from + to.index(shape.len() + 1 - from);
        let covered = &shape[from..to];
        let count = covered.iter().product::<usize>();
        let bits = tensor(bits).i(..count).reshape(covered);
        let chosen = |at: &[usize]| bits.at(&at[from..to]) == 1.0;
        let (x, _) = counted(&shape);
        let whole = vec![Part::Span(None, None, 1); from];
        let index = Masked(Parts(whole), bits.clone());

        // Of the covered dims one is left; within it, and outside of it, the order stays.
        let picked: Vec<i64> = coordinates(&shape)
            .iter()
            .filter(|at| chosen(at))
            .map(|at| x.at(at) as i64)
            .collect();
        let sizes = [&shape[..from], &[bits.long().sum().item() as usize], &shape[to..]].concat();
        let part = x.i(index.clone());
        prop_assert_eq!(part.shape(), &sizes[..]);
        let mut found = part.to_vec_i64();
        found.sort_unstable();
        prop_assert_eq!(&found, &picked);
        if from == 0 {
            prop_assert_eq!(&part.to_vec_i64(), &picked);
        }

        let y = x.copy();
        y.set_(index, -1);
        let written: Vec<i64> = coordinates(&shape)
            .iter()
            .map(|at| if chosen(at) { -1 } else { x.at(at) as i64 })
            .collect();
        same(&y, &shape, &written)?;
        let wide = bits.reshape([covered, &vec![1; shape.len() - to]].concat());
        same(&x.masked_fill(&wide, -1), &shape, &written)?;
        prop_assert_eq!(x.masked_select(&wide).to_vec_i64(), picked);
    }

    #[test]
    fn broadcasting_is_a_loop_over_indices(
        shape in shapes(),
        ones in prop::collection::vec((any::<bool>(), any::<bool>()), 4),
        drop in (0_usize..=4, 0_usize..=4),
        keys in keys(),
    ) {
        let side = |ones: &dyn Fn(usize) -> bool, drop: usize| -> Vec<usize> {
            let sizes = shape.iter().enumerate();
            let sizes = sizes.map(|(d, &size)| if ones(d) { 1 } else { size });
            sizes.skip(drop).collect()
        };
        let left = side(&|d| ones[d].0, drop.0);
        let right = side(&|d| ones[d].1, drop.1);
        // Views, so that the strides are not those of the shape.
        let strided = |shape: &[usize]| restrided(&counted(shape).0, &keys);
        let (a, b) = (strided(&left), strided(&right));

        let rank = left.len().max(right.len());
        let size = |shape: &[usize], d: usize| {
            (d + shape.len()).checked_sub(rank).map_or(1, |d| shape[d])
        };
        let common: Vec<usize> = (0..rank)
            .map(|d| match (size(&left, d), size(&right, d)) {
                (1, n) => n,
                (n, _) => n,
            })
            .collect();
        let value = |x: &Tensor, at: &[usize]| {
            let at: Vec<usize> = (0..x.ndim())
                .map(|d| if x.shape()[d] == 1 { 0 } else { at[d + rank - x.ndim()] })
                .collect();
            x.at(&at) as i64
        };
        let expected: Vec<i64> = coordinates(&common)
            .iter()
            .map(|at| value(&a, at) - 2 * value(&b, at))
            .collect();
        same(&(&a - &b * 2), &common, &expected)?;
        prop_assert_eq!(broadcast("sub", &left, &right).ok(), Some(common.clone()));

        // The gradient of each side counts how often an element was used.
        let (p, q) = (a.double().requires_grad(), b.double().requires_grad());
        (&p * &q).sum().backward();
        let mut used = vec![0.0; a.numel()];
        for at in coordinates(&common) {
            used[value(&a, &at) as usize] += value(&b, &at) as f64;
        }
        prop_assert_eq!(p.grad().to_vec_f64(), used);
        let grad = q.grad();
        prop_assert_eq!(grad.shape(), &right[..]);
    }

    #[test]
    fn other_shapes_do_not_broadcast(left in shapes(), right in shapes()) {
        let pairs = left.iter().rev().zip(right.iter().rev());
        let fits = pairs.clone().all(|(a, b)| a == b || *a == 1 || *b == 1);
        prop_assert_eq!(broadcast("add", &left, &right).is_ok(), fits);
    }

    #[test]
    fn shapes_and_orders_come_back(
        shape in shapes(),
        keys in keys(),
        cut in any::<prop::sample::Index>(),
    ) {
        let (x, array) = counted(&shape);
        let order = order(shape.len(), &keys);
        let y = x.permute(&order);
        same_as(&y, &array.clone().permuted_axes(order.clone()))?;
        same_as(&y.permute(&inverse(&order)), &array)?;
        same_as(&y.contiguous().permute(&inverse(&order)), &array)?;

        // Through one dim and two, also of a view.
        let values = y.to_vec_i64();
        same(&y.reshape(&[y.numel()]).reshape(y.shape()), y.shape(), &values)?;
        let cut = cut.index(shape.len() + 1);
        let rows: usize = y.shape()[..cut].iter().product();
        let columns: usize = y.shape()[cut..].iter().product();
        let table = y.reshape(&[rows, columns]);
        same(&table, &[rows, columns], &values)?;
        same(&table.view(y.shape()), y.shape(), &values)?;
        if !shape.is_empty() {
            same(&y.flatten_dims(0, -1), &[y.numel()], &values)?;
            same(&y.movedim(0, -1).movedim(-1, 0), y.shape(), &values)?;
        }
    }

    #[test]
    fn parts_come_together_again(
        shape in shapes().prop_filter("a dim is needed", |shape| !shape.is_empty()),
        dim in any::<prop::sample::Index>(),
        n in 1_usize..=6,
        shift in -9_isize..=9,
        pads in prop::collection::vec(0_isize..=3, 8),
        keys in keys(),
    ) {
        let x = restrided(&counted(&shape).0, &keys);
        let values = x.to_vec_i64();
        let dim = dim.index(shape.len());
        let joined = |parts: &[Tensor]| cat(&parts.iter().collect::<Vec<_>>(), dim);

        same(&x.flip(dim).flip(dim), &shape, &values)?;
        let size = shape[dim] as i64;
        let turned = arange(0, size, 1) * -1 + (size - 1);
        same(&x.flip(dim), &shape, &x.index_select(dim, &turned).to_vec_i64())?;

        same(&x.roll(shift, dim).roll(-shift, dim), &shape, &values)?;
        let places = arange(0, size, 1).roll(shift, 0);
        same(&x.roll(shift, dim), &shape, &x.index_select(dim, &places).to_vec_i64())?;

        same(&joined(&x.split(n, dim)), &shape, &values)?;
        same(&joined(&x.chunk(n, dim)), &shape, &values)?;
        let rows = x.unbind(dim);
        if !rows.is_empty() {
            same(&stack(&rows.iter().collect::<Vec<_>>(), dim), &shape, &values)?;
        }

        let pads = &pads[..2 * shape.len()];
        let back: Vec<isize> = pads.iter().map(|pad| -pad).collect();
        let padded = x.pad_value(pads, -1.0);
        same(&padded.pad(&back), &shape, &values)?;
        prop_assert_eq!(padded.eq(-1).long().sum().item() as usize, padded.numel() - x.numel());

        let mut times = vec![1; shape.len()];
        times[dim] = n;
        same(&joined(&vec![x.clone(); n]), x.repeat(&times).shape(), &x.repeat(&times).to_vec_i64())?;
        let each = x.repeat_interleave(n, dim);
        let mut every = vec![Part::Span(None, None, 1); dim];
        every.push(Part::Span(None, None, n));
        same(&each.i(Parts(every)), &shape, &values)?;
    }

    #[test]
    fn sorting_is_a_permutation_in_order(
        shape in full_shapes(),
        dim in any::<prop::sample::Index>(),
        values in prop::collection::vec(-4_i64..=4, 625),
        k in any::<prop::sample::Index>(),
    ) {
        let dim = dim.index(shape.len());
        let x = tensor(values).i(..shape.iter().product::<usize>()).reshape(&shape);
        let (up, index) = x.sort(dim);
        let (down, _) = x.sort_descending(dim);
        for ((line, up), (down, index)) in lines(&x, dim)
            .into_iter()
            .zip(lines(&up, dim))
            .zip(lines(&down, dim).into_iter().zip(lines(&index, dim)))
        {
            let mut expected: Vec<(i64, i64)> = line.iter().copied().zip(0..).collect();
            expected.sort();
            let (values, places): (Vec<i64>, Vec<i64>) = expected.into_iter().unzip();
            prop_assert_eq!(&up, &values);
            prop_assert_eq!(&index, &places);
            prop_assert_eq!(down, values.into_iter().rev().collect::<Vec<_>>());
        }
        let k = k.index(shape[dim] + 1);
        same(
            &x.topk(k, dim).0,
            down.narrow(dim, 0, k).shape(),
            &down.narrow(dim, 0, k).to_vec_i64(),
        )?;
        let middle = (shape[dim] - 1) / 2;
        let lower = up.select(dim, middle);
        same(&x.median_dim(dim), lower.shape(), &lower.to_vec_i64())?;
    }
}

/// The lines along a dim.
fn lines(x: &Tensor, dim: usize) -> Vec<Vec<i64>> {
    let rows = x.movedim(dim, -1).reshape(&[-1, x.size(dim) as isize]);
    rows.iter().map(|row| row.to_vec_i64()).collect()
}

/// A mask behind some whole dims.
#[derive(Clone)]
struct Masked(Parts, Tensor);

impl Index for Masked {
    fn add_to(&self, indices: &mut Indices) {
        self.0.add_to(indices);
        self.1.add_to(indices);
    }
}
