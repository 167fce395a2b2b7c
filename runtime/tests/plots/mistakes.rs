//! What a figure refuses, and in which words.

use cuaderno::prelude::*;

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
            || Figure::new().fill([1, 2], [1]),
            "fill: needs as many x as y: x is [2], y is [1], so 2 != 1",
        ),
        (
            || Figure::new().zoom(0.0),
            "zoom: the factor must be from 0.25 to 4: 0",
        ),
        (
            || plot_network(&[2]),
            "plot_network: needs the sizes of 2 to 12 layers, each of at least one unit: [2]",
        ),
        (
            || plot_latent(&ones(&[4, 3]), [0, 1, 0, 1]),
            "plot_latent: needs points of shape [n, 2], they are [4, 3]",
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
