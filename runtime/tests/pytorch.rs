//! Every right side of `docs/pytorch.md`, as it stands there.

// The rows show expressions; what they give is not looked at here.
#![allow(unused, clippy::no_effect)]

use cuaderno::prelude::*;

/// Runs each row, and gives its text to compare with the page.
macro_rules! rows {
    ($({ $($row:tt)* })*) => {{
        $({ $($row)* };)*
        [$(stringify!($($row)*)),*]
    }};
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_row_runs() {
    manual_seed(1);
    let x = tensor([[2.0, 1.0], [1.0, 3.0]]);
    let y = tensor([[1.0, 2.0], [3.0, 5.0]]);
    let w = zeros(&[2, 1]).requires_grad();
    let model = seq![Linear::new(2, 1)];
    let data = TensorDataset::new(&x, &y);
    let loader = DataLoader::new(&data, 1);
    let line = DataLoader::new(&TensorDataset::new(&x, &y.narrow(1, 0, 1)), 1);
    let labels = tensor([0, 1]);
    let words = ["cat", "dog", "cat"];
    let table = Table::parse("size,kind\n1,cat\n5,dog\n").unwrap();
    #[rustfmt::skip]
    let tested = rows! {
        { tensor([[1.0, 2.0], [3.0, 4.0]]) }
        { tensor_of(DType::F64, [1.0, 2.0]) }
        { zeros(&[2, 3]) }
        { full(&[2, 3], 7.0) }
        { ones_like(&x) }
        { eye(3) }
        { arange(0, 10, 2) }
        { linspace(0.0, 1.0, 5) }
        { logspace(0.0, 2.0, 3) }
        { manual_seed(42) }
        { randn(&[2, 3]) }
        { normal(0.0, 0.01, &[2, 1]) }
        { randint(0, 10, &[5]) }
        { rand_like(&x) }
        { randn_like(&x) }
        { uniform(-1.0, 1.0, &[2, 3]) }
        { bernoulli(0.5, &[2, 3]) }
        { multinomial(&tensor([1.0, 2.0, 3.0]), 2, false) }
        { random_state() }
        { set_random_state(&random_state()) }
        { (x.shape(), x.size(-1)) }
        { x.dtype() }
        { x.double() }
        { x.half() }
        { x.device() }
        { x.to_device(&Device::cpu()) }
        { Device::is_available("cuda") }
        { x.at(&[0, 1]) }
        { x.sum().item() }
        { x.to_vec() }
        { x.to_ndarray() }
        { x.to_ndarray_f64() }
        { x.copy() }
        { &x + &y }
        { 2.0 * &x - 1.0 }
        { x.pow(2) }
        { x.matmul(&w) }
        { x.exp() }
        { x.log1p() }
        { x.reciprocal() }
        { x.erf() }
        { x.round() }
        { x.sign() }
        { x.clamp(0.0, 1.0) }
        { x.clamp_min(0.0) }
        { x.maximum(&y) }
        { x.atan2(&y) }
        { x.logaddexp(&y) }
        { x.lerp(&y, 0.5) }
        { &x % 2.0 }
        { x.fmod(2.0) }
        { x.floor_divide(2.0) }
        { x.gt(0.0) }
        { x.gt(0.0) & !y.gt(0.0) }
        { x.logical_or(&y) }
        { x.isnan() }
        { x.allclose(&y) }
        { x.equal(&y) }
        { where_(&x.gt(0.0), &x, 0.0) }
        { x.copy().add_(1.0) }
        { x.copy().clamp_(0.0, 1.0) }
        { x.copy().uniform_(-1.0, 1.0) }
        { x.copy().normal_(0.0, 0.01) }
        { x.reshape(&[-1, 2]) }
        { x.t() }
        { x.permute(&[1, 0]) }
        { x.unsqueeze(0) }
        { x.unsqueeze(0).squeeze_dim(0) }
        { x.expand(&[3, 2, 2]) }
        { x.view(-1) }
        { x.flatten_dims(0, 1) }
        { x.movedim(-1, 0) }
        { y.i(0).expand_as(&x) }
        { cat(&[&x, &y], 1) }
        { stack(&[&x, &y], 0) }
        { x.split(1, 1) }
        { x.split_sizes(&[1, 1], 0) }
        { x.chunk(2, 0) }
        { x.unbind(1) }
        { x.pad(&[1, 1]) }
        { x.pad_value(&[1, 1], 9.0) }
        { x.pad_mode(&[1, 1], "reflect") }
        { x.flip(1) }
        { x.roll(1, 0) }
        { x.repeat(&[2, 3]) }
        { x.repeat_interleave(2, 1) }
        { x.tril(0) }
        { x.triu(1) }
        { x.diag() }
        { meshgrid(&[&x.i(0), &y.i(0)]) }
        { x.i(0) }
        { x.i((.., -1)) }
        { x.i((.., 0..1)) }
        { x.i(step(.., 2)) }
        { x.i((.., NewAxis)) }
        { x.i((Ellipsis, 0)) }
        { x.i(&tensor([1, 0])) }
        { x.i(&x.gt(1.0)) }
        { x.copy().set_((0, 1), 7.0); }
        { x.copy().set_(&x.lt(2.0), 0.0); }
        { for row in &x {} }
        { x.select(0, 1) }
        { x.narrow(1, 0, 1) }
        { x.index_select(0, &tensor([1, 0])) }
        { x.gather(1, &tensor([[1], [0]])) }
        { x.scatter_add(1, &tensor([[1], [0]]), &y) }
        { x.masked_select(&x.gt(1.0)) }
        { x.masked_fill(&x.gt(1.0), 0.0) }
        { x.nonzero() }
        { tensor([0, 2]).one_hot(3) }
        { let (values, index) = x.sort(1); }
        { x.sort_descending(1) }
        { x.argsort(1) }
        { x.topk(1, 1) }
        { x.median() }
        { x.median_dim(1) }
        { x.unique() }
        { x.unique_counts() }
        { x.cumsum(0) }
        { x.cumprod(0) }
        { tensor([0, 2]).bincount(3) }
        { x.sum_dim(0) }
        { x.mean_keepdim(1) }
        { x.std() }
        { x.var_correction(1, 0.0) }
        { x.prod_dim(0) }
        { x.norm_dim(1) }
        { x.norm_p(1.0) }
        { x.logsumexp(1) }
        { x.gt(0.0).all_dim(1) }
        { x.gt(0.0).any() }
        { x.count_nonzero() }
        { x.max_dim(1) }
        { x.argmax(1) }
        { x.argmax_all() }
        { x.softmax(1) }
        { x.solve(&y) }
        { x.inverse() }
        { x.det() }
        { x.trace() }
        { x.diagonal(1, 0, 1) }
        { x.lstsq(&y) }
        { x.select(0, 0).dot(&y.select(0, 0)) }
        { x.select(0, 0).outer(&y.select(0, 0)) }
        { einsum("ij,jk->ik", &[&x, &y]) }
        { let w = zeros(&[2, 1]).requires_grad(); }
        { w.sum().backward(); }
        { w.grad() }
        { no_grad(|| w.sub_(w.grad() * 0.1)); }
        { w.zero_grad(); }
        { w.grad_fn() }
        { w.detach() }
        { w.register_hook(|g| g * 2.0) }
        { grad(&w.sum(), &[&w]) }
        { vjp(|x| x[0].exp(), &[&x], &y) }
        { jacobian(|x| x.exp(), &x) }
        { w.sum().graph() }
        { gradcheck(|x| x[0].exp(), &[&x.double()]); }
        { seq![Linear::new(2, 8), ReLU, Linear::new(8, 1)] }
        { model.forward(&x) }
        { model.parameters() }
        { mse_loss(&y, &y) }
        { cross_entropy(&x, &tensor([0, 1])) }
        { CrossEntropyLoss::new().label_smoothing(0.1).forward(&x, &tensor([0, 1])) }
        { binary_cross_entropy_with_logits(&x, &tensor([[0, 1], [1, 1]])) }
        { MSELoss::new().reduction("sum").forward(&x, &y) }
        { let (output, (h, c)) = LSTM::new(2, 8).batch_first(true).forward_states(&x.unsqueeze(0)); }
        { let h = GRUCell::new(2, 8).step(&x, &zeros(&[2, 8])); }
        { Sgd::new(model.parameters(), 0.03) }
        { TensorDataset::new(&x, &y) }
        { data.len() }
        { Subset::new(&data, &[1]) }
        { random_split(&data, &[1, 1]) }
        { DataLoader::new(&data, 2).shuffle(true) }
        { DataLoader::new(&data, 2).drop_last(true).workers(2) }
        { DataLoader::new(&data, 2).map(|x, y| (x.flip(1), y.clone())) }
        { loader.len() }
        { for (x, y) in &loader {} }
        { let (x, y) = loader.iter().next().unwrap(); }
        { let mnist: fn() -> Result<Pictures, Error> = Mnist::test; }
        { iris() }
        { make_moons(100, 0.1) }
        { read_csv("wine.csv") }
        { Csv::new().delimiter(';').read("wine.csv") }
        { table.head(3) }
        { table.describe() }
        { table.select(&["size", "kind"]) }
        { table.drop_missing() }
        { table.to_csv() }
        { train_test_split(&x, &y, 0.5) }
        { stratified_split(&iris().x, &iris().y, 0.2) }
        { KFold::new(5).shuffle(true).folds(150) }
        { KFold::new(5).stratified_folds(&iris().y) }
        { StandardScaler::fit(&x).transform(&x) }
        { MinMaxScaler::fit(&x).transform(&x) }
        { LabelEncoder::fit(&words).transform(&words) }
        { OneHotEncoder::fit(&words).transform(&words) }
        { accuracy(&x, &labels) }
        { top_k_accuracy(&x, &labels, 2) }
        { confusion_matrix(&x, &labels) }
        { classification_report(&x, &labels) }
        { f1_score(&x, &labels, "macro") }
        { precision_per_class(&x, &labels) }
        { roc_auc(&x.select(1, 1), &labels) }
        { mean_squared_error(&x, &y) }
        { r2_score(&x, &y) }
        { model.train() }
        { model.eval() }
        { clip_grad_norm_(&model.parameters(), 1.0) }
        { StepLR::new(10) }
        { ReduceLROnPlateau::new().patience(3) }
        { fit(&model, &line, &mut Sgd::new(model.parameters(), 0.1), mse_loss, 2) }
        { Trainer::new(2).clip_grad_norm(1.0) }
        { Trainer::new(2).valid(&line).fit(&model, &line, &mut Sgd::new(model.parameters(), 0.1), mse_loss) }
        { Trainer::new(2).metric("acc", accuracy).watch("valid acc", "max").early_stopping(5) }
        { Trainer::new(2).save_every(1, "run.safetensors") }
        { Trainer::new(2).resume("no such run.safetensors") }
        { Trainer::new(2).on_epoch_end(|run| println!("{}", run.value("loss"))) }
        { lr_find(&model, &line, &mut Sgd::new(model.parameters(), 0.1), mse_loss) }
        { evaluate(&model, &line, mse_loss, &[("mae", &mean_absolute_error)]) }
        { predict(&model, &line) }
        { Search::new().values("lr", [0.1, 0.01]).grid(|p| p["lr"]) }
        { Search::new().log_uniform("lr", 1e-4, 1e-1).random(20, |p| p["lr"]) }
        { for _ in progress(0..3) {} }
        { Figure::new().line(&x, &y).label("loss") }
        { imshow(&x) }
    };
    let page = include_str!("../docs/pytorch.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let right = |line: &str| {
        let code = line.rsplit(" | `").next().unwrap().trim_end_matches("` |");
        without_spaces(&code.replace("\\|", "|"))
    };
    let written: Vec<String> = rows.map(right).collect();
    let tested: Vec<String> = tested.iter().map(|row| without_spaces(row)).collect();
    assert_eq!(written, tested);
}
