//! Calls of losses, of `tests/golden/losses.json`.

use cuaderno::prelude::*;

use super::{Outputs, Run, table};

pub fn calls() -> Vec<(&'static str, Run)> {
    table![
        |x, y| MSELoss::new().reduction("mean").forward(x, y),
        |x, y| MSELoss::new().reduction("sum").forward(x, y),
        |x, y| MSELoss::new().reduction("none").forward(x, y),
        |x, y| mse_loss(x, y),
        |x, y| L1Loss::new().reduction("mean").forward(x, y),
        |x, y| L1Loss::new().reduction("sum").forward(x, y),
        |x, y| L1Loss::new().reduction("none").forward(x, y),
        |x, y| l1_loss(x, y),
        |x, y| HuberLoss::new().reduction("mean").forward(x, y),
        |x, y| HuberLoss::new().reduction("sum").forward(x, y),
        |x, y| HuberLoss::new().reduction("none").forward(x, y),
        |x, y| huber_loss(x, y),
        |x, y| HuberLoss::new().delta(0.4).reduction("mean").forward(x, y),
        |x, y| HuberLoss::new().delta(0.4).reduction("sum").forward(x, y),
        |x, y| HuberLoss::new().delta(0.4).reduction("none").forward(x, y),
        |x, y| SmoothL1Loss::new().reduction("mean").forward(x, y),
        |x, y| SmoothL1Loss::new().reduction("sum").forward(x, y),
        |x, y| SmoothL1Loss::new().reduction("none").forward(x, y),
        |x, y| smooth_l1_loss(x, y),
        |x, y| SmoothL1Loss::new()
            .beta(0.4)
            .reduction("mean")
            .forward(x, y),
        |x, y| SmoothL1Loss::new().beta(0.4).reduction("sum").forward(x, y),
        |x, y| SmoothL1Loss::new()
            .beta(0.4)
            .reduction("none")
            .forward(x, y),
        |x, y| SmoothL1Loss::new()
            .beta(0.0)
            .reduction("mean")
            .forward(x, y),
        |x, y| SmoothL1Loss::new().beta(0.0).reduction("sum").forward(x, y),
        |x, y| SmoothL1Loss::new()
            .beta(0.0)
            .reduction("none")
            .forward(x, y),
        |x, y| BCELoss::new().reduction("mean").forward(x, y),
        |x, y| BCELoss::new().reduction("sum").forward(x, y),
        |x, y| BCELoss::new().reduction("none").forward(x, y),
        |x, y| binary_cross_entropy(x, y),
        |x, y, z| BCELoss::new().weight(z).reduction("mean").forward(x, y),
        |x, y, z| BCELoss::new().weight(z).reduction("sum").forward(x, y),
        |x, y, z| BCELoss::new().weight(z).reduction("none").forward(x, y),
        |x, y| BCEWithLogitsLoss::new().reduction("mean").forward(x, y),
        |x, y| BCEWithLogitsLoss::new().reduction("sum").forward(x, y),
        |x, y| BCEWithLogitsLoss::new().reduction("none").forward(x, y),
        |x, y| binary_cross_entropy_with_logits(x, y),
        |x, y, z| BCEWithLogitsLoss::new()
            .weight(z)
            .reduction("mean")
            .forward(x, y),
        |x, y, z| BCEWithLogitsLoss::new()
            .weight(z)
            .reduction("sum")
            .forward(x, y),
        |x, y, z| BCEWithLogitsLoss::new()
            .weight(z)
            .reduction("none")
            .forward(x, y),
        |x, y, z| BCEWithLogitsLoss::new()
            .pos_weight(z)
            .reduction("mean")
            .forward(x, y),
        |x, y, z| BCEWithLogitsLoss::new()
            .pos_weight(z)
            .reduction("sum")
            .forward(x, y),
        |x, y, z| BCEWithLogitsLoss::new()
            .pos_weight(z)
            .reduction("none")
            .forward(x, y),
        |x, y, z| BCEWithLogitsLoss::new()
            .weight(z)
            .pos_weight(z)
            .forward(x, y),
        |x, y| KLDivLoss::new().reduction("mean").forward(x, y),
        |x, y| KLDivLoss::new()
            .log_target(true)
            .reduction("mean")
            .forward(x, y),
        |x, y| KLDivLoss::new().reduction("sum").forward(x, y),
        |x, y| KLDivLoss::new()
            .log_target(true)
            .reduction("sum")
            .forward(x, y),
        |x, y| KLDivLoss::new().reduction("none").forward(x, y),
        |x, y| KLDivLoss::new()
            .log_target(true)
            .reduction("none")
            .forward(x, y),
        |x, y| KLDivLoss::new().reduction("batchmean").forward(x, y),
        |x, y| KLDivLoss::new()
            .log_target(true)
            .reduction("batchmean")
            .forward(x, y),
        |x, y| kl_div(x, y),
        |x, y| HingeLoss::new().reduction("mean").forward(x, &y.detach()),
        |x, y| HingeLoss::new().reduction("sum").forward(x, &y.detach()),
        |x, y| HingeLoss::new().reduction("none").forward(x, &y.detach()),
        |x, y| hinge_loss(x, y),
        |x, y| CrossEntropyLoss::new().reduction("mean").forward(x, y),
        |x, y| CrossEntropyLoss::new().reduction("sum").forward(x, y),
        |x, y| CrossEntropyLoss::new().reduction("none").forward(x, y),
        |x, y, z| CrossEntropyLoss::new()
            .weight(z)
            .reduction("mean")
            .forward(x, y),
        |x, y, z| CrossEntropyLoss::new()
            .weight(z)
            .reduction("sum")
            .forward(x, y),
        |x, y, z| CrossEntropyLoss::new()
            .weight(z)
            .reduction("none")
            .forward(x, y),
        |x, y| CrossEntropyLoss::new()
            .label_smoothing(0.1)
            .reduction("mean")
            .forward(x, y),
        |x, y| CrossEntropyLoss::new()
            .label_smoothing(0.1)
            .reduction("sum")
            .forward(x, y),
        |x, y| CrossEntropyLoss::new()
            .label_smoothing(0.1)
            .reduction("none")
            .forward(x, y),
        |x, y, z| CrossEntropyLoss::new()
            .weight(z)
            .label_smoothing(0.1)
            .reduction("mean")
            .forward(x, y),
        |x, y, z| CrossEntropyLoss::new()
            .weight(z)
            .label_smoothing(0.1)
            .reduction("sum")
            .forward(x, y),
        |x, y, z| CrossEntropyLoss::new()
            .weight(z)
            .label_smoothing(0.1)
            .reduction("none")
            .forward(x, y),
        |x, y| CrossEntropyLoss::new()
            .label_smoothing(1.0)
            .reduction("mean")
            .forward(x, y),
        |x, y| CrossEntropyLoss::new()
            .label_smoothing(1.0)
            .reduction("sum")
            .forward(x, y),
        |x, y| CrossEntropyLoss::new()
            .label_smoothing(1.0)
            .reduction("none")
            .forward(x, y),
        |x, y, z| CrossEntropyLoss::new()
            .weight(z)
            .label_smoothing(1.0)
            .reduction("mean")
            .forward(x, y),
        |x, y, z| CrossEntropyLoss::new()
            .weight(z)
            .label_smoothing(1.0)
            .reduction("sum")
            .forward(x, y),
        |x, y, z| CrossEntropyLoss::new()
            .weight(z)
            .label_smoothing(1.0)
            .reduction("none")
            .forward(x, y),
        |x, y| CrossEntropyLoss::new()
            .ignore_index(2)
            .reduction("mean")
            .forward(x, y),
        |x, y| CrossEntropyLoss::new()
            .ignore_index(2)
            .reduction("sum")
            .forward(x, y),
        |x, y| CrossEntropyLoss::new()
            .ignore_index(2)
            .reduction("none")
            .forward(x, y),
        |x, y| cross_entropy(x, y),
        |x, y| NLLLoss::new().reduction("mean").forward(x, y),
        |x, y| NLLLoss::new().reduction("sum").forward(x, y),
        |x, y| NLLLoss::new().reduction("none").forward(x, y),
        |x, y, z| NLLLoss::new().weight(z).reduction("mean").forward(x, y),
        |x, y, z| NLLLoss::new().weight(z).reduction("sum").forward(x, y),
        |x, y, z| NLLLoss::new().weight(z).reduction("none").forward(x, y),
        |x, y| NLLLoss::new()
            .ignore_index(2)
            .reduction("mean")
            .forward(x, y),
        |x, y| NLLLoss::new()
            .ignore_index(2)
            .reduction("sum")
            .forward(x, y),
        |x, y| NLLLoss::new()
            .ignore_index(2)
            .reduction("none")
            .forward(x, y),
        |x, y| nll_loss(x, y),
    ]
}
