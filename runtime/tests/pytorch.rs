//! Every right side of `docs/pytorch.md`, as it stands there, beside what PyTorch and NumPy give for
//! the left one: `tests/golden/page.py` wrote that down.

// The rows show expressions, and some give nothing.
#![allow(unused, clippy::no_effect, clippy::unit_arg)]

use std::ops::Deref;

use cuaderno::ndarray::{ArrayD, array};
use cuaderno::prelude::*;
use serde_json::Value;

const FILE: &str = include_str!("../../tests/golden/page.json");

/// What a row gives, if it is numbers.
trait Outputs {
    fn outputs(&self) -> Option<Vec<Tensor>>;
}

/// The row's value; a reference to it has outputs too, for values that are no numbers.
struct Given<T>(T);

impl<T> Outputs for &Given<T> {
    fn outputs(&self) -> Option<Vec<Tensor>> {
        None
    }
}

macro_rules! outputs {
    ($($type:ty: $value:ident => $tensors:expr;)*) => {$(
        impl Outputs for Given<$type> {
            fn outputs(&self) -> Option<Vec<Tensor>> {
                let $value = &self.0;
                Some($tensors.into())
            }
        }
    )*};
}

outputs! {
    Tensor: x => [x.clone()];
    Vec<Tensor>: list => list.clone();
    (Tensor, Tensor): pair => [pair.0.clone(), pair.1.clone()];
    bool: b => [tensor(*b)];
    f64: v => [tensor_of(DType::F64, *v)];
    usize: n => [tensor(*n)];
    ArrayD<f32>: x => [Tensor::from(x)];
    ArrayD<f64>: x => [Tensor::from(x)];
    Result<(), Error>: done => { done.as_ref().unwrap(); Vec::new() };
    ConfusionMatrix: matrix => [matrix.counts()];
    RocCurve: curve => [curve.fpr(), curve.tpr(), curve.thresholds()];
    (&[usize], usize): sizes => sizes.0.iter().map(|&n| tensor(n)).collect::<Vec<_>>();
}

/// Runs each row, and gives its text, to compare with the page, and its numbers.
///
/// A row that gives nothing `changes` a copy of a tensor, which is compared then, or is followed by
/// what to compare: `then { .. }`. Each row has a weight of its own.
// A function for each: all in one take minutes to compile.
macro_rules! rows {
    ($w:ident: $({ $($row:tt)* } $(changes $x:ident)? $(then $after:tt)?)*) => {{
        let mut rows = Vec::new();
        $(rows.push((
            stringify!($($row)*),
            run(#[inline(never)] |$w: Tensor| (&Given({
                $(let $x = Changed::of(&$x);)?
                $($row)*
                $(; $x.copy)?
                $(; $after)?
            })).outputs()),
        ));)*
        rows
    }};
}

fn run(row: impl FnOnce(Tensor) -> Option<Vec<Tensor>>) -> Option<Vec<Tensor>> {
    row(weight())
}

/// A weight with a gradient, as in page.py.
fn weight() -> Tensor {
    let w = tensor([[0.5], [-1.0]]).requires_grad();
    (&w * tensor([[1.0], [2.0]])).sum().backward();
    w
}

/// A tensor of which there is one copy, however often it is copied.
struct Changed {
    x: Tensor,
    copy: Tensor,
}

impl Changed {
    fn of(x: &Tensor) -> Changed {
        Changed {
            x: x.clone(),
            copy: x.copy(),
        }
    }

    fn copy(&self) -> Tensor {
        self.copy.clone()
    }
}

impl Deref for Changed {
    type Target = Tensor;

    fn deref(&self) -> &Tensor {
        &self.x
    }
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// y = x²
struct Square;

impl Op for Square {
    fn name(&self) -> &'static str {
        "square"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Result<Tensor, Error> {
        Ok(inputs[0] * inputs[0])
    }

    fn backward(&self, saved: &Saved, grad: &Tensor) -> Vec<Option<Tensor>> {
        vec![Some(grad * saved.input(0) * 2.0)]
    }
}

/// What differs from `[dtype, shape, values]`; a dtype of Python's own is null.
fn difference(found: &Tensor, expected: &Value) -> Option<String> {
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let truth = |v: &Value| v.as_bool().map(|b| f64::from(u8::from(b)));
    // Infinities are texts.
    let text = |v: &Value| v.as_str().and_then(|text| text.parse().ok());
    let number = |v: &Value| v.as_f64().or(truth(v)).or(text(v));
    let shape: Vec<usize> = list(&expected[1])
        .iter()
        .map(|n| n.as_u64().expect("a size") as usize)
        .collect();
    let values: Vec<f64> = list(&expected[2])
        .iter()
        .map(|v| number(v).expect("a number"))
        .collect();
    let dtype = found.dtype().to_string();
    let same_type = expected[0].as_str().is_none_or(|name| name == dtype);
    let near = |(a, b): (&f64, &f64)| a == b || (a - b).abs() <= 1e-5 * b.abs().max(1.0);
    let same =
        same_type && found.shape() == shape && found.to_vec_f64().iter().zip(&values).all(near);
    (!same).then(|| format!("{found}, PyTorch has {expected}"))
}

#[test]
fn every_row_gives_what_pytorch_gives() {
    manual_seed(1);
    let x = tensor([[2.0, 1.0], [4.0, 3.0]]);
    let y = tensor([[1.0, 2.0], [3.0, 5.0]]);
    let array = array![[1.0, 2.0], [3.0, 4.5]];
    let model = seq![Linear::new(2, 1)];
    let mut opt = Sgd::new(model.parameters(), 0.1);
    let path = std::env::temp_dir().join(format!("cuaderno-page-{}", std::process::id()));
    let data = TensorDataset::new(&x, &y);
    let loader = DataLoader::new(&data, 1);
    let line = DataLoader::new(&TensorDataset::new(&x, &y.narrow(1, 0, 1)), 1);
    let labels = tensor([0, 1]);
    let words = ["cat", "dog", "cat"];
    let table = Table::parse("size,kind\n1,cat\n5,dog\n").unwrap();
    #[rustfmt::skip]
    let tested = rows! { w:
        { tensor([[1.0, 2.0], [3.0, 4.0]]) }
        { tensor_of(DType::F64, [1.0, 2.0]) }
        { Tensor::from(&array) }
        { Tensor::from(&array).float() }
        { zeros(&[2, 3]) }
        { ones(3) }
        { zeros(&[2, 3]) }
        { full(&[2, 3], 7.0) }
        { full(&[10, 10], 0.01) }
        { ones_like(&x) }
        { zeros_like(&x) }
        { full_like(&x, 7.0) }
        { eye(3) }
        { arange(0, 10, 2) }
        { arange(0, 5, 1) }
        { arange(0.0, 1.0, 0.25) }
        { linspace(0.0, 1.0, 5) }
        { logspace(0.0, 2.0, 3) }
        { manual_seed(42) }
        { rand(&[2, 20]) }
        { randn(&[2, 3]) }
        { normal(0.0, 0.01, &[2, 1]) }
        { randint(0, 10, &[5]) }
        { randint(0, 2, &[5]).float() }
        { randperm(5) }
        { x.i(&randperm(x.len())) }
        { rand_like(&x) }
        { randn_like(&x) }
        { uniform(-1.0, 1.0, &[2, 3]) }
        { bernoulli(0.5, &[2, 3]) }
        { bernoulli(0.7, 10).long() }
        { multinomial(&tensor([1.0, 2.0, 3.0]), 2, false) }
        { random_state() }
        { set_random_state(&random_state()) }
        { (x.shape(), x.size(-1)) }
        { x.len() }
        { x.ndim() }
        { x.numel() }
        { x.dtype() }
        { x.double() }
        { x.long() }
        { x.to_dtype(DType::Bool) }
        { x.half() }
        { x.device() }
        { x.to_device(&Device::cpu()) }
        { x.to_device(&Device::cpu()).double() }
        { Device::from_name("cpu") }
        { Device::is_available("cuda") }
        { x.at(&[0, 1]) }
        { x.sum().item() }
        { [&x, &y].into_iter().sum::<Tensor>() }
        { x.to_vec() }
        { x.to_ndarray() }
        { x.to_ndarray_f64() }
        { x.copy() }
        { x.shares_memory(&x.t()) }
        { format!("{:.2}", x.sum().item()) }
        { assert_close(&x, &x); }
        { &x + &y }
        { &x * &y }
        { 2.0 * &x - 1.0 }
        { x.pow(2) }
        { x.pow(&y) }
        { -&x }
        { x.abs() }
        { x.sqrt() }
        { x.matmul(&w) }
        { x.exp() }
        { x.sigmoid() }
        { x.relu() }
        { x.tanh() }
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
        { x.eq(&y) }
        { x.ge(2.0) * 1.0 }
        { x.gt(0.0) & !y.gt(0.0) }
        { x.logical_or(&y) }
        { x.isnan() }
        { !x.isnan() }
        { x.allclose(&y) }
        { x.equal(&y) }
        { where_(&x.gt(0.0), &x, 0.0) }
        { where_(&x.gt(2.0), 1.0, -1.0) }
        { x.copy().add_(1.0) } changes x
        { let mut z = x.copy(); z /= 2.0; } then { z }
        { x.copy().zero_() } changes x
        { x.copy().fill_(7.0) } changes x
        { x.copy().copy_(&y) } changes x
        { x.copy().exp_() } changes x
        { x.copy().masked_fill_(&x.gt(1.0), 0.0) } changes x
        { x.copy().clamp_(0.0, 1.0) } changes x
        { x.copy().uniform_(-1.0, 1.0) }
        { x.copy().normal_(0.0, 0.01) }
        { x.reshape(&[-1, 2]) }
        { x.t() }
        { x.permute(&[1, 0]) }
        { x.transpose(0, 1) }
        { x.unsqueeze(0) }
        { x.unsqueeze(0).squeeze_dim(0) }
        { x.squeeze() }
        { x.expand(&[3, 2, 2]) }
        { x.expand(&[3, -1, -1]) }
        { x.view(-1) }
        { x.view(&[2, -1]) }
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
        { x.i((.., ..-1)) }
        { x.i((-1, -1)) }
        { x.i(step(.., 2)) }
        { x.i((.., NewAxis)) }
        { x.sum_dim(1).i((.., NewAxis)) }
        { x.i((Ellipsis, 0)) }
        { x.i(&tensor([1, 0])) }
        { x.i(&x.gt(1.0)) }
        { x.i(&y.i((.., 0)).eq(1.0)) }
        { x.copy().set_((0, 1), 7.0); } changes x
        { x.copy().set_(&x.lt(2.0), 0.0); } changes x
        { for row in &x {} }
        { for (a, b) in x.iter().zip(&y) {} }
        { x.select(0, 1) }
        { x.narrow(1, 0, 1) }
        { x.index_select(0, &tensor([1, 0])) }
        { x.gather(1, &tensor([[1], [0]])) }
        { x.scatter_add(1, &tensor([[1], [0]]), &y) }
        { x.masked_select(&x.gt(1.0)) }
        { x.masked_fill(&x.gt(1.0), 0.0) }
        { x.nonzero() }
        { tensor([0, 2]).one_hot(3) }
        { let (values, index) = x.sort(1); } then { (values, index) }
        { x.sort_descending(1) }
        { x.argsort(1) }
        { x.topk(1, 1) }
        { x.sort(-1).0 }
        { x.median() }
        { x.median_dim(1) }
        { x.unique() }
        { x.unique_counts() }
        { x.cumsum(0) }
        { x.cumprod(0) }
        { tensor([0, 2]).bincount(3) }
        { x.sum_dim(0) }
        { x.mean() }
        { x.mean_dim(&[0, 1]) }
        { x.mean_keepdim(1) }
        { x.std() }
        { x.std_correction(&[0, 1], 0.0) }
        { x.var_correction(1, 0.0) }
        { x.prod_dim(0) }
        { x.norm_dim(1) }
        { x.norm_p(1.0) }
        { x.logsumexp(1) }
        { x.gt(0.0).all_dim(1) }
        { x.gt(0.0).any() }
        { x.count_nonzero() }
        { x.max_dim(1) }
        { x.max_dim(&[0, 1]) }
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
        { einsum("ij->j", &[&x]) }
        { let w = zeros(&[2, 1]).requires_grad(); } then { w }
        { w.needs_grad() }
        { w.detach().requires_grad().set_requires_grad(false) }
        { w.is_leaf() }
        { w.try_grad().is_none() }
        { w.sum().backward(); } then { w.grad() }
        { (&w * 2.0).backward_with(&ones(&[2, 1])); } then { w.grad() }
        { (&w * 2.0).backward_with_retain_graph(&ones(&[2, 1])); } then { w.grad() }
        { w.sum().backward_retain_graph(); } then { w.grad() }
        { w.grad() }
        { no_grad(|| w.sub_(w.grad() * 0.1)); } then { w }
        { w.zero_grad(); } then { w.sum().backward(); w.grad() }
        { w.grad_fn() }
        { x.detach() }
        { w.register_hook(|g| g * 2.0) } then { w.sum().backward(); w.grad() }
        { w.exp().retain_grad() }
        { Tensor::apply(Square, &[&x]) }
        { grad(&w.sum(), &[&w]) }
        { vjp(|x| x[0].exp(), &[&x], &y) }
        { jacobian(|x| x.exp(), &x) }
        { w.sum().graph() }
        { gradcheck(|x| x[0].exp(), &[&x.double()]); }
        { seq![Linear::new(2, 8), ReLU, Linear::new(8, 1)] }
        { seq!["body" => Linear::new(2, 8)] }
        { Linear::new(2, 3).no_bias() }
        { LazyLinear::new(3) }
        { Conv2d::new(1, 8, 3).padding(1) }
        { Conv2d::new(1, 8, 3).padding("same").padding_mode("reflect") }
        { ConvTranspose2d::new(8, 1, 2).stride(2) }
        { MaxPool2d::new(2).forward(&x.reshape(&[1, 1, 2, 2])) }
        { AvgPool2d::new(2).stride(1).forward(&x.reshape(&[1, 1, 2, 2])) }
        { AdaptiveAvgPool2d::new(1).forward(&x.reshape(&[1, 1, 2, 2])) }
        { Upsample::new(2).forward(&x.reshape(&[1, 1, 2, 2])) }
        { BatchNorm1d::new(2).forward(&x) }
        { LayerNorm::new(2).forward(&x) }
        { Dropout::new(0.5) }
        { Embedding::new(10, 3) }
        { Flatten::new().forward(&x.reshape(&[1, 2, 2])) }
        { (&x - 2.0).leaky_relu(0.1) }
        { (&x - 2.0).elu(1.0) }
        { x.gelu() }
        { x.silu() }
        { x.softplus() }
        { x.log_softmax(1) }
        { RNN::new(2, 8).num_layers(2).nonlinearity("relu") }
        { let (output, (h, c)) = LSTM::new(2, 8).batch_first(true).forward_states(&x.unsqueeze(0)); }
        { let h = GRUCell::new(2, 8).step(&x, &zeros(&[2, 8])); }
        { model.forward(&x) }
        { model.parameters() }
        { model.parameters().count() }
        { Linear::new(2, 1).freeze(); }
        { model.summary(&[2]) }
        { init::xavier_uniform_(&Linear::new(2, 1).weight); }
        { init::calculate_gain("relu") }
        { mse_loss(&y, &y) }
        { cross_entropy(&x, &tensor([0, 1])) }
        { CrossEntropyLoss::new().label_smoothing(0.1).forward(&x, &tensor([0, 1])) }
        { binary_cross_entropy_with_logits(&x, &tensor([[0, 1], [1, 1]])) }
        { MSELoss::new().reduction("sum").forward(&x, &y) }
        { l1_loss(&x, &y) }
        { smooth_l1_loss(&x, &y) }
        { HuberLoss::new().delta(0.5).forward(&x, &y) }
        { MSELoss::new().reduction("none").forward(&x, &y) }
        { cross_entropy(&x, &y.softmax(1)) }
        { CrossEntropyLoss::new().ignore_index(1).forward(&x, &tensor([0, 1])) }
        { CrossEntropyLoss::new().weight(&tensor([1.0, 3.0])).forward(&x, &tensor([0, 1])) }
        { nll_loss(&x.log_softmax(1), &tensor([0, 1])) }
        { binary_cross_entropy(&x.sigmoid(), &tensor([[0, 1], [1, 1]])) }
        { BCEWithLogitsLoss::new().pos_weight(&tensor(2.0)).forward(&x, &tensor([[0, 1], [1, 1]])) }
        { KLDivLoss::new().reduction("batchmean").forward(&x.log_softmax(1), &y.softmax(1)) }
        { Sgd::new(model.parameters(), 0.03) }
        { Sgd::new(model.parameters(), 0.1).momentum(0.9).nesterov(true) }
        { Adam::new(model.parameters(), 0.001).betas(0.9, 0.99) }
        { AdamW::new(model.parameters(), 0.001).weight_decay(0.1) }
        { RMSprop::new(model.parameters(), 0.01).alpha(0.9) }
        { Sgd::new(model.parameters(), 0.01).add_group(&Sgd::new(Linear::new(2, 1).parameters(), 0.1)) }
        { opt.zero_grad() }
        { opt.step() }
        { opt.lr() }
        { opt.set_lr(0.01) } then { opt.lr() }
        { StepLR::new(10) }
        { ReduceLROnPlateau::new().patience(3) }
        { MultiStepLR::new(&[30, 60]).gamma(0.5) }
        { ExponentialLR::new(0.95) }
        { CosineAnnealingLR::new(50) }
        { LinearLR::new(&mut opt, 0.1, 5) }
        { OneCycleLR::new(&mut opt, 0.1, 100) }
        { StepLR::new(10).step(&mut opt) }
        { clip_grad_norm_(&model.parameters(), 1.0) }
        { clip_grad_value_(&model.parameters(), 0.5) }
        { model.state_dict() }
        { model.save(&path) }
        { model.load(&path) }
        { model.load_state_dict_partly(&model.state_dict()) }
        { StateDict::load("weights.pth") }
        { StateDict::load(&path) }
        { Checkpoint::new(&model, &opt).with_epoch(3).save(&path) }
        { let checkpoint = Checkpoint::load(&path).unwrap(); }
        { Checkpoint::load(&path).unwrap().restore(&model, &mut opt) }
        { x.save_npy(&path) }
        { Tensor::load_npy(&path) }
        { save_npz(&path, &[("x", &x), ("y", &y)]) }
        { TensorDataset::new(&x, &y) }
        { data.len() }
        { data.batch(&[0]) }
        { Subset::new(&data, &[1]) }
        { random_split(&data, &[1, 1]) }
        { DataLoader::new(&data, 2).shuffle(true) }
        { DataLoader::new(&data, 2).drop_last(true).workers(2) }
        { DataLoader::new(&data, 2).map(|x, y| (x.flip(1), y.clone())) }
        { loader.len() }
        { for (x, y) in &loader {} }
        { let (x, y) = loader.iter().next().unwrap(); } then { (x, y) }
        { let mnist: fn() -> Result<Pictures, Error> = Mnist::test; }
        { ImageFolder::open_with("photos", &Resize::new([64, 64])) }
        { read_image("cat.jpg") }
        { compose![RandomCrop::new(28).padding(2), ToTensor] }
        { Normalize::new(&[0.5], &[0.5]) }
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
        { OrdinalEncoder::fit(&x).transform(&x) }
        { LabelEncoder::fit(&words).transform(&words) }
        { OneHotEncoder::fit(&words).transform(&words) }
        { accuracy(&x, &labels) }
        { top_k_accuracy(&x, &labels, 2) }
        { confusion_matrix(&x, &labels) }
        { classification_report(&x, &labels) }
        { f1_score(&x, &labels, "macro") }
        { precision_per_class(&x, &labels) }
        { recall(&x, &labels, "weighted") }
        { roc_auc(&x.select(1, 1), &labels) }
        { roc_curve(&x.select(1, 1), &labels) }
        { mean_squared_error(&x, &y) }
        { mean_absolute_error(&x, &y) }
        { r2_score(&x, &y) }
        { model.train() }
        { model.eval() }
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
    std::fs::remove_file(&path).unwrap();
    let page = include_str!("../docs/pytorch.md");
    let sides = |line: &'static str| {
        let (left, right) = line.rsplit_once(" | `").expect("two sides");
        let code = right.trim_end_matches("` |").replace("\\|", "|");
        (left.trim_start_matches("| "), without_spaces(&code))
    };
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let (left, right): (Vec<&str>, Vec<String>) = rows.map(sides).unzip();
    let ran: Vec<String> = tested.iter().map(|row| without_spaces(row.0)).collect();
    assert_eq!(right, ran);

    let golden: Value = serde_json::from_str(FILE).expect("the file is JSON");
    let golden = golden["rows"].as_array().expect("a list");
    let recorded: Vec<&str> = golden.iter().map(|row| row[0].as_str().unwrap()).collect();
    assert_eq!(left, recorded, "run tests/golden/page.py again");
    let (mut compared, mut wrong) = (0, Vec::new());
    for ((text, found), row) in tested.iter().zip(golden) {
        let Some(expected) = row[1].as_array() else {
            continue;
        };
        let found = found
            .as_ref()
            .unwrap_or_else(|| panic!("{text} gives no numbers, {} does", row[0]));
        assert_eq!(found.len(), expected.len(), "{text}");
        for (found, expected) in found.iter().zip(expected) {
            wrong.extend(difference(found, expected).map(|d| format!("{text}: {d}")));
        }
        compared += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 230, "only {compared} rows have numbers");
}
