//! Tensors as pictures.

use std::fmt;
use std::sync::Arc;

use crate::display::{MimeBundle, Rich, img};
use crate::dtype::DType;
use crate::error::{Error, OrRaise};
use crate::shape::show;
use crate::tensor::Tensor;

/// A small picture is shown at least this many pixels wide or high.
const SMALL: usize = 224;
/// And every pixel of it at most this many wide.
const MAX_SCALE: usize = 16;

/// A picture made of a tensor by [`imshow`].
#[derive(Clone)]
pub struct Image {
    height: usize,
    width: usize,
    channels: usize,
    /// Row by row, the channels of a pixel together.
    bytes: Arc<[u8]>,
    scale: usize,
}

/// A tensor as a picture: grey of shape `[h, w]`, coloured of `[h, w, 3]` or `[3, h, w]`.
///
/// Floats run from 0, black, to 1; whole numbers to 255; false is black and true white. What lies
/// beyond is cut off, NaN is black. `[1, h, w]` is grey too. matplotlib would stretch the numbers
/// of a grey picture and colour them; here 0 and 1 are always black and white. Small pictures are
/// enlarged, without smoothing.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let picture = imshow(&tensor([[0.0, 0.5], [0.5, 1.0]]));
/// assert_eq!((picture.width(), picture.height()), (2, 2));
/// assert!(picture.mime_bundle().get("image/png").is_some());
/// ```
#[track_caller]
pub fn imshow(x: &Tensor) -> Image {
    image(x).or_raise()
}

fn image(x: &Tensor) -> Result<Image, Error> {
    let (height, width, channels, pixels) = match *x.shape() {
        [h, w] => (h, w, 1, x.detach()),
        // Of three by three by three both readings are possible.
        [3, h, w] if w != 3 || h == 3 => (h, w, 3, x.detach().permute([1, 2, 0])),
        [h, w, 3] => (h, w, 3, x.detach()),
        [1, h, w] | [h, w, 1] => (h, w, 1, x.detach()),
        _ => {
            return Err(Error::new(
                "imshow",
                format!(
                    "a picture has the shape [h, w], [h, w, 3] or [3, h, w], this tensor {}",
                    show(x.shape())
                ),
            )
            .help(if x.ndim() > 2 {
                "x.select(0, 0) is the first of several"
            } else {
                "x.reshape(&[h, w]) makes a picture of a row of pixels"
            }));
        }
    };
    if x.is_empty() {
        return Err(Error::new(
            "imshow",
            format!("there is no pixel in the shape {}", show(x.shape())),
        ));
    }
    let full = if x.dtype() == DType::I64 { 255.0 } else { 1.0 };
    // A cast to u8 saturates, and makes 0 of NaN.
    let byte = |v: f64| (v / full * 255.0).round() as u8;
    let longest = height.max(width);
    Ok(Image {
        height,
        width,
        channels,
        bytes: pixels.numbers().into_iter().map(byte).collect(),
        scale: (SMALL / longest).clamp(1, MAX_SCALE),
    })
}

impl Image {
    /// The width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The same picture with every pixel shown `scale` wide and high.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let html = imshow(&zeros(&[2, 3])).scale(10).mime_bundle();
    /// assert!(html.get("text/html").unwrap().contains("width:30px"));
    /// ```
    pub fn scale(&self, scale: usize) -> Image {
        Image {
            scale: scale.max(1),
            ..self.clone()
        }
    }

    /// The bytes of a PNG file.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(imshow(&zeros(&[2, 3])).to_png()[1..4], *b"PNG");
    /// ```
    pub fn to_png(&self) -> Vec<u8> {
        let color = if self.channels == 3 {
            png::ColorType::Rgb
        } else {
            png::ColorType::Grayscale
        };
        encoded(self.width, self.height, color, &self.bytes)
    }

    /// The picture with as many pixels as it is shown with, unless that makes a large file: what
    /// GitHub leaves of the HTML no longer says that pixels are not to be blurred.
    fn enlarged(&self) -> Image {
        /// Most pixels of the larger picture.
        const MOST: usize = 1 << 20;
        let k = self.scale;
        let pixels = self.width * self.height;
        if pixels.saturating_mul(k).saturating_mul(k) > MOST {
            return self.clone();
        }
        let mut bytes = Vec::with_capacity(self.bytes.len() * k * k);
        for row in self.bytes.chunks_exact(self.width * self.channels) {
            let start = bytes.len();
            for pixel in row.chunks_exact(self.channels) {
                (0..k).for_each(|_| bytes.extend_from_slice(pixel));
            }
            let end = bytes.len();
            (1..k).for_each(|_| bytes.extend_from_within(start..end));
        }
        Image {
            height: self.height * k,
            width: self.width * k,
            bytes: bytes.into(),
            ..self.clone()
        }
    }

    /// Red, green and blue of every pixel.
    pub(super) fn rgb(&self) -> Arc<[u8]> {
        if self.channels == 3 {
            return self.bytes.clone();
        }
        self.bytes.iter().flat_map(|&v| [v; 3]).collect()
    }
}

/// A PNG file of pixels of red, green, blue and opacity; without the opacity where all are full.
pub(super) fn png_of(width: usize, height: usize, rgba: &[u8]) -> Vec<u8> {
    let pixels = || rgba.chunks_exact(4);
    if pixels().any(|p| p[3] < 255) {
        return encoded(width, height, png::ColorType::Rgba, rgba);
    }
    if pixels().all(|p| p[0] == p[1] && p[1] == p[2]) {
        let grey: Vec<u8> = pixels().map(|p| p[0]).collect();
        return encoded(width, height, png::ColorType::Grayscale, &grey);
    }
    let rgb: Vec<u8> = pixels().flat_map(|p| [p[0], p[1], p[2]]).collect();
    encoded(width, height, png::ColorType::Rgb, &rgb)
}

fn encoded(width: usize, height: usize, color: png::ColorType, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // Written to memory, and with as many bytes as the header says, none of this fails.
    let mut encoder = png::Encoder::new(&mut out, width as u32, height as u32);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(bytes))
        .expect("the pixels fit the header");
    out
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.channels == 3 {
            "coloured"
        } else {
            "grey"
        };
        write!(f, "Image({} x {} pixels, {kind})", self.width, self.height)
    }
}

impl Rich for Image {
    fn mime_bundle(&self) -> MimeBundle {
        let png = self.enlarged().to_png();
        let alt = format!("{self:?}");
        let style = format!(
            " style=\"width:{}px;max-width:none;image-rendering:pixelated\"",
            self.width * self.scale
        );
        let html = img("image/png", &png, &alt, &style);
        MimeBundle::text(alt).html(html).png(&png)
    }
}

crate::display::rich_result!(Image);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    /// The pixels of a PNG file, with its colours and size.
    fn decoded(image: &Image) -> (png::ColorType, (u32, u32), Vec<u8>) {
        let png = image.to_png();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png))
            .read_info()
            .unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        (info.color_type, (info.width, info.height), bytes)
    }

    #[test]
    fn numbers_become_bytes() {
        let cases = [
            (tensor([[0.0, 0.5, 1.0]]), vec![0, 128, 255]),
            (tensor([[-1.0, 2.0, f64::NAN]]), vec![0, 255, 0]),
            (tensor([[0, 128, 300]]), vec![0, 128, 255]),
            (tensor([[false, true, true]]), vec![0, 255, 255]),
            (tensor([[0.0, 0.5, 1.0]]).half(), vec![0, 128, 255]),
            (tensor([[[0, 7, 255]]]), vec![0, 7, 255]),
        ];
        for (x, expected) in cases {
            let (_, _, bytes) = decoded(&imshow(&x));
            assert_eq!(bytes, expected, "{x}");
        }
    }

    #[test]
    fn channels_stand_first_or_last() {
        let last = tensor([[[1, 2, 3], [4, 5, 6]]]);
        let first = last.permute([2, 0, 1]);
        for x in [&last, &first] {
            let (color, size, bytes) = decoded(&imshow(x));
            assert_eq!((color, size), (png::ColorType::Rgb, (2, 1)), "{x}");
            assert_eq!(bytes, [1, 2, 3, 4, 5, 6], "{x}");
        }
        assert_eq!(decoded(&imshow(&zeros(&[1, 28, 20]))).1, (20, 28));
        assert_eq!(decoded(&imshow(&zeros(&[28, 20, 1]))).1, (20, 28));
        // Either reading of three by three by three is RGB in front.
        assert_eq!(
            decoded(&imshow(&tensor([[[1, 0, 0]; 3]; 3]))).2[..4],
            [1, 1, 1, 0]
        );
    }

    #[test]
    fn small_pictures_are_enlarged() {
        let html = |x: &Tensor| imshow(x).mime_bundle().get("text/html").unwrap().to_owned();
        assert!(html(&zeros(&[28, 28])).contains("width:224px"));
        assert!(html(&zeros(&[2, 2])).contains("width:32px"));
        assert!(html(&zeros(&[300, 500])).contains("width:500px"));
    }

    #[test]
    fn an_enlarged_picture_has_squares_for_pixels() {
        let picture = imshow(&tensor([[[1, 2, 3], [4, 5, 6]]]))
            .scale(2)
            .enlarged();
        let row = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6];
        let (_, size, bytes) = decoded(&picture);
        assert_eq!((size, bytes), ((4, 2), [row, row].concat()));
        // A poster is left to the page.
        let large = imshow(&zeros(&[600, 600])).scale(2);
        assert_eq!(large.enlarged().width(), 600);
    }
}
