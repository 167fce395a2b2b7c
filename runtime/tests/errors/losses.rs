//! Predictions and targets that do not belong together.

use cuaderno::prelude::*;

use crate::text;

#[test]
fn losses_of_pairs() {
    let column = zeros(&[32, 1]);
    let texts = texts! {
        mse_loss(&column, &zeros(&[32]));
        l1_loss(&column, &zeros(&[16, 1]));
        binary_cross_entropy(&tensor([1.5]), &tensor([1.0]));
        binary_cross_entropy(&tensor([0.5]), &tensor([2]));
        binary_cross_entropy_with_logits(&column, &zeros(&[32]));
        BCELoss::new().weight(&ones(&[3])).forward(&tensor([0.5, 0.5]), &tensor([0, 1]));
        hinge_loss(&tensor([0.5]), &tensor([0]));
        kl_div(&tensor([0.5]), &tensor([-0.7]));
        HuberLoss::new().delta(0.0);
        MSELoss::new().reduction("avg");
    };
    insta::assert_snapshot!(texts, @r##"
    > mse_loss(&column, &zeros(&[32]))
    mse_loss: shapes differ: the prediction is [32, 1], the target [32]
    help: y.reshape(&[32, 1])

    > l1_loss(&column, &zeros(&[16, 1]))
    l1_loss: shapes differ: the prediction is [32, 1], the target [16, 1]
    help: every number of the prediction needs its own target

    > binary_cross_entropy(&tensor([1.5]), &tensor([1.0]))
    binary_cross_entropy: the prediction must be between 0 and 1: it is [1] and has 1.5
    help: of scores: binary_cross_entropy_with_logits(&scores, &y), or binary_cross_entropy(&scores.sigmoid(), &y)

    > binary_cross_entropy(&tensor([0.5]), &tensor([2]))
    binary_cross_entropy: the target must be between 0 and 1: it is [1] and has 2
    help: two classes are 0 and 1; for more there is cross_entropy(&scores, &classes)

    > binary_cross_entropy_with_logits(&column, &zeros(&[32]))
    binary_cross_entropy_with_logits: shapes differ: the prediction is [32, 1], the target [32]
    help: y.reshape(&[32, 1])

    > BCELoss::new().weight(&ones(&[3])).forward(&tensor([0.5, 0.5]), &tensor([0, 1]))
    binary_cross_entropy: the weight does not fit: it is [3], the prediction [2]
    help: a weight has the shape of the prediction, or of a row of it

    > hinge_loss(&tensor([0.5]), &tensor([0]))
    hinge_loss: the classes must be -1 and 1: the target is [1] and has 0
    help: of classes 0 and 1: y * 2 - 1

    > kl_div(&tensor([0.5]), &tensor([-0.7]))
    kl_div: the target must be between 0 and 1: it is [1] and has -0.699999988079071
    help: of logarithms: KLDivLoss::new().log_target(true)

    > HuberLoss::new().delta(0.0)
    HuberLoss: delta must be above 0, it is 0

    > MSELoss::new().reduction("avg")
    MSELoss: there is no reduction "avg"
    help: "mean", "sum" or "none"
    "##);
}

#[test]
fn losses_of_classes() {
    let scores = zeros(&[2, 3]);
    let texts = texts! {
        cross_entropy(&scores, &tensor([0, 3]));
        cross_entropy(&scores, &tensor([0, -1]));
        cross_entropy(&zeros(&[2, 1]), &tensor([0, 1]));
        cross_entropy(&scores, &tensor([[0], [1]]));
        cross_entropy(&scores, &tensor([0.0, 1.0]));
        cross_entropy(&scores, &tensor([0, 1]).one_hot(3));
        cross_entropy(&scores, &tensor([0, 1, 2]));
        cross_entropy(&scores, &(zeros(&[2, 3]) + 2.0));
        CrossEntropyLoss::new().weight(&ones(&[2])).forward(&scores, &tensor([0, 1]));
        CrossEntropyLoss::new().label_smoothing(1.5);
        nll_loss(&scores, &zeros(&[2, 3]));
    };
    insta::assert_snapshot!(texts, @r##"
    > cross_entropy(&scores, &tensor([0, 3]))
    cross_entropy: the target has class 3, but the number of classes is 3: the scores are [2, 3], the target is [2]
    help: classes are counted from 0 to 2; the last layer needs an output for each

    > cross_entropy(&scores, &tensor([0, -1]))
    cross_entropy: the target has class -1, but the number of classes is 3: the scores are [2, 3], the target is [2]
    help: CrossEntropyLoss::new().ignore_index(-1) leaves such rows out

    > cross_entropy(&zeros(&[2, 1]), &tensor([0, 1]))
    cross_entropy: the target has class 1, but the number of classes is 1: the scores are [2, 1], the target is [2]
    help: one score per row: binary_cross_entropy_with_logits(&scores, &y), or a last layer with an output for each class

    > cross_entropy(&scores, &tensor([[0], [1]]))
    cross_entropy: needs a class for each row: the scores are [2, 3], so the target is [2] of i64, not [2, 1] of i64
    help: y.reshape(&[2])

    > cross_entropy(&scores, &tensor([0.0, 1.0]))
    cross_entropy: needs a class for each row: the scores are [2, 3], so the target is [2] of i64, not [2] of f32
    help: y.long() makes whole numbers of it

    > cross_entropy(&scores, &tensor([0, 1]).one_hot(3))
    cross_entropy: needs a class for each row: the scores are [2, 3], so the target is [2] of i64, not [2, 3] of i64
    help: y.float() makes probabilities of it, one for each class

    > cross_entropy(&scores, &tensor([0, 1, 2]))
    cross_entropy: needs a class for each row: the scores are [2, 3], so the target is [2] of i64, not [3] of i64
    help: the classes are dim 1 of the scores, [n, c] or [n, c, ..]

    > cross_entropy(&scores, &(zeros(&[2, 3]) + 2.0))
    cross_entropy: the target must be between 0 and 1: it is [2, 3] and has 2
    help: a target of the scores' shape holds probabilities; classes are i64, one per row

    > CrossEntropyLoss::new().weight(&ones(&[2])).forward(&scores, &tensor([0, 1]))
    cross_entropy: needs one weight for each class: the weight is [2], the scores are [2, 3], so there are 3 classes

    > CrossEntropyLoss::new().label_smoothing(1.5)
    CrossEntropyLoss: label_smoothing must be between 0 and 1, it is 1.5

    > nll_loss(&scores, &zeros(&[2, 3]))
    nll_loss: needs a class for each row: the scores are [2, 3], so the target is [2] of i64, not [2, 3] of f32
    help: y.argmax(1) gives the class of each row
    "##);
}
