//! Pictures in files.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Seek};
use std::path::Path;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::error::Error;
use crate::tensor::Tensor;

/// A PNG or JPEG file as a tensor `[channels, height, width]` of f32 from 0 to 1: one channel where
/// it is grey, three where it is coloured (`torchvision.io.read_image`, which gives bytes).
///
/// What is transparent is left as it is, and the turn that a camera notes down in a file is not
/// made. The contents tell the format, not the name.
///
/// ```
/// use cuaderno::prelude::*;
///
/// # let path = std::env::temp_dir().join(format!("cuaderno-read-{}.png", std::process::id()));
/// std::fs::write(&path, imshow(&full(&[20, 30], 0.2)).scale(1).to_png()).unwrap();
/// let picture = read_image(&path)?;
/// assert_eq!(picture.shape()[1..], [20, 30]);
/// assert_close_within(picture.mean().item(), 0.2, 1e-6);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
pub fn read_image(path: impl AsRef<Path>) -> Result<Tensor, Error> {
    let (size, pixels) = decode(path.as_ref())?;
    Ok(Tensor::from_values(pixels, size.as_slice()))
}

/// More bytes than a picture of the course takes: 64 million.
const MOST: usize = 1 << 26;

/// A file whose header has been read.
enum Reader<R: BufRead + Seek> {
    Png(Box<png::Reader<R>>),
    Jpeg(Box<JpegDecoder<R>>),
}

/// Channels, height and width of a picture; only the header is read.
pub(super) fn size(path: &Path) -> Result<[usize; 3], Error> {
    let file = File::open(path).map_err(|error| error.to_string());
    file.and_then(|file| open(BufReader::new(file)))
        .map(|(_, size)| size)
        .map_err(named(path))
}

/// Channels, height and width, and the numbers in that order.
pub(super) fn decode(path: &Path) -> Result<([usize; 3], Vec<f32>), Error> {
    let bytes = fs::read(path).map_err(|error| error.to_string());
    let decoded = bytes.and_then(|bytes| pixels(&bytes));
    let (size, bytes, step) = decoded.map_err(named(path))?;
    let [channels, height, width] = size;
    let channel = |channel| {
        let values = bytes.iter().skip(channel).step_by(step);
        values.take(height * width)
    };
    let pixels = (0..channels).flat_map(channel);
    Ok((size, pixels.map(|&byte| f32::from(byte) / 255.0).collect()))
}

fn named(path: &Path) -> impl Fn(String) -> Error {
    let name = path.display().to_string();
    move |what| Error::new(&name, what)
}

/// Channels, height and width; the bytes, pixel by pixel; and how many belong to each.
fn pixels(file: &[u8]) -> Result<([usize; 3], Vec<u8>, usize), String> {
    let (reader, size) = open(Cursor::new(file))?;
    match reader {
        Reader::Png(reader) => {
            let (bytes, step) = png_bytes(*reader)?;
            Ok((size, bytes, step))
        }
        Reader::Jpeg(mut decoder) => {
            let bytes = decoder.decode().map_err(|error| error.to_string())?;
            // The decoder does not notice where the last row of blocks is cut off. Within the
            // coded blocks no two bytes look like a mark.
            let mark = |mark| file.windows(2).rposition(|two| two == [0xff, mark]);
            match (mark(0xda), mark(0xd9)) {
                (Some(last_scan), Some(end)) if last_scan < end => Ok((size, bytes, size[0])),
                _ => Err("the file is cut off".to_owned()),
            }
        }
    }
}

/// The file, and channels, height and width of what is in it, without transparency.
fn open<R: BufRead + Seek>(mut file: R) -> Result<(Reader<R>, [usize; 3]), String> {
    let start = file.fill_buf().map_err(|error| error.to_string())?;
    let (reader, size) = if start.starts_with(b"\x89PNG") {
        png(file)?
    } else if start.starts_with(b"\xff\xd8") {
        jpeg(file)?
    } else {
        return Err("is neither a PNG nor a JPEG picture".to_owned());
    };
    let bytes = size
        .iter()
        .try_fold(1_usize, |n, &size| n.checked_mul(size));
    match bytes {
        Some(bytes) if bytes <= MOST => Ok((reader, size)),
        _ => Err(format!("the picture is larger than {MOST} bytes")),
    }
}

fn png<R: BufRead + Seek>(file: R) -> Result<(Reader<R>, [usize; 3]), String> {
    let limits = png::Limits { bytes: MOST };
    let mut decoder = png::Decoder::new_with_limits(file, limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let reader = decoder.read_info().map_err(|error| error.to_string())?;
    let channels = match reader.output_color_type().0 {
        png::ColorType::Grayscale | png::ColorType::GrayscaleAlpha => 1,
        _ => 3,
    };
    let info = reader.info();
    let size = [channels, info.height as usize, info.width as usize];
    Ok((Reader::Png(Box::new(reader)), size))
}

/// The bytes of a picture, and how many belong to a pixel.
fn png_bytes<R: BufRead + Seek>(mut reader: png::Reader<R>) -> Result<(Vec<u8>, usize), String> {
    let count = reader.output_buffer_size().filter(|&bytes| bytes <= MOST);
    let count = count.ok_or_else(|| format!("the picture is larger than {MOST} bytes"))?;
    let mut bytes = vec![0; count];
    let frame = reader.next_frame(&mut bytes);
    frame.map_err(|error| error.to_string())?;
    Ok((bytes, reader.output_color_type().0.samples()))
}

fn jpeg<R: BufRead + Seek>(file: R) -> Result<(Reader<R>, [usize; 3]), String> {
    // Strict, so that a file that is cut off is no picture with a grey end.
    let options = DecoderOptions::default().set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(file, options);
    let fault = |error: zune_jpeg::errors::DecodeErrors| error.to_string();
    decoder.decode_headers().map_err(fault)?;
    let (Some((width, height)), Some(colors)) = (decoder.dimensions(), decoder.input_colorspace())
    else {
        return Err("the header is damaged".to_owned());
    };
    let (colors, channels) = match colors {
        ColorSpace::Luma => (ColorSpace::Luma, 1),
        _ => (ColorSpace::RGB, 3),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(colors));
    Ok((Reader::Jpeg(Box::new(decoder)), [channels, height, width]))
}
