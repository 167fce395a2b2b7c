//! Images, heat maps, contours and surfaces in a figure.

use super::Figure;
use super::image::{Image, imshow};
use super::names::Names;
use super::panel::{Cells, Mark, Numbers};
use super::series::numbers;
use crate::error::{Error, OrRaise};
use crate::shape::show;
use crate::tensor::{Tensor, TensorData};

impl Figure {
    /// Adds an image: numbers of shape `[h, w]`, or colours of `[h, w, 3]` or `[3, h, w]`.
    ///
    /// The smallest number is black and the largest white; [`cmap`](Figure::cmap) and
    /// [`clim`](Figure::clim) change that, [`colorbar`](Figure::colorbar) tells which colour is
    /// which number. Colours run from 0 to 1, or to 255 as whole numbers. NaN is left empty.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().imshow(&tensor([[0.0, 0.5], [0.5, 1.0]])).title("2 x 2");
    /// assert!(figure.to_svg().contains("data:image/png"));
    /// ```
    ///
    /// # Panics
    /// If the tensor has another shape, or no element.
    #[track_caller]
    pub fn imshow(&self, x: &Tensor) -> Figure {
        self.with(picture(x))
    }

    /// Adds an image of numbers, each written into its cell: a confusion matrix, attention
    /// weights, correlations. The rows are named on the left, the columns below.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new()
    ///     .heatmap([[0.9, 0.1], [0.25, 0.75]], 2)
    ///     .cells(["cat", "dog"], ["cat", "dog"])
    ///     .xlabel("predicted");
    /// assert!(figure.to_svg().contains(">0.75<"));
    /// ```
    ///
    /// # Panics
    /// If the numbers are no matrix, or there are none.
    #[track_caller]
    pub fn heatmap(&self, values: impl TensorData, digits: usize) -> Figure {
        self.numbers_in_cells(&numbers(values), digits)
    }

    #[track_caller]
    fn numbers_in_cells(&self, values: &Tensor, number_digits: usize) -> Figure {
        let (rows, columns) = matrix("heatmap", values).or_raise();
        self.with(Mark::Image {
            rows,
            columns,
            cells: Cells::Numbers(values.numbers().into()),
            digits: Some(number_digits.min(12)),
        })
    }

    /// Names the rows and the columns of an image or a heat map.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let figure = Figure::new().heatmap([[3, 1], [0, 4]], 0).cells(["no", "yes"], 0..2);
    /// assert!(figure.to_svg().contains("yes"));
    /// ```
    pub fn cells(&self, rows: impl Names, columns: impl Names) -> Figure {
        self.name_cells(rows.names(), columns.names())
    }

    fn name_cells(&self, rows: Vec<String>, columns: Vec<String>) -> Figure {
        let at = |names: Vec<String>| Some((0..).map(f64::from).zip(names).collect());
        self.panel(|panel| {
            panel.y.ticks = at(rows);
            panel.x.ticks = at(columns);
        })
    }

    /// Adds lines of equal height: z of shape `[n, m]` at n places y and m places x.
    ///
    /// x and y may also be the two grids of [`meshgrid`](crate::ops::meshgrid).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = linspace(-2.0, 2.0, 40);
    /// let z = &x.square().unsqueeze(0) + &x.square().unsqueeze(1) * 3.0;
    /// let figure = Figure::new().contour(&x, &x, &z).xlabel("$w_1$").ylabel("$w_2$");
    /// assert!(figure.to_svg().contains("<path"));
    /// ```
    ///
    /// # Panics
    /// If z is no matrix, or x and y do not fit it.
    #[track_caller]
    pub fn contour(&self, x: impl TensorData, y: impl TensorData, z: &Tensor) -> Figure {
        let (x, y, z) = grid("contour", &numbers(x), &numbers(y), z).or_raise();
        self.with(Mark::Contour {
            x,
            y,
            z,
            filled: false,
        })
    }

    /// Adds areas between lines of equal height; shapes as in [`contour`](Figure::contour).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = linspace(-2.0, 2.0, 40);
    /// let z = &x.square().unsqueeze(0) + &x.square().unsqueeze(1) * 3.0;
    /// let figure = Figure::new().contourf(&x, &x, &z).colorbar();
    /// assert!(figure.to_svg().contains("<path"));
    /// ```
    ///
    /// # Panics
    /// If z is no matrix, or x and y do not fit it.
    #[track_caller]
    pub fn contourf(&self, x: impl TensorData, y: impl TensorData, z: &Tensor) -> Figure {
        let (x, y, z) = grid("contourf", &numbers(x), &numbers(y), z).or_raise();
        self.with(Mark::Contour {
            x,
            y,
            z,
            filled: true,
        })
    }

    /// Shows heights as a surface in space; shapes as in [`contour`](Figure::contour).
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = linspace(-2.0, 2.0, 20);
    /// let z = &x.square().unsqueeze(0) - &x.square().unsqueeze(1);
    /// let figure = Figure::new().surface(&x, &x, &z).title("saddle");
    /// assert!(figure.to_svg().contains("saddle"));
    /// ```
    ///
    /// # Panics
    /// If z is no matrix, or x and y do not fit it.
    #[track_caller]
    pub fn surface(&self, x: impl TensorData, y: impl TensorData, z: &Tensor) -> Figure {
        let (x, y, z) = grid("surface", &numbers(x), &numbers(y), z).or_raise();
        self.with(Mark::Surface { x, y, z })
    }
}

/// Several images in a grid: `[n, h, w]` or `[n, 1, h, w]` of numbers, `[n, 3, h, w]` or
/// `[n, h, w, 3]` of colours.
///
/// All share one range, so that equal numbers look alike; [`titles`](Figure::titles) names them.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let figure = image_grid(&rand(&[6, 8, 8]), 3).titles(["7", "2", "1", "0", "4", "1"]);
/// assert!(figure.to_svg().contains(">7<"));
/// ```
///
/// # Panics
/// If the tensor has another shape, or no image, or there are no columns.
#[track_caller]
pub fn image_grid(x: &Tensor, columns: usize) -> Figure {
    let images = images("image_grid", x).or_raise();
    let (low, high) = range(x);
    let figure = grid_of_images(&images, columns);
    if low < high {
        return figure.every_panel(|panel| {
            for layer in &mut panel.layers {
                layer.look.clim = Some((low, high));
            }
        });
    }
    figure
}

/// The smallest and the largest finite number.
pub(super) fn range(x: &Tensor) -> (f64, f64) {
    x.detach()
        .numbers()
        .into_iter()
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        })
}

/// The images of a batch, one by one.
pub(super) fn images(op: &str, x: &Tensor) -> Result<Vec<Tensor>, Error> {
    let fits = match *x.shape() {
        [n, h, w] | [n, 1 | 3, h, w] | [n, h, w, 1 | 3] => n > 0 && h > 0 && w > 0,
        _ => false,
    };
    if !fits {
        return Err(Error::new(
            op,
            format!(
                "needs images of shape [n, h, w], [n, 1, h, w], [n, 3, h, w] or [n, h, w, 3]: \
                 this tensor is {}",
                show(x.shape())
            ),
        )
        .help("x.unsqueeze(0) makes a batch of one image"));
    }
    let x = x.detach();
    Ok((0..x.shape()[0]).map(|i| x.select(0, i)).collect())
}

/// Panels without axes, one image in each.
#[track_caller]
pub(super) fn grid_of_images(images: &[Tensor], columns: usize) -> Figure {
    if columns == 0 {
        Error::new("image_grid", "needs at least one column, it has 0").raise();
    }
    let columns = columns.min(images.len());
    let rows = images.len().div_ceil(columns);
    let mut figure = Figure::grid(rows, columns);
    for (panel, image) in figure.panels.iter_mut().zip(images) {
        *panel = Figure::new().imshow(image).panels.swap_remove(0);
    }
    // Cells of about the images' shape, on a page about 900 pixels wide.
    let shape = Figure::new().imshow(&images[0]);
    let (wide, high) = match shape.panels[0].layers[0].mark {
        Mark::Image { rows, columns, .. } => (columns as f64, rows as f64),
        _ => (1.0, 1.0),
    };
    let cell = (900.0 / columns as f64).clamp(24.0, 150.0);
    let up = (cell * high / wide).clamp(16.0, 400.0);
    figure.tight = Some((cell as u32, up as u32));
    figure.every_panel(|panel| panel.no_axes = true)
}

/// The pixels of a tensor as a layer.
#[track_caller]
fn picture(x: &Tensor) -> Mark {
    let x = x.detach();
    let plain = match *x.shape() {
        [h, w] | [1, h, w] | [h, w, 1] if h > 0 && w > 0 => Some((h, w)),
        _ => None,
    };
    if let Some((rows, columns)) = plain {
        return Mark::Image {
            rows,
            columns,
            cells: Cells::Numbers(x.numbers().into()),
            digits: None,
        };
    }
    let image: Image = imshow(&x);
    Mark::Image {
        rows: image.height(),
        columns: image.width(),
        cells: Cells::Rgb(image.rgb()),
        digits: None,
    }
}

fn matrix(op: &str, x: &Tensor) -> Result<(usize, usize), Error> {
    match *x.shape() {
        [rows, columns] if rows > 0 && columns > 0 => Ok((rows, columns)),
        _ => Err(Error::new(
            op,
            format!(
                "needs a matrix [rows, columns], this is {}",
                show(x.shape())
            ),
        )),
    }
}

/// Places along both axes, and heights row by row.
fn grid(
    op: &str,
    x: &Tensor,
    y: &Tensor,
    z: &Tensor,
) -> Result<(Numbers, Numbers, Numbers), Error> {
    let (rows, columns) = matrix(op, z)?;
    let heights = z.detach().numbers();
    let (xs, ys) = (x.numbers(), y.numbers());
    if x.ndim() == 2 && x.shape() == z.shape() && y.shape() == z.shape() {
        // Grids of x and y: which one grows along the rows?
        let across = (1..columns).any(|j| xs[j] != xs[0]);
        if across || rows == 1 {
            let y = (0..rows).map(|i| ys[i * columns]).collect();
            return Ok((xs[..columns].into(), y, heights.into()));
        }
        let x = (0..rows).map(|i| xs[i * columns]).collect();
        let turned = (0..columns)
            .flat_map(|j| (0..rows).map(move |i| (i, j)))
            .map(|(i, j)| heights[i * columns + j])
            .collect();
        return Ok((x, ys[..columns].into(), turned));
    }
    if xs.len() != columns || ys.len() != rows {
        return Err(Error::new(
            op,
            format!(
                "z is {}, so x must have {columns} numbers and y {rows}: x is {}, y is {}",
                show(z.shape()),
                show(x.shape()),
                show(y.shape())
            ),
        )
        .help("z[i, j] belongs to y[i] and x[j]"));
    }
    Ok((xs.into(), ys.into(), heights.into()))
}
