//! Every metric against scikit-learn; `tests/golden/metrics.py` made the numbers.

use cuaderno::prelude::*;
use serde_json::Value;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/metrics.json");

fn golden(section: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(FILE).expect("tests/golden/metrics.json");
    let content: Value = serde_json::from_str(&text).expect("json");
    content[section]
        .as_array()
        .expect("a list of cases")
        .clone()
}

fn reals(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|v| v.as_f64().expect("a number")).collect()
}

fn wholes(value: &Value) -> Vec<i64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|v| v.as_i64().expect("whole")).collect()
}

fn doubles(value: &Value) -> Tensor {
    tensor_of(DType::F64, reals(value))
}

fn near(case: &Value, what: &str, found: f64, expected: &Value) {
    let expected = expected.as_f64().expect("a number");
    let close = (found - expected).abs() <= 1e-12 * expected.abs().max(1.0);
    assert!(
        close,
        "{} of {}: {found}, scikit-learn has {expected}",
        what, case["name"]
    );
}

fn all_near(case: &Value, what: &str, found: &Tensor, expected: &Value) {
    assert_eq!(
        found.numel(),
        reals(expected).len(),
        "{what} of {}",
        case["name"]
    );
    let pairs = found
        .to_vec_f64()
        .into_iter()
        .zip(expected.as_array().unwrap());
    pairs.for_each(|(found, expected)| near(case, what, found, expected));
}

/// scikit-learn's text. Where no prediction is right it prints how many examples there are as
/// `3.0`; ours is 3, as everywhere else.
fn printed(case: &Value, key: &str) -> String {
    let text = case[key].as_str().expect("a text");
    if case["accuracy"] != 0.0 {
        return text.to_owned();
    }
    let line = |line: &str| match line.strip_suffix(".0") {
        Some(start) => {
            let (rest, count) = start.rsplit_once(' ').expect("columns");
            format!("{rest}   {count}\n")
        }
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

type Averaged = fn(&Tensor, &Tensor, &str) -> f64;
type PerClass = fn(&Tensor, &Tensor) -> Tensor;

#[test]
fn predicted_classes() {
    let cases = golden("classes");
    assert!(cases.len() > 10);
    for case in &cases {
        let (y_hat, y) = (tensor(wholes(&case["y_hat"])), tensor(wholes(&case["y"])));
        near(case, "accuracy", accuracy(&y_hat, &y), &case["accuracy"]);
        let matrix = confusion_matrix(&y_hat, &y);
        assert_eq!(matrix.classes().to_vec_i64(), wholes(&case["labels"]));
        assert_eq!(
            matrix.counts().to_vec_i64(),
            wholes(&case["confusion"]),
            "{}",
            case["name"]
        );

        let averaged: [(&str, Averaged); 3] = [
            ("precision", precision),
            ("recall", recall),
            ("f1", f1_score),
        ];
        for (name, score) in averaged {
            for (average, expected) in case["averages"][name].as_object().unwrap() {
                near(case, name, score(&y_hat, &y, average), expected);
            }
        }
        let each: [(&str, PerClass); 3] = [
            ("precision", precision_per_class),
            ("recall", recall_per_class),
            ("f1", f1_per_class),
        ];
        for (name, score) in each {
            all_near(case, name, &score(&y_hat, &y), &case["per_class"][name]);
        }

        let mut report = classification_report(&y_hat, &y);
        if let Some(names) = case["names"].as_array() {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
            report = report.class_names(&names);
        }
        assert_eq!(report.to_string(), printed(case, "report"));
        assert_eq!(report.digits(4).to_string(), printed(case, "report_4"));
        near(case, "accuracy", report.accuracy(), &case["accuracy"]);
        all_near(case, "f1", &report.f1_score(), &case["per_class"]["f1"]);
    }
}

#[test]
fn curves() {
    for case in &golden("roc") {
        let (scores, y) = (doubles(&case["scores"]), tensor(wholes(&case["y"])));
        let roc = roc_curve(&scores, &y);
        all_near(case, "fpr", &roc.fpr(), &case["fpr"]);
        all_near(case, "tpr", &roc.tpr(), &case["tpr"]);
        let thresholds = roc.thresholds();
        assert_eq!(thresholds.at(0), f64::INFINITY);
        let finite = thresholds.narrow(0, 1, thresholds.len() - 1);
        all_near(case, "thresholds", &finite, &case["thresholds"]);
        near(case, "auc", roc.auc(), &case["auc"]);
        near(case, "auc", roc_auc(&scores.unsqueeze(1), &y), &case["auc"]);
    }
}

#[test]
fn a_score_for_every_class() {
    for case in &golden("scores") {
        let shape: Vec<usize> = wholes(&case["shape"]).iter().map(|&n| n as usize).collect();
        let scores = doubles(&case["scores"]).reshape(&shape);
        let y = tensor(wholes(&case["y"]));
        near(case, "accuracy", accuracy(&scores, &y), &case["accuracy"]);
        near(case, "auc", roc_auc(&scores, &y), &case["auc"]);
        for (k, expected) in case["top"].as_object().unwrap() {
            let found = top_k_accuracy(&scores, &y, k.parse().unwrap());
            near(case, "top k", found, expected);
        }
        assert_eq!(top_k_accuracy(&scores, &y, shape[1]), 1.0);
    }
}

#[test]
fn predicted_numbers() {
    for case in &golden("numbers") {
        let shape: Vec<usize> = wholes(&case["shape"]).iter().map(|&n| n as usize).collect();
        let y_hat = doubles(&case["y_hat"]).reshape(&shape);
        let y = doubles(&case["y"]).reshape(&shape);
        near(case, "mse", mean_squared_error(&y_hat, &y), &case["mse"]);
        near(case, "mae", mean_absolute_error(&y_hat, &y), &case["mae"]);
        near(case, "r2", r2_score(&y_hat, &y), &case["r2"]);
    }
}
