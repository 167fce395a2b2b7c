//! The value of a cell's last expression.
//!
//! evcxr compiles a last expression as `(expression).evcxr_display()`. Rich types have an inherent
//! method of that name; every other printable type gets it from [`CellResult`], so that evcxr's
//! first try compiles.

use std::any::TypeId;
use std::fmt::Debug;
use std::marker::PhantomData;

use crate::autograd::Graph;
use crate::data::{Examples, Pictures, Table};
use crate::display::handle::emit;
use crate::display::{MimeBundle, Rich};
use crate::files::StateDict;
use crate::metrics::{ClassificationReport, ConfusionMatrix, RocCurve};
use crate::nn::{Params, Sequential, Summary};
use crate::plot::{Board, Figure, Image};
use crate::tensor::Tensor;
use crate::train::{History, LrFind, SearchResult};

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
        // Little code, since every cell compiles it again for its type.
        show(&Value {
            id: type_id::<T>(),
            at: std::ptr::from_ref(self).cast(),
            debug: &self,
        });
    }
}

/// A value of some type: where it is, its type's number, and its `Debug` form.
struct Value<'a> {
    id: TypeId,
    at: *const (),
    debug: &'a dyn Debug,
}

#[inline(never)]
fn show(value: &Value<'_>) {
    if value.id == TypeId::of::<()>() {
        return;
    }
    let bundle = match rich_form(value) {
        Some(bundle) => bundle,
        None => MimeBundle::text(format!("{:?}", value.debug)),
    };
    emit(&bundle, None, false, true);
}

impl Value<'_> {
    /// The value as `U`, if that is its type.
    fn cast<U: 'static>(&self) -> Option<&U> {
        if self.id != TypeId::of::<U>() {
            return None;
        }
        // SAFETY: the types are the same but for lifetimes, and `U` has none.
        Some(unsafe { &*self.at.cast::<U>() })
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
    let erased = unsafe { std::mem::transmute::<&dyn Erased, &(dyn Erased + 'static)>(erased) };
    erased.id()
}

/// The value's rich form, if it is a rich type or an `Option`, `Result` or `Vec` of one.
fn rich_form(value: &Value<'_>) -> Option<MimeBundle> {
    one_of::<Tensor>(value)
        .or_else(|| one_of::<Figure>(value))
        .or_else(|| one_of::<History>(value))
        .or_else(|| one_of::<LrFind>(value))
        .or_else(|| one_of::<SearchResult>(value))
        .or_else(|| one_of::<Board>(value))
        .or_else(|| one_of::<Sequential>(value))
        .or_else(|| one_of::<Params>(value))
        .or_else(|| one_of::<Summary>(value))
        .or_else(|| one_of::<StateDict>(value))
        .or_else(|| one_of::<Table>(value))
        .or_else(|| one_of::<Examples>(value))
        .or_else(|| one_of::<Pictures>(value))
        .or_else(|| one_of::<ConfusionMatrix>(value))
        .or_else(|| one_of::<ClassificationReport>(value))
        .or_else(|| one_of::<RocCurve>(value))
        .or_else(|| one_of::<Graph>(value))
        .or_else(|| one_of::<Image>(value))
        .or_else(|| one_of::<MimeBundle>(value))
}

fn one_of<U: Rich + Debug + 'static>(value: &Value<'_>) -> Option<MimeBundle> {
    if let Some(value) = value.cast::<U>() {
        return Some(value.mime_bundle());
    }
    if let Some(Some(inner)) = value.cast::<Option<U>>() {
        return Some(labelled("Some", inner));
    }
    if let Some(list) = value.cast::<Vec<U>>().filter(|list| !list.is_empty()) {
        return Some(joined(list));
    }
    if let Some(Ok(inner)) = value.cast::<Result<U, crate::error::Error>>() {
        return Some(labelled("Ok", inner));
    }
    if let Some(Ok(inner)) = value.cast::<Result<U, std::io::Error>>() {
        return Some(labelled("Ok", inner));
    }
    if let Some(Ok(inner)) = value.cast::<Result<U, Box<dyn std::error::Error>>>() {
        return Some(labelled("Ok", inner));
    }
    None
}

pub(super) fn html_of(value: &dyn Rich) -> String {
    let bundle = value.mime_bundle().on_page();
    match bundle.get("text/html") {
        Some(html) => html.to_owned(),
        None => {
            let text = bundle.get("text/plain").unwrap_or_default();
            format!("<pre>{}</pre>", crate::display::escape_html(text))
        }
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
    let rest = if rest > 0 {
        format!("<div>and {rest} more</div>")
    } else {
        String::new()
    };
    MimeBundle::text(format!("{list:?}")).html(items + &rest)
}

rich_result!(MimeBundle);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    // evcxr writes such expressions.
    #[allow(clippy::needless_borrow, clippy::unit_arg)]
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

    fn html<T: Debug + ?Sized>(value: &T) -> Option<String> {
        let at = std::ptr::from_ref(value).cast();
        let bundle = rich_form(&Value {
            id: type_id::<T>(),
            at,
            debug: &value,
        })?;
        bundle.get("text/html").map(str::to_owned)
    }

    #[test]
    fn rich_types_are_found_inside_others() {
        let x = tensor([1.0, 2.0]);
        assert!(html(&x).is_some());
        assert!(html(&Some(x.clone())).unwrap().contains("Some"));
        assert!(
            html(&vec![x.clone(), x.clone()])
                .unwrap()
                .contains("<code>1</code>")
        );
        assert!(html(&Ok::<Tensor, Error>(x)).unwrap().contains("Ok"));
        assert_eq!(html(&None::<Tensor>), None);
        assert_eq!(html(&5), None);
        assert_eq!(html("text"), None);
    }

    /// The value, and it in everything that evcxr may find around it, have a rich form.
    fn is_rich<T: Rich + Debug + Clone + 'static>(value: &T) {
        let name = std::any::type_name::<T>();
        let shown = |debug: &dyn Debug, at: *const (), id: TypeId| {
            let bundle = rich_form(&Value { id, at, debug }).expect(name);
            let kinds: Vec<&str> = bundle.parts().map(|(mime, _)| mime).collect();
            assert!(kinds.contains(&"text/plain"), "{name}: {kinds:?}");
            let rich = ["text/html", "image/svg+xml", "image/png"];
            assert!(
                rich.iter().any(|kind| kinds.contains(kind)),
                "{name}: {kinds:?}"
            );
        };
        fn place<T>(value: &T) -> *const () {
            std::ptr::from_ref(value).cast()
        }
        shown(value, place(value), type_id::<T>());
        let some = Some(value.clone());
        shown(&some, place(&some), type_id::<Option<T>>());
        let list = vec![value.clone(), value.clone()];
        shown(&list, place(&list), type_id::<Vec<T>>());
        let fine: Result<T, Error> = Ok(value.clone());
        shown(&fine, place(&fine), type_id::<Result<T, Error>>());
        let file: std::io::Result<T> = Ok(value.clone());
        shown(&file, place(&file), type_id::<std::io::Result<T>>());
        let boxed: Result<T, Box<dyn std::error::Error>> = Ok(value.clone());
        shown(
            &boxed,
            place(&boxed),
            type_id::<Result<T, Box<dyn std::error::Error>>>(),
        );
    }

    #[test]
    fn what_the_course_looks_at_is_rich() {
        let x = rand(&[4, 2]);
        let model = seq![Linear::new(2, 3), ReLU];
        let data = TensorDataset::new(&x, &ones(&[4, 3]));
        let mut opt = Sgd::new(model.parameters(), 0.1);
        let history = fit(&model, &DataLoader::new(&data, 2), &mut opt, mse_loss, 1);
        is_rich(&history);
        is_rich(&history.plot());
        is_rich(&x);
        is_rich(&model);
        is_rich(&model.parameters());
        is_rich(&model.summary(&[2]));
        is_rich(&model.summary(&[2]).plot());
        is_rich(&iris());
        is_rich(&Table::empty(2).with_column("n", &arange(0, 2, 1)));
        is_rich(&imshow(&x));
        is_rich(&confusion_matrix(&tensor([0, 1]), &tensor([1, 1])));
        is_rich(&classification_report(&tensor([0, 1]), &tensor([1, 1])));
        is_rich(&roc_curve(&tensor([0.1, 0.9]), &tensor([0, 1])));
        is_rich(&x.requires_grad().exp().graph());
        is_rich(&Board::new("loss"));
    }

    #[test]
    fn types_that_borrow_have_a_number() {
        let text = String::from("a");
        assert_eq!(html(&Some(text.as_str())), None);
        assert_eq!(type_id::<&str>(), TypeId::of::<&'static str>());
        assert_ne!(type_id::<Option<&str>>(), TypeId::of::<Option<Tensor>>());
    }
}
