//! Where a session's variables wait between cells.
//!
//! The kernel puts this in place of the store that evcxr generates into every cell, so that a cell
//! compiles only the thin typed part.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

/// The variables of a session by name.
#[derive(Debug, Default)]
pub struct VariableStore {
    variables: HashMap<String, Box<dyn Any>>,
}

impl VariableStore {
    /// Stores a variable, in place of an older one of that name.
    pub fn put_variable<T: 'static>(&mut self, name: &str, value: T) {
        self.put(name, Box::new(value));
    }

    /// Whether the variable, if it is there, still has this type; reports it to the kernel if not.
    pub fn check_variable<T: 'static>(&mut self, name: &str) -> bool {
        let kept = self.variables.get(name).is_none_or(|value| value.is::<T>());
        if !kept {
            super::generated::redefined(name);
        }
        kept
    }

    /// Takes a variable out.
    ///
    /// # Panics
    /// If it is missing or of another type; generated code asks [`Self::check_variable`] first.
    pub fn take_variable<T: 'static>(&mut self, name: &str) -> T {
        match self.take(name).downcast() {
            Ok(value) => *value,
            Err(_) => panic!("variable `{name}` changed its type"),
        }
    }

    /// A shared value that is made at first use; evcxr keeps its async runtime in one.
    pub fn lazy_arc<T: 'static, F: FnOnce() -> T>(&mut self, name: &str, create: F) -> Arc<T> {
        let value = self
            .variables
            .entry(name.to_owned())
            .or_insert_with(|| Box::new(Arc::new(create())));
        match value.downcast_ref::<Arc<T>>() {
            Some(value) => Arc::clone(value),
            None => panic!("shared value `{name}` changed its type"),
        }
    }

    fn put(&mut self, name: &str, value: Box<dyn Any>) {
        self.variables.insert(name.to_owned(), value);
    }

    fn take(&mut self, name: &str) -> Box<dyn Any> {
        match self.variables.remove(name) {
            Some(value) => value,
            None => panic!("variable `{name}` has gone missing"),
        }
    }
}

/// The store of a new session.
pub fn create_variable_store() -> *mut VariableStore {
    Box::into_raw(Box::default())
}
