//! Data sets of pictures that are downloaded when they are first asked for.

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::data::Dataset;
use crate::data::fetch::Remote;
use crate::data::idx::{open, read_cifar, read_idx, read_tar};
use crate::display::{MimeBundle, Rich, escape_html};
use crate::error::Error;
use crate::tensor::Tensor;

/// Pictures with their classes, kept as bytes; batches come as f32 from 0 to 1.
///
/// It is a [`Dataset`]: `x` of a batch is `[n, channels, height, width]`, `y` is `[n]` of i64.
#[derive(Clone)]
pub struct Pictures {
    name: String,
    /// Channels, height, width.
    size: [usize; 3],
    pixels: Arc<[u8]>,
    classes: Arc<[i64]>,
    class_names: Vec<String>,
}

impl Pictures {
    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there is no picture.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// One picture, `[channels, height, width]`.
    #[track_caller]
    pub fn picture(&self, number: usize) -> Tensor {
        if number >= self.len() {
            let count = self.len();
            Error::new(
                "picture",
                format!("there is no picture {number} among {count}"),
            )
            .raise();
        }
        self.batch(&[number]).0.select(0, 0)
    }

    /// All pictures, `[n, channels, height, width]`; four times the memory that they take here.
    pub fn x(&self) -> Tensor {
        self.batch(&(0..self.len()).collect::<Vec<_>>()).0
    }

    /// All classes, `[n]` of i64.
    pub fn y(&self) -> Tensor {
        Tensor::from_values(self.classes.to_vec(), [self.len()].as_slice())
    }

    /// The first pictures alone.
    pub fn head(&self, count: usize) -> Pictures {
        let count = count.min(self.len());
        Pictures {
            pixels: self.pixels[..count * self.bytes()].into(),
            classes: self.classes[..count].into(),
            ..self.clone()
        }
    }

    /// The names of the classes 0, 1, ..
    pub fn class_names(&self) -> Vec<String> {
        self.class_names.clone()
    }

    /// Bytes of a picture.
    fn bytes(&self) -> usize {
        self.size.iter().product()
    }
}

impl Dataset for Pictures {
    fn len(&self) -> usize {
        self.classes.len()
    }

    fn batch(&self, rows: &[usize]) -> (Tensor, Tensor) {
        let bytes = self.bytes();
        let mut x = Vec::with_capacity(rows.len() * bytes);
        for &row in rows {
            let picture = &self.pixels[row * bytes..(row + 1) * bytes];
            x.extend(picture.iter().map(|&byte| f32::from(byte) / 255.0));
        }
        let y: Vec<i64> = rows.iter().map(|&row| self.classes[row]).collect();
        let [channels, height, width] = self.size;
        (
            Tensor::from_values(x, [rows.len(), channels, height, width].as_slice()),
            Tensor::from_values(y, [rows.len()].as_slice()),
        )
    }
}

impl fmt::Debug for Pictures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} pictures of {:?}, {} classes: {}",
            self.name,
            self.len(),
            self.size,
            self.class_names.len(),
            self.class_names.join(", ")
        )
    }
}

impl Rich for Pictures {
    fn mime_bundle(&self) -> MimeBundle {
        let text = format!("{self:?}");
        MimeBundle::text(text.as_str()).html(format!("<div>{}</div>", escape_html(&text)))
    }
}

crate::display::rich_result!(Pictures);

/// Handwritten digits by Y. LeCun, C. Cortes and C. Burges: 60 000 pictures of 28 x 28 grey
/// pixels to train with, 10 000 to test.
///
/// 11 MB are downloaded once, checked, and kept in `~/.cache/cuaderno/data`; `CUADERNO_DATA`
/// names a folder to look in first. Without a network [`digits`](crate::data::digits) serves.
///
/// ```no_run
/// use cuaderno::prelude::*;
///
/// let train = Mnist::train()?;
/// let loader = DataLoader::new(&train, 128).shuffle(true).workers(2);
/// imshow(&train.picture(0));
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Mnist;

impl Mnist {
    /// The pictures to train with.
    pub fn train() -> Result<Pictures, Error> {
        idx_set(&MNIST, &MNIST.train)
    }

    /// The pictures to test with.
    pub fn test() -> Result<Pictures, Error> {
        idx_set(&MNIST, &MNIST.test)
    }
}

/// Clothes from a shop (H. Xiao, K. Rasul and R. Vollgraf, 2017, MIT licence), with the sizes and
/// numbers of [`Mnist`]; 30 MB.
///
/// ```no_run
/// use cuaderno::prelude::*;
///
/// assert_eq!(FashionMnist::test()?.class_names()[9], "ankle boot");
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FashionMnist;

impl FashionMnist {
    /// The pictures to train with.
    pub fn train() -> Result<Pictures, Error> {
        idx_set(&FASHION, &FASHION.train)
    }

    /// The pictures to test with.
    pub fn test() -> Result<Pictures, Error> {
        idx_set(&FASHION, &FASHION.test)
    }
}

/// Small photographs of ten kinds (A. Krizhevsky, "Learning Multiple Layers of Features from Tiny
/// Images", 2009): 50 000 of 3 x 32 x 32 to train with, 10 000 to test; 170 MB.
///
/// ```no_run
/// use cuaderno::prelude::*;
///
/// let test = Cifar10::test()?;
/// assert_eq!(test.picture(0).shape(), [3, 32, 32]);
/// # Ok::<(), cuaderno::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Cifar10;

impl Cifar10 {
    /// The pictures to train with.
    pub fn train() -> Result<Pictures, Error> {
        let files = ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin"];
        cifar(&[&files[..], &["data_batch_4.bin", "data_batch_5.bin"]].concat())
    }

    /// The pictures to test with.
    pub fn test() -> Result<Pictures, Error> {
        cifar(&["test_batch.bin"])
    }
}

/// A data set of idx files.
struct IdxSet {
    name: &'static str,
    class_names: [&'static str; 10],
    train: [Remote<'static>; 2],
    test: [Remote<'static>; 2],
}

const fn file(
    set: &'static str,
    mirrors: &'static [&'static str],
    (file, size, sha256): (&'static str, u64, &'static str),
) -> Remote<'static> {
    Remote {
        set,
        file,
        size,
        sha256,
        mirrors,
        instead: "digits()",
    }
}

const fn mnist(known: (&'static str, u64, &'static str)) -> Remote<'static> {
    const MIRRORS: &[&str] = &[
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ];
    file("mnist", MIRRORS, known)
}

const fn fashion(known: (&'static str, u64, &'static str)) -> Remote<'static> {
    const MIRRORS: &[&str] = &[
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ];
    file("fashion-mnist", MIRRORS, known)
}

const MNIST: IdxSet = IdxSet {
    name: "MNIST",
    class_names: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    train: [
        mnist((
            "train-images-idx3-ubyte.gz",
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        )),
        mnist((
            "train-labels-idx1-ubyte.gz",
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        )),
    ],
    test: [
        mnist((
            "t10k-images-idx3-ubyte.gz",
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        )),
        mnist((
            "t10k-labels-idx1-ubyte.gz",
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        )),
    ],
};

const FASHION: IdxSet = IdxSet {
    name: "Fashion-MNIST",
    class_names: [
        "t-shirt",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ],
    train: [
        fashion((
            "train-images-idx3-ubyte.gz",
            26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        )),
        fashion((
            "train-labels-idx1-ubyte.gz",
            29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        )),
    ],
    test: [
        fashion((
            "t10k-images-idx3-ubyte.gz",
            4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        )),
        fashion((
            "t10k-labels-idx1-ubyte.gz",
            5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        )),
    ],
};

const CIFAR: Remote<'static> = Remote {
    set: "cifar-10",
    file: "cifar-10-binary.tar.gz",
    size: 170_052_171,
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    mirrors: &["https://www.cs.toronto.edu/~kriz/"],
    instead: "digits()",
};

fn idx_set(set: &IdxSet, files: &[Remote<'_>; 2]) -> Result<Pictures, Error> {
    let [images, labels] = files;
    let (images, labels) = (images.path()?, labels.path()?);
    read_pair(set.name, &set.class_names, &images, &labels)
}

fn read_pair(
    name: &str,
    class_names: &[&str],
    images: &Path,
    labels: &Path,
) -> Result<Pictures, Error> {
    let wrong = |path: &Path, what: String| Error::new(path.display().to_string(), what);
    let read = |path: &Path, dims| read_idx(open(path)?, dims).map_err(|what| wrong(path, what));
    let (sizes, pixels) = read(images, 3)?;
    let (_, classes) = read(labels, 1)?;
    if sizes[0] != classes.len() {
        let what = format!("has {} classes for {} pictures", classes.len(), sizes[0]);
        return Err(wrong(labels, what));
    }
    if let Some(class) = classes
        .iter()
        .find(|&&c| usize::from(c) >= class_names.len())
    {
        return Err(wrong(
            labels,
            format!("has class {class} of {}", class_names.len()),
        ));
    }
    Ok(Pictures {
        name: name.to_owned(),
        size: [1, sizes[1], sizes[2]],
        pixels: pixels.into(),
        classes: classes.into_iter().map(i64::from).collect(),
        class_names: class_names.iter().map(|&name| name.to_owned()).collect(),
    })
}

fn cifar(files: &[&str]) -> Result<Pictures, Error> {
    let path = CIFAR.path()?;
    let (pixels, classes) = read_archive(open(&path)?, files, 10_000)
        .map_err(|what| Error::new(path.display().to_string(), what))?;
    let names = [
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ];
    Ok(Pictures {
        name: "CIFAR-10".to_owned(),
        size: [3, 32, 32],
        pixels: pixels.into(),
        classes: classes.into(),
        class_names: names.map(str::to_owned).to_vec(),
    })
}

/// The records of some files of an archive, in the order of `files`.
fn read_archive(
    archive: impl Read,
    files: &[&str],
    records: usize,
) -> Result<(Vec<u8>, Vec<i64>), String> {
    let mut parts: Vec<Option<(Vec<u8>, Vec<i64>)>> = vec![None; files.len()];
    read_tar(archive, |name, content| {
        let name = name.rsplit('/').next().unwrap_or_default();
        if let Some(i) = files.iter().position(|&file| file == name) {
            let part = read_cifar(content, records).map_err(|what| format!("{name}: {what}"))?;
            parts[i] = Some(part);
        }
        Ok(())
    })?;
    let (mut pixels, mut classes) = (Vec::new(), Vec::new());
    for (part, file) in parts.into_iter().zip(files) {
        let (a, b) = part.ok_or_else(|| format!("{file} is missing in the archive"))?;
        pixels.extend(a);
        classes.extend(b);
    }
    Ok((pixels, classes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::idx::tests::tar;
    use std::io::Write as _;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("cuaderno-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn pictures_come_as_numbers_from_0_to_1() {
        let folder = folder("idx");
        let (images, labels) = (folder.join("images.gz"), folder.join("labels"));
        let header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
        std::fs::write(&images, gzip(&[&header[..], &[0, 255, 51, 102]].concat())).unwrap();
        std::fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 2, 1, 0]).unwrap();
        let pictures = read_pair("two", &["a", "b"], &images, &labels).unwrap();
        let (x, y) = pictures.batch(&[1, 0]);
        assert_eq!((x.shape(), y.to_vec_i64()), (&[2, 1, 1, 2][..], vec![0, 1]));
        assert_eq!(x.to_vec(), [0.2, 0.4, 0.0, 1.0]);
        assert_eq!(pictures.picture(0).shape(), [1, 1, 2]);
        assert_eq!(pictures.head(1).x().shape(), [1, 1, 1, 2]);

        std::fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 1, 1]).unwrap();
        let error = read_pair("two", &["a", "b"], &images, &labels)
            .unwrap_err()
            .to_string();
        assert!(error.contains("has 1 classes for 2 pictures"), "{error}");
        std::fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 2, 1, 2]).unwrap();
        let error = read_pair("two", &["a", "b"], &images, &labels)
            .unwrap_err()
            .to_string();
        assert!(error.contains("has class 2 of 2"), "{error}");
        let packed = std::fs::read(&images).unwrap();
        std::fs::write(&images, &packed[..packed.len() - 9]).unwrap();
        assert!(read_pair("two", &["a", "b"], &images, &labels).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_files_of_an_archive_keep_their_order() {
        let file = |class: u8| [&[class][..], &[class; 3072]].concat();
        let archive = tar(&[
            ("x/two.bin", &file(2)),
            ("x/readme", b"hi"),
            ("x/one.bin", &file(1)),
        ]);
        let (pixels, classes) = read_archive(&archive[..], &["one.bin", "two.bin"], 1).unwrap();
        assert_eq!((pixels.len(), classes), (2 * 3072, vec![1, 2]));
        let error = read_archive(&archive[..], &["three.bin"], 1).unwrap_err();
        assert_eq!(error, "three.bin is missing in the archive");
    }
}
