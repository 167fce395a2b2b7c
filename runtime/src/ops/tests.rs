//! Checks that run over the whole table of ops.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::spec::{other, sample};
use super::{Case, OPS};
use crate::gradcheck;
use crate::prelude::*;

fn for_every_case(mut check: impl FnMut(&str, &Case)) {
    for op in OPS {
        for case in (op.cases)() {
            check(op.name, &case);
        }
    }
    for case in composed() {
        check(case.label, &case);
    }
}

/// Methods that are made of the ops in the table and have no line of their own there.
fn composed() -> Vec<Case> {
    fn weighted(parts: &[Tensor]) -> Tensor {
        let lines: Vec<Tensor> = (1..).zip(parts).map(|(i, x)| x.flatten() * i).collect();
        let lines: Vec<&Tensor> = lines.iter().collect();
        cat(&lines, 0)
    }
    let (row, table) = ([sample(&[4])], [sample(&[3, 4])]);
    let cube = [sample(&[2, 3, 2])];
    let pair = [sample(&[3]), other(&[2])];
    vec![
        Case::new("tril", &table, |x| x[0].tril(0)),
        Case::new("triu", &cube, |x| x[0].triu(1)),
        Case::new("roll", &table, |x| x[0].roll(1, -1)),
        Case::new("repeat", &table, |x| x[0].repeat(&[2, 1])),
        Case::new("repeat_interleave", &cube, |x| x[0].repeat_interleave(2, 1)),
        Case::new("masked_fill", &table, |x| {
            x[0].masked_fill(&x[0].detach().gt(0.0), 2.0)
        }),
        Case::new("masked_select", &table, |x| {
            x[0].masked_select(&x[0].detach().gt(0.0))
        }),
        Case::new("split", &table, |x| weighted(&x[0].split(3, 1))),
        Case::new("chunk", &cube, |x| weighted(&x[0].chunk(2, 1))),
        Case::new("unbind", &cube, |x| weighted(&x[0].unbind(1))),
        Case::new("sort", &table, |x| x[0].sort(1).0 * arange(1, 5, 1)),
        Case::new("topk", &table, |x| x[0].topk(2, 0).0 * arange(1, 5, 1)),
        Case::new("outer", &pair, |x| x[0].outer(&x[1])),
        Case::new("dot", &row, |x| x[0].dot(&(&x[0] + 1.0))),
        Case::new("meshgrid", &pair, |x| weighted(&meshgrid(&[&x[0], &x[1]]))),
        Case::new("i", &table, |x| x[0].i((tensor([2, 0, 2]), 1..3))),
        Case::new("slice", &row, |x| x[0].slice(0, 1, 4, 2)),
        Case::new("sum of an iterator", &table, |x| {
            x[0].unbind(0).iter().sum()
        }),
    ]
}

pub(super) fn panic_text<R>(run: impl FnOnce() -> R) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(run)).err()?;
    let text = payload.downcast_ref::<String>().cloned();
    Some(text.unwrap_or_else(|| "a panic without text".to_owned()))
}

#[test]
fn gradients_match_differences() {
    for_every_case(|name, case| {
        if let Err(error) = gradcheck::check(&case.run, &case.inputs) {
            panic!("{name}, {case:?}: {error}");
        }
    });
}

/// The same numbers with the last two dims exchanged in memory.
fn turned(x: &Tensor) -> Tensor {
    if x.ndim() < 2 {
        stepped(x)
    } else {
        x.transpose(-1, -2).copy().transpose(-1, -2)
    }
}

/// The same numbers with others between them.
fn stepped(x: &Tensor) -> Tensor {
    stack(&[x, x], -1).select(-1, 1)
}

#[test]
fn views_give_the_same_values_and_gradients() {
    for_every_case(|name, case| {
        for view in [turned, stepped] {
            let views: Vec<Tensor> = case.inputs.iter().map(view).collect();
            let (a, b) = ((case.run)(&case.inputs), (case.run)(&views));
            assert_eq!(a.shape(), b.shape(), "{name}, {case:?}");
            assert_eq!(a.numbers(), b.numbers(), "{name}, {case:?}");
            if let Err(error) = gradcheck::check(&case.run, &views) {
                panic!("{name}, {case:?} of views: {error}");
            }
        }
    });
}

#[test]
fn one_tensor_may_be_every_input() {
    for_every_case(|name, case| {
        let [first, second] = &case.inputs[..] else {
            return;
        };
        // It takes numbers from 0 to 1, and these are larger.
        let itself = name != "binary_cross_entropy";
        if first.shape() == second.shape() && itself {
            let run = case.run;
            let twice = move |x: &[Tensor]| run(&[x[0].clone(), x[0].clone()]);
            if let Err(error) = gradcheck::check(&twice, &[first + 3.0]) {
                panic!("{name}, {case:?} with itself: {error}");
            }
        }
    });
}

#[test]
fn f32_gives_the_numbers_of_f64() {
    for_every_case(|name, case| {
        let small: Vec<Tensor> = case.inputs.iter().map(Tensor::float).collect();
        let (wide, narrow) = ((case.run)(&case.inputs), (case.run)(&small));
        assert_eq!(wide.shape(), narrow.shape(), "{name}, {case:?}");
        for (w, n) in wide.numbers().into_iter().zip(narrow.numbers()) {
            assert!(
                (w - n).abs() <= 1e-5 * (1.0 + w.abs()),
                "{name}, {case:?}: {w} and {n}"
            );
        }
    });
}

fn any_shares(y: &Tensor, inputs: &[Tensor]) -> bool {
    inputs.iter().any(|x| x.shares_memory(y))
}

#[test]
fn f16_is_f32_rounded() {
    let half = |x: &Tensor| {
        if x.dtype().is_float() {
            x.half()
        } else {
            x.clone()
        }
    };
    for_every_case(|name, case| {
        // The numbers of f16 in both, so that only the op's own rounding differs.
        let narrow: Vec<Tensor> = case.inputs.iter().map(half).collect();
        let leaf = |x: Tensor| {
            if x.dtype().is_float() {
                x.requires_grad()
            } else {
                x
            }
        };
        let wide: Vec<Tensor> = narrow
            .iter()
            .map(|x| leaf(x.to_dtype(DType::F32)))
            .collect();
        let narrow: Vec<Tensor> = narrow.into_iter().map(leaf).collect();
        let (w, n) = ((case.run)(&wide), (case.run)(&narrow));
        // The sample of `to_dtype` names its types.
        if name == "to_dtype" {
            return;
        }
        assert_eq!(n.dtype(), DType::F16, "{name}, {case:?}");
        assert_eq!(
            any_shares(&w, &wide),
            any_shares(&n, &narrow),
            "{name}, {case:?}"
        );
        let near = |a: &Tensor, b: &Tensor| {
            assert_eq!(a.shape(), b.shape(), "{name}, {case:?}");
            for (a, b) in a.numbers().into_iter().zip(b.numbers()) {
                let same = a == b || (a.is_nan() && b.is_nan());
                assert!(
                    same || (a - b).abs() <= 1e-2 * (1.0 + a.abs()),
                    "{name}, {case:?}: {a} and {b}"
                );
            }
        };
        near(&w, &n);
        w.backward_with(&ones_like(&w));
        n.backward_with(&ones_like(&n));
        for (w, n) in wide.iter().zip(&narrow) {
            assert_eq!(
                w.try_grad().is_some(),
                n.try_grad().is_some(),
                "{name}, {case:?}"
            );
            if let (Some(w), Some(n)) = (w.try_grad(), n.try_grad()) {
                assert_eq!(n.dtype(), DType::F16, "{name}, {case:?}");
                near(&w, &n);
            }
        }
    });
}

#[test]
fn wrong_shapes_are_named() {
    for op in OPS {
        for case in (op.wrong)() {
            let run = case.run;
            let text = panic_text(|| run(&case.inputs))
                .unwrap_or_else(|| panic!("{}, {case:?}: accepted", op.name));
            for input in &case.inputs {
                let shape = format!("{:?}", input.shape());
                assert!(
                    text.contains(&shape),
                    "{}, {case:?}: no {shape} in {text:?}",
                    op.name
                );
            }
        }
    }
}

#[test]
fn the_table_is_whole() {
    let mut names: Vec<&str> = OPS.iter().map(|op| op.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name is listed twice");
    for op in OPS {
        assert!(op.math.contains('='), "{} has no math", op.name);
        let cases = (op.cases)();
        let empty = |case: &Case| case.inputs.iter().any(Tensor::is_empty);
        let nothing_out = |case: &Case| (case.run)(&case.inputs).is_empty();
        assert!(
            cases.iter().any(|case| empty(case) || nothing_out(case)),
            "{} has no case without elements",
            op.name
        );
        assert!(
            cases.iter().any(|case| !empty(case)),
            "{} has no case with elements",
            op.name
        );
    }
}

#[test]
fn the_page_of_the_docs_is_the_table() {
    let escaped = |text: &str| text.replace('|', "\\|");
    let mut names: Vec<_> = OPS.iter().map(|op| (op.name, escaped(op.math))).collect();
    names.sort_unstable();
    let lines = names
        .iter()
        .map(|(name, math)| format!("| `{name}` | {math} |\n"));
    let table: String = lines.collect();
    let page = format!("| op | what it computes, and its gradient |\n|---|---|\n{table}");
    if std::env::var_os("OPS_RENEW").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ops.md");
        std::fs::write(path, &page).unwrap();
        return;
    }
    let found = include_str!("../../docs/ops.md");
    assert!(
        found == page,
        "run this test with OPS_RENEW=1, and look at docs/ops.md"
    );
}

#[test]
fn every_file_with_an_op_is_in_the_table() {
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ops");
    let table = include_str!("mod.rs");
    for entry in std::fs::read_dir(sources).unwrap() {
        let path = entry.unwrap().path();
        // A folder holds the parts of an op.
        if path.is_dir() {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        // The first is in the table as `max_pool` and `avg_pool`; tests/recurrent.rs checks the other.
        let shared = ["pool", "recurrent"].contains(&name.as_str());
        if text.contains("\npub(crate) const SPEC") || (text.contains("\nimpl Op for") && !shared) {
            assert!(
                table.contains(&format!("&{name}::SPEC,")),
                "{name} is not in OPS"
            );
        }
    }
}
