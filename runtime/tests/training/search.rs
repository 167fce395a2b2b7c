//! Grids and random search.

use super::*;

#[test]
fn a_grid_tries_every_combination_once() {
    let _alone = alone(0);
    let search = Search::new()
        .values("a", [1, 2])
        .values("b", ["x", "y", "z"]);
    let order = notes();
    let found = search.grid(|p| {
        order.borrow_mut().push(format!("{p:?}"));
        p["a"] + if p.text("b") == "y" { 0.5 } else { 0.0 }
    });
    let expected = [
        "a 1, b x", "a 1, b y", "a 1, b z", "a 2, b x", "a 2, b y", "a 2, b z",
    ];
    assert_eq!(*order.borrow(), expected);
    assert_eq!(
        (found.best_score(), format!("{:?}", found.best())),
        (2.5, "a 2, b y".to_owned())
    );
    let table = found.table();
    assert_eq!(table.column_names(), ["a", "b", "score", "seconds"]);
    // Sorted, and among equals the earlier first.
    assert_eq!(table.text("b"), ["y", "x", "z", "y", "x", "z"]);
    assert_close(&table.column("score"), [2.5, 2.0, 2.0, 1.5, 1.0, 1.0]);
    let text = format!("{found:?}");
    assert!(
        text.ends_with("6 trials; best: a 2, b y: score 2.5000"),
        "{text}"
    );
    assert!(
        found
            .mime_bundle()
            .get("text/html")
            .unwrap()
            .contains("<table")
    );
}

#[test]
fn the_lowest_may_be_the_best_and_nan_never_is() {
    let _alone = alone(0);
    let search = Search::new().values("a", [3.0, 1.0, 2.0]);
    let score = |p: &Point| if p["a"] == 1.0 { f64::NAN } else { p["a"] };
    let order = |found: SearchResult| -> Vec<f64> {
        found
            .trials()
            .iter()
            .map(|trial| trial.point["a"])
            .collect()
    };
    assert_eq!(order(search.minimize().grid(score)), [2.0, 3.0, 1.0]);
    assert_eq!(order(search.grid(score)), [3.0, 2.0, 1.0]);
    assert_eq!(search.grid(score).table().missing("score"), 1);
}

#[test]
fn folds_give_mean_and_deviation() {
    let _alone = alone(0);
    let search = Search::new().values("a", [1.0]);
    let found = search.grid(|p| vec![p["a"], 2.0, 3.0]);
    assert_eq!(found.best_score(), 2.0);
    assert_close(&found.table().column("score std"), [1.0]);
    assert!(format!("{found:?}").contains("score 2.0000 ± 1.0000"));
}

#[test]
fn random_points_lie_in_their_ranges_and_follow_the_seed() {
    let _alone = alone(4);
    let search = Search::new()
        .log_uniform("lr", 1e-4, 1.0)
        .uniform("p", 0.2, 0.4)
        .whole("n", 3, 5)
        .values("act", ["relu", "tanh"]);
    let points = |found: SearchResult| -> Vec<String> {
        found
            .trials()
            .iter()
            .map(|trial| format!("{:?}", trial.point))
            .collect()
    };
    let draw = |seed| {
        manual_seed(seed);
        search.random(200, |p| p["lr"])
    };
    assert_eq!(points(draw(1)), points(draw(1)));
    assert_ne!(points(draw(1)), points(draw(2)));
    let trials = draw(1).trials();
    let below = trials.iter().filter(|t| t.point["lr"] < 1e-2).count();
    assert!((60..140).contains(&below), "{below}");
    for trial in &trials {
        let p = &trial.point;
        assert!(
            (1e-4..=1.0).contains(&p["lr"]) && (0.2..0.4).contains(&p["p"]),
            "{p:?}"
        );
        assert!((3..=5).contains(&p.int("n")), "{p:?}");
    }
    for n in [3, 4, 5] {
        assert!(trials.iter().any(|t| t.point.int("n") == n));
    }
}

#[test]
fn few_combinations_are_not_drawn_twice() {
    let _alone = alone(0);
    let search = Search::new().values("a", 0..3).whole("b", 1, 2);
    let found = search.random(100, |p| 10.0 * p["a"] + p["b"]);
    let scores: Vec<f64> = found.trials().iter().map(Trial::score).collect();
    assert_eq!(scores, [22.0, 21.0, 12.0, 11.0, 2.0, 1.0]);
    assert_eq!(search.random(4, |p| p["a"]).len(), 4);
}

/// Trains a small network; random weights, order and dropout.
fn trial(p: &Point) -> [(&'static str, f64); 2] {
    let data = DataLoader::new(&iris(), 30).shuffle(true);
    let hidden = p.int("hidden");
    let model = seq![
        Linear::new(4, hidden),
        ReLU,
        Dropout::new(0.2),
        Linear::new(hidden, 3)
    ];
    let mut opt = Sgd::new(model.parameters(), p["lr"]);
    let history = Trainer::new(2)
        .quiet()
        .fit(&model, &data, &mut opt, cross_entropy);
    let right = evaluate(&model, &data, cross_entropy, &[("accuracy", &accuracy)]);
    [
        ("accuracy", right["accuracy"]),
        ("loss", history.last_loss()),
    ]
}

/// The point and the scores of each trial.
type Scores = Vec<(String, Vec<(String, Vec<f64>)>)>;

#[test]
fn results_do_not_depend_on_threads() {
    let _alone = alone(5);
    let search = Search::new()
        .values("lr", [0.05, 0.1, 0.2])
        .values("hidden", [4, 8]);
    let scores = |found: SearchResult| -> Scores {
        let trials = found.trials().into_iter();
        trials
            .map(|trial| (format!("{:?}", trial.point), trial.scores))
            .collect()
    };
    let one = scores(search.grid(trial));
    for threads in [1, 2, 5] {
        manual_seed(5);
        assert_eq!(
            scores(search.par_grid(threads, trial)),
            one,
            "{threads} threads"
        );
    }
    manual_seed(5);
    let random = scores(search.random(3, trial));
    manual_seed(5);
    assert_eq!(scores(search.par_random(3, 2, trial)), random);
    // What comes next is the same, too.
    let next = rand(&[2]).to_vec();
    manual_seed(5);
    search.random(3, |p| p["lr"]);
    assert_eq!(rand(&[2]).to_vec(), next);
}

#[test]
fn mistakes_are_named() {
    let _alone = alone(0);
    let search = Search::new().uniform("p", 0.0, 1.0).values("act", ["relu"]);
    for (message, expected) in [
        (
            panic_of(|| search.grid(|_| 0.0)),
            "grid: p is drawn from a range and has no list of values\nhelp: values(\"p\", [..])",
        ),
        (
            panic_of(|| Search::new().grid(|_| 0.0)),
            "grid: there is no setting to try",
        ),
        (
            panic_of(|| search.values("p", [1])),
            "search: the setting \"p\" is there already",
        ),
        (
            panic_of(|| search.values::<f64>("q", [])),
            "search: q has no value",
        ),
        (
            panic_of(|| search.whole("q", 2, 1)),
            "search: q has no whole numbers from 2 to 1",
        ),
        (
            panic_of(|| search.log_uniform("q", 0.0, 1.0)),
            "log_uniform: q must be above 0",
        ),
        (
            panic_of(|| search.random(1, |p| p["lr"])),
            "settings: there is no \"lr\"; there are: p, act",
        ),
        (
            panic_of(|| search.random(1, |p| p["act"])),
            "settings: act is the text \"relu\"\nhelp: p.text(\"act\")",
        ),
        (
            panic_of(|| search.random(1, |p| p.int("p") as f64)),
            "int: p is 0.",
        ),
        (
            panic_of(|| search.random(0, |_| 0.0).best()),
            "best: the search had no trial",
        ),
    ] {
        assert!(
            message.starts_with(expected),
            "{message:?} should start with {expected:?}"
        );
    }
}

#[test]
#[should_panic(expected = "a broken trial")]
fn a_panic_on_a_thread_arrives() {
    let _alone = alone(0);
    let search = Search::new().values("a", [1, 2, 3, 4]);
    search.par_grid(2, |p| {
        if p["a"] == 3.0 {
            panic!("a broken trial")
        } else {
            0.0
        }
    });
}
