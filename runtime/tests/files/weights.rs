//! Weights of models, out and in.

use cuaderno::prelude::*;

use crate::{Folder, golden};

fn model() -> Sequential {
    seq![Linear::new(3, 4), ReLU, Linear::new(4, 2)]
}

fn numbers(model: &Sequential) -> Vec<Vec<f32>> {
    model
        .parameters()
        .tensors()
        .iter()
        .map(Tensor::to_vec)
        .collect()
}

#[test]
fn a_loaded_model_is_the_saved_one() {
    let folder = Folder::new("round");
    let (model, other) = (model(), model());
    let path = folder.file("model.safetensors");
    model.save(&path).unwrap();
    other.load(&path).unwrap();
    assert_eq!(numbers(&other), numbers(&model));
    assert!(
        other
            .parameters()
            .tensors()
            .iter()
            .all(|p| p.needs_grad() && p.is_leaf())
    );
    assert_eq!(folder.names(), ["model.safetensors"]);
}

/// A layer that is used twice is in the file under both names, as in PyTorch.
#[test]
fn buffers_and_shared_layers_are_saved() {
    let folder = Folder::new("shared");
    let path = folder.file("model.safetensors");
    let make = || {
        let shared = Linear::new(2, 2);
        seq![shared.clone(), BatchNorm1d::new(2), shared.clone()]
    };
    let (model, other) = (make(), make());
    for _ in 0..3 {
        model.forward(&randn(&[5, 2]));
    }
    model.save(&path).unwrap();
    let file = StateDict::load(&path).unwrap();
    assert_eq!(file.len(), 9);
    assert_eq!(file["0.weight"].to_vec(), file["2.weight"].to_vec());
    assert_eq!(file["1.num_batches_tracked"].to_vec_i64(), [3]);
    other.load(&path).unwrap();
    model.eval();
    other.eval();
    let x = randn(&[4, 2]);
    assert_eq!(other.forward(&x).to_vec(), model.forward(&x).to_vec());
    let parameters = other.parameters();
    assert!(
        parameters
            .get("0.weight")
            .unwrap()
            .shares_memory(&parameters.get("2.weight").unwrap())
    );
}

#[test]
fn a_state_stays_as_it_was() {
    let model = model();
    let state = model.state_dict();
    let before = state["0.bias"].to_vec();
    no_grad(|| model.parameters().tensors()[1].fill_(9.0));
    assert_eq!(state["0.bias"].to_vec(), before);
}

#[test]
fn floats_of_another_width_are_taken() {
    let layer = Linear::new(2, 1);
    let mut state = StateDict::new();
    state.insert("weight", &tensor_of(DType::F64, [[0.5, 0.25]]));
    state.insert("bias", &tensor_of(DType::F16, [2.0]));
    layer.load_state_dict(&state).unwrap();
    assert_close(&layer.forward(&tensor([[2.0, 4.0]])), [[4.0]]);
    assert_eq!(layer.weight.dtype(), DType::F32);
    state.insert("bias", &tensor([2]));
    let error = layer.load_state_dict(&state).unwrap_err().to_string();
    assert!(
        error.contains("bias: the model has elements of type f32, the state i64"),
        "{error}"
    );
}

/// Everything that is wrong is said, and nothing is changed.
#[test]
fn what_does_not_fit_changes_nothing() {
    let folder = Folder::new("mismatch");
    let path = folder.file("other.safetensors");
    seq![
        Linear::new(3, 4),
        ReLU,
        Linear::new(5, 3),
        Linear::new(1, 1)
    ]
    .save(&path)
    .unwrap();
    let model = model();
    let before = numbers(&model);
    let error = model.load(&path).unwrap_err().to_string();
    let expected = format!(
        "load: {}: 2.weight: the model has the shape [2, 4], the state [3, 5], so 2 != 3; \
         2.bias: the model has the shape [2], the state [3], so 2 != 3; \
         only the state has 3.weight, 3.bias\nhelp: ",
        path.display()
    );
    assert!(error.starts_with(&expected), "{error}");
    let mut state = model.state_dict();
    state.remove("2.bias");
    state.insert("0.weight", &zeros(&[4, 3]));
    let error = model.load_state_dict(&state).unwrap_err().to_string();
    assert!(
        error.starts_with("load_state_dict: only the model has 2.bias\n"),
        "{error}"
    );
    assert_eq!(numbers(&model), before);

    let left = model.load_state_dict_partly(&state).unwrap();
    assert_eq!(
        (left.missing, left.unexpected.len()),
        (vec!["2.bias".to_owned()], 0)
    );
    assert_eq!(numbers(&model)[0], [0.0; 12]);
    assert_eq!(numbers(&model)[1..], before[1..]);
}

/// Layers that have seen no batch, with shared weights among them.
fn lazy() -> Sequential {
    let shared = LazyLinear::new(4);
    seq![
        shared.clone(),
        ReLU,
        LazyLinear::new(4).no_bias(),
        shared.clone(),
        Linear::new(4, 2)
    ]
}

#[test]
fn loading_tells_lazy_layers_their_inputs() {
    let folder = Folder::new("lazy");
    let path = folder.file("model.safetensors");
    let trained = lazy();
    trained.forward(&zeros(&[1, 4]));
    trained.save(&path).unwrap();
    let model = lazy();
    model.load(&path).unwrap();
    assert_eq!(numbers(&model), numbers(&trained));
    let x = rand(&[3, 4]);
    assert_close(&model.forward(&x), &trained.forward(&x));
    model.forward(&x).sum().backward();
    assert!(model.parameters().tensors()[0].try_grad().is_some());
}

#[test]
fn a_state_that_does_not_fit_a_lazy_layer_is_refused() {
    let state = |weight: &[usize], bias: &[usize]| {
        let mut state = StateDict::new();
        state.insert("0.weight", &zeros(weight));
        state.insert("0.bias", &zeros(bias));
        state
    };
    let refused = |state: &StateDict, reason: &str| {
        let model = seq![LazyLinear::new(4)];
        let error = model.load_state_dict(state).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
        // Nothing has changed: the first batch still decides.
        assert_eq!(model.forward(&zeros(&[1, 7])).shape(), [1, 4]);
    };
    refused(
        &state(&[5, 3], &[4]),
        "0.weight: the model has the shape [4, any number], the state [5, 3]",
    );
    refused(
        &state(&[4, 3], &[1, 4]),
        "0.bias: the model has the shape [4], the state [1, 4]",
    );
    let mut whole = state(&[4, 3], &[4]);
    whole.insert("0.weight", &zeros(&[4, 3]).long());
    refused(&whole, "elements of type f32, the state i64");
    let mut bias_alone = state(&[4, 3], &[4]);
    bias_alone.remove("0.weight");
    refused(
        &bias_alone,
        "0.bias: the layer has seen no batch, and the state has no weight that fits",
    );
    let mut more = state(&[4, 3], &[4]);
    more.insert("1.weight", &zeros(1));
    refused(&more, "only the state has 1.weight");

    // One layer under two names, of which each says something else.
    let shared = LazyLinear::new(4).no_bias();
    let twice = seq![shared.clone(), shared.clone()];
    let mut state = StateDict::new();
    state.insert("0.weight", &zeros(&[4, 3]));
    state.insert("1.weight", &zeros(&[4, 4]));
    let error = twice.load_state_dict(&state).unwrap_err().to_string();
    assert!(
        error.contains("1.weight: it is for 4 inputs, and 0.weight, which is of the same layer"),
        "{error}"
    );
}

#[test]
fn a_lazy_layer_takes_a_part_of_a_state() {
    let model = seq![LazyLinear::new(2), LazyLinear::new(3)];
    let mut state = StateDict::new();
    state.insert("0.weight", &ones(&[2, 5]));
    let left = model.load_state_dict_partly(&state).unwrap();
    assert_eq!(left.missing, ["0.bias", "1.weight", "1.bias"]);
    assert_eq!(model.forward(&zeros(&[1, 5])).shape(), [1, 3]);
    assert_close(&model.state_dict()["0.weight"], &ones(&[2, 5]));
}

#[test]
fn a_damaged_file_changes_nothing() {
    let folder = Folder::new("damaged");
    let path = folder.file("model.safetensors");
    let model = model();
    model.save(&path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    no_grad(|| model.parameters().tensors()[0].fill_(1.0));
    let before = numbers(&model);
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = model.load(&path).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("load: {}: is ", path.display())),
            "{error}"
        );
    }
    assert_eq!(numbers(&model), before);
}

#[test]
fn a_missing_file_says_where_it_was_looked_for() {
    let error = model().load("nowhere.safetensors").unwrap_err().to_string();
    assert!(
        error.starts_with("load: nowhere.safetensors: No such file"),
        "{error}"
    );
    assert!(
        error.contains(std::env::current_dir().unwrap().to_str().unwrap()),
        "{error}"
    );
    let error = StateDict::load("/").unwrap_err().to_string();
    assert_eq!(error, "load: /: is not a file");
    if std::path::Path::new("/dev/zero").exists() {
        assert!(StateDict::load("/dev/zero").is_err());
    }
}

/// A write that fails leaves the old file, and nothing else.
#[test]
fn a_failed_write_leaves_the_old_file() {
    let folder = Folder::new("failed");
    let path = folder.file("x.npz");
    save_npz(&path, &[("x", &tensor([1.0]))]).unwrap();
    let before = std::fs::read(&path).unwrap();
    let long = "x".repeat(70_000);
    let error = save_npz(&path, &[("x", &tensor([2.0])), (&long, &tensor([3.0]))]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("a name has more than 65535 bytes"),
        "{error}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(folder.names(), ["x.npz"]);

    let error = model()
        .save(folder.file("no/such/folder"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("No such file"), "{error}");
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let error = model().save(&path).unwrap_err().to_string();
    assert!(
        error.ends_with("the file that is there may not be changed"),
        "{error}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let folder = Folder::new("link");
    let (file, link) = (folder.file("file"), folder.file("link"));
    std::fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    model().save(&link).unwrap();
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    model().load(&file).unwrap();
}

#[test]
fn a_state_prints_as_a_table() {
    let mut state = StateDict::new();
    state.insert("0.weight", &tensor([[0.5, -1.25], [3.0, 0.0]]));
    state.insert("long", &arange(0, 20, 1));
    state.insert("truth", &tensor([true]));
    state.set_note("data", "<wine>");
    let text = format!("{state:?}");
    assert_eq!(
        text,
        "0.weight  [2, 2]  f32   0.5000, -1.2500, 3.0000, 0.0000\n\
         long      [20]    i64   0, 1, 2, 3, 4, 5, 6, 7, ..\n\
         truth     [1]     bool  true\n\
         data: <wine>\n\
         3 tensors, 25 numbers"
    );
    let html = state.mime_bundle().get("text/html").unwrap().to_owned();
    assert!(
        html.contains("<td>[2, 2]</td>") && html.contains("&lt;wine&gt;"),
        "{html}"
    );
    // A view may have more elements than memory could hold.
    let views = StateDict::load(golden("views.pt")).unwrap();
    assert!(format!("{views:?}").contains("0.0000, 0.0000, 1.0000, 1.0000, 2.0000, 2.0000"));
}

#[test]
#[should_panic(expected = "state: there is no tensor \"bias\"; there are: weight")]
fn a_wrong_name_lists_the_right_ones() {
    let state = Linear::new(1, 1).no_bias().state_dict();
    let _ = &state["bias"];
}
