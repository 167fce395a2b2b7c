//! Parts of a tensor: views on a block of it, and writing into a view.

use crate::dtype::with_element;
use crate::shape;
use crate::tensor::Tensor;

/// The block of `shape` that begins at `starts`, as a view without history.
pub(crate) fn block(x: &Tensor, starts: &[usize], shape: &[usize]) -> Tensor {
    let mut layout = x.0.layout.clone();
    if shape::numel(shape) > 0 {
        let offset = starts.iter().zip(&layout.strides).map(|(s, t)| s * t);
        layout.offset += offset.sum::<usize>();
    }
    layout.shape = shape.into();
    x.view_as(layout)
}

/// Writes the elements of `source` into the view `target`, of the same shape and type.
pub(crate) fn assign(target: &Tensor, source: &Tensor) {
    debug_assert_eq!(target.shape(), source.shape());
    if target.is_empty() {
        return;
    }
    let layout = &target.0.layout;
    let length = layout.shape.last().copied().unwrap_or(1);
    let stride = layout.strides.last().copied().unwrap_or(1);
    with_element!(target.dtype(), T => {
        let values = source.values::<T>();
        target.0.buffer.write(|storage| {
            let out = <T as crate::dtype::Element>::slice_mut(storage);
            let mut from = 0;
            shape::rows(&layout.shape, &layout.strides, &layout.strides, |at, _| {
                let at = at + layout.offset;
                let row = &values[from..from + length];
                if stride == 1 {
                    out[at..at + length].copy_from_slice(row);
                } else {
                    row.iter().enumerate().for_each(|(i, &v)| out[at + i * stride] = v);
                }
                from += length;
            });
        });
    });
}
