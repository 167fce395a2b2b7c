//! What is drawn, and that it is what is then done.

use std::collections::HashSet;

use crate::prelude::*;
use crate::random::with_seed;
use crate::transforms::{
    adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation, crop, resized_crop, rotate,
};

fn picture() -> Tensor {
    with_seed(1, || rand(&[3, 9, 7]))
}

#[test]
fn random_transforms_do_what_they_draw() {
    let x = picture();
    let parts = RandomCrop::new([4, 5]).padding(2);
    let sized = RandomResizedCrop::new([5, 6]);
    let turn = RandomRotation::new(60.0).interpolation("bilinear");
    let jitter = (ColorJitter::new().brightness(0.5).contrast(0.5))
        .saturation(0.5)
        .hue(0.3);
    for seed in 0..200 {
        let again = |transform: &dyn Transform| with_seed(seed, || transform.apply(&x));

        let [top, left] = with_seed(seed, || parts.draw(&x).unwrap());
        let expected = crop(&x.pad([2, 2, 2, 2]), top, left, 4, 5);
        assert_close_within(&again(&parts), &expected, 0.0);

        let [corner, part] = with_seed(seed, || sized.draw(9, 7));
        let expected = resized_crop(&x, corner, part, [5, 6]);
        assert_close_within(&again(&sized), &expected, 0.0);

        let angle = with_seed(seed, || turn.draw());
        assert!((-60.0..60.0).contains(&angle));
        assert_close_within(&again(&turn), &rotate(&x, angle, "bilinear"), 0.0);

        let changes = with_seed(seed, || jitter.draw());
        let mut expected = x.clone();
        for &(place, number) in &changes {
            let (low, high) = if place == 3 { (-0.3, 0.3) } else { (0.5, 1.5) };
            assert!((low..=high).contains(&number));
            expected = match place {
                0 => adjust_brightness(&expected, number),
                1 => adjust_contrast(&expected, number),
                2 => adjust_saturation(&expected, number),
                _ => adjust_hue(&expected, number),
            };
        }
        assert_close_within(&again(&jitter), &expected, 0.0);
    }
}

#[test]
fn every_place_is_drawn() {
    let x = picture();
    let parts = RandomCrop::new([8, 6]).padding(1);
    let places = |seed| with_seed(seed, || parts.draw(&x).unwrap());
    let seen: HashSet<[usize; 2]> = (0..300).map(places).collect();
    // 9 + 2 - 8 + 1 rows and 7 + 2 - 6 + 1 columns to begin at.
    assert_eq!(seen.len(), 16);
}

#[test]
fn parts_have_the_area_and_ratio_that_were_asked_for() {
    let sized = RandomResizedCrop::new(8).scale(0.25, 0.5).ratio(0.5, 2.0);
    for seed in 0..300 {
        let [[top, left], [height, width]] = with_seed(seed, || sized.draw(400, 300));
        assert!(top + height <= 400 && left + width <= 300);
        let area = (height * width) as f64 / 120_000.0;
        let ratio = width as f64 / height as f64;
        assert!((0.245..0.505).contains(&area), "{area}");
        assert!((0.49..2.04).contains(&ratio), "{ratio}");
    }
}

#[test]
fn a_picture_that_no_part_fits_gives_its_middle() {
    // 2 x 40 pixels: the ratio 20 is beyond 4/3, so the middle with that ratio is taken.
    let sized = RandomResizedCrop::new(4).scale(1.0, 1.0);
    assert_eq!(with_seed(0, || sized.draw(2, 40)), [[0, 18], [2, 3]]);
    assert_eq!(with_seed(0, || sized.draw(40, 2)), [[18, 0], [3, 2]]);
    // And one pixel is a part of its own.
    assert_eq!(with_seed(0, || sized.draw(1, 1)), [[0, 0], [1, 1]]);
}

#[test]
fn jitter_orders_differ() {
    let jitter = (ColorJitter::new().brightness(0.1).contrast(0.1))
        .saturation(0.1)
        .hue(0.1);
    let order = |seed| -> Vec<usize> {
        with_seed(seed, || jitter.draw())
            .iter()
            .map(|(place, _)| *place)
            .collect()
    };
    let seen: HashSet<Vec<usize>> = (0..500).map(order).collect();
    assert_eq!(seen.len(), 24);
    assert!(with_seed(0, || ColorJitter::new().draw()).is_empty());
}

#[test]
fn what_is_normalised_comes_back() {
    let x = picture();
    let normalize = Normalize::new(&[0.485, 0.456, 0.406], &[0.229, 0.224, 0.225]);
    let back = normalize.inverse().apply(&normalize.apply(&x));
    assert_close_within(&back, &x, 1e-6);
    assert_close_within(
        &normalize.inverse().inverse().apply(&x),
        &normalize.apply(&x),
        1e-5,
    );
}
