//! Pictures of every kind: any data give a sound document, and every kind can be looked at.
//!
//! `PLOTS=/tmp/plots cargo test -p cuaderno --test plots gallery` writes the gallery's SVG files
//! into that folder.

use cuaderno::prelude::*;
use proptest::prelude::*;

/// A figure of every kind, under a name.
fn gallery() -> Vec<(&'static str, Figure)> {
    manual_seed(1);
    let x = linspace(0.0, 6.0, 100);
    let epochs = arange(1.0, 21.0, 1.0);
    let decay = |rate: f64| (&epochs * -rate).exp();
    let mut all: Vec<(&'static str, Figure)> = Vec::new();
    let mut add = |name, figure: Figure| all.push((name, figure));

    add(
        "line",
        Figure::new()
            .line(&x, &x.sin())
            .label("sine")
            .line(&x, &x.cos())
            .style("--")
            .label("cosine")
            .line(&x, &(&x * 0.3 - 1.0))
            .style("k:")
            .label("$0.3 x - 1$")
            .title("lines")
            .xlabel("$x$")
            .ylabel("$f(x)$"),
    );
    let (cloud, class) = blobs(60);
    let (cx, cy) = (cloud.select(1, 0), cloud.select(1, 1));
    add(
        "scatter_by",
        Figure::new()
            .scatter_by(&cx, &cy, &class)
            .labels(["setosa", "versicolor", "virginica"])
            .title("three classes")
            .xlabel("petal length $x_1$")
            .ylabel("petal width $x_2$"),
    );
    add(
        "scatter_values",
        Figure::new()
            .scatter(&cx, &cy)
            .values(&(&cx * &cy))
            .sizes(&(&cx.abs() * 2.0 + 2.0))
            .edgecolor("#333")
            .colorbar_label("product")
            .title("colour and size"),
    );
    add(
        "scatter_many",
        Figure::new()
            .scatter(&randn(&[10_000]), &randn(&[10_000]))
            .label("10 000 points"),
    );
    let runs = |start: f64, noise: f64| {
        let curve = (&epochs * -0.2).exp() * start;
        randn(&[5, 20]) * noise + curve
    };
    add(
        "bands",
        Figure::new()
            .mean_band(&epochs, &runs(1.0, 0.05))
            .label("train")
            .style("o--")
            .mean_band(&epochs, &(runs(0.8, 0.08) + 0.2))
            .label("valid")
            .style("s-")
            .title("learning curve")
            .xlabel("epoch")
            .ylabel("loss"),
    );
    add(
        "bars",
        Figure::new()
            .bar(
                ["SGD", "Momentum", "RMSProp", "Adam"],
                [0.91, 0.94, 0.955, 0.97],
            )
            .label("train")
            .bar(
                ["SGD", "Momentum", "RMSProp", "Adam"],
                [0.90, 0.92, 0.93, 0.94],
            )
            .label("valid")
            .ylabel("accuracy"),
    );
    add(
        "bars_long",
        Figure::new()
            .bar(
                [
                    "a rather long class name",
                    "another long one",
                    "short",
                    "größer und 日本語",
                    "x",
                ],
                [3.0, -1.0, 4.0, 2.0, 5.0],
            )
            .xlabel("class"),
    );
    add(
        "barh",
        Figure::new()
            .barh(
                ["conv1.weight", "conv2.weight", "fc.weight"],
                [150, 2400, 48_000],
            )
            .xlabel("parameters"),
    );
    add(
        "hist",
        Figure::row(&[
            Figure::new()
                .hist(&randn(&[2000]), 30)
                .density()
                .label("a")
                .hist(&(randn(&[2000]) + 2.0), 30)
                .density()
                .label("b")
                .title("densities"),
            Figure::new()
                .counts(&randint(0, 10, &[500]))
                .title("classes")
                .xlabel("class"),
        ]),
    );
    add(
        "box",
        Figure::new()
            .boxplot(&randn(&[100]))
            .label("SGD")
            .boxplot(&(randn(&[100]) * 2.0))
            .label("Adam")
            .boxplot(&(randn(&[100]) * 0.5 + 1.0))
            .label("RMSProp")
            .ylabel("loss"),
    );
    add(
        "errors",
        Figure::new()
            .errorbar(
                [1, 2, 3, 4],
                [0.9, 0.85, 0.8, 0.83],
                [0.05, 0.02, 0.03, 0.01],
            )
            .label("valid")
            .step([1, 2, 3, 4], [0.81, 0.83, 0.85, 0.9])
            .label("step")
            .hline(0.88)
            .style("r--")
            .label("target")
            .vspan(1.5, 2.2)
            .label("warm-up")
            .xlabel("fold"),
    );
    add(
        "notes",
        Figure::new()
            .line(&x, &x.sin())
            .annotate("minimum", 4.712, -1.0, 3.0, -0.6)
            .annotate("maximum", 1.571, 1.0, 3.2, 0.9)
            .text(0.8, -0.7, "a text at (0.8, −0.7)")
            .vline(3.0)
            .color("gray"),
    );
    add(
        "logs",
        Figure::row(&[
            Figure::new()
                .line(&epochs, &decay(0.9))
                .log_y()
                .title("log y"),
            Figure::new()
                .line(&logspace(-5.0, 0.0, 30), &logspace(-5.0, 0.0, 30).sqrt())
                .log_x()
                .log_y()
                .title("log x and y"),
        ]),
    );
    add(
        "twin",
        Figure::new()
            .line(&epochs, &(decay(0.3) * 2.0 - 1.0))
            .style("r--")
            .label("$w$")
            .line(&epochs, &(decay(0.1) * -1.5))
            .style("b:")
            .label("$u$")
            .ylabel("weights")
            .ylim(-3.0, 2.0)
            .xlabel("step")
            .twinx()
            .line(&epochs, &(decay(0.2) * 180.0))
            .color("green")
            .label("loss")
            .ylabel("loss")
            .ylim(-3.0, 200.0),
    );
    let picture = randn(&[12, 16]);
    add(
        "images",
        Figure::row(&[
            Figure::new().imshow(&picture).title("grey"),
            Figure::new()
                .imshow(&picture)
                .cmap("viridis")
                .colorbar()
                .title("viridis"),
            Figure::new().imshow(&rand(&[3, 12, 16])).title("RGB"),
        ]),
    );
    add(
        "image_grid",
        image_grid(&rand(&[16, 28, 28]), 8).titles(["7", "2", "1", "0", "4", "1", "4", "9"]),
    );
    add(
        "predictions",
        show_predictions(
            &rand(&[6, 3, 32, 32]),
            [0, 1, 2, 3, 4, 5],
            [0, 1, 3, 3, 4, 0],
            ["plane", "car", "bird", "cat", "deer", "dog"],
        ),
    );
    add("kernels", show_kernels(&randn(&[16, 1, 5, 5]), 8));
    add(
        "reconstructions",
        show_reconstructions(&rand(&[8, 1, 28, 28]), &rand(&[8, 1, 28, 28])),
    );
    let counts = eye(10) * 90.0 + randint(0, 12, &[10, 10]);
    add("confusion", plot_confusion_matrix(&counts, 0..10, true));
    add(
        "heatmap",
        Figure::new()
            .heatmap(&randn(&[4, 6]), 2)
            .cmap("coolwarm")
            .clim(-2.0, 2.0)
            .cells(
                ["the", "cat", "sat", "down"],
                ["le", "chat", "s'est", "assis", ".", "<eos>"],
            )
            .colorbar_label("attention"),
    );
    let w = linspace(-2.0, 2.0, 60);
    let z = w.square().unsqueeze(0) + (w.unsqueeze(1) - w.square().unsqueeze(0)).square() * 3.0;
    let path = linspace(0.0, 1.0, 12);
    add(
        "contour",
        Figure::row(&[
            Figure::new()
                .contour(&w, &w, &z)
                .levels(14)
                .line(&(&path * 1.5 - 1.5), &(&path * 0.5))
                .style("ro-")
                .title("contours")
                .xlabel("$w_1$")
                .ylabel("$w_2$"),
            Figure::new()
                .contourf(&w, &w, &z)
                .colorbar()
                .title("filled contours"),
        ]),
    );
    let model = seq![Linear::new(2, 16), ReLU, Linear::new(16, 3)];
    let mut opt = Sgd::new(model.parameters(), 0.05);
    let target = class.one_hot(3).float();
    for _ in 0..300 {
        opt.zero_grad();
        mse_loss(&model.forward(&cloud), &target).backward();
        opt.step();
    }
    add(
        "decision",
        plot_decision_boundary(&model, &cloud, &class).title("regions of a network"),
    );
    add(
        "surface",
        Figure::new()
            .surface(&w, &w, &z)
            .xlabel("$w_1$")
            .ylabel("$w_2$")
            .title("loss")
            .colorbar(),
    );
    let grids = meshgrid(&[&linspace(-2.0, 2.0, 15), &linspace(-2.0, 2.0, 15)]);
    add(
        "quiver",
        Figure::new()
            .quiver(&grids[0], &grids[1], &(-&grids[0]), &(&grids[1] * -0.4))
            .title("descent")
            .equal(),
    );
    add(
        "grid",
        Figure::grid(2, 3)
            .titles(["one", "two", "three", "four", "five", "six"])
            .line(&x, &x.sin())
            .xlabel("x")
            .axes(0, 1)
            .scatter([1, 2, 3], [3, 1, 2])
            .axes(0, 2)
            .bar(["a", "b"], [1, 2])
            .axes(1, 0)
            .hist(&randn(&[100]), 10)
            .ylabel("count")
            .axes(1, 1)
            .line([1, 10, 100], [1e-3, 1.0, 1e3])
            .log_y()
            .axes(1, 2)
            .imshow(&eye(5))
            .suptitle("six panels"),
    );
    add(
        "dark",
        Figure::new()
            .line(&x, &x.sin())
            .label("sine")
            .scatter([1, 2], [0.0, 0.5])
            .label("points")
            .theme("dark")
            .title("dark"),
    );
    add(
        "metrics",
        Figure::row(&[
            plot_metric("loss", &decay(0.3), &(decay(0.3) + &epochs * 0.01)),
            plot_metric("F1", &(1.0 - decay(0.3)), &(0.9 - decay(0.2))),
            plot_metric("accuracy", &(1.0 - decay(0.4)), &(0.95 - decay(0.3))),
        ]),
    );
    add("weights", plot_weights(&model.parameters()));
    add(
        "activations",
        Figure::row(&[
            plot_activation("ReLU", &|x: &Tensor| x.relu()),
            plot_activation("tanh", &|x: &Tensor| x.tanh()),
            plot_activation("sigmoid", &|x: &Tensor| x.sigmoid()),
        ]),
    );
    let board = Board::new("training")
        .panel("loss", ["train loss", "valid loss"])
        .panel("accuracy", ["accuracy"])
        .smooth(0.9)
        .xlabel("step");
    for i in 0..200 {
        let t = f64::from(i) / 50.0;
        let noise = randn(&[3]).to_vec_f64();
        board.push("train loss", (-t).exp() + 0.05 * noise[0]);
        board.push("valid loss", (-t).exp() + 0.1 + 0.05 * noise[1]);
        board.push("accuracy", 1.0 - (-t).exp() + 0.05 * noise[2]);
    }
    add("board", board.figure());
    let many = randint(0, 1000, &[3000]);
    add(
        "thousand_classes",
        Figure::new().scatter_by(&randn(&[3000]), &randn(&[3000]), &many),
    );
    let mut crowded = Figure::new().title("a legend that fits no corner");
    for i in 0..8 {
        crowded = crowded
            .line(&x, &(&x + f64::from(i)).sin())
            .label(&format!("phase {i} of a long list"));
    }
    add("crowded", crowded);
    all
}

/// Three clouds of points with their classes.
fn blobs(each: usize) -> (Tensor, Tensor) {
    let centers = tensor([[-1.5, 0.0], [1.5, 0.5], [0.0, 2.0]]);
    let class = arange(0.0, 3.0 * each as f64, 1.0).long().remainder(3);
    let points = randn(&[3 * each, 2]) * 0.6 + centers.index_select(0, &class);
    (points, class)
}

#[test]
fn gallery_is_sound() {
    let folder = std::env::var("PLOTS").ok();
    let start = std::time::Instant::now();
    let sizes: usize = gallery()
        .iter()
        .map(|(_, figure)| figure.to_svg().len())
        .sum();
    println!(
        "gallery made and drawn in {:?}, {sizes} bytes",
        start.elapsed()
    );
    for (name, figure) in gallery() {
        let svg = figure.to_svg();
        check(name, &svg);
        // Of every kind of mark one, since pixels take long without optimisation.
        if ["scatter_values", "notes", "images", "twin", "contour"].contains(&name) {
            assert_eq!(figure.to_png()[1..4], *b"PNG", "{name}");
        }
        assert!(svg.len() < 300_000, "{name}: {} bytes", svg.len());
        if let Some(folder) = &folder {
            figure.save(&format!("{folder}/{name}.svg")).unwrap();
            figure.save(&format!("{folder}/{name}.png")).unwrap();
        }
    }
}

/// A whole document with words for it and no number that is none.
fn check(name: &str, svg: &str) {
    assert!(
        svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"),
        "{name}"
    );
    assert!(svg.contains("role=\"img\"") && svg.contains("<title>") && svg.contains("<desc>"));
    let drawn: String = svg
        .lines()
        .filter(|line| !line.contains("<desc>") && !line.starts_with("<text"))
        .filter(|line| !line.starts_with("<image"))
        .collect();
    for wrong in ["NaN", "inf"] {
        assert!(!drawn.contains(wrong), "{name}: {wrong} in {drawn}");
    }
    let open = svg.matches("<svg ").count();
    assert_eq!(open, svg.matches("</svg>").count(), "{name}");
    assert_eq!(
        svg.matches("<g").count(),
        svg.matches("</g>").count(),
        "{name}"
    );
}

/// Numbers of every kind that data may have.
fn odd_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -10.0..10.0_f64,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::NEG_INFINITY),
        1 => Just(0.0),
        1 => -1e308..1e308_f64,
        1 => 1e-300..1e-290_f64,
        1 => (1.0..2.0_f64).prop_map(|v| 1e15 + v),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_numbers_give_a_picture(
        y in prop::collection::vec(odd_number(), 0..12),
        log in any::<bool>(),
        label in ".{0,40}",
        limits in prop_oneof![Just(None), (odd_number(), odd_number()).prop_map(Some)],
    ) {
        let n = y.len();
        let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let turned: Vec<f64> = y.iter().rev().copied().collect();
        let names: Vec<String> = (0..n).map(|i| format!("{label}{i}")).collect();
        let mut figure = Figure::grid(2, 4)
            .line(&x, &y).marker().label(&label)
            .line(&y, &turned).style("s--")
            .step(&y, &x)
            .scatter(&y, &turned).values(&y).sizes(&turned).colorbar()
            .title(&label).xlabel(&label).ylabel(&label)
            .axes(0, 1)
            .scatter_by(&x, &y, &turned)
            .hist(&y, 4).density()
            .counts(&y)
            .axes(0, 2)
            .bar(&names, &y).label(&label)
            .bar(&names, &turned)
            .errorbar(&x, &y, &turned)
            .fill_between(&x, &y, &turned)
            .axes(0, 3)
            .boxplot(&y).label(&label)
            .boxplot(&turned)
            .axes(1, 0)
            .barh(&names, &y)
            .axes(1, 1)
            .quiver(&x, &y, &turned, &y)
            .twinx()
            .line(&x, &turned).label(&label).ylabel(&label);
        for (i, &v) in y.iter().enumerate() {
            figure = figure
                .hline(v).vline(v).hspan(v, turned[i]).vspan(turned[i], v)
                .text(v, turned[i], &label)
                .annotate(&label, v, turned[i], turned[i], v);
        }
        if n > 0 {
            let square = tensor(y.clone()).unsqueeze(0) + tensor(turned.clone()).unsqueeze(1);
            figure = figure
                .axes(1, 2)
                .contourf(&x, &y, &square)
                .contour(&y, &x, &square)
                .colorbar()
                .axes(1, 3)
                .heatmap(&square, 2)
                .cells(&names, &names)
                .colorbar();
            check("surface", &Figure::new().surface(&x, &turned, &square).colorbar().to_svg());
        }
        if log {
            for c in 0..4 {
                figure = figure.axes(0, c).log_y().axes(1, c).log_x();
            }
        }
        if let Some((low, high)) = limits && low < high && low.is_finite() && high.is_finite() {
            figure = figure.axes(0, 0).xlim(low, high).axes(0, 1).ylim(low, high);
        }
        check("all", &figure.to_svg());
        check("small", &figure.size(1, 1).to_svg());
        check("shared", &figure.share_x().share_y().to_svg());
    }
}

type Call = fn() -> Figure;

#[test]
fn plot_mistakes_are_explained() {
    let cases: &[(Call, &str)] = &[
        (
            || Figure::new().line([1, 2], [1, 2, 3]),
            "line: needs as many x as y: x is [2], y is [3], so 2 != 3",
        ),
        (
            || Figure::new().bar(["a"], [1, 2]),
            "bar: needs a name for every bar: 1 names, 2 numbers, shape [2]",
        ),
        (
            || Figure::new().values([1]),
            "values: there are no points to apply it to",
        ),
        (
            || Figure::new().scatter([1, 2], [1, 2]).values([1]),
            "values: needs a number for every point: 2 points, 1 numbers, shape [1]",
        ),
        (
            || Figure::new().scatter_by([1, 2], [1, 2], [1]),
            "scatter_by: needs a class for every point: 2 points, 1 classes, shape [1]",
        ),
        (
            || Figure::new().contour([1, 2], [1, 2], &ones(&[3, 2])),
            "contour: z is [3, 2], so x must have 2 numbers and y 3: x is [2], y is [2]",
        ),
        (
            || Figure::new().contourf([1, 2], [1, 2], &ones(&[4])),
            "contourf: needs a matrix [rows, columns], this is [4]",
        ),
        (
            || Figure::new().heatmap([1, 2], 0),
            "heatmap: needs a matrix [rows, columns], this is [2]",
        ),
        (
            || Figure::new().imshow(&ones(&[2, 2, 7])),
            "imshow: a picture has the shape",
        ),
        (
            || Figure::new().color("octarine"),
            "color: there is no colour \"octarine\"",
        ),
        (
            || Figure::new().style("?"),
            "style: '?' in \"?\" means nothing",
        ),
        (
            || Figure::new().cmap("rainbow"),
            "cmap: there is no colour map \"rainbow\"",
        ),
        (
            || Figure::new().legend("above"),
            "legend: there is no place \"above\"",
        ),
        (
            || Figure::new().theme("pink"),
            "theme: there is no theme \"pink\"",
        ),
        (
            || Figure::new().ylim(1.0, f64::NAN),
            "ylim: the ends must be numbers, low before high: 1 and NaN",
        ),
        (
            || Figure::new().hist([1.0], 0),
            "hist: needs at least one bin, it has 0",
        ),
        (
            || Figure::grid(0, 2),
            "grid: a figure has 1 to 2500 panels: 0 x 2 asked for",
        ),
        (
            || Figure::grid(1, 2).axes(1, 0),
            "axes: there is no panel (1, 0), the figure has 1 x 2",
        ),
        (|| Figure::row(&[]), "grid: a figure has 1 to 2500 panels"),
        (
            || Figure::new().xticks([1, 2], ["one"]),
            "xticks: needs a name for every mark: 2 marks, 1 names",
        ),
        (
            || image_grid(&ones(&[4]), 2),
            "image_grid: needs images of shape [n, h, w]",
        ),
        (
            || image_grid(&ones(&[1, 4, 4]), 0),
            "image_grid: needs at least one column, it has 0",
        ),
        (
            || plot_confusion_matrix([[1, 2]], 0..2, false),
            "plot_confusion_matrix: needs a square matrix [classes, classes], this is [1, 2]",
        ),
        (
            || plot_confusion_matrix([[1, 2], [3, 4]], 0..3, false),
            "plot_confusion_matrix: needs a name for every class: 2 classes, 3 names",
        ),
        (
            || show_predictions(&ones(&[2, 4, 4]), [1], [1, 2], 0..3),
            "show_predictions: needs a class and a prediction for every image: 2 images, 1 classes, \
             2 predictions",
        ),
        (
            || show_reconstructions(&ones(&[2, 4, 4]), &ones(&[2, 4, 5])),
            "show_reconstructions: needs two batches of one shape: [2, 4, 4] and [2, 4, 5]",
        ),
        (
            || plot_decision_boundary(&seq![Linear::new(3, 1)], &ones(&[4, 3]), [0, 1, 0, 1]),
            "plot_decision_boundary: needs points of shape [n, 2], they are [4, 3]",
        ),
        (
            || Figure::new().mean_band([1, 2], &ones(&[3, 4])),
            "mean_band: needs runs of shape [runs, 2] for 2 places x, they are [3, 4]",
        ),
    ];
    for (call, expected) in cases {
        let panic = std::panic::catch_unwind(|| call().to_svg()).expect_err(expected);
        let text = panic
            .downcast_ref::<String>()
            .map_or("", |text| text.as_str());
        assert!(text.starts_with(expected), "{text}, not {expected}");
    }
}

#[test]
fn files_are_written_whole_or_not_at_all() {
    let folder = std::env::temp_dir().join(format!("cuaderno-plots-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let figure = Figure::new().plot([1.0, 2.0]);
    figure.save(&path("a.svg")).unwrap();
    figure.save(&path("a.PNG")).unwrap();
    for wrong in ["a.jpeg", "a", "missing/a.svg"] {
        let error = figure.save(&path(wrong)).unwrap_err().to_string();
        assert!(error.contains(wrong), "{error}");
    }
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["a.PNG", "a.svg"]);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn long_lines_stay_small() {
    let x = arange(0.0, 10_000.0, 1.0);
    let noise = randn(&[10_000]);
    let size = Figure::new().line(&x, &noise).to_svg().len();
    assert!(size < 100_000, "{size} bytes");
}

#[test]
fn words_stand_for_the_picture() {
    let svg = Figure::new()
        .line([1, 2], [0.5, 0.25])
        .label("a < b")
        .title("loss")
        .to_svg();
    assert!(
        svg.contains("loss: line &quot;a &lt; b&quot; of 2, last 0.2500"),
        "{svg}"
    );
    assert!(!svg.contains("a < b"), "{svg}");
}
