//! What a run leaves behind.

use super::*;

/// A model that gives the same for ever, on batches of 3 and 1.
fn still(valid: bool, epochs: usize) -> History {
    let x = tensor([[1.0], [2.0], [3.0], [6.0]]);
    let data = DataLoader::new(&TensorDataset::new(&x, &zeros(&[4, 1])), 3);
    let model = seq![Linear::new(1, 1).no_bias()];
    no_grad(|| model.parameters().tensors()[0].fill_(1.0));
    let mut opt = Sgd::new(model.parameters(), 0.0);
    let mut trainer = Trainer::new(epochs).metric("largest", |y_hat, _| y_hat.max().item());
    if valid {
        trainer = trainer.valid(&data.drop_last(true));
    }
    trainer.fit(&model, &data, &mut opt, l1_loss)
}

#[test]
fn means_and_deviations_weight_batches_by_their_size() {
    let _alone = alone(0);
    let history = still(true, 2);
    // Losses 2 and 6 of 3 examples and 1; largest outputs 3 and 6.
    assert_eq!(history.batch_loss(), [2.0, 6.0, 2.0, 6.0]);
    assert_close(&tensor(history.series("loss")), [3.0, 3.0]);
    assert_close_within(&tensor(history.std("loss")), [3_f64.sqrt(); 2], 1e-6);
    assert_close(&tensor(history.series("largest")), [3.75, 3.75]);
    assert_eq!(
        (history.last("valid loss"), history.std("valid loss")[1]),
        (2.0, 0.0)
    );
    assert_eq!(history.best_epoch(), Some(1));
    let names = [
        "loss",
        "largest",
        "valid loss",
        "valid largest",
        "lr",
        "seconds",
    ];
    assert_eq!(history.names(), names);
    let message = panic_of(|| history.series("f1"));
    assert!(
        message
            .starts_with("series: there is no series \"f1\"; there are: loss, largest, valid loss"),
        "{message}"
    );
}

#[test]
fn a_history_is_text_table_and_file() {
    let _alone = alone(0);
    let history = still(true, 2);
    let text = format!("{history:?}");
    assert_eq!(
        text,
        "History of 2 epochs, 4 batches\n  \
         epoch 1: loss 3.000000, largest 3.750000, valid loss 2.000000, valid largest 3.000000\n  \
         epoch 2: loss 3.000000, largest 3.750000, valid loss 2.000000, valid largest 3.000000\n  \
         best epoch: 1"
    );
    let html = history.mime_bundle().get("text/html").unwrap().to_owned();
    assert!(
        html.contains("3.000000 <span style=\"opacity:.6\">± 1.7321</span>"),
        "{html}"
    );
    assert!(
        html.contains("<td>2.000000</td>") && html.contains("best epoch: 1"),
        "{html}"
    );

    let path = std::env::temp_dir().join(format!("history-{}.csv", std::process::id()));
    history.to_table().save_csv(&path).unwrap();
    let read = read_csv(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        read.column_names()[..4],
        ["epoch", "loss", "loss std", "largest"]
    );
    assert_eq!(read.text("loss std")[0].parse(), Ok(history.std("loss")[0]));
}

#[test]
fn long_histories_are_listed_at_both_ends() {
    let _alone = alone(0);
    let text = format!("{:?}", still(false, 40));
    assert!(
        text.contains("epoch 5: ") && text.contains("\n  ...\n  epoch 36: "),
        "{text}"
    );
    assert!(!text.contains("epoch 6: "), "{text}");
}

#[test]
fn curves_have_a_panel_for_each_quantity_and_bands() {
    let _alone = alone(0);
    let svg = still(true, 3).plot().to_svg();
    for part in [
        ">loss<",
        ">largest<",
        ">train<",
        ">valid<",
        ">batch<",
        "fill-opacity",
    ] {
        assert!(svg.contains(part), "{part}");
    }
    // No band where nothing deviates, and no validation where there is none.
    let svg = still(false, 20).plot().to_svg();
    assert!(!svg.contains(">valid<") && !svg.contains(">batch<"));
}
