//! Files of PyTorch, NumPy and safetensors hold what these say.

use cuaderno::prelude::*;
use serde_json::Value;

use crate::golden;

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(golden("expected.json")).unwrap()).unwrap()
}

fn load(file: &str) -> Result<StateDict, Error> {
    if file.ends_with(".npy") {
        let mut state = StateDict::new();
        state.insert("", &Tensor::load_npy(golden(file))?);
        return Ok(state);
    }
    StateDict::load(golden(file))
}

/// What differs between a tensor and `[dtype, shape, numbers]`.
fn difference(tensor: &Tensor, expected: &Value) -> Option<String> {
    let shape: Vec<u64> = tensor.shape().iter().map(|&size| size as u64).collect();
    let found = serde_json::json!([tensor.dtype().to_string(), shape]);
    if found[0] != expected[0] || found[1] != expected[1] {
        return Some(format!("{found}, expected {} {}", expected[0], expected[1]));
    }
    let numbers = expected[2].as_array().unwrap();
    let same = if tensor.dtype() == DType::I64 {
        let found = tensor.to_vec_i64().into_iter().map(Some);
        found.eq(numbers.iter().map(Value::as_i64))
    } else if tensor.dtype() == DType::F32 {
        // JSON is not read to the last digit of an f64.
        let found = tensor.to_vec().into_iter().map(Some);
        found.eq(numbers.iter().map(|v| v.as_f64().map(|v| v as f32)))
    } else {
        let found = tensor.to_vec_f64().into_iter().map(Some);
        found.eq(numbers.iter().map(Value::as_f64))
    };
    (!same).then(|| format!("{tensor:?}, expected {}", expected[2]))
}

#[test]
fn every_file_holds_what_its_program_put_there() {
    let expected = expected();
    let files = expected["expected"].as_object().unwrap();
    assert!(files.len() > 40, "{}", files.len());
    let mut wrong = Vec::new();
    for (file, content) in files {
        let state = match load(file) {
            Ok(state) => state,
            Err(error) => {
                wrong.push(format!("{file}: {error}"));
                continue;
            }
        };
        let tensors = content["tensors"].as_object().unwrap();
        for (name, expected) in tensors {
            match state.get(name) {
                None => wrong.push(format!("{file}: no {name}")),
                Some(found) => wrong.extend(
                    difference(&found, expected).map(|text| format!("{file}: {name}: {text}")),
                ),
            }
        }
        if state.len() != tensors.len() {
            wrong.push(format!("{file}: {:?}", state.names()));
        }
        let notes = content["notes"].as_object().unwrap();
        for (name, text) in notes {
            if state.note(name) != text.as_str() {
                wrong.push(format!(
                    "{file}: note {name}: {:?}, expected {text}",
                    state.note(name)
                ));
            }
        }
        if state.notes().count() != notes.len() {
            wrong.push(format!(
                "{file}: notes {:?}",
                state.notes().collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_file_may_not_have_is_named() {
    let expected = expected();
    let refused = expected["refused"].as_object().unwrap();
    assert!(refused.len() >= 7);
    for (file, reason) in refused {
        let error = load(file).unwrap_err().to_string();
        assert!(error.contains(reason.as_str().unwrap()), "{error}");
        assert!(error.contains(file), "{error}");
    }
    assert!(!std::path::Path::new("/tmp/cuaderno-was-executed").exists());
}

#[test]
fn names_keep_their_order() {
    let names = [
        "0.weight",
        "0.bias",
        "1.weight",
        "1.bias",
        "1.running_mean",
        "1.running_var",
    ];
    for file in ["net.pth", "net_legacy.pth", "net_protocol4.pth"] {
        assert_eq!(
            StateDict::load(golden(file)).unwrap().names()[..6],
            names,
            "{file}"
        );
    }
}

#[test]
fn tensors_of_one_memory_share_it_again() {
    for file in ["views.pt", "views_legacy.pt"] {
        let state = StateDict::load(golden(file)).unwrap();
        assert!(state["base"].shares_memory(&state["turned"]), "{file}");
        state["same"].fill_(7.0);
        assert_eq!(state["base"].at(&[23]), 7.0);
        assert_eq!(state["part"].to_vec(), [7.0; 6]);
    }
}

#[test]
fn weights_of_pytorch_make_its_network() {
    let inputs = tensor([[0.5, -1.0, 2.0], [0.0, 1.0, -0.25]]);
    let outputs = StateDict::load(golden("net_outputs.npz")).unwrap();
    for file in ["net.pth", "net_legacy.pth", "net.safetensors"] {
        let net = seq![
            Linear::new(3, 4),
            BatchNorm1d::new(4),
            ReLU,
            Linear::new(4, 2)
        ];
        net.load(golden(file)).unwrap();
        net.eval();
        assert_close(&net.forward(&inputs), &outputs["eval"]);
        net.train();
        assert_close(&net.forward(&inputs), &outputs["train"]);
        assert_eq!(net.state_dict()["1.num_batches_tracked"].to_vec_i64(), [2]);
    }
}

#[test]
fn names_are_those_of_pytorch() {
    let net = seq![
        Linear::new(3, 4),
        BatchNorm1d::new(4),
        ReLU,
        Linear::new(4, 2)
    ];
    let state = StateDict::load(golden("net.pth")).unwrap();
    assert_eq!(net.state_dict().names(), state.names());
    for (name, tensor) in net.state_dict().iter() {
        assert_eq!(
            (tensor.shape(), tensor.dtype()),
            (state[name].shape(), state[name].dtype())
        );
    }
}

#[test]
#[should_panic(
    expected = "rename: \"3.weight\" and another tensor would both be called \"1.weight\""
)]
fn no_tensor_is_lost_by_a_new_name() {
    let state = StateDict::load(golden("net.pth")).unwrap();
    state.rename(|name| name.replace("3.", "1."));
}
