//! Reads the files that `tests/golden/record.py` wrote.

use std::fmt;

use cuaderno::prelude::*;
use serde_json::Value;

use crate::calls::Run;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden");
const FILES: [&str; 3] = ["conv.json", "losses.json", "ops.json"];

pub struct Case {
    pub op: String,
    pub call: String,
    pub torch: String,
    label: String,
    pub inputs: Vec<Input>,
    /// What PyTorch gives, with floats of this type as inputs.
    pub answers: Vec<(DType, Answer)>,
    /// What PyTorch says where it refuses.
    pub error: Option<String>,
}

pub struct Input {
    /// `None` for a float of the type that is tried.
    dtype: Option<DType>,
    shape: Vec<usize>,
    numbers: Numbers,
    views: Vec<Value>,
}

pub struct Answer {
    pub out: Vec<Expected>,
    /// Of each input, where there is one.
    pub grads: Option<Vec<Option<Numbers>>>,
}

pub struct Expected {
    pub dtype: DType,
    pub shape: Vec<usize>,
    pub numbers: Numbers,
}

/// Elements in row-major order.
#[derive(Clone)]
pub enum Numbers {
    Whole(Vec<i64>),
    Real(Vec<f64>),
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}", self.op, self.call, self.label)
    }
}

impl Case {
    pub fn key(&self) -> (&str, &str, &str) {
        (&self.op, &self.call, &self.label)
    }
}

impl Numbers {
    pub fn of(x: &Tensor) -> Numbers {
        if x.dtype().is_float() {
            Numbers::Real(x.to_vec_f64())
        } else {
            Numbers::Whole(x.to_vec_i64())
        }
    }

    fn read(values: &Value, dtype: DType) -> Numbers {
        let values = list(values).iter();
        if dtype.is_float() {
            return Numbers::Real(values.map(real).collect());
        }
        let whole = |v: &Value| v.as_i64().or(v.as_bool().map(i64::from));
        Numbers::Whole(values.map(|v| whole(v).expect("whole or bool")).collect())
    }
}

impl Input {
    fn read(value: &Value) -> Input {
        let kind = text(&value[0]);
        let dtype = (kind != "float").then(|| dtype(&kind));
        let shape = sizes(&value[1]);
        let numbers = if value[2].as_str() == Some("rule") {
            let value = |i| ((i * 7919 + 13) % 401 - 200) as f64 / 100.0;
            let count = shape.iter().product::<usize>() as i64;
            Numbers::Real((0..count).map(value).collect())
        } else {
            Numbers::read(&value[2], dtype.unwrap_or(DType::F64))
        };
        Input {
            dtype,
            shape,
            numbers,
            views: value[3].as_array().cloned().unwrap_or_default(),
        }
    }

    /// The tensor below the views, with a gradient if it can have one and is asked to.
    pub fn leaf(&self, float: DType, grad: bool) -> Tensor {
        let dtype = self.dtype.unwrap_or(float);
        let x = match &self.numbers {
            Numbers::Whole(values) => tensor(&values[..]).to_dtype(dtype),
            Numbers::Real(values) => tensor_of(dtype, &values[..]),
        };
        let x = x.reshape(&self.shape);
        if grad && dtype.is_float() {
            x.requires_grad()
        } else {
            x
        }
    }

    pub fn view(&self, leaf: &Tensor) -> Tensor {
        self.views.iter().fold(leaf.clone(), |x, view| {
            let at = |i: usize| view[i].as_i64().unwrap();
            match text(&view[0]).as_str() {
                "transpose" => x.transpose(at(1), at(2)),
                "narrow" => x.narrow(at(1), at(2), at(3) as usize),
                "select" => x.select(at(1), at(2)),
                "slice" => x.slice(at(1), at(2), at(3), at(4)),
                "expand" => x.expand(sizes(&view[1])),
                other => panic!("unknown view {other}"),
            }
        })
    }
}

impl Answer {
    fn read(value: &Value) -> Answer {
        let out: Vec<Expected> = list(&value["out"]).iter().map(Expected::read).collect();
        let grads = value["grads"].as_array().map(|grads| {
            let numbers = |g: &Value| (!g.is_null()).then(|| Numbers::read(g, DType::F64));
            grads.iter().map(numbers).collect()
        });
        Answer { out, grads }
    }

    /// The answer in f32 where the file has only that in f64.
    fn narrowed(value: &Value) -> Answer {
        let mut answer = Answer::read(value);
        for out in &mut answer.out {
            if out.dtype == DType::F64 {
                out.dtype = DType::F32;
            }
        }
        answer
    }
}

impl Expected {
    fn read(value: &Value) -> Expected {
        let dtype = dtype(&text(&value[0]));
        Expected {
            dtype,
            shape: sizes(&value[1]),
            numbers: Numbers::read(&value[2], dtype),
        }
    }
}

/// Σ weights · y, whose gradient is the weights also where y is infinite.
pub struct Weighed(pub Tensor);

impl Op for Weighed {
    fn name(&self) -> &'static str {
        "weighed"
    }

    fn forward(&self, x: &[&Tensor]) -> Result<Tensor, Error> {
        Ok((x[0] * &self.0).sum().double())
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some((&self.0 * grad.item()).to_dtype(saved.dtype(0)))]
    }

    fn saves(&self) -> Saves {
        Saves::Shapes
    }
}

fn document(file: &str) -> Value {
    let json = std::fs::read_to_string(format!("{FOLDER}/{file}"));
    let json = json.expect("the file is in the repository");
    serde_json::from_str(&json).expect("the file is JSON")
}

/// The version that computed the numbers.
pub fn torch_version() -> String {
    text(&document(FILES[0])["head"]["torch"])
}

/// Every case of every file.
pub fn cases() -> Vec<Case> {
    FILES.into_iter().flat_map(cases_of).collect()
}

fn cases_of(file: &str) -> Vec<Case> {
    let document = document(file);
    let calls = list(&document["calls"]).iter();
    calls
        .flat_map(|call| list(&call["cases"]).iter().map(|value| case(call, value)))
        .collect()
}

fn case(call: &Value, value: &Value) -> Case {
    let mut answers = Vec::new();
    if !value["any"].is_null() {
        answers.push((DType::F32, Answer::read(&value["any"])));
    }
    if !value["f64"].is_null() {
        let narrow = match &value["f32"] {
            Value::Null => Answer::narrowed(&value["f64"]),
            narrow => Answer::read(narrow),
        };
        answers.push((DType::F32, narrow));
        answers.push((DType::F64, Answer::read(&value["f64"])));
    }
    let torch = call["torch"].as_str().or(call["call"].as_str());
    Case {
        op: text(&call["op"]),
        call: text(&call["call"]),
        torch: torch.unwrap_or_default().to_owned(),
        label: text(&value["label"]),
        inputs: list(&value["in"]).iter().map(Input::read).collect(),
        answers,
        error: value["error"].as_str().map(str::to_owned),
    }
}

/// A call's text without what rustfmt may change.
pub fn spelled(call: &str) -> String {
    let text: String = call.chars().filter(|c| !c.is_whitespace()).collect();
    text.replace(",)", ")").replace(",]", "]")
}

/// The closure with this text.
pub fn find(calls: &[(&str, Run)], call: &str) -> Option<Run> {
    let wanted = spelled(call);
    let found = calls.iter().find(|(text, _)| spelled(text) == wanted)?;
    Some(found.1)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn sizes(value: &Value) -> Vec<usize> {
    list(value)
        .iter()
        .map(|v| v.as_u64().unwrap() as usize)
        .collect()
}

fn real(value: &Value) -> f64 {
    match value.as_str() {
        Some(text) => text.parse().expect("inf, -inf or nan"),
        None => value.as_f64().expect("a number"),
    }
}

fn dtype(name: &str) -> DType {
    let all = [DType::Bool, DType::I64, DType::F16, DType::F32, DType::F64];
    all.into_iter()
        .find(|d| d.to_string() == name)
        .expect("a dtype")
}
