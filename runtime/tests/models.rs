//! Residual networks with the weights that PyTorch wrote; `tests/golden/resnet.py` made the files.

use cuaderno::prelude::*;

fn golden(file: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    format!("{root}/../tests/golden/resnet/{file}")
}

#[test]
fn torchvisions_weights_give_its_logits() {
    let expected = StateDict::load(golden("logits.npz")).unwrap();
    for file in ["zip.pth", "legacy.pth", "weights.safetensors"] {
        let model = ResNet::new([2, 2, 2, 2], 2, 5);
        model.load(golden(file)).unwrap();
        model.eval();
        let logits = model.forward(&expected["pictures"]);
        assert_close_within(&logits, &expected["eval"], 1e-4);
        model.train();
        let logits = model.forward(&expected["pictures"]);
        assert_close_within(&logits, &expected["train"], 1e-4);
    }
}

#[test]
fn names_and_order_are_torchvisions() {
    // A zip keeps the order of the state; safetensors sorts by type and name.
    let file = StateDict::load(golden("zip.pth")).unwrap();
    let ours = ResNet::new([2, 2, 2, 2], 2, 5).state_dict();
    assert_eq!(ours.names(), file.names());
    assert_eq!(ours.len(), 122);
    for (name, tensor) in file.iter() {
        assert_eq!(ours[name].shape(), tensor.shape(), "{name}");
        assert_eq!(ours[name].dtype(), tensor.dtype(), "{name}");
    }
}

#[test]
fn a_new_head_keeps_the_body() {
    let mut model = ResNet::new([2, 2, 2, 2], 2, 5);
    let body = StateDict::load(golden("zip.pth")).unwrap();
    model.replace_fc(Linear::new(16, 3));
    let error = model.load_state_dict(&body).unwrap_err().to_string();
    assert!(error.contains("fc.weight: the model has the shape [3, 16], the state [5, 16]"));
    let mut rest = body.clone();
    rest.remove("fc.weight");
    rest.remove("fc.bias");
    let mismatch = model.load_state_dict_partly(&rest).unwrap();
    assert_eq!(mismatch.missing, ["fc.weight", "fc.bias"]);
    assert_close(
        &model.state_dict()["layer4.1.bn2.bias"],
        &body["layer4.1.bn2.bias"],
    );
}

#[test]
fn the_shipped_network_knows_its_digits() {
    let data = digits();
    let x = (data.x.reshape(&[-1, 1, 8, 8]) / 16.0).pad(&[2, 2, 2, 2]);
    let known = data.y.lt(5).nonzero().flatten();
    let (x, y) = (x.index_select(0, &known), data.y.index_select(0, &known));
    let model = digits_cnn_pretrained();
    model.eval();
    // As they are, and as negatives.
    for x in [x.clone(), 1.0 - &x] {
        let right = accuracy(&model.forward(&x), &y);
        assert!(right > 0.97, "{right}");
    }
}
