//! Calls of convolutions, pooling and resizing, of `tests/golden/conv.json`.

use cuaderno::prelude::*;

use super::{Outputs, Run, table};

pub fn calls() -> Vec<(&'static str, Run)> {
    table![
        |x, y| x.conv2d(y),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z)),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).padding(1)),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).padding([2, 1])),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).padding("same")),
        |x, y, z| x.conv2d_with(
            y,
            &ConvOptions::new().bias(z).padding("same").dilation([2, 3])
        ),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).padding("valid")),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).stride(2)),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).stride(2).padding(1)),
        |x, y, z| x.conv2d_with(
            y,
            &ConvOptions::new().bias(z).stride([3, 2]).padding([0, 2])
        ),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).stride([4, 3])),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).dilation(2)),
        |x, y, z| x.conv2d_with(
            y,
            &ConvOptions::new()
                .bias(z)
                .dilation([1, 3])
                .stride(2)
                .padding(2)
        ),
        |x, y, z| x.conv2d_with(
            y,
            &ConvOptions::new().bias(z).dilation(3).stride(3).padding(3)
        ),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).groups(2)),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).groups(3).padding(1)),
        |x, y, z| x.conv2d_with(
            y,
            &ConvOptions::new().bias(z).groups(3).padding(1).stride(2)
        ),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).padding(2)),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).stride(2).padding(3)),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).padding([0, 2])),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).padding([2, 0])),
        |x, y, z| x.conv2d_with(y, &ConvOptions::new().bias(z).stride(4).padding(2)),
        |x, y| x.conv2d_with(y, &ConvOptions::new().groups(2)),
        |x, y| x.conv2d_with(y, &ConvOptions::new().padding("same").stride(2)),
        |x, y| x.conv2d_with(y, &ConvOptions::new().stride(0)),
        |x, y| x.conv1d(y),
        |x, y, z| x.conv1d_with(y, &ConvOptions::new().bias(z).padding("same").dilation(2)),
        |x, y, z| x.conv1d_with(
            y,
            &ConvOptions::new().bias(z).stride(2).padding(3).groups(2)
        ),
        |x, y| x.conv_transpose2d(y),
        |x, y, z| x.conv_transpose2d_with(y, &ConvOptions::new().bias(z).padding(1)),
        |x, y, z| x.conv_transpose2d_with(
            y,
            &ConvOptions::new()
                .bias(z)
                .stride(2)
                .padding(1)
                .output_padding(1)
        ),
        |x, y, z| x.conv_transpose2d_with(y, &ConvOptions::new().bias(z).stride(2)),
        |x, y, z| x.conv_transpose2d_with(y, &ConvOptions::new().bias(z).stride(2).padding(1)),
        |x, y, z| x.conv_transpose2d_with(
            y,
            &ConvOptions::new()
                .bias(z)
                .stride([3, 2])
                .padding([0, 1])
                .output_padding([2, 0])
        ),
        |x, y, z| x
            .conv_transpose2d_with(y, &ConvOptions::new().bias(z).dilation([3, 2]).padding(1)),
        |x, y, z| x.conv_transpose2d_with(
            y,
            &ConvOptions::new()
                .bias(z)
                .dilation(2)
                .stride(3)
                .padding(2)
                .output_padding(2)
        ),
        |x, y, z| x.conv_transpose2d_with(y, &ConvOptions::new().bias(z).groups(2).stride(2)),
        |x, y| x.conv_transpose1d(y),
        |x, y, z| x.conv_transpose1d_with(
            y,
            &ConvOptions::new()
                .bias(z)
                .groups(2)
                .stride(2)
                .output_padding(1)
        ),
        |x| x.max_pool2d(2),
        |x| x.max_pool2d([2, 3]),
        |x| x.max_pool2d_with(&PoolOptions::new(3).stride(2).padding(1)),
        |x| x.max_pool2d_with(&PoolOptions::new(3).stride(1).padding(1)),
        |x| x.max_pool2d_with(&PoolOptions::new([3, 2]).stride([1, 2]).padding([1, 0])),
        |x| x.max_pool2d_with(&PoolOptions::new(3).stride(2).ceil_mode(true)),
        |x| x.max_pool2d_with(&PoolOptions::new(3).stride(3).padding(1).ceil_mode(true)),
        |x| x.max_pool2d_with(&PoolOptions::new(2).stride(4).ceil_mode(true)),
        |x| x.max_pool2d(3),
        |x| x.max_pool2d_with(&PoolOptions::new(2).padding(2)),
        |x| x.avg_pool2d(2),
        |x| x.avg_pool2d([2, 3]),
        |x| x.avg_pool2d_with(&PoolOptions::new(3).stride(2).padding(1)),
        |x| x.avg_pool2d_with(&PoolOptions::new(3).stride(1).padding(1)),
        |x| x.avg_pool2d_with(&PoolOptions::new([3, 2]).stride([1, 2]).padding([1, 0])),
        |x| x.avg_pool2d_with(&PoolOptions::new(3).stride(2).ceil_mode(true)),
        |x| x.avg_pool2d_with(&PoolOptions::new(3).stride(3).padding(1).ceil_mode(true)),
        |x| x.avg_pool2d_with(&PoolOptions::new(2).stride(4).ceil_mode(true)),
        |x| x.avg_pool2d(3),
        |x| x.avg_pool2d_with(&PoolOptions::new(2).padding(2)),
        |x| x.max_pool2d_with(&PoolOptions::new(2).stride(1).dilation([2, 3])),
        |x| x.max_pool2d_with(&PoolOptions::new(3).stride(2).padding(1).dilation(2)),
        |x| x.max_pool2d_with(&PoolOptions::new(3).padding(2).dilation(2)),
        |x| x.avg_pool2d_with(
            &PoolOptions::new(3)
                .stride(2)
                .padding(1)
                .count_include_pad(false)
        ),
        |x| x.avg_pool2d_with(
            &PoolOptions::new(3)
                .stride(2)
                .padding(1)
                .ceil_mode(true)
                .count_include_pad(false)
        ),
        |x| x.max_pool1d(2),
        |x| x.max_pool1d_with(&PoolOptions::new(3).stride(2).padding(1).ceil_mode(true)),
        |x| x.avg_pool1d(2),
        |x| x.avg_pool1d_with(&PoolOptions::new(3).stride(2).padding(1).ceil_mode(true)),
        |x| x.max_pool1d_with(&PoolOptions::new(3).stride(2).padding(1).dilation(2)),
        |x| x.adaptive_avg_pool2d(2),
        |x| x.adaptive_avg_pool2d([2, 3]),
        |x| x.adaptive_avg_pool2d([3, 5]),
        |x| x.adaptive_avg_pool2d(1),
        |x| x.adaptive_max_pool2d(2),
        |x| x.adaptive_max_pool2d([2, 3]),
        |x| x.adaptive_max_pool2d([3, 5]),
        |x| x.adaptive_max_pool2d(1),
        |x| x.adaptive_avg_pool1d(3),
        |x| x.adaptive_max_pool1d(3),
        |x| x.unfold([2, 3], &ConvOptions::new()),
        |x| x.unfold(
            2,
            &ConvOptions::new()
                .padding([1, 2])
                .stride(2)
                .dilation([2, 1])
        ),
        |x| x.interpolate(&Interpolation::scale(2)),
        |x| x.interpolate(&Interpolation::scale(0.5)),
        |x| x.interpolate(&Interpolation::scale(1.7)),
        |x| x.interpolate(&Interpolation::size([7, 3])),
        |x| x.interpolate(&Interpolation::size(8)),
        |x| x.interpolate(
            &Interpolation::scale(2)
                .mode("bilinear")
                .align_corners(false)
        ),
        |x| x.interpolate(
            &Interpolation::scale(1.7)
                .mode("bilinear")
                .align_corners(false)
        ),
        |x| x.interpolate(
            &Interpolation::size([3, 7])
                .mode("bilinear")
                .align_corners(false)
        ),
        |x| x.interpolate(
            &Interpolation::size([1, 2])
                .mode("bilinear")
                .align_corners(false)
        ),
        |x| x.interpolate(&Interpolation::size(8).mode("linear").align_corners(false)),
        |x| x.interpolate(&Interpolation::scale(2).mode("bilinear").align_corners(true)),
        |x| x.interpolate(
            &Interpolation::scale(1.7)
                .mode("bilinear")
                .align_corners(true)
        ),
        |x| x.interpolate(
            &Interpolation::size([3, 7])
                .mode("bilinear")
                .align_corners(true)
        ),
        |x| x.interpolate(
            &Interpolation::size([1, 2])
                .mode("bilinear")
                .align_corners(true)
        ),
        |x| x.interpolate(&Interpolation::size(8).mode("linear").align_corners(true)),
    ]
}
