//! A seed fixes everything, for any number of threads and of workers.

use super::*;

/// A convolutional network on images that the loader shifts at random: all that draws random
/// numbers, and operations large enough for threads.
fn run(workers: usize) -> (Vec<u64>, Vec<f64>) {
    manual_seed(21);
    let x = rand(&[256, 1, 28, 28]);
    let y = randint(0, 10, &[256]);
    let parts = random_split(&TensorDataset::new(&x, &y), &[192, 64]);
    let train = DataLoader::new(&parts[0], 64)
        .shuffle(true)
        .workers(workers);
    let train = train.map(|x, y| {
        let shift = randint(-2, 3, &[2]).to_vec_i64();
        (
            x.roll(shift[0], 2).roll(shift[1], 3) + randn_like(x) * 0.05,
            y.clone(),
        )
    });
    let model = seq![
        Conv2d::new(1, 8, 3),
        BatchNorm2d::new(8),
        ReLU,
        MaxPool2d::new(2),
        Flatten::new(),
        Dropout::new(0.3),
        Linear::new(8 * 13 * 13, 64),
        ReLU,
        Linear::new(64, 10)
    ];
    let mut opt = Adam::new(model.parameters(), 0.001);
    let trainer = Trainer::new(2)
        .quiet()
        .valid(&DataLoader::new(&parts[1], 64).workers(workers))
        .metric("accuracy", accuracy)
        .clip_grad_norm(1.0);
    let history = trainer.fit(&model, &train, &mut opt, cross_entropy);
    let mut numbers = history.batch_loss();
    numbers.extend(history.series("valid loss"));
    numbers.extend(randn(&[3]).to_vec_f64());
    (bits(&model), numbers)
}

#[test]
fn training_is_the_same_for_any_number_of_threads_and_workers() {
    let _alone = alone(0);
    let before = num_threads();
    set_num_threads(1);
    let (weights, numbers) = run(0);
    for threads in [1, 2, 4] {
        set_num_threads(threads);
        for workers in [0, 1, 2, 4] {
            let (same_weights, same_numbers) = run(workers);
            assert_eq!(
                same_numbers, numbers,
                "{threads} threads, {workers} workers"
            );
            assert!(
                same_weights == weights,
                "{threads} threads, {workers} workers"
            );
        }
    }
    set_num_threads(before);
}
