//! Every kind of picture with data that are hard to draw: a sound picture, or an error of its own
//! that says what is wrong, never a panic inside drawing code.

use cuaderno::prelude::*;

use crate::check;

/// Numbers to be drawn, and a text to be written everywhere.
struct Case {
    name: &'static str,
    x: Vec<f64>,
    y: Vec<f64>,
    text: String,
}

impl Case {
    fn new(name: &'static str, y: &[f64]) -> Case {
        Case {
            name,
            x: (0..y.len()).map(|i| i as f64).collect(),
            y: y.to_vec(),
            text: "series".to_owned(),
        }
    }

    /// The numbers on both axes.
    fn both(self) -> Case {
        Case {
            x: self.y.clone(),
            ..self
        }
    }

    fn with_text(self, text: &str) -> Case {
        Case {
            text: text.to_owned(),
            ..self
        }
    }

    fn names(&self) -> Vec<String> {
        (0..self.y.len())
            .map(|i| format!("{} {i}", self.text))
            .collect()
    }

    /// A matrix of the sums y + y'.
    fn square(&self) -> Tensor {
        let y = tensor(self.y.clone());
        y.unsqueeze(0) + y.unsqueeze(1)
    }

    fn is_finite(&self) -> bool {
        self.y.iter().any(|v| v.is_finite())
    }
}

fn cases() -> Vec<Case> {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let classes: Vec<f64> = (0..1000).map(f64::from).collect();
    let some = [1.0, 3.0, 2.0, 5.0, 4.0];
    vec![
        Case::new("empty", &[]),
        Case::new("only NaN", &[nan; 4]).both(),
        Case::new("only infinity", &[inf, -inf, inf]).both(),
        Case::new(
            "NaN and infinity between",
            &[1.0, nan, 2.0, inf, 3.0, -inf, 4.0],
        )
        .both(),
        Case::new("one point", &[3.5]),
        Case::new("one NaN", &[nan]),
        Case::new("equal", &[3.0; 5]).both(),
        Case::new("zeros", &[0.0, -0.0, 0.0]).both(),
        Case::new("negative", &[-1.0, -2.0, -3.0]).both(),
        Case::new("tiny", &[1e-300, 2e-300, 3e-300]).both(),
        Case::new("below normal", &[5e-324, 1e-320, 1e-310]).both(),
        Case::new("huge", &[-1e300, 1e300, 5e299]).both(),
        Case::new("largest", &[f64::MIN, f64::MAX, 0.0]).both(),
        Case::new("tiny to huge", &[1e-300, 1.0, 1e300]).both(),
        Case::new("far from zero", &[1e15, 1e15 + 1.0, 1e15 + 2.0]).both(),
        Case::new("almost equal", &[1.0, 1.0 + f64::EPSILON, 1.0]).both(),
        Case::new("1000 classes", &classes),
        Case::new("unicode", &some).with_text("größer 日本語 🦀 e\u{301} مرحبا \u{202e}x"),
        Case::new("markup", &some).with_text("<b>&\"'</svg> $\\frac{1}{2$ $x_{$"),
        Case::new("control characters", &some).with_text("a\nb\tc\u{0}d\u{1b}[31m\u{fffe}"),
        Case::new("long", &some).with_text(&"a very long label ".repeat(100)),
        Case::new("one long name", &[2.0]).with_text(&"a very long label ".repeat(100)),
        Case::new("one long word", &some).with_text(&"M".repeat(2000)),
    ]
}

type Kind = fn(&Case) -> Figure;

/// Every kind of picture that is made of numbers.
const KINDS: &[(&str, Kind)] = &[
    ("line", |c| {
        Figure::new().line(&c.x, &c.y).marker().style("o--")
    }),
    ("plot", |c| Figure::new().plot(&c.y)),
    ("step", |c| Figure::new().step(&c.x, &c.y)),
    ("scatter", |c| {
        Figure::new().scatter(&c.x, &c.y).edgecolor("k")
    }),
    ("values", |c| {
        Figure::new()
            .scatter(&c.x, &c.y)
            .values(&c.y)
            .colorbar_label(&c.text)
    }),
    ("sizes", |c| Figure::new().scatter(&c.x, &c.y).sizes(&c.y)),
    ("scatter_by", |c| {
        Figure::new().scatter_by(&c.x, &c.y, &c.y).labels(c.names())
    }),
    ("errorbar", |c| Figure::new().errorbar(&c.x, &c.y, &c.y)),
    ("fill_between", |c| {
        Figure::new().fill_between(&c.x, &c.x, &c.y)
    }),
    ("fill", |c| Figure::new().fill(&c.x, &c.y).edgecolor("k")),
    ("rectangle", |c| {
        c.y.iter()
            .fold(Figure::new(), |figure, &v| figure.rectangle(v, -v, v, v))
    }),
    ("hist", |c| Figure::new().hist(&c.y, 7)),
    ("density", |c| Figure::new().hist(&c.y, 7).density()),
    ("counts", |c| Figure::new().counts(&c.y)),
    ("bar", |c| {
        Figure::new().bar(c.names(), &c.y).bar(c.names(), &c.y)
    }),
    ("barh", |c| Figure::new().barh(c.names(), &c.y)),
    ("boxplot", |c| {
        Figure::new().boxplot(&c.y).label(&c.text).boxplot(&c.x)
    }),
    ("hline", |c| {
        c.y.iter()
            .take(9)
            .fold(Figure::new(), |figure, &v| figure.hline(v).vline(v))
    }),
    ("hspan", |c| {
        c.y.iter()
            .take(9)
            .fold(Figure::new(), |f, &v| f.hspan(v, -v).vspan(0.0, v))
    }),
    ("text", |c| {
        c.y.iter()
            .take(9)
            .fold(Figure::new(), |f, &v| f.text(v, v, &c.text))
    }),
    ("annotate", |c| {
        c.y.iter()
            .take(9)
            .fold(Figure::new(), |f, &v| f.annotate(&c.text, v, v, 0.0, -v))
    }),
    ("arrow", |c| {
        c.y.iter()
            .take(9)
            .fold(Figure::new(), |f, &v| f.arrow(v, 0.0, -v, v))
    }),
    ("quiver", |c| Figure::new().quiver(&c.x, &c.y, &c.y, &c.x)),
    ("imshow", |c| Figure::new().imshow(&c.square()).colorbar()),
    ("imshow of colours", |c| {
        let one = c.square();
        Figure::new().imshow(&stack(&[&one, &(&one * 0.5), &(&one * -1.0)], 0))
    }),
    ("heatmap", |c| {
        let few = Case {
            y: c.y.iter().copied().take(12).collect(),
            ..Case::new("", &[])
        }
        .with_text(&c.text);
        Figure::new()
            .heatmap(&few.square(), 2)
            .cells(few.names(), few.names())
    }),
    ("contour", |c| {
        Figure::new().contour(&c.x, &c.y, &c.square())
    }),
    ("contourf", |c| {
        Figure::new().contourf(&c.x, &c.x, &c.square()).colorbar()
    }),
    ("surface", |c| {
        Figure::new().surface(&c.x, &c.y, &c.square()).colorbar()
    }),
    ("twinx", |c| {
        Figure::new().plot(&c.x).twinx().plot(&c.y).ylabel(&c.text)
    }),
    ("log", |c| Figure::new().line(&c.x, &c.y).log_x().log_y()),
    ("log bars", |c| Figure::new().bar(c.names(), &c.y).log_y()),
    ("log histogram", |c| {
        Figure::new().hist(&c.y, 5).log_y().log_x()
    }),
    ("equal", |c| Figure::new().line(&c.x, &c.y).equal()),
    ("ticks", |c| {
        Figure::new()
            .plot(&c.y)
            .xticks(&c.x, c.names())
            .yticks(&c.y, c.names())
    }),
    ("shared", |c| {
        let grid = Figure::grid(2, 2).plot(&c.y).axes(0, 1).scatter(&c.x, &c.y);
        grid.axes(1, 0)
            .hist(&c.y, 3)
            .titles(c.names())
            .share_x()
            .share_y()
            .suptitle(&c.text)
    }),
    ("row of columns", |c| {
        let curve = Figure::new().plot(&c.y).title(&c.text);
        let column = Figure::column(&[curve.clone(), Figure::new().scatter(&c.x, &c.y)]);
        Figure::row(&[curve, column])
            .suptitle(&c.text)
            .theme("dark")
            .zoom(2.0)
    }),
    ("image_grid", |c| {
        let n = c.y.len().min(20);
        image_grid(&tensor(c.y[..n].to_vec()).reshape(&[n, 1, 1]), 4).titles(c.names())
    }),
    ("plot_metric", |c| plot_metric(&c.text, &c.y, &c.x)),
    ("mean_band", |c| {
        let runs = tensor(c.y.clone()).unsqueeze(0);
        Figure::new().mean_band(&c.x, cat(&[&runs, &(&runs * 0.5)], 0))
    }),
    ("plot_confusion_matrix", |c| {
        let few = Case {
            y: c.y.iter().copied().take(12).collect(),
            ..Case::new("", &[])
        };
        plot_confusion_matrix(&few.square(), Vec::<String>::new(), true)
    }),
    ("plot_weights", |c| {
        let w = tensor(c.y.clone()).requires_grad();
        plot_weights(&params![w])
    }),
    ("plot_gradients", |c| {
        let w = tensor(c.y.clone()).requires_grad();
        (&w * &tensor(c.x.clone())).sum().backward();
        plot_gradients(&params![w])
    }),
    ("plot_activation", |c| {
        let slope = c.y.first().copied().unwrap_or(f64::NAN);
        plot_activation(&c.text, &|x: &Tensor| x * slope)
    }),
    ("plot_latent", |c| {
        plot_latent(
            &stack(&[&tensor(c.x.clone()), &tensor(c.y.clone())], 1),
            &c.y,
        )
    }),
    ("plot_decision_boundary", |c| {
        let z = stack(&[&tensor(c.x.clone()), &tensor(c.y.clone())], 1).float();
        plot_decision_boundary(&seq![Linear::new(2, 3)], &z, &c.y)
    }),
    ("show_predictions", |c| {
        let n = c.y.len().min(20);
        let x = tensor(c.y[..n].to_vec()).reshape(&[n, 1, 1]);
        show_predictions(&x, &c.y[..n], &c.x[..n], c.names())
    }),
    ("show_kernels", |c| {
        let n = c.y.len().min(20);
        show_kernels(&tensor(c.y[..n].to_vec()).reshape(&[n, 1, 1]), 4)
    }),
    ("show_reconstructions", |c| {
        let n = c.y.len().min(20);
        let x = tensor(c.y[..n].to_vec()).reshape(&[n, 1, 1]);
        show_reconstructions(&x, &x)
    }),
    ("board", |c| {
        let board = Board::new(&c.text)
            .panel(&c.text, [&c.text, "b"])
            .smooth(0.5);
        for (&x, &y) in c.x.iter().zip(&c.y) {
            board.add(&c.text, x, y);
            board.push("b", y);
        }
        board.figure()
    }),
];

/// Errors that kinds of pictures raise by themselves.
const OWN: &[&str] = &[
    "imshow",
    "heatmap",
    "contour",
    "contourf",
    "surface",
    "image_grid",
    "plot_confusion_matrix",
    "mean_band",
    "show_predictions",
    "show_kernels",
    "show_reconstructions",
    "plot_latent",
    "plot_decision_boundary",
];

/// The figure, or why there is none.
fn drawn(kind: Kind, case: &Case) -> Result<Figure, String> {
    let figure = || {
        let figure = kind(case)
            .xlabel(&case.text)
            .ylabel(&case.text)
            .label(&case.text);
        figure.size(360, 260).to_svg();
        figure
    };
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(figure)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_default()
    })
}

#[test]
fn hard_data_give_a_picture_or_a_clear_error() {
    let mut refused = Vec::new();
    for case in cases() {
        for &(name, kind) in KINDS {
            let what = format!("{name} of {}", case.name);
            let figure = match drawn(kind, &case) {
                Ok(figure) => figure,
                Err(text) => {
                    let own = OWN.iter().any(|op| text.starts_with(&format!("{op}: ")));
                    assert!(own, "{what}: {text}");
                    // Only what has no picture at all is refused.
                    assert!(case.y.is_empty(), "{what}: {text}");
                    refused.push(what);
                    continue;
                }
            };
            let svg = figure.to_svg();
            check(&what, &svg);
            let unknown = |c: char| (c.is_control() && c != '\n') || c == '\u{fffe}';
            assert!(!svg.contains(unknown), "{what}: not XML");
            assert!(svg.len() < 1_500_000, "{what}: {} bytes", svg.len());
            for (x, y, text) in texts(&svg) {
                let page = (-40.0..1200.0).contains(&x) && (-40.0..1200.0).contains(&y);
                assert!(page, "{what}: {text:?} at {x}, {y}");
                assert!(text.chars().count() < 400, "{what}: {text}");
            }
        }
    }
    let kinds: std::collections::BTreeSet<&str> = refused
        .iter()
        .filter_map(|what| what.split(" of ").next())
        .collect();
    // An empty matrix, batch or grid has no picture.
    for kind in ["imshow", "heatmap", "surface", "image_grid", "show_kernels"] {
        assert!(
            kinds.contains(kind),
            "{kind} of nothing should be refused: {kinds:?}"
        );
    }
}

/// Every case and every kind, but a quarter of the pairs: pixels take their time.
#[test]
fn hard_data_give_pixels() {
    for (i, case) in cases().into_iter().enumerate() {
        let kinds = KINDS.iter().enumerate().filter(|(j, _)| (i + j) % 4 == 0);
        for (_, &(name, kind)) in kinds {
            let Ok(figure) = drawn(kind, &case) else {
                continue;
            };
            let png = figure.size(220, 160).to_png();
            assert_eq!(png[1..4], *b"PNG", "{name} of {}", case.name);
        }
    }
}

/// What has finite numbers shows more than the frame of a figure without any.
#[test]
fn finite_numbers_are_seen() {
    let marks = |svg: &str| {
        let drawn = svg.lines().filter(|line| !line.starts_with("<text"));
        drawn.flat_map(|line| line.split(['M', '<'])).count()
    };
    for case in cases().iter().filter(|case| case.is_finite()) {
        for &(name, kind) in KINDS {
            // Those on logarithmic axes may lie outside, and a box or an area needs several.
            let may_be_empty = name.starts_with("log")
                || [
                    "fill",
                    "quiver",
                    "sizes",
                    "fill_between",
                    "contour",
                    "contourf",
                    "hspan",
                    "rectangle",
                    "annotate",
                    "arrow",
                    "board",
                    "mean_band",
                ]
                .contains(&name);
            if may_be_empty
                || case.y.len() == 1 && ["line", "plot", "step", "surface"].contains(&name)
            {
                continue;
            }
            let Ok(figure) = drawn(kind, case) else {
                continue;
            };
            let empty = Figure::new().no_axes();
            let (with, without) = (marks(&figure.no_axes().to_svg()), marks(&empty.to_svg()));
            assert!(with > without, "{name} of {} shows nothing", case.name);
        }
    }
}

/// Place and content of every text.
fn texts(svg: &str) -> Vec<(f64, f64, String)> {
    let number = |text: &str| {
        let end = text.find(['"', ' ', ')']).unwrap_or(0);
        text[..end].parse::<f64>().map(|v| v / 10.0)
    };
    let mut out = Vec::new();
    for part in svg.split("<text ").skip(1) {
        let (x, y) = match part.split_once("translate(") {
            Some((_, at)) if part.find('>') > part.find("translate(") => {
                let (x, y) = at.split_once(' ').unwrap();
                (number(&format!("{x} ")), number(y))
            }
            _ => {
                let x = part.strip_prefix("x=\"").unwrap();
                let y = x.split_once("y=\"").unwrap().1;
                (number(x), number(y))
            }
        };
        let inner = &part[part.find('>').unwrap() + 1..part.find("</text>").unwrap()];
        out.push((x.unwrap(), y.unwrap(), inner.to_owned()));
    }
    out
}
