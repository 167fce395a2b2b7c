//! Pictures in folders, one folder for each class.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::{Dataset, image_file};
use crate::error::{Error, OrRaise};
use crate::ops::stack;
use crate::tensor::Tensor;
use crate::transforms::Transform;

/// PNG and JPEG pictures whose class is the name of the folder that they lie in
/// (`torchvision.datasets.ImageFolder`).
///
/// `x` of a batch is `[n, channels, height, width]` of f32 from 0 to 1, `y` is `[n]` of i64. The
/// classes are the folders in the order of the alphabet. There is one channel where all pictures
/// are grey, else there are three. They are read when a batch asks for them, so `workers` helps.
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
    channels: usize,
    /// Brings every picture to one size.
    transform: Option<Arc<dyn Transform>>,
    class_names: Vec<String>,
}

impl ImageFolder {
    /// The pictures below a folder, which have one size; the headers of all are read, to find one
    /// that does not fit.
    pub fn open(root: impl AsRef<Path>) -> Result<ImageFolder, Error> {
        let (folder, sizes) = ImageFolder::find(root.as_ref())?;
        let one = |&size: &[usize; 2]| size == sizes[0];
        let Some(place) = sizes.iter().position(|size| !one(size)) else {
            return Ok(folder);
        };
        let (first, other) = (&folder.files[0].0, &folder.files[place].0);
        Err(Error::new(
            other.display().to_string(),
            format!(
                "it has {} pixels, and {} has {}",
                by(sizes[place]),
                first.display(),
                by(sizes[0])
            ),
        )
        .help("open_with(root, &Resize::new([64, 64])) brings them to one size"))
    }

    /// Pictures of any size, each after a transform that brings it to one
    /// (`ImageFolder(root, transform)`).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// # let root = std::env::temp_dir().join(format!("cuaderno-with-{}", std::process::id()));
    /// # std::fs::create_dir_all(root.join("cat")).unwrap();
    /// # for (name, shape) in [("1.png", [20, 30]), ("2.png", [40, 40])] {
    /// #     let png = imshow(&zeros(&shape)).scale(1).to_png();
    /// #     std::fs::write(root.join("cat").join(name), png).unwrap();
    /// # }
    /// let prepare = compose![Resize::new(16), CenterCrop::new(16)];
    /// let data = ImageFolder::open_with(&root, &prepare)?;
    /// assert_eq!(data.batch(&[0, 1]).0.shape()[2..], [16, 16]);
    /// # std::fs::remove_dir_all(&root).unwrap();
    /// # Ok::<(), cuaderno::error::Error>(())
    /// ```
    pub fn open_with<T: Transform + Clone + 'static>(
        root: impl AsRef<Path>,
        transform: &T,
    ) -> Result<ImageFolder, Error> {
        let (folder, _) = ImageFolder::find(root.as_ref())?;
        Ok(ImageFolder {
            transform: Some(Arc::new(transform.clone())),
            ..folder
        })
    }

    /// The pictures, and the height and width of each.
    fn find(root: &Path) -> Result<(ImageFolder, Vec<[usize; 2]>), Error> {
        let folders = listed(root)?.into_iter().filter(|path| path.is_dir());
        let (mut files, mut class_names) = (Vec::new(), Vec::new());
        for folder in folders {
            let class = class_names.len() as i64;
            let name = folder.file_name().unwrap_or_default();
            class_names.push(name.to_string_lossy().into_owned());
            let pictures = listed(&folder)?.into_iter().filter(|path| {
                let end = path.extension().unwrap_or_default().to_ascii_lowercase();
                ["png", "jpg", "jpeg"].iter().any(|&kind| end == kind)
            });
            files.extend(pictures.map(|path| (path, class)));
        }
        if files.is_empty() {
            return Err(Error::new(
                root.display().to_string(),
                "has no folder with PNG or JPEG pictures",
            )
            .help("a folder for each class, as in root/cat/1.png and root/dog/1.png"));
        }
        let (mut channels, mut sizes) = (1, Vec::with_capacity(files.len()));
        for (path, _) in &files {
            let [own, height, width] = image_file::size(path)?;
            channels = channels.max(own);
            sizes.push([height, width]);
        }
        let folder = ImageFolder {
            root: root.to_owned(),
            files: files.into(),
            channels,
            transform: None,
            class_names,
        };
        Ok((folder, sizes))
    }

    /// One picture, grey ones with three channels where there are coloured ones.
    fn picture(&self, path: &Path) -> Result<Tensor, Error> {
        let (size, pixels) = image_file::decode(path)?;
        let mut x = Tensor::from_values(pixels, size.as_slice());
        if size[0] < self.channels {
            x = x.expand(&[self.channels, size[1], size[2]]);
        }
        Ok(match &self.transform {
            Some(transform) => transform.apply(&x),
            None => x,
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
        let mut pictures: Vec<Tensor> = Vec::with_capacity(rows.len());
        for &row in rows {
            let path = &self.files[row].0;
            let picture = self.picture(path).or_raise();
            if let Some(first) = pictures.first().filter(|x| x.shape() != picture.shape()) {
                let what = format!(
                    "its shape is {:?}, and that of another in the batch is {:?}",
                    picture.shape(),
                    first.shape()
                );
                Error::new(path.display().to_string(), what)
                    .help("Resize::new([64, 64]) brings all to one shape, Resize::new(64) does not")
                    .raise();
            }
            pictures.push(picture);
        }
        let y: Vec<i64> = rows.iter().map(|&row| self.files[row].1).collect();
        let pictures: Vec<&Tensor> = pictures.iter().collect();
        let x = match pictures.is_empty() {
            true => Tensor::from_values(Vec::<f32>::new(), [0, self.channels, 0, 0].as_slice()),
            false => stack(&pictures, 0),
        };
        (x, Tensor::from_values(y, [rows.len()].as_slice()))
    }
}

impl fmt::Debug for ImageFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} {} pictures, {} classes: {}",
            self.root.display(),
            self.len(),
            if self.channels == 1 {
                "grey"
            } else {
                "coloured"
            },
            self.class_names.len(),
            self.class_names.join(", ")
        )
    }
}

fn by([height, width]: [usize; 2]) -> String {
    format!("{height} x {width}")
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
        assert!(text(&root).contains("has no folder with PNG or JPEG pictures"));
        fs::write(root.join("a/1.png"), png(&[2, 4, 3], 0.2)).unwrap();
        fs::write(root.join("b/2.png"), png(&[4, 4, 3], 0.2)).unwrap();
        let error = text(&root);
        assert!(error.contains("2.png: it has 4 x 4 pixels, and"), "{error}");
        fs::write(root.join("b/2.png"), b"no picture").unwrap();
        let error = text(&root);
        assert!(
            error.contains("2.png: is neither a PNG nor a JPEG"),
            "{error}"
        );
        assert!(text(&root.join("none")).contains("none: "));
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_transform_brings_pictures_to_one_size() {
        let root = folder("sizes");
        fs::write(root.join("a/1.png"), png(&[2, 4, 3], 0.2)).unwrap();
        fs::write(root.join("b/2.png"), png(&[6, 4], 0.4)).unwrap();
        let data = ImageFolder::open_with(&root, &Resize::new([3, 3])).unwrap();
        let (x, _) = data.batch(&[0, 1]);
        assert_eq!(x.shape(), [2, 3, 3, 3]);
        assert_close(&x.select(0, 1), &full(&[3, 3, 3], 0.4));
        assert_eq!(data.batch(&[]).0.len(), 0);
        let uneven = ImageFolder::open_with(&root, &Resize::new(3)).unwrap();
        let batch = std::panic::AssertUnwindSafe(|| uneven.batch(&[0, 1]));
        let panic = std::panic::catch_unwind(batch).unwrap_err();
        let text = panic.downcast_ref::<String>().unwrap();
        assert!(
            text.contains("2.png: its shape is [3, 4, 3], and that of another"),
            "{text}"
        );
        fs::remove_dir_all(&root).unwrap();
    }
}
