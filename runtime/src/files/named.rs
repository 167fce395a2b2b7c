//! A list of things with names, which finds them quickly.

use std::collections::HashMap;

/// Things by name, in the order in which they came.
#[derive(Clone)]
pub(super) struct Named<T> {
    list: Vec<(String, T)>,
    places: HashMap<String, usize>,
}

impl<T> Default for Named<T> {
    fn default() -> Named<T> {
        Named {
            list: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<T> Named<T> {
    /// Adds a thing, or replaces the one of that name.
    pub(super) fn insert(&mut self, name: &str, thing: T) {
        match self.places.get(name) {
            Some(&place) => self.list[place].1 = thing,
            None => {
                self.places.insert(name.to_owned(), self.list.len());
                self.list.push((name.to_owned(), thing));
            }
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        Some(&self.list[*self.places.get(name)?].1)
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<T> {
        let place = self.places.remove(name)?;
        let (_, thing) = self.list.remove(place);
        for other in self.places.values_mut().filter(|other| **other > place) {
            *other -= 1;
        }
        Some(thing)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.list.iter().map(|(name, thing)| (name.as_str(), thing))
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }
}
