//! Known networks, with random weights or with trained ones.
//!
//! Their parameters have torchvision's names, so that its files fit:
//! `model.load(path)` (see [`Weights`](crate::files::Weights)) reads `.pth` and `.safetensors`.

mod digits_cnn;
mod resnet;

pub use digits_cnn::{digits_cnn, digits_cnn_pretrained};
pub use resnet::{BasicBlock, ResNet, resnet18, resnet18_pretrained, resnet34};
