//! The value of a cell's last expression.
//!
//! evcxr compiles a last expression as `(expression).evcxr_display()`. Rich types have an inherent
//! method of that name; every other printable type gets it from [`CellResult`], so that evcxr's
//! first try compiles.

use std::any::TypeId;
use std::fmt::Debug;
use std::marker::PhantomData;

use crate::data::Table;
use crate::display::handle::emit;
use crate::display::{MimeBundle, Rich};
use crate::nn::Params;
use crate::plot::{Board, Figure};
use crate::tensor::Tensor;
use crate::train::History;

/// Gives a rich type the method that evcxr calls on a cell's result.
macro_rules! rich_result {
    ($type:ty) => {
        impl $type {
            /// Shows the value as the result of a cell.
            #[doc(hidden)]
            pub fn evcxr_display(&self) {
                $crate::display::CellResult::evcxr_display(self);
            }
        }
    };
}

pub(crate) use rich_result;

/// Shows any value with a `Debug` form as the result of a cell; `()` shows nothing.
pub trait CellResult {
    /// Called by evcxr; not for lessons.
    #[doc(hidden)]
    fn evcxr_display(&self);
}

impl<T: Debug + ?Sized> CellResult for T {
    fn evcxr_display(&self) {
        if type_id::<T>() == TypeId::of::<()>() {
            return;
        }
        let bundle = match rich_form(self) {
            Some(bundle) => bundle,
            None => MimeBundle::text(format!("{self:?}")),
        };
        emit(&bundle, None, false, true);
    }
}

/// The type's number, with lifetimes erased: `TypeId::of` refuses a type that borrows.
fn type_id<T: ?Sized>() -> TypeId {
    trait Erased {
        fn id(&self) -> TypeId
        where
            Self: 'static;
    }

    impl<T: ?Sized> Erased for PhantomData<T> {
        fn id(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }

    let phantom = PhantomData::<T>;
    let erased: &dyn Erased = &phantom;
    // SAFETY: only the lifetime bound changes, and `id` reads nothing through the reference.
    let erased =
        unsafe { std::mem::transmute::<&dyn Erased, &(dyn Erased + 'static)>(erased) };
    erased.id()
}

/// The value as `U`, if that is its type.
fn cast<T: ?Sized, U: 'static>(value: &T) -> Option<&U> {
    if type_id::<T>() != TypeId::of::<U>() {
        return None;
    }
    // SAFETY: the types are the same but for lifetimes, and `U` has none.
    Some(unsafe { &*std::ptr::from_ref(value).cast::<U>() })
}

/// The value's rich form, if it is a rich type or an `Option`, `Result` or `Vec` of one.
fn rich_form<T: ?Sized>(value: &T) -> Option<MimeBundle> {
    one_of::<T, Tensor>(value)
        .or_else(|| one_of::<T, Figure>(value))
        .or_else(|| one_of::<T, History>(value))
        .or_else(|| one_of::<T, Board>(value))
        .or_else(|| one_of::<T, Params>(value))
        .or_else(|| one_of::<T, Table>(value))
        .or_else(|| one_of::<T, MimeBundle>(value))
}

fn one_of<T: ?Sized, U: Rich + Debug + 'static>(value: &T) -> Option<MimeBundle> {
    if let Some(value) = cast::<T, U>(value) {
        return Some(value.mime_bundle());
    }
    if let Some(Some(inner)) = cast::<T, Option<U>>(value) {
        return Some(labelled("Some", inner));
    }
    if let Some(list) = cast::<T, Vec<U>>(value).filter(|list| !list.is_empty()) {
        return Some(joined(list));
    }
    if let Some(Ok(inner)) = cast::<T, Result<U, crate::error::Error>>(value) {
        return Some(labelled("Ok", inner));
    }
    if let Some(Ok(inner)) = cast::<T, Result<U, std::io::Error>>(value) {
        return Some(labelled("Ok", inner));
    }
    if let Some(Ok(inner)) = cast::<T, Result<U, Box<dyn std::error::Error>>>(value) {
        return Some(labelled("Ok", inner));
    }
    None
}

fn html_of(value: &dyn Rich) -> String {
    let bundle = value.mime_bundle();
    let text = || crate::display::escape_html(bundle.get("text/plain").unwrap_or_default());
    match (bundle.get("text/html"), bundle.get("image/svg+xml")) {
        (Some(html), _) | (None, Some(html)) => html.to_owned(),
        (None, None) => format!("<pre>{}</pre>", text()),
    }
}

fn labelled<U: Rich + Debug>(label: &str, inner: &U) -> MimeBundle {
    MimeBundle::text(format!("{label}({inner:?})"))
        .html(format!("<div><code>{label}</code>{}</div>", html_of(inner)))
}

/// Values of a list that a notebook shows.
const LIST_SHOWN: usize = 20;

fn joined<U: Rich + Debug>(list: &[U]) -> MimeBundle {
    let items: String = list
        .iter()
        .take(LIST_SHOWN)
        .enumerate()
        .map(|(i, item)| format!("<div><code>{i}</code>{}</div>", html_of(item)))
        .collect();
    let rest = list.len().saturating_sub(LIST_SHOWN);
    let rest = if rest > 0 { format!("<div>and {rest} more</div>") } else { String::new() };
    MimeBundle::text(format!("{list:?}")).html(items + &rest)
}

rich_result!(MimeBundle);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn every_printable_expression_compiles() {
        let text = String::from("borrowed");
        (1 + 1).evcxr_display();
        "text".evcxr_display();
        text.as_str().evcxr_display();
        text.split('r').next().evcxr_display();
        (1, "a", 2.5).evcxr_display();
        vec![1, 2].evcxr_display();
        zeros(&[2]).shape().evcxr_display();
        (&zeros(&[2])).evcxr_display();
        Ok::<i32, String>(1).evcxr_display();
        ().evcxr_display();
        for _ in 0..2 {}.evcxr_display();
    }

    #[test]
    fn rich_types_are_found_inside_others() {
        let html = |bundle: Option<MimeBundle>| bundle.and_then(|b| b.get("text/html").map(str::to_owned));
        let x = tensor([1.0, 2.0]);
        assert!(html(rich_form(&x)).is_some());
        assert!(html(rich_form(&Some(x.clone()))).unwrap().contains("Some"));
        assert!(html(rich_form(&vec![x.clone(), x.clone()])).unwrap().contains("<code>1</code>"));
        assert!(html(rich_form(&Ok::<Tensor, Error>(x.clone()))).unwrap().contains("Ok"));
        assert!(rich_form(&None::<Tensor>).is_none());
        assert!(rich_form(&5).is_none());
        assert!(rich_form("text").is_none());
    }

    #[test]
    fn types_that_borrow_are_told_apart() {
        let text = String::from("a");
        assert_ne!(cast::<Option<&str>, Option<Tensor>>(&Some(text.as_str())).is_some(), true);
        assert_eq!(type_id::<&str>(), TypeId::of::<&'static str>());
    }
}
