//! Pictures of every kind: sound documents, the right look, no panic whatever the data.
//!
//! `PLOTS=/tmp/plots cargo test -p cuaderno --test plots gallery` writes the gallery's SVG and PNG
//! files into that folder; `references` says how its pictures are renewed.

mod any_numbers;
mod gallery;
mod hostile;
mod mistakes;
mod references;

use cuaderno::prelude::*;
use gallery::gallery;

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
    // What pages that show others' notebooks, GitHub's among them, take out of a drawing, and what
    // two drawings on one page would take from each other.
    for removed in [
        "<style",
        "<script",
        "<foreignObject",
        "<use",
        "url(",
        " id=",
        " class=",
        " on",
    ] {
        assert!(!drawn.contains(removed), "{name}: {removed} in {drawn}");
    }
    assert!(
        !svg.contains(" paint-order="),
        "{name}: a halo over its letters"
    );
    let open = svg.matches("<svg ").count();
    assert_eq!(open, svg.matches("</svg>").count(), "{name}");
    assert_eq!(
        svg.matches("<g").count(),
        svg.matches("</g>").count(),
        "{name}"
    );
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

#[test]
fn a_look_is_that_of_every_class() {
    let figure = Figure::new()
        .scatter([9], [9])
        .scatter_by([0, 1, 2, 3], [0, 1, 2, 3], [0, 0, 1, 1])
        .edgecolor("#333")
        .legend("none");
    // A group of circles, and two triangles; not the points of the call before.
    assert_eq!(figure.to_svg().matches("stroke=\"#333\"").count(), 3);
}

#[test]
fn a_legend_finds_the_gap_between_clouds() {
    // Points in all four corners, as those of exclusive or.
    let corner = [0.0, 0.02, 0.04, 0.06, 0.08, 0.92, 0.94, 0.96, 0.98, 1.0];
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for a in corner {
        for b in corner {
            x.push(a);
            y.push(b);
        }
    }
    let figure = Figure::new().scatter(&x, &y).label("samples");
    let inside = figure.to_svg();
    assert_ne!(inside, figure.legend("outside").to_svg());
    for place in ["upper right", "upper left", "lower left", "lower right"] {
        assert_ne!(inside, figure.legend(place).to_svg(), "{place}");
    }
}

#[test]
fn a_wide_figure_keeps_its_size_in_a_file() {
    let wide = Figure::new().plot([1.0, 2.0]).size(1200, 300);
    assert!(
        wide.to_svg()
            .starts_with("<svg width=\"1200\" height=\"300\"")
    );
}
