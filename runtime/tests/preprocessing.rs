//! Scalers, encoders, folds, splits and summaries against scikit-learn and NumPy;
//! `tests/golden/preprocessing.py` made the numbers.

use cuaderno::prelude::*;
use serde_json::Value;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/golden/preprocessing.json"
);

fn content() -> Value {
    let text = std::fs::read_to_string(FILE).expect("tests/golden/preprocessing.json");
    serde_json::from_str(&text).expect("json")
}

fn cases(section: &str) -> Vec<Value> {
    content()[section].as_array().expect("a list").clone()
}

fn reals(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|v| v.as_f64().expect("a number")).collect()
}

fn wholes(value: &Value) -> Vec<i64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|v| v.as_i64().expect("whole")).collect()
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().expect("a list");
    list.iter()
        .map(|v| v.as_str().expect("text").to_owned())
        .collect()
}

fn doubles(value: &Value, columns: usize) -> Tensor {
    tensor_of(DType::F64, reals(value)).reshape(&[-1, columns as i64])
}

#[test]
fn scalers() {
    for case in cases("scaled") {
        let columns = wholes(&case["shape"])[1] as usize;
        let (train, test) = (
            doubles(&case["train"], columns),
            doubles(&case["test"], columns),
        );
        let standard = StandardScaler::fit(&train);
        assert_close_within(
            &standard.transform(&test),
            &doubles(&case["standard"], columns),
            1e-8,
        );
        let min_max = MinMaxScaler::fit(&train);
        assert_close_within(
            &min_max.transform(&test),
            &doubles(&case["min_max"], columns),
            1e-8,
        );
        let back = min_max.inverse_transform(&min_max.transform(&test));
        assert_close_within(&back, &test, 1e-8);
    }
}

#[test]
fn encoders() {
    for case in cases("words") {
        let (train, test) = (texts(&case["train"]), texts(&case["test"]));
        let labels = LabelEncoder::fit(&train);
        assert_eq!(labels.classes(), texts(&case["classes"]));
        assert_eq!(
            labels.transform(&train).to_vec_i64(),
            wholes(&case["labels"])
        );
        assert_eq!(labels.inverse_transform(&labels.transform(&train)), train);
        let one_hot = OneHotEncoder::fit(&train)
            .ignore_unknown(true)
            .transform(&test);
        assert_eq!(one_hot.to_vec_i64(), wholes(&case["one_hot"]));
    }
    let case = &content()["ordinal"];
    let train = tensor(wholes(&case["train"])).reshape(&[-1, 2]);
    let encoder = OrdinalEncoder::fit(&train);
    assert_eq!(
        encoder.transform(&train).to_vec_f64(),
        reals(&case["found"])
    );
    assert_close(
        &encoder.inverse_transform(&encoder.transform(&train)),
        &train.float(),
    );
}

#[test]
fn folds() {
    let rows = |folds: Vec<Fold>| folds.iter().map(Fold::valid_rows).collect::<Vec<_>>();
    let expected = |value: &Value| -> Vec<Vec<usize>> {
        let fold = |fold: &Value| wholes(fold).into_iter().map(|row| row as usize).collect();
        value.as_array().expect("folds").iter().map(fold).collect()
    };
    for case in cases("folds") {
        let y = tensor(wholes(&case["y"]));
        let k = KFold::new(case["k"].as_u64().expect("whole") as usize);
        assert_eq!(
            rows(k.folds(y.len())),
            expected(&case["plain"]),
            "{}",
            case["name"]
        );
        assert_eq!(
            rows(k.stratified_folds(&y)),
            expected(&case["stratified"]),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn splits() {
    for case in cases("splits") {
        let y = tensor(wholes(&case["y"]));
        let test_size = case["test_size"].as_f64().expect("a number");
        let (train, test, y_train, y_test) = stratified_split(&y, &y, test_size);
        assert_eq!(
            train.bincount(0).to_vec_i64(),
            wholes(&case["train"]),
            "{}",
            case["name"]
        );
        assert_eq!(
            test.bincount(0).to_vec_i64(),
            wholes(&case["test"]),
            "{}",
            case["name"]
        );
        assert_eq!(
            (train.to_vec_i64(), test.to_vec_i64()),
            (y_train.to_vec_i64(), y_test.to_vec_i64())
        );
        let (train, test, _, _) = train_test_split(&y, &y, test_size);
        assert_eq!(
            [train.len() as i64, test.len() as i64],
            wholes(&case["sizes"])[..]
        );
    }
}

#[test]
fn summaries() {
    for case in cases("described") {
        let cell = |v: &Value| v.as_f64().map_or(String::new(), |v| v.to_string());
        let cells: Vec<String> = case["values"]
            .as_array()
            .expect("a list")
            .iter()
            .map(cell)
            .collect();
        // A second column, since a line without any cell is no row.
        let text = cells
            .iter()
            .map(|cell| format!("{cell},x\n"))
            .collect::<String>();
        let summary = Csv::new()
            .names(&["a", "b"])
            .parse(&text)
            .expect("a table")
            .describe();
        let rows = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"];
        for (row, expected) in rows.iter().zip(reals(&case["describe"])) {
            let found = summary.value(row, "a");
            assert!(
                (found - expected).abs() < 1e-12,
                "{row} of {}: {found}",
                case["name"]
            );
        }
    }
}
