//! Names, heads, and how the weights come.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::*;
use crate::prelude::*;

#[test]
fn the_files_name_has_the_first_digits_of_its_checksum() {
    let (_, rest) = RESNET18.file.split_once('-').unwrap();
    let digits = rest.strip_suffix(".pth").unwrap();
    assert_eq!(digits.len(), 8);
    assert!(RESNET18.sha256.starts_with(digits) && RESNET18.sha256.len() == 64);
}

#[test]
fn a_file_in_a_folder_of_ones_own_is_taken() {
    let name = format!("cuaderno-resnet-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(folder.join("resnet18")).unwrap();
    assert!(RESNET18.within(&folder).is_none());
    let path = folder.join("resnet18").join(RESNET18.file);
    // The contents of a file tell its format, whatever its name.
    let model = resnet18(1000);
    model.save(&path).unwrap();
    let again = loaded(&RESNET18.within(&folder).unwrap()).unwrap();
    model.eval();
    again.eval();
    let x = randn(&[1, 3, 40, 40]);
    assert_close_within(&again.forward(&x), &model.forward(&x), 0.0);

    seq![Linear::new(2, 1)].save(&path).unwrap();
    let error = loaded(&path).unwrap_err().to_string();
    assert!(error.contains("resnet18-f37072fd.pth"), "{error}");
    assert!(error.contains("only the model has conv1.weight"), "{error}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A server that has one file for whoever asks.
fn serve(file: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            assert!(lines.map(Result::unwrap).any(|line| line.is_empty()));
            let length = file.len();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&file).unwrap();
        }
    });
    address
}

#[test]
fn weights_are_downloaded_checked_and_loaded() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/golden/resnet/zip.pth"
    );
    let file = std::fs::read(path).unwrap();
    let digest = Sha256::digest(&file);
    let sha256: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let address = serve(file.clone());
    let name = format!("cuaderno-resnet-fetch-{}", std::process::id());
    let cache = std::env::temp_dir().join(name);
    let remote = |sha256: &str| {
        let mirrors = [address.as_str()];
        let remote = Remote {
            size: file.len() as u64,
            sha256,
            mirrors: &mirrors,
            ..RESNET18
        };
        remote.cached(&cache, Duration::from_secs(5))
    };
    let error = remote(RESNET18.sha256).unwrap_err().to_string();
    assert!(error.contains("its checksum is wrong"), "{error}");
    let path = remote(&sha256).unwrap();
    assert!(path.ends_with("resnet18/resnet18-f37072fd.pth"));
    let narrow = ResNet::new([2, 2, 2, 2], 2, 5);
    narrow.load(&path).unwrap();
    // A file of another network is refused with its path.
    let error = loaded(&path).unwrap_err().to_string();
    assert!(error.contains("so 64 != 2"), "{error}");
    std::fs::remove_dir_all(&cache).unwrap();
}

#[test]
fn without_a_network_the_error_says_what_to_do() {
    let name = format!("cuaderno-resnet-offline-{}", std::process::id());
    let cache = std::env::temp_dir().join(name);
    let nobody = Remote {
        mirrors: &["http://127.0.0.1:1/"],
        ..RESNET18
    };
    let error = nobody.cached(&cache, Duration::from_secs(1)).unwrap_err();
    let text = error.to_string();
    let folder = cache.join("resnet18").display().to_string();
    for part in [
        "resnet18: resnet18-f37072fd.pth cannot be downloaded",
        &format!("put the file into {folder}"),
        "CUADERNO_DATA",
        "digits_cnn_pretrained() serves",
    ] {
        assert!(text.contains(part), "{part:?} is missing: {text}");
    }
    std::fs::remove_dir_all(&cache).unwrap();
}

#[test]
fn names_come_in_torchvisions_order() {
    let model = resnet18(10);
    let state = model.state_dict();
    let names = state.names();
    assert_eq!(names[..3], ["conv1.weight", "bn1.weight", "bn1.bias"]);
    assert_eq!(names[120..], ["fc.weight", "fc.bias"]);
    let block: Vec<&str> = (names.iter().copied())
        .filter(|name| name.starts_with("layer2.0."))
        .filter(|name| !name.contains("running") && !name.contains("num_"))
        .map(|name| &name["layer2.0.".len()..])
        .collect();
    assert_eq!(
        block,
        [
            "conv1.weight",
            "bn1.weight",
            "bn1.bias",
            "conv2.weight",
            "bn2.weight",
            "bn2.bias",
            "downsample.0.weight",
            "downsample.1.weight",
            "downsample.1.bias",
        ]
    );
}

#[test]
fn heads_have_the_parameters_that_are_expected() {
    let mut model = resnet18(1000);
    model.parameters().except("fc").freeze();
    model.replace_fc(Linear::new(512, 10));
    let params = model.parameters();
    assert_eq!(
        (params.count_trainable(), params.count()),
        (5_130, 11_181_642)
    );
    model.replace_fc(seq![Linear::new(512, 200), Linear::new(200, 10)]);
    let params = model.parameters();
    assert_eq!(
        (params.count_trainable(), params.count()),
        (104_610, 11_281_122)
    );
}

#[test]
fn gradients_reach_every_parameter() {
    let model = ResNet::new([1, 1, 1, 1], 2, 3);
    model.forward(&randn(&[4, 3, 40, 40])).sum().backward();
    for p in model.parameters().iter() {
        assert!(p.tensor.try_grad().is_some(), "{}", p.name);
    }
}

#[test]
#[should_panic(
    expected = "ResNet: takes pictures [n, 3, height, width], the input is [2, 1, 8, 8]"
)]
fn grey_pictures_are_refused() {
    resnet18(2).forward(&zeros(&[2, 1, 8, 8]));
}
