//! The cells that the course is built around, as a session runs them: first `use`, then each cell.

use cuaderno::prelude::*;

#[test]
fn linear_regression_in_two_cells() {
    manual_seed(1);
    let x = randn(&[1000, 2]);
    let y = x.matmul(&tensor([[2.0], [-3.4]])) + 4.2 + randn(&[1000, 1]) * 0.01;

    let model = seq![Linear::new(2, 1)];
    let data = DataLoader::new(&TensorDataset::new(&x, &y), 32).shuffle(true);
    let mut opt = Sgd::new(model.parameters(), 0.03);
    let history = fit(&model, &data, &mut opt, mse_loss, 3);
    history.plot().evcxr_display();

    assert!(history.last_loss() < 0.01, "{history:?}");
    let layer = model.parameters();
    assert_close_within(&layer.get("0.weight").unwrap(), [[2.0, -3.4]], 0.1);
    assert_close_within(&layer.get("0.bias").unwrap(), [4.2], 0.1);
}

#[test]
fn linear_regression_from_scratch() {
    manual_seed(2);
    let x = randn(&[1000, 2]);
    let y = x.matmul(&tensor([[2.0], [-3.4]])) + 4.2 + randn(&[1000, 1]) * 0.01;
    let mut w = zeros(&[2, 1]).requires_grad();
    let mut b = zeros(&[1]).requires_grad();
    let lr = 0.03;

    let board = Board::new("loss");
    for _epoch in progress(0..3) {
        for (xb, yb) in &DataLoader::new(&TensorDataset::new(&x, &y), 32).shuffle(true) {
            let loss = (xb.matmul(&w) + &b - &yb).square().mean();
            loss.backward();
            no_grad(|| {
                w -= w.grad() * lr;
                b -= b.grad() * lr;
            });
            w.zero_grad();
            b.zero_grad();
            board.push("batch", loss.item());
        }
    }
    assert_close_within(&w, [[2.0], [-3.4]], 0.1);
    assert_close_within(&b, [4.2], 0.1);
}

#[test]
fn the_closed_form_of_linear_regression() {
    let data = diabetes();
    let x = StandardScaler::fit(&data.x).transform(&data.x);
    let design = cat(&[&x, &ones(&[442, 1])], 1);
    let normal = design
        .t()
        .matmul(&design)
        .solve(&design.t().matmul(&data.y));
    let least = design.lstsq(&data.y);
    assert_close_within(&normal, &least, 0.01);
    // scikit-learn 1.9.1, X and y of load_diabetes(scaled=False):
    // LinearRegression().fit(StandardScaler().fit_transform(X), y), coef_[2] and intercept_
    assert_close_within(least.at(&[2, 0]), 24.726549, 1e-3);
    assert_close_within(least.at(&[10, 0]), 152.133484, 1e-3);
}

#[test]
fn a_model_of_ones_own() {
    struct Scratch {
        w: Tensor,
        hidden: Linear,
    }
    impl Module for Scratch {
        fn forward(&self, x: &Tensor) -> Tensor {
            self.hidden.forward(x).relu().matmul(&self.w)
        }
        fn parameters(&self) -> Params {
            params![self.w, self.hidden]
        }
    }
    let model = Scratch {
        w: randn(&[4, 1]).requires_grad(),
        hidden: Linear::new(2, 4),
    };
    assert_eq!(
        model.parameters().names(),
        ["w", "hidden.weight", "hidden.bias"]
    );
    let data = DataLoader::new(&TensorDataset::new(&randn(&[8, 2]), &randn(&[8, 1])), 4);
    let before = fit(
        &model,
        &data,
        &mut Sgd::new(model.parameters(), 0.0),
        mse_loss,
        1,
    );
    let after = fit(
        &model,
        &data,
        &mut Sgd::new(model.parameters(), 0.01),
        mse_loss,
        50,
    );
    assert!(after.last_loss() < before.last_loss());
}

#[test]
fn tensors_go_to_other_threads() {
    let x = tensor([1.0, 2.0]).requires_grad();
    let sum = std::thread::spawn({
        let x = x.clone();
        move || {
            x.square().sum().backward();
            x.sum().item()
        }
    });
    assert_eq!(sum.join().unwrap(), 3.0);
    assert_close(&x.grad(), [2.0, 4.0]);
}

#[test]
fn threads_share_tensors_and_add_to_one_gradient() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    let w = tensor([1.0, 2.0]).requires_grad();
    shared(&w);
    shared(&Device::cpu());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    (&w * 2.0).sum().backward();
                }
            });
        }
    });
    assert_close(&w.grad(), [400.0, 400.0]);
}

#[test]
fn a_graph_of_a_million_nodes() {
    let x = tensor([1.0]).requires_grad();
    let mut y = x.clone();
    for _ in 0..500_000 {
        y = &y + 1.0;
        y = -y;
    }
    assert_eq!(y.graph().len(), 1_000_001);
    y.sum().backward();
    assert_close(&x.grad(), [1.0]);
    let mut dropped = x.clone();
    for _ in 0..1_000_000 {
        dropped = -dropped;
    }
    drop(dropped);
}
