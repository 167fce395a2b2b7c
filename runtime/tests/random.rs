//! What a seed decides. The stream of random numbers is one for the process, so this test is alone.

use cuaderno::prelude::*;

#[test]
fn the_seed_decides() {
    let x = uniform(0.0, 1.0, [4, 3, 9, 10]);
    let flip = RandomHorizontalFlip::new();
    let crop = RandomCrop::new([7, 8]);
    let turn = RandomRotation::new(30.0);
    let jitter = ColorJitter::new().brightness(0.4).hue(0.2);
    let dropout = Dropout::new(0.3);
    let draws = || {
        manual_seed(5);
        vec![
            bernoulli(0.5, 20),
            x.bernoulli(),
            multinomial(&uniform(0.0, 1.0, 3), 2, false),
            dropout.forward(&x),
            flip.apply(&x),
            crop.apply(&x),
            turn.apply(&x),
            jitter.apply(&x),
            Linear::new(3, 4).weight,
        ]
    };
    for (i, (a, b)) in draws().iter().zip(draws()).enumerate() {
        assert!(a.equal(&b), "draw {i}");
    }
}
