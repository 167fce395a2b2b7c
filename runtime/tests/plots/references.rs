//! Pictures that were looked at, and that figures must still look like.
//!
//! `PLOTS_RENEW=1 cargo test -p cuaderno --test plots references` writes the pictures of
//! `references/` anew. Look at each one before it is committed.

use std::io::Cursor;
use std::path::PathBuf;

use cuaderno::prelude::*;

use crate::gallery::gallery;

/// The figures that are compared, of the gallery: together they have every kind of mark, axis and
/// text.
const COMPARED: &[&str] = &[
    "line",
    "scatter_by",
    "bands",
    "bars",
    "hist",
    "twin",
    "logs",
    "confusion",
    "contour",
    "decision",
    "surface",
    "architecture",
];

/// A channel of a pixel differs if it does by more than this.
const CHANNEL: u8 = 48;
/// The share of pixels that may differ: edges fall a little elsewhere where another libm rounds
/// another way. A missing number at an axis is more.
const SHARE: f64 = 5e-5;

struct Picture {
    size: (u32, u32),
    pixels: Vec<u8>,
}

/// The pixels of a PNG file as red, green and blue.
fn decoded(png: &[u8]) -> Picture {
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    let pixels = match info.color_type {
        png::ColorType::Rgb => bytes,
        png::ColorType::Grayscale => bytes.iter().flat_map(|&v| [v; 3]).collect(),
        other => panic!("a figure is opaque, not {other:?}"),
    };
    Picture {
        size: (info.width, info.height),
        pixels,
    }
}

/// The share of pixels that differ; all of them where the sizes do.
fn difference(a: &Picture, b: &Picture) -> f64 {
    if a.size != b.size {
        return 1.0;
    }
    let pairs = a.pixels.chunks(3).zip(b.pixels.chunks(3));
    let differ = pairs.filter(|(a, b)| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > CHANNEL));
    differ.count() as f64 / (a.pixels.len() / 3) as f64
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/plots/references")
}

#[test]
fn figures_look_like_their_references() {
    let all = gallery();
    let renew = std::env::var_os("PLOTS_RENEW").is_some();
    let mut wrong = Vec::new();
    for name in COMPARED {
        let (_, figure) = all.iter().find(|(known, _)| known == name).unwrap();
        let png = figure.to_png();
        let path = folder().join(format!("{name}.png"));
        if renew {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, &png).unwrap();
        }
        let reference =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let share = difference(&decoded(&png), &decoded(&reference));
        if share > SHARE {
            // To be looked at beside the reference.
            let seen = std::env::temp_dir().join(format!("cuaderno-{name}.png"));
            std::fs::write(&seen, &png).unwrap();
            wrong.push(format!(
                "{name}: {:.3} % of the pixels differ, see {}",
                share * 100.0,
                seen.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_small_change_is_seen() {
    let picture = |figure: &Figure| decoded(&figure.to_png());
    let figure = Figure::new()
        .line([0, 1], [0.0, 1.0])
        .label("a")
        .xlabel("x");
    let before = picture(&figure);
    assert_eq!(difference(&before, &picture(&figure)), 0.0);
    for changed in [
        figure.xlabel("y"),
        figure.label("b"),
        figure.xticks([0], ["0.0"]),
        figure.color("C1"),
        figure.width(2.4),
        figure.legend("lower right"),
        figure.size(641, 420),
    ] {
        let share = difference(&before, &picture(&changed));
        assert!(share > SHARE, "{share}");
    }
}
