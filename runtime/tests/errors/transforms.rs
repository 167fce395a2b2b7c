//! Pictures that a transform can't take, and numbers that it can't have.

use cuaderno::prelude::*;

use crate::text;

#[test]
fn pictures() {
    let (color, grey, whole) = (zeros(&[3, 6, 8]), zeros(&[1, 6, 8]), tensor([[[1, 2]]]));
    let texts = texts! {
        RandomCrop::new(7).apply(&color);
        RandomCrop::new([9, 13]).padding(2).apply(&color);
        transforms::crop(&color, 2, 3, 5, 4);
        transforms::crop(&color, 2, 5, 4, 4);
        CenterCrop::new(4).apply(&zeros(&[6, 8]));
        RandomHorizontalFlip::new().apply(&zeros(&[10, 64]));
        Resize::new(4).apply(&whole);
        Resize::new(4).apply(&zeros(&[1, 0, 8]));
        RandomResizedCrop::new(4).apply(&zeros(&[1, 0, 8]));
        transforms::resized_crop(&color, [0, 0], [0, 2], [4, 4]);
        Grayscale::new().apply(&zeros(&[4, 6, 8]));
        Normalize::new(&[0.5; 3], &[0.5; 3]).apply(&grey);
        Normalize::new(&[0.5], &[0.5]).apply(&whole);
        ToTensor.apply(&color);
        ToTensor.apply(&tensor([1, 2]));
        ToTensor.apply(&tensor([[0, 256]]));
    };
    insta::assert_snapshot!(texts, @r##"
    > RandomCrop::new(7).apply(&color)
    RandomCrop: a part [7, 7] is larger than the picture [3, 6, 8], since 7 > 6
    help: padding(n) adds a border, Resize makes the picture larger

    > RandomCrop::new([9, 13]).padding(2).apply(&color)
    RandomCrop: a part [9, 13] is larger than the picture [3, 6, 8] with a border of 2, since 13 > 12
    help: padding(n) adds a border, Resize makes the picture larger

    > transforms::crop(&color, 2, 3, 5, 4)
    crop: rows 2 to 7 do not lie in the picture [3, 6, 8], which has 6
    help: the end is not included; x.pad(&[left, right, top, bottom]) adds a border first

    > transforms::crop(&color, 2, 5, 4, 4)
    crop: columns 5 to 9 do not lie in the picture [3, 6, 8], which has 8
    help: the end is not included; x.pad(&[left, right, top, bottom]) adds a border first

    > CenterCrop::new(4).apply(&zeros(&[6, 8]))
    CenterCrop: takes a picture [channels, height, width] or a batch of them, the input is [6, 8]
    help: x.unsqueeze(0) adds the channel of a grey picture

    > RandomHorizontalFlip::new().apply(&zeros(&[10, 64]))
    RandomHorizontalFlip: takes a picture [channels, height, width] or a batch of them, the input is [10, 64]
    help: x.unsqueeze(0) adds the channel of a grey picture

    > Resize::new(4).apply(&whole)
    Resize: needs floats from 0 to 1, the picture [1, 1, 2] is i64
    help: ToTensor makes them of whole numbers from 0 to 255

    > Resize::new(4).apply(&zeros(&[1, 0, 8]))
    Resize: the picture [1, 0, 8] has no pixels

    > RandomResizedCrop::new(4).apply(&zeros(&[1, 0, 8]))
    RandomResizedCrop: the picture [1, 0, 8] has no pixels

    > transforms::resized_crop(&color, [0, 0], [0, 2], [4, 4])
    resized_crop: takes a part [0, 2] to the size [4, 4]; each has at least a pixel

    > Grayscale::new().apply(&zeros(&[4, 6, 8]))
    Grayscale: colours have 1 channel or 3, the input [4, 6, 8] has 4
    help: x.narrow(0, 0, 3) leaves the transparency of a picture out

    > Normalize::new(&[0.5; 3], &[0.5; 3]).apply(&grey)
    Normalize: has 3 means, and the picture [1, 6, 8] has 1 channels
    help: Grayscale::new().channels(3) makes three of one

    > Normalize::new(&[0.5], &[0.5]).apply(&whole)
    Normalize: needs floats from 0 to 1, the picture [1, 1, 2] is i64
    help: ToTensor makes them of whole numbers from 0 to 255

    > ToTensor.apply(&color)
    ToTensor: takes whole numbers from 0 to 255, the input [3, 6, 8] is f32
    help: floats from 0 to 1 need no ToTensor

    > ToTensor.apply(&tensor([1, 2]))
    ToTensor: takes [height, width] or [height, width, channels], the input is [2]

    > ToTensor.apply(&tensor([[0, 256]]))
    ToTensor: takes whole numbers from 0 to 255, the input [1, 2] has 256
    "##);
}

#[test]
fn settings() {
    let x = zeros(&[3, 6, 8]);
    let texts = texts! {
        Resize::new(0);
        Resize::new([1, 2, 3]);
        Resize::new(4).interpolation("bicubic");
        CenterCrop::new(-2);
        RandomCrop::new([4, 0]);
        RandomVerticalFlip::new().p(1.5);
        RandomRotation::new(-10.0);
        transforms::rotate(&x, f64::NAN, "nearest");
        RandomResizedCrop::new(4).scale(0.0, 1.0);
        RandomResizedCrop::new(4).ratio(2.0, 1.0);
        ColorJitter::new().brightness(-0.1);
        ColorJitter::new().hue(0.6);
        transforms::adjust_hue(&x, 0.7);
        transforms::adjust_contrast(&x, -1.0);
        Grayscale::new().channels(2);
        Normalize::new(&[0.5, 0.5], &[0.5]);
        Normalize::new(&[0.5], &[0.0]);
    };
    insta::assert_snapshot!(texts, @r##"
    > Resize::new(0)
    Resize: the size is one number or [height, width], from 1 on, it is [0]

    > Resize::new([1, 2, 3])
    Resize: the size is one number or [height, width], from 1 on, it is [1, 2, 3]

    > Resize::new(4).interpolation("bicubic")
    Resize: the interpolation is "bicubic", and may be "nearest" or "bilinear"

    > CenterCrop::new(-2)
    CenterCrop: the size is one number or [height, width], all above 0, it is [-2]

    > RandomCrop::new([4, 0])
    RandomCrop: the size is one number or [height, width], all above 0, it is [4, 0]

    > RandomVerticalFlip::new().p(1.5)
    RandomVerticalFlip: a probability lies between 0 and 1, 1.5 does not

    > RandomRotation::new(-10.0)
    RandomRotation: the largest angle is 0 degrees or more, it is -10

    > transforms::rotate(&x, f64::NAN, "nearest")
    rotate: the angle is NaN degrees

    > RandomResizedCrop::new(4).scale(0.0, 1.0)
    RandomResizedCrop: the scale goes from one number above 0 to a larger one, not from 0 to 1

    > RandomResizedCrop::new(4).ratio(2.0, 1.0)
    RandomResizedCrop: the ratio goes from one number above 0 to a larger one, not from 2 to 1

    > ColorJitter::new().brightness(-0.1)
    ColorJitter: the amount of brightness is 0 or more, it is -0.1

    > ColorJitter::new().hue(0.6)
    ColorJitter: the amount of hue is from 0 to 0.5, it is 0.6

    > transforms::adjust_hue(&x, 0.7)
    adjust_hue: the shift lies between -0.5 and 0.5, 0.7 does not

    > transforms::adjust_contrast(&x, -1.0)
    adjust_contrast: the factor is a number from 0 on, it is -1

    > Grayscale::new().channels(2)
    Grayscale: makes 1 channel or 3, not 2

    > Normalize::new(&[0.5, 0.5], &[0.5])
    Normalize: needs a mean and a std for each channel: there are 2 means and 1 stds

    > Normalize::new(&[0.5], &[0.0])
    Normalize: a std is a number above 0, that of channel 0 is 0
    "##);
}
