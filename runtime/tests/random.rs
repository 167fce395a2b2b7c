//! What a seed decides. The stream of random numbers is one for the process, so this test is alone.

use cuaderno::prelude::*;

#[test]
fn the_seed_decides() {
    let draws = || {
        manual_seed(5);
        let x = uniform(0.0, 1.0, 3);
        (bernoulli(0.5, 20), x.bernoulli(), multinomial(&x, 2, false))
    };
    let (a, b) = (draws(), draws());
    assert!(a.0.equal(&b.0) && a.1.equal(&b.1) && a.2.equal(&b.2));
}
