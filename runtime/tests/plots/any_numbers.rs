//! Random numbers of every kind, in everything at once.

use cuaderno::prelude::*;
use proptest::prelude::*;

use crate::check;

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
