//! Residual networks (He and others, "Deep residual learning for image recognition", 2016).

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::data::Remote;
use crate::error::Error;
use crate::files::Weights;
use crate::init::{self, Fan};
use crate::nn::{BatchNorm2d, Conv2d, Linear, MaxPool2d, Module, Params, Sequential, observe};
use crate::shape::show;
use crate::tensor::Tensor;

/// Two 3 x 3 convolutions and a way around them: y = relu(f(x) + s(x)).
///
/// f = bn2 ∘ conv2 ∘ relu ∘ bn1 ∘ conv1, of which conv1 steps by the stride. s is x itself, or,
/// where f changes the shape, a 1 x 1 convolution with the same stride and a batch normalisation.
/// `[n, in, h, w] -> [n, out, ⌈h / stride⌉, ⌈w / stride⌉]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let block = BasicBlock::new(64, 128, 2);
/// assert_eq!(block.forward(&zeros(&[1, 64, 56, 56])).shape(), [1, 128, 28, 28]);
/// assert_eq!(block.parameters().count(), 230_144);
/// assert_eq!(BasicBlock::new(64, 64, 1).parameters().names().len(), 6);
/// ```
#[derive(Clone)]
pub struct BasicBlock {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    conv2: Conv2d,
    bn2: BatchNorm2d,
    downsample: Option<Sequential>,
    /// What `{:?}` shows: channels in and out, and the stride.
    sizes: [usize; 3],
}

impl BasicBlock {
    /// A block from `in_channels` to `out_channels`, with a picture smaller by `stride`.
    pub fn new(in_channels: usize, out_channels: usize, stride: usize) -> BasicBlock {
        let downsample = (stride != 1 || in_channels != out_channels).then(|| {
            crate::seq![
                convolution(in_channels, out_channels, 1, stride, 0),
                BatchNorm2d::new(out_channels),
            ]
        });
        BasicBlock {
            conv1: convolution(in_channels, out_channels, 3, stride, 1),
            bn1: BatchNorm2d::new(out_channels),
            conv2: convolution(out_channels, out_channels, 3, 1, 1),
            bn2: BatchNorm2d::new(out_channels),
            downsample,
            sizes: [in_channels, out_channels, stride],
        }
    }
}

/// Without bias, since a batch normalisation follows; He's normal values for the connections out,
/// as in torchvision.
fn convolution(
    in_channels: usize,
    out_channels: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
) -> Conv2d {
    let conv = Conv2d::new(in_channels, out_channels, kernel)
        .stride(stride)
        .padding(padding)
        .no_bias();
    init::kaiming_normal_with(&conv.weight, Fan::Out, init::calculate_gain("relu"));
    conv
}

impl Module for BasicBlock {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || {
            let y = self.bn1.forward(&self.conv1.forward(x)).relu();
            let y = self.bn2.forward(&self.conv2.forward(&y));
            let around = match &self.downsample {
                Some(layers) => layers.forward(x),
                None => x.clone(),
            };
            (y + around).relu()
        })
    }

    fn parameters(&self) -> Params {
        crate::params![self.conv1, self.bn1, self.conv2, self.bn2, self.downsample]
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

impl fmt::Debug for BasicBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [inputs, outputs, stride] = self.sizes;
        match stride {
            1 => write!(f, "BasicBlock({inputs}, {outputs})"),
            _ => write!(f, "BasicBlock({inputs}, {outputs}, stride={stride})"),
        }
    }
}

/// A residual network of [`BasicBlock`]s, with the names of torchvision's: `conv1`, `bn1`,
/// `layer1` to `layer4`, `fc`.
///
/// `[n, 3, h, w] -> [n, classes]` for pictures of any size, since it ends in a mean; those of ImageNet
/// have 224 x 224.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let mut model = ResNet::new([1, 1, 1, 1], 8, 1000);
/// model.eval();
/// assert_eq!(model.forward(&zeros(&[2, 3, 64, 64])).shape(), [2, 1000]);
/// // A new head, and everything else frozen.
/// model.replace_fc(Linear::new(64, 10));
/// model.parameters().except("fc").freeze();
/// assert_eq!(model.parameters().count_trainable(), 650);
/// ```
#[derive(Clone)]
pub struct ResNet {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    maxpool: MaxPool2d,
    /// `layer1` to `layer4`, each with twice the channels of the one before.
    layers: [Sequential; 4],
    fc: Arc<dyn Module>,
}

const LAYERS: [&str; 4] = ["layer1", "layer2", "layer3", "layer4"];

impl ResNet {
    /// So many blocks in each of the four layers, of which the first has `width` channels.
    pub fn new(blocks: [usize; 4], width: usize, num_classes: usize) -> ResNet {
        let mut channels = width;
        let layers = std::array::from_fn(|i| {
            let out = width << i;
            let mut layer = Sequential::new();
            for block in 0..blocks[i] {
                let stride = if i > 0 && block == 0 { 2 } else { 1 };
                layer.push(BasicBlock::new(channels, out, stride));
                channels = out;
            }
            layer
        });
        ResNet {
            conv1: convolution(3, width, 7, 2, 3),
            bn1: BatchNorm2d::new(width),
            maxpool: MaxPool2d::new(3).stride(2).padding(1),
            layers,
            fc: Arc::new(Linear::new(channels, num_classes)),
        }
    }

    /// What the last layer is given: each picture as the means of the channels of `layer4`.
    ///
    /// `[n, 3, h, w] -> [n, 8 width]`. A frozen network gives the same ones in every epoch, so they
    /// are computed once and a new head is trained on them.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = ResNet::new([1, 1, 1, 1], 4, 10);
    /// model.eval();
    /// assert_eq!(model.features(&zeros(&[2, 3, 64, 64])).shape(), [2, 32]);
    /// ```
    #[track_caller]
    pub fn features(&self, x: &Tensor) -> Tensor {
        if !matches!(x.shape(), [_, 3, _, _]) {
            Error::new(
                "ResNet",
                format!(
                    "takes pictures [n, 3, height, width], the input is {}",
                    show(x.shape())
                ),
            )
            .help(match x.ndim() {
                3 => "x.unsqueeze(0) makes a batch of one picture",
                _ => "Grayscale::new().channels(3) makes three channels of one",
            })
            .raise();
        }
        let x = self.bn1.forward(&self.conv1.forward(x)).relu();
        let x = self.maxpool.forward(&x);
        let x = (self.layers.iter()).fold(x, |x, layer| layer.forward(&x));
        x.mean_dim([2, 3])
    }

    /// The last layer, which turns features into classes.
    pub fn fc(&self) -> Arc<dyn Module> {
        self.fc.clone()
    }

    /// Puts another head in the place of the last layer.
    pub fn replace_fc(&mut self, layer: impl Module + 'static) {
        self.fc = Arc::new(layer);
    }
}

impl Module for ResNet {
    fn forward(&self, x: &Tensor) -> Tensor {
        observe(self, || self.fc.forward(&self.features(x)))
    }

    fn parameters(&self) -> Params {
        let mut params = crate::params![self.conv1, self.bn1];
        for (name, layer) in LAYERS.into_iter().zip(&self.layers) {
            params.push(name, layer);
        }
        params.push("fc", &self.fc);
        params
    }
}

impl fmt::Debug for ResNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indented = |layer: &dyn Module| layer.name().replace('\n', "\n  ");
        writeln!(f, "ResNet(")?;
        writeln!(f, "  conv1: {}", self.conv1.name())?;
        writeln!(f, "  bn1: {}", self.bn1.name())?;
        writeln!(f, "  maxpool: {}", self.maxpool.name())?;
        for (name, layer) in LAYERS.into_iter().zip(&self.layers) {
            writeln!(f, "  {name}: {}", indented(layer))?;
        }
        writeln!(f, "  fc: {}", indented(&*self.fc))?;
        write!(f, ")")
    }
}

/// A residual network with 18 layers that learn, and random weights
/// (`torchvision.models.resnet18`).
///
/// `[n, 3, h, w] -> [n, classes]`.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let model = resnet18(1000);
/// assert_eq!(model.parameters().count(), 11_689_512);
/// assert_eq!(model.state_dict().len(), 122);
/// assert_eq!(model.parameters().get("fc.weight").unwrap().shape(), [1000, 512]);
/// ```
pub fn resnet18(num_classes: usize) -> ResNet {
    ResNet::new([2, 2, 2, 2], 64, num_classes)
}

/// A residual network with 34 layers that learn, and random weights
/// (`torchvision.models.resnet34`).
///
/// ```
/// use cuaderno::prelude::*;
///
/// assert_eq!(resnet34(1000).parameters().count(), 21_797_672);
/// ```
pub fn resnet34(num_classes: usize) -> ResNet {
    ResNet::new([3, 4, 6, 3], 64, num_classes)
}

/// [`resnet18`] as torchvision's authors trained it on the 1.28 million pictures and 1000 classes
/// of ImageNet (`ResNet18_Weights.IMAGENET1K_V1`; 69.758 % of the validation pictures right).
///
/// The 46.8 MB are downloaded once, checked, and kept in `~/.cache/cuaderno/data/resnet18`;
/// `CUADERNO_DATA` names a folder to look in first. Without a network
/// [`digits_cnn_pretrained`](crate::models::digits_cnn_pretrained) serves.
///
/// The network expects pictures of 224 x 224 pixels and ImageNet's normalisation:
///
/// ```no_run
/// use cuaderno::prelude::*;
///
/// let prepare = compose![
///     Resize::new(256),
///     CenterCrop::new(224),
///     Normalize::new(&[0.485, 0.456, 0.406], &[0.229, 0.224, 0.225])
/// ];
/// let model = resnet18_pretrained()?;
/// model.eval();
/// let picture = prepare.apply(&read_image("dog.jpg")?);
/// println!("{:?}", model.forward(&picture.unsqueeze(0)).argmax(1));
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
pub fn resnet18_pretrained() -> Result<ResNet, Error> {
    loaded(&RESNET18.path()?)
}

fn loaded(path: &Path) -> Result<ResNet, Error> {
    let model = resnet18(1000);
    model.load(path)?;
    Ok(model)
}

/// The size and the whole checksum are those that several programs which use the file state; its
/// name begins the checksum, as torchvision's files do.
const RESNET18: Remote<'static> = Remote {
    set: "resnet18",
    file: "resnet18-f37072fd.pth",
    size: 46_830_571,
    sha256: "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
    mirrors: &["https://download.pytorch.org/models/"],
    instead: "digits_cnn_pretrained()",
};

#[cfg(test)]
mod tests;
