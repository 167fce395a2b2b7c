//! Every name that a notebook cell sees.
//!
//! The list is explicit, so that adding a name is a decision, and no name of Rust's own prelude is
//! in it.

pub use crate::autograd::{Graph, HookHandle, Op, Saved, Saves, grad, jacobian, no_grad, vjp};
pub use crate::data::{
    Cifar10, Csv, DataLoader, Dataset, Examples, FashionMnist, Fold, ImageFolder, KFold,
    LabelEncoder, MinMaxScaler, Mnist, OneHotEncoder, OrdinalEncoder, Pictures, StandardScaler,
    Subset, Table, TensorDataset, breast_cancer, diabetes, digits, iris, make_blobs, make_circles,
    make_counting, make_linear, make_moons, make_separable, make_sine, make_spirals, make_xor,
    random_split, read_csv, read_image, red_wine, stratified_split, train_test_split, wine,
};
pub use crate::device::Device;
pub use crate::display::{
    CellResult, DisplayHandle, MimeBundle, Progress, Rich, clear_output, display, progress,
};
pub use crate::dtype::DType;
pub use crate::error::Error;
pub use crate::files::{Checkpoint, Mismatch, StateDict, Stateful, Weights, save_npz};
pub use crate::gradcheck::gradcheck;
pub use crate::host::check_interrupt;
pub use crate::loss::{
    BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HingeLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss,
    NLLLoss, SmoothL1Loss, binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy,
    hinge_loss, huber_loss, kl_div, l1_loss, mse_loss, nll_loss, smooth_l1_loss,
};
pub use crate::metrics::{
    ClassificationReport, ConfusionMatrix, RocCurve, accuracy, classification_report,
    confusion_matrix, f1_per_class, f1_score, mean_absolute_error, mean_squared_error, precision,
    precision_per_class, r2_score, recall, recall_per_class, roc_auc, roc_curve, top_k_accuracy,
};
pub use crate::models::{
    BasicBlock, ResNet, digits_cnn, digits_cnn_pretrained, resnet18, resnet18_pretrained, resnet34,
};
pub use crate::nn::{
    AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AvgPool1d,
    AvgPool2d, BatchNorm1d, BatchNorm2d, Concat, Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d,
    Dropout, Dropout2d, ELU, Embedding, Flatten, GELU, GRU, GRUCell, GlobalAvgPool, Identity, LSTM,
    LSTMCell, LayerNorm, LazyLinear, LeakyReLU, Linear, LogSoftmax, MaxPool1d, MaxPool2d, Mode,
    Module, ModuleExt, Params, RNN, RNNCell, ReLU, Residual, Sequential, SiLU, Sigmoid, Softmax,
    Softplus, Summary, Tanh, Upsample,
};
pub use crate::ops::{
    ConvOptions, Ellipsis, Interpolation, NewAxis, PoolOptions, cat, einsum, meshgrid, stack, step,
    where_,
};
pub use crate::optim::{
    Adadelta, Adagrad, Adam, AdamW, CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR,
    OneCycleLR, OptimState, Optimizer, RMSprop, ReduceLROnPlateau, Schedule, Sgd, StepLR,
    clip_grad_norm_, clip_grad_value_,
};
pub use crate::plot::{
    Board, Figure, Image, Names, image_grid, imshow, plot_activation, plot_confusion_matrix,
    plot_decision_boundary, plot_gradients, plot_latent, plot_metric, plot_network, plot_weights,
    show_kernels, show_predictions, show_reconstructions,
};
pub use crate::random::{
    RandomState, bernoulli, manual_seed, multinomial, normal, rand, rand_like, randint, randn,
    randn_like, random_state, randperm, set_random_state, uniform,
};
pub use crate::tensor::{
    Tensor, arange, assert_close, assert_close_within, eye, full, full_like, linspace, logspace,
    ones, ones_like, tensor, tensor_of, zeros, zeros_like,
};
pub use crate::threads::{num_threads, set_num_threads};
pub use crate::train::{
    Callback, History, LrFind, Outcome, Point, Run, Scores, Search, SearchResult, Trainer, Trial,
    evaluate, fit, lr_find, lr_find_within, predict,
};
pub use crate::transforms::{
    CenterCrop, ColorJitter, Compose, Grayscale, Normalize, RandomCrop, RandomHorizontalFlip,
    RandomResizedCrop, RandomRotation, RandomVerticalFlip, Resize, ToTensor, Transform,
};
pub use crate::{compose, init, params, seq, transforms};
