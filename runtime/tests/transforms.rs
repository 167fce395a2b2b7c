//! Transforms against torchvision's; `tests/golden/transforms.py` made the numbers.

use cuaderno::prelude::*;
use cuaderno::transforms::{
    adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation, crop, hflip, resized_crop,
    rotate, vflip,
};
use serde_json::Value;

/// The largest difference: the two add up in another order, in f32.
const TOLERANCE: f64 = 2e-6;

fn picture(entry: &Value) -> Tensor {
    let numbers = |name: &str| -> Vec<f64> {
        let list = entry[name].as_array().expect("a list");
        list.iter().map(|v| v.as_f64().expect("a number")).collect()
    };
    let shape: Vec<i64> = numbers("shape").iter().map(|&size| size as i64).collect();
    tensor(numbers("values")).float().reshape(shape)
}

fn imagenet() -> Normalize {
    Normalize::new(&[0.485, 0.456, 0.406], &[0.229, 0.224, 0.225])
}

/// Whole numbers from 0 to 255 with the channels last, as a file has them.
fn bytes(x: &Tensor) -> Tensor {
    (x.permute([1, 2, 0]) * 255.0).round().long()
}

fn call(text: &str, x: &Tensor) -> Tensor {
    let (name, arguments) = text.split_once(' ').unwrap_or((text, ""));
    let words: Vec<&str> = arguments.split(' ').filter(|w| !w.is_empty()).collect();
    let number = |i: usize| words[i].parse::<f64>().expect("a number");
    let wholes: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    match name {
        "Resize" => {
            let resize = Resize::new(&wholes);
            match words[0] {
                "nearest" => resize.interpolation("nearest"),
                "plain" => resize.antialias(false),
                _ => resize,
            }
            .apply(x)
        }
        "CenterCrop" => CenterCrop::new(&wholes).apply(x),
        "crop" => crop(x, wholes[0], wholes[1], wholes[2], wholes[3]),
        "resized_crop" => resized_crop(
            x,
            [wholes[0], wholes[1]],
            [wholes[2], wholes[3]],
            [wholes[4], wholes[5]],
        ),
        "hflip" => hflip(x),
        "vflip" => vflip(x),
        "rotate" => rotate(x, number(1), words[0]),
        "brightness" => adjust_brightness(x, number(0)),
        "contrast" => adjust_contrast(x, number(0)),
        "saturation" => adjust_saturation(x, number(0)),
        "hue" => adjust_hue(x, number(0)),
        "Grayscale" => Grayscale::new().channels(wholes[0]).apply(x),
        "Normalize" => imagenet().apply(x),
        "Compose" => compose![
            Resize::new(5),
            CenterCrop::new(4),
            Grayscale::new().channels(3),
            imagenet()
        ]
        .apply(x),
        "ToTensor" => ToTensor.apply(&bytes(x)),
        _ => panic!("there is no call for {text:?}"),
    }
}

#[test]
fn torchvision_gives_the_same() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/golden/transforms.json"
    );
    let content: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = content["cases"].as_array().expect("cases");
    assert!(cases.len() > 100);
    let mut wrong = Vec::new();
    for case in cases {
        let (text, name) = (
            case["call"].as_str().unwrap(),
            case["picture"].as_str().unwrap(),
        );
        let x = picture(&content["pictures"][name]);
        let expected = picture(case);
        for x in [x.clone(), x.double()] {
            let y = call(text, &x);
            let far = if y.shape() == expected.shape() {
                (y.float() - &expected).abs().max().item()
            } else {
                f64::INFINITY
            };
            if far > TOLERANCE {
                wrong.push(format!(
                    "{text} of {name} in {}: {far} apart, {:?} for {:?}",
                    x.dtype(),
                    y.shape(),
                    expected.shape()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The transforms that draw, for pictures with 3 channels and at least 8 x 8 pixels.
fn random_ones() -> Compose {
    compose![
        RandomCrop::new(8).padding(2),
        RandomResizedCrop::new([7, 8]).scale(0.3, 1.0),
        RandomHorizontalFlip::new(),
        RandomVerticalFlip::new(),
        RandomRotation::new(30.0).interpolation("bilinear"),
        ColorJitter::new()
            .brightness(0.4)
            .contrast(0.4)
            .saturation(0.4)
            .hue(0.2)
    ]
}

#[test]
fn a_loader_gives_the_same_pictures_on_any_number_of_workers() {
    manual_seed(5);
    let pictures = TensorDataset::new(&rand(&[30, 3, 8, 8]), &zeros(&[30]));
    let pass = |workers: usize, seed: u64| -> Vec<f32> {
        let loader = DataLoader::new(&pictures, 7).shuffle(true).seed(seed);
        let loader = loader.transform(&random_ones()).workers(workers);
        loader.iter().flat_map(|(x, _)| x.to_vec()).collect()
    };
    let alone = pass(0, 1);
    assert_eq!(pass(2, 1), alone);
    assert_eq!(pass(5, 1), alone);
    assert_ne!(pass(2, 2), alone);
}

#[test]
fn pictures_of_a_batch_are_drawn_apart() {
    manual_seed(0);
    let one = rand(&[1, 3, 16, 16]);
    let batch = one.expand([8, 3, 16, 16]);
    let transforms: [Box<dyn Transform>; 6] = [
        Box::new(RandomCrop::new(8)),
        Box::new(RandomResizedCrop::new(8)),
        Box::new(RandomHorizontalFlip::new()),
        Box::new(RandomVerticalFlip::new()),
        Box::new(RandomRotation::new(45.0)),
        Box::new(ColorJitter::new().brightness(0.5)),
    ];
    for transform in transforms {
        let y = transform.apply(&batch);
        let (first, name) = (y.narrow(0, 0, 1), transform.name());
        assert!((&y - &first).abs().max().item() > 0.0, "{name}: all alike");
        assert_eq!(transform.apply(&batch.narrow(0, 0, 0)).len(), 0, "{name}");
    }
}

#[test]
fn other_types_keep_theirs() {
    let half = rand(&[3, 8, 8]).half();
    assert_eq!(random_ones().apply(&half).dtype(), DType::F16);
    let whole = arange(0, 16, 1).reshape(&[1, 4, 4]);
    let moved = compose![CenterCrop::new(2), RandomHorizontalFlip::new().p(1.0)];
    assert_eq!(moved.apply(&whole).to_vec_i64(), [6, 5, 10, 9]);
}
