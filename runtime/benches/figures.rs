//! Twelve figures of the course, for `tests/bench/figures.py`, which draws the same with matplotlib.
//!
//! The argument is a JSON file of arrays by their names. Each line of standard input is answered
//! with one line: `svg NAME`, `png NAME` and `board POINTS` with the seconds that one drawing took,
//! `save NAME PATH` with `ok` once the file is written.

use std::collections::HashMap;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use cuaderno::prelude::*;

type Data = HashMap<String, Tensor>;

fn main() {
    let Some(path) = std::env::args()
        .nth(1)
        .filter(|path| !path.starts_with('-'))
    else {
        return eprintln!("the argument is the file of arrays: run tests/bench/figures.py");
    };
    let data = read(&path);
    let stdin = std::io::stdin().lock();
    for line in stdin.lines() {
        let line = line.expect("a line of text");
        let words: Vec<&str> = line.split(' ').collect();
        let answer = match words[..] {
            ["svg", name] => seconds(|| drop(black_box(figure(name, &data).to_svg()))),
            ["png", name] => seconds(|| drop(black_box(figure(name, &data).to_png()))),
            ["board", points] => board(points.parse().expect("a number of points")),
            ["save", name, path] => match figure(name, &data).save(path) {
                Ok(()) => "ok".to_owned(),
                Err(error) => error.to_string(),
            },
            _ => panic!("what does {line:?} ask for?"),
        };
        println!("{answer}");
        std::io::stdout().flush().expect("somebody reads");
    }
}

/// The arrays of the file: each a shape and its numbers, row by row.
fn read(path: &str) -> Data {
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let arrays: HashMap<String, (Vec<usize>, Vec<f64>)> =
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    arrays
        .into_iter()
        .map(|(name, (shape, values))| (name, tensor(values).reshape(shape)))
        .collect()
}

/// How long one run takes: the mean over a tenth of a second, after one to warm up.
fn seconds(run: impl Fn()) -> String {
    run();
    let start = Instant::now();
    let mut runs = 0;
    while start.elapsed() < Duration::from_millis(100) {
        run();
        runs += 1;
    }
    (start.elapsed().as_secs_f64() / f64::from(runs)).to_string()
}

/// One update of a board with three panels, each with three smoothed series of so many points.
fn board(points: u32) -> String {
    let sets = ["train", "valid", "test"];
    let mut board = Board::new("training").smooth(0.9).xlabel("batch");
    for panel in ["loss", "accuracy", "gradient norm"] {
        board = board.panel(panel, sets.map(|set| format!("{set} {panel}")));
    }
    for i in 0..points {
        let t = f64::from(i) / f64::from(points);
        let noise = 0.05 * (f64::from(i) * 1.85).sin();
        for (s, set) in (0..3).map(f64::from).zip(sets) {
            let fall = (-5.0 * t).exp() + 0.1 * s * t;
            board.push(&format!("{set} loss"), fall + noise);
            board.push(&format!("{set} accuracy"), 1.0 - 0.9 * fall + 0.5 * noise);
            board.push(&format!("{set} gradient norm"), 3.0 * fall - noise);
        }
    }
    // What the kernel is sent at an update.
    let answer = seconds(|| drop(black_box(board.mime_bundle())));
    // Without a kernel a board prints its last state when it goes, amid the answers.
    std::mem::forget(board);
    answer
}

fn figure(name: &str, data: &Data) -> Figure {
    let get = |key: &str| &data[key];
    let column = |key: &str, i: usize| data[key].select(1, i as isize);
    match name {
        "xor" => Figure::new()
            .scatter_by(&column("xor_x", 0), &column("xor_x", 1), get("xor_y"))
            .edgecolor("#333")
            .title("Dataset samples")
            .xlabel("$x_1$")
            .ylabel("$x_2$")
            .size(400, 400),
        "perceptron" => Figure::new()
            .scatter_by(&column("line_x", 0), &column("line_x", 1), get("line_y"))
            .labels(["no", "yes"])
            .line([0.0, 1.0], [0.95, 0.1])
            .color("green")
            .xlim(0.0, 1.0)
            .ylim(0.0, 1.0)
            .size(500, 500),
        "iris" => {
            let panel = |i: usize, x: &str, y: &str| {
                Figure::new()
                    .scatter_by(
                        &column("iris_x", i),
                        &column("iris_x", i + 1),
                        get("iris_y"),
                    )
                    .labels(["setosa", "versicolor", "virginica"])
                    .xlabel(x)
                    .ylabel(y)
            };
            Figure::row(&[
                panel(0, "sepal length", "sepal width"),
                panel(2, "petal length", "petal width"),
            ])
            .size(1000, 400)
        }
        "classes" => {
            let panel = |key: &str, title: &str| Figure::new().counts(get(key)).title(title);
            Figure::row(&[
                panel("train_y", "Train"),
                panel("valid_y", "Valid"),
                panel("test_y", "Test"),
            ])
            .size(1500, 500)
        }
        "images" => Figure::grid(2, 2)
            .imshow(&get("images").select(0, 0))
            .no_axes()
            .title("7")
            .axes(0, 1)
            .imshow(&get("images").select(0, 1))
            .no_axes()
            .title("2")
            .axes(1, 0)
            .imshow(get("photo"))
            .no_axes()
            .title("colour")
            .axes(1, 1)
            .imshow(&get("images").select(0, 2))
            .no_axes()
            .title("1")
            .size(800, 800),
        "metrics" => {
            let panel =
                |key: &str| plot_metric(key, &get(key).select(0, 0), &get(key).select(0, 1));
            Figure::row(&[panel("loss"), panel("F1"), panel("accuracy")]).size(1200, 300)
        }
        "iterations" => {
            let panel = |key: &str| {
                Figure::new()
                    .plot(&get(key).select(0, 0))
                    .label("train")
                    .plot(&get(key).select(0, 1))
                    .label("valid")
                    .title(key)
                    .xlabel("iteration")
            };
            Figure::row(&[panel("batch_loss"), panel("batch_accuracy")]).size(1500, 500)
        }
        "learning" => {
            let epochs = arange(1.0, 21.0, 1.0);
            Figure::new()
                .mean_band(&epochs, get("train_runs"))
                .style("ro--")
                .label("train")
                .mean_band(&epochs, get("valid_runs"))
                .style("go--")
                .label("valid")
                .title("Learning curve")
                .xlabel("epoch")
                .ylabel("loss")
                .size(1000, 700)
        }
        "confusion" => plot_confusion_matrix(get("confusion"), 0..10, true).size(900, 700),
        "kernels" => show_kernels(get("kernels"), 8).size(1600, 400),
        "twin" => Figure::new()
            .plot(&get("weights").select(0, 0))
            .style("r--")
            .label("W")
            .plot(&get("weights").select(0, 1))
            .style("b:")
            .label("U")
            .ylim(-3.0, 2.0)
            .ylabel("weights")
            .xlabel("epoch")
            .twinx()
            .plot(&get("weights").select(0, 2))
            .color("green")
            .label("loss")
            .ylim(-3.0, 200.0)
            .ylabel("loss")
            .size(1000, 500),
        "descent" => Figure::new()
            .contourf(get("grid"), get("grid"), get("valley"))
            .levels(20)
            .colorbar_label("loss")
            .line(&column("path", 0), &column("path", 1))
            .style("wo-")
            .title("gradient descent")
            .xlabel("$w_1$")
            .ylabel("$w_2$")
            .size(700, 500),
        _ => panic!("there is no figure {name:?}"),
    }
}
