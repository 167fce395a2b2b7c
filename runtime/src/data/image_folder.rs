//! Pictures in folders, one folder for each class.

use std::fmt;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::Dataset;
use crate::error::{Error, OrRaise};
use crate::tensor::Tensor;

/// PNG pictures whose class is the name of the folder that they lie in
/// (`torchvision.datasets.ImageFolder`).
///
/// `x` of a batch is `[n, channels, height, width]` of f32 from 0 to 1, `y` is `[n]` of i64. The
/// classes are the folders in the order of the alphabet, and all pictures have one size. They are
/// read when a batch asks for them, so `workers` helps.
///
/// ```
/// use cuaderno::prelude::*;
///
/// # let root = std::env::temp_dir().join(format!("cuaderno-folder-{}", std::process::id()));
/// # for class in ["cat", "dog"] {
/// #     std::fs::create_dir_all(root.join(class)).unwrap();
/// #     let png = imshow(&zeros(&[2, 3])).scale(1).to_png();
/// #     std::fs::write(root.join(class).join("1.png"), png).unwrap();
/// # }
/// // root/cat/1.png, root/dog/1.png, ..
/// let data = ImageFolder::open(&root)?;
/// assert_eq!(data.class_names(), ["cat", "dog"]);
/// let (x, y) = data.batch(&[0, 1]);
/// assert_eq!((x.shape()[0], y.to_vec_i64()), (2, vec![0, 1]));
/// # std::fs::remove_dir_all(&root).unwrap();
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
#[derive(Clone)]
pub struct ImageFolder {
    root: PathBuf,
    files: Arc<[(PathBuf, i64)]>,
    /// Channels, height, width.
    size: [usize; 3],
    class_names: Vec<String>,
}

impl ImageFolder {
    /// The pictures below a folder; the headers of all are read, to find one that does not fit.
    pub fn open(root: impl AsRef<Path>) -> Result<ImageFolder, Error> {
        ImageFolder::find(root.as_ref())
    }

    fn find(root: &Path) -> Result<ImageFolder, Error> {
        let folders = listed(root)?.into_iter().filter(|path| path.is_dir());
        let (mut files, mut class_names) = (Vec::new(), Vec::new());
        for folder in folders {
            let class = class_names.len() as i64;
            class_names.push(
                folder
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
            );
            let pictures = listed(&folder)?.into_iter().filter(|path| {
                path.extension()
                    .is_some_and(|end| end.eq_ignore_ascii_case("png"))
            });
            files.extend(pictures.map(|path| (path, class)));
        }
        let Some((first, _)) = files.first() else {
            return Err(Error::new(
                root.display().to_string(),
                "has no folder with PNG pictures",
            )
            .help("a folder for each class, as in root/cat/1.png and root/dog/1.png"));
        };
        let size = header(first)?;
        for (path, _) in &files {
            let other = header(path)?;
            if other != size {
                return Err(Error::new(
                    path.display().to_string(),
                    format!(
                        "its shape is {other:?}, and that of {} is {size:?}",
                        first.display()
                    ),
                )
                .help("the pictures of a data set have one size and as many channels"));
            }
        }
        Ok(ImageFolder {
            root: root.to_owned(),
            files: files.into(),
            size,
            class_names,
        })
    }

    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no picture.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The names of the classes 0, 1, ..
    pub fn class_names(&self) -> Vec<String> {
        self.class_names.clone()
    }

    /// The file of each picture.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|(path, _)| path.clone()).collect()
    }
}

impl Dataset for ImageFolder {
    fn len(&self) -> usize {
        self.files.len()
    }

    fn batch(&self, rows: &[usize]) -> (Tensor, Tensor) {
        let mut x = Vec::with_capacity(rows.len() * self.size.iter().product::<usize>());
        for &row in rows {
            let (path, _) = &self.files[row];
            let (size, pixels) = decode(path).or_raise();
            if size != self.size {
                // Somebody changed the file since.
                let what = format!("its shape is {size:?} now, it was {:?}", self.size);
                Error::new(path.display().to_string(), what).raise();
            }
            x.extend(pixels);
        }
        let y: Vec<i64> = rows.iter().map(|&row| self.files[row].1).collect();
        let [channels, height, width] = self.size;
        (
            Tensor::from_values(x, [rows.len(), channels, height, width].as_slice()),
            Tensor::from_values(y, [rows.len()].as_slice()),
        )
    }
}

impl fmt::Debug for ImageFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} pictures of {:?}, {} classes: {}",
            self.root.display(),
            self.len(),
            self.size,
            self.class_names.len(),
            self.class_names.join(", ")
        )
    }
}

/// A PNG file as a tensor `[channels, height, width]` of f32 from 0 to 1: one channel where it is
/// grey, three where it is coloured. What is transparent is left as it is.
///
/// ```
/// use cuaderno::prelude::*;
///
/// # let path = std::env::temp_dir().join(format!("cuaderno-read-{}.png", std::process::id()));
/// std::fs::write(&path, imshow(&full(&[20, 30], 0.2)).scale(1).to_png()).unwrap();
/// let picture = read_png(&path)?;
/// assert_eq!(picture.shape()[1..], [20, 30]);
/// assert_close_within(picture.mean().item(), 0.2, 1e-6);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
pub fn read_png(path: impl AsRef<Path>) -> Result<Tensor, Error> {
    let (size, pixels) = decode(path.as_ref())?;
    Ok(Tensor::from_values(pixels, size.as_slice()))
}

/// More bytes than a picture of the course takes: 64 million.
const MOST: usize = 1 << 26;

type Reader = png::Reader<BufReader<File>>;

fn reader(path: &Path) -> Result<Reader, Error> {
    let wrong = |what: String| Error::new(path.display().to_string(), what);
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let limits = png::Limits { bytes: MOST };
    let mut decoder = png::Decoder::new_with_limits(BufReader::new(file), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let reader = decoder
        .read_info()
        .map_err(|error| wrong(error.to_string()))?;
    match reader.output_buffer_size() {
        Some(bytes) if bytes <= MOST => Ok(reader),
        _ => Err(wrong(format!("the picture is larger than {MOST} bytes"))),
    }
}

/// Channels, height and width, without transparency.
fn shape(reader: &Reader) -> [usize; 3] {
    let channels = match reader.output_color_type().0 {
        png::ColorType::Grayscale | png::ColorType::GrayscaleAlpha => 1,
        _ => 3,
    };
    let info = reader.info();
    [channels, info.height as usize, info.width as usize]
}

fn header(path: &Path) -> Result<[usize; 3], Error> {
    Ok(shape(&reader(path)?))
}

fn decode(path: &Path) -> Result<([usize; 3], Vec<f32>), Error> {
    let mut reader = reader(path)?;
    let size @ [channels, height, width] = shape(&reader);
    let mut bytes = vec![0; reader.output_buffer_size().unwrap_or(0)];
    let frame = reader.next_frame(&mut bytes);
    frame.map_err(|error| Error::new(path.display().to_string(), error.to_string()))?;
    let step = reader.output_color_type().0.samples();
    let channel = |channel| {
        bytes
            .iter()
            .skip(channel)
            .step_by(step)
            .take(height * width)
    };
    let pixels = (0..channels).flat_map(channel);
    Ok((size, pixels.map(|&byte| f32::from(byte) / 255.0).collect()))
}

/// What lies in a folder, in the order of the alphabet.
fn listed(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let wrong = |error: std::io::Error| Error::new(folder.display().to_string(), error.to_string());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        paths.push(entry.map_err(wrong)?.path());
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    fn folder(name: &str) -> PathBuf {
        let root = std::env::temp_dir().join(format!("cuaderno-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("b")).unwrap();
        fs::create_dir_all(root.join("a")).unwrap();
        root
    }

    fn png(shape: &[usize], value: f64) -> Vec<u8> {
        imshow(&full(shape, value)).scale(1).to_png()
    }

    #[test]
    fn folders_are_classes() {
        let root = folder("classes");
        fs::write(root.join("b/2.png"), png(&[2, 4, 3], 0.4)).unwrap();
        fs::write(root.join("a/1.PNG"), png(&[2, 4, 3], 0.2)).unwrap();
        fs::write(root.join("a/notes.txt"), "not a picture").unwrap();
        let data = ImageFolder::open(&root).unwrap();
        assert_eq!(
            (data.len(), data.class_names()),
            (2, vec!["a".to_owned(), "b".to_owned()])
        );
        let (x, y) = data.batch(&[1, 0]);
        assert_eq!((x.shape(), y.to_vec_i64()), (&[2, 3, 2, 4][..], vec![1, 0]));
        assert_close(&x.select(0, 0).mean(), 0.4);
        let loader = DataLoader::new(&data, 1).workers(2);
        assert_eq!(loader.iter().count(), 2);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let root = folder("misfits");
        let text = |root: &Path| ImageFolder::open(root).unwrap_err().to_string();
        assert!(text(&root).contains("has no folder with PNG pictures"));
        fs::write(root.join("a/1.png"), png(&[2, 4, 3], 0.2)).unwrap();
        fs::write(root.join("b/2.png"), png(&[4, 4, 3], 0.2)).unwrap();
        assert!(
            text(&root).contains("2.png: its shape is [3, 4, 4]"),
            "{}",
            text(&root)
        );
        fs::write(root.join("b/2.png"), b"no picture").unwrap();
        assert!(text(&root).contains("2.png: "), "{}", text(&root));
        assert!(text(&root.join("none")).contains("none: "));
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn broken_files_are_errors() {
        let root = folder("broken");
        let path = root.join("a/1.png");
        let whole = png(&[5, 5, 3], 0.3);
        for place in 0..whole.len() {
            let mut broken = whole.clone();
            broken[place] ^= 0x55;
            fs::write(&path, &broken).unwrap();
            // An answer, and no panic; a changed byte may go unnoticed outside of the data.
            let _ = read_png(&path);
            fs::write(&path, &whole[..place]).unwrap();
            assert!(
                read_png(&path).is_err() || place + 12 >= whole.len(),
                "{place}"
            );
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
