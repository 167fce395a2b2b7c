//! A figure of every kind, with sensible data.

use cuaderno::prelude::*;

/// A figure of every kind, under a name.
pub(crate) fn gallery() -> Vec<(&'static str, Figure)> {
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
    let z = &cloud * 2.0 + 1.0;
    add("latent", plot_latent(&z, &class));
    add(
        "architecture",
        seq![
            Conv2d::new(1, 8, 3).padding(1),
            BatchNorm2d::new(8),
            ReLU,
            Residual::new(seq![Conv2d::new(8, 8, 3).padding(1), ReLU]),
            Residual::new(Conv2d::new(8, 16, 3).padding(1)).shortcut(Conv2d::new(8, 16, 1)),
            Concat::new(1)
                .branch(Conv2d::new(16, 4, 1))
                .branch(seq![Conv2d::new(16, 8, 3).padding(1), ReLU]),
            GlobalAvgPool,
            Linear::new(12, 10),
        ]
        .summary(&[1, 16, 16])
        .plot(),
    );
    add("network", plot_network(&[2, 4, 16, 1]));
    add(
        "shapes",
        Figure::new()
            .imshow(&eye(5))
            .rectangle(-0.5, -0.5, 3.0, 3.0)
            .alpha(0.25)
            .color("C1")
            .edgecolor("red")
            .width(2.0)
            .fill([3.0, 4.0, 3.5], [0.5, 0.5, -0.2])
            .text(1.0, 3.5, "window")
            .color("white"),
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
