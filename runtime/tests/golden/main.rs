//! Every op against PyTorch: values and gradients in f32 and f64, of contiguous memory and views.
//!
//! `tests/golden/ops.py`, `conv.py` and `losses.py` made the numbers; `record.py` says how to read them.

mod calls;
mod record;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use cuaderno::ops::OPS;
use cuaderno::prelude::*;

use calls::{Run, calls};
use record::{Answer, Case, Expected, Numbers, cases};

/// What differs from PyTorch: op, call, label, what.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    // Deviations are taken from their own mean once more, for numbers far from 0: inf - inf.
    ("var", "x.var()", "infinite", "NaN, not -inf"),
    ("var", "x.var_dim(1)", "infinite", "NaN, not -inf"),
    // Deliberate: of infinity it is infinity, as in PyTorch's f64; its f32 has ∞ · 0 there.
    ("gelu", "x.gelu()", "special", "inf, not NaN"),
    // Deliberate: the slope at NaN is NaN, where PyTorch takes 1.
    ("elu", "x.elu(1.0)", "special", "NaN, not 1"),
    ("elu", "x.elu(0.5)", "special", "NaN, not 1"),
    // Deliberate: the angle of (0, 0) has no slope, and 0 spoils nothing.
    ("atan2", "x.atan2(y)", "at 0", "0, not NaN"),
    // Deliberate: a row of -inf is e to nothing, whose slope is 0.
    ("logsumexp", "x.logsumexp(1)", "all -inf", "0, not NaN"),
    // Deliberate: the slope is the product of the others, where PyTorch divides y by x.
    ("prod", "x.prod()", "infinite", "finite, not NaN"),
    ("prod", "x.prod()", "nan", "finite, not NaN"),
    ("prod", "x.prod_dim(1)", "infinite", "finite, not NaN"),
    ("prod", "x.prod_dim(1)", "nan", "finite, not NaN"),
    ("cumprod", "x.cumprod(0)", "infinite", "finite, not NaN"),
    ("cumprod", "x.cumprod(0)", "nan", "finite, not NaN"),
];

/// Ops with more than three inputs, which `tests/recurrent.rs` compares.
const ELSEWHERE: &[&str] = &["gru", "lstm", "rnn"];

/// The relative error that is allowed, and how far a sum of numbers may be off, relative to the
/// largest: a few roundings.
///
/// The file leaves f32 out where it follows from f64 to within 1e-6, so that is taken off 1e-5.
/// Casts are exact.
fn tolerance(op: &str, dtype: DType) -> (f64, f64) {
    match dtype {
        _ if op == "to_dtype" => (0.0, 0.0),
        // Two roundings.
        DType::F16 => (1e-3, 1e-3),
        DType::F32 => (9e-6, 4.0 * f64::from(f32::EPSILON)),
        _ => (1e-10, 4.0 * f64::EPSILON),
    }
}

/// The first number that differs, and how many do.
fn compare(op: &str, coarse: DType, found: &Tensor, expected: &Numbers) -> Result<(), String> {
    match (&Numbers::of(found), expected) {
        (Numbers::Whole(a), Numbers::Whole(b)) => first_difference(a, b, |a, b| a == b),
        (Numbers::Real(a), Numbers::Real(b)) => {
            let narrow = found.dtype() == DType::F32;
            // The shortest text of an f32 is another f64.
            let rounded = |b: f64| if narrow { f64::from(b as f32) } else { b };
            let (relative, of_largest) = tolerance(op, coarse);
            let finite = b.iter().filter(|v| v.is_finite());
            let floor = of_largest * finite.fold(0.0, |m, v| v.abs().max(m));
            first_difference(a, b, |&a, &b| {
                let near = (a - b).abs() <= relative * b.abs() + floor && b.is_finite();
                near || a == rounded(b) || (a.is_nan() && b.is_nan())
            })
        }
        _ => Err("one is whole, the other not".to_owned()),
    }
}

fn first_difference<T: std::fmt::Debug>(
    found: &[T],
    expected: &[T],
    same: impl Fn(&T, &T) -> bool,
) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!(
            "{} numbers, PyTorch has {}",
            found.len(),
            expected.len()
        ));
    }
    let differs: Vec<usize> = (0..found.len())
        .filter(|&i| !same(&found[i], &expected[i]))
        .collect();
    let Some(&first) = differs.first() else {
        return Ok(());
    };
    Err(format!(
        "{} of {} differ, first element {first}: {:?}, PyTorch has {:?}",
        differs.len(),
        found.len(),
        found[first],
        expected[first]
    ))
}

fn check_tensor(op: &str, found: &Tensor, expected: &Expected) -> Result<(), String> {
    if found.dtype() != expected.dtype || found.shape() != expected.shape {
        return Err(format!(
            "{} {:?}, PyTorch has {} {:?}",
            found.dtype(),
            found.shape(),
            expected.dtype,
            expected.shape
        ));
    }
    compare(op, found.dtype(), found, &expected.numbers)
}

/// Gradients of the outputs weighed by cos(0), cos(1), ..
fn backward(outputs: &[Tensor]) {
    let total: Option<Tensor> = outputs
        .iter()
        .filter(|y| y.needs_grad())
        .map(|y| {
            let weights: Vec<f64> = (0..y.numel()).map(|i| (i as f64).cos()).collect();
            let weights = tensor_of(y.dtype(), weights).reshape(y.shape());
            // A start of the graph at each output, which infinite outputs do not spoil.
            Tensor::apply(record::Weighed(weights), &[y])
        })
        .reduce(|a, b| a + b);
    if let Some(total) = total {
        total.backward();
    }
}

/// The tensors below the views, with a gradient if asked to, and the views.
fn inputs(case: &Case, float: DType, grad: bool) -> (Vec<Tensor>, Vec<Tensor>) {
    let pair = |input: &record::Input| {
        let leaf = input.leaf(float, grad);
        let view = input.view(&leaf);
        (leaf, view)
    };
    case.inputs.iter().map(pair).unzip()
}

/// Runs a call in one float type; what goes wrong is added to `wrong`.
fn check(case: &Case, run: Run, float: DType, answer: &Answer, wrong: &mut Vec<String>) {
    let (leaves, views) = inputs(case, float, answer.grads.is_some());
    let outputs = run(&views);
    if outputs.len() != answer.out.len() {
        wrong.push(format!("{} outputs", outputs.len()));
        return;
    }
    for (i, (found, expected)) in outputs.iter().zip(&answer.out).enumerate() {
        if let Err(text) = check_tensor(&case.op, found, expected) {
            wrong.push(format!("{float} output {i}: {text}"));
        }
    }
    let Some(grads) = &answer.grads else { return };
    backward(&outputs);
    // What went through an f16 is rounded to one.
    let coarsest = outputs
        .iter()
        .map(Tensor::dtype)
        .filter(|d| d.is_float())
        .min();
    for (i, (leaf, expected)) in leaves.iter().zip(grads).enumerate() {
        let Some(expected) = expected else { continue };
        let coarse = leaf.dtype().min(coarsest.unwrap_or(float));
        let found = leaf.try_grad().unwrap_or_else(|| zeros_like(leaf));
        if let Err(text) = compare("gradient", coarse, &found, expected) {
            wrong.push(format!(
                "{float} gradient of {}: {text}",
                ["x", "y", "z"][i]
            ));
        }
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The text of a panic, which is not printed: many cases are there to be refused.
fn caught(run: impl FnOnce()) -> Result<(), String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                print(panic);
            }
        }));
    });
    QUIET.set(true);
    let ended = catch_unwind(AssertUnwindSafe(run));
    QUIET.set(false);
    ended.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        text.unwrap_or("a panic without text").to_owned()
    })
}

/// Everything that is wrong with a case.
fn mistakes(case: &Case, run: Run) -> Vec<String> {
    let mut wrong = Vec::new();
    for (float, answer) in &case.answers {
        let mut found = Vec::new();
        let ended = caught(|| check(case, run, *float, answer, &mut found));
        wrong.append(&mut found);
        if let Err(panic) = ended {
            wrong.push(format!("{float} panic: {}", panic));
        }
    }
    if let Some(error) = &case.error {
        let (_, views) = inputs(case, DType::F32, false);
        match caught(|| drop(run(&views))) {
            Ok(()) => wrong.push(format!("accepted, PyTorch says {error}")),
            // Our errors start with the op; another panic is a mistake of ours.
            Err(text) => {
                let op = text.split(':').next().unwrap_or_default();
                if op.is_empty() || op.contains(' ') {
                    wrong.push(format!("no error of an op: {text}"));
                }
            }
        }
    }
    wrong
}

#[test]
fn every_case_gives_the_numbers_of_pytorch() {
    let (cases, calls) = (cases(), calls());
    let mut failures = Vec::new();
    for case in &cases {
        let Some(run) = record::find(&calls, &case.call) else {
            failures.push(format!("{}: no such call in calls.rs", case.call));
            continue;
        };
        let known = KNOWN
            .iter()
            .any(|(op, call, label, _)| (*op, *call, *label) == case.key());
        let wrong = mistakes(case, run);
        match (known, wrong.is_empty()) {
            (true, true) => failures.push(format!("{case} agrees now: remove it from KNOWN")),
            (false, false) => {
                let torch = &case.torch;
                failures.push(format!("{case} ({torch})\n    {}", wrong.join("\n    ")));
            }
            _ => {}
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases differ from PyTorch {}:\n{}",
        failures.len(),
        cases.len(),
        record::torch_version(),
        failures.join("\n")
    );
}

#[test]
fn every_op_has_a_case() {
    let cases = cases();
    let covered: BTreeSet<&str> = cases.iter().map(|case| case.op.as_str()).collect();
    let missing: Vec<&str> = OPS
        .iter()
        .map(|op| op.name)
        .filter(|name| !covered.contains(name) && !ELSEWHERE.contains(name))
        .collect();
    assert!(missing.is_empty(), "no golden case for {missing:?}");
}

#[test]
fn every_call_has_a_case() {
    let cases = cases();
    let used: BTreeSet<String> = cases
        .iter()
        .map(|case| record::spelled(&case.call))
        .collect();
    let calls = calls();
    let unused: Vec<&str> = calls
        .iter()
        .map(|(text, _)| *text)
        .filter(|text| !used.contains(&record::spelled(text)))
        .collect();
    assert!(unused.is_empty(), "no golden case calls {unused:?}");
}
