//! The state of an optimiser, to be kept and taken over again.

use crate::dtype::{DType, Element, Storage};
use crate::error::Error;
use crate::optim::OptimState;
use crate::optim::groups::{Groups, Rule, Slot};
use crate::shape::show;
use crate::tensor::Tensor;

impl<R: Rule> Groups<R> {
    pub(super) fn state_dict(&self) -> OptimState {
        let mut state = OptimState::new(R::NAME);
        for (i, group) in self.groups.iter().enumerate() {
            for (name, value) in group.rule.clone().settings() {
                state.set_number(&format!("group.{i}.{name}"), *value);
            }
            for slot in &group.slots {
                state.set_number(&format!("{}.step", slot.name), slot.steps as f64);
                for (name, values) in group.rule.memories().iter().zip(&slot.memory) {
                    let shape = slot.tensor.0.layout.shape.clone();
                    let tensor = Tensor::from_storage(values.clone(), shape);
                    state.set_tensor(&format!("{}.{name}", slot.name), &tensor);
                }
            }
        }
        state
    }

    pub(super) fn load_state_dict(&mut self, state: &OptimState) -> Result<(), Error> {
        state.check_kind(R::NAME)?;
        let mut loaded = self.clone();
        for (i, group) in loaded.groups.iter_mut().enumerate() {
            for (name, value) in group.rule.settings() {
                *value = state.expect_number(&format!("group.{i}.{name}"))?;
            }
            let memories = group.rule.memories();
            for slot in &mut group.slots {
                slot.steps = state.expect_number(&format!("{}.step", slot.name))? as u64;
                slot.memory = Vec::new();
                if slot.steps > 0 {
                    for name in memories {
                        slot.memory.push(remembered(state, name, slot)?);
                    }
                }
            }
        }
        if let Some(more) = state.number(&format!("group.{}.lr", loaded.groups.len())) {
            return Err(Error::new(
                "load_state_dict",
                format!(
                    "the state has more groups of parameters than this {}, which has {}: the next has learning rate {more}",
                    R::NAME,
                    loaded.groups.len()
                ),
            ));
        }
        *self = loaded;
        Ok(())
    }
}

/// A memory of `slot` from a state.
fn remembered(state: &OptimState, name: &str, slot: &Slot) -> Result<Storage, Error> {
    let full = format!("{}.{name}", slot.name);
    let error = |what: String| Error::new("load_state_dict", what);
    let Some(tensor) = state.tensor(&full) else {
        return Err(error(format!(
            "the state of {} has no tensor {full}",
            state.kind
        )));
    };
    let (wanted, found) = (&slot.tensor, &tensor);
    if wanted.shape() != found.shape() || wanted.dtype() != found.dtype() {
        return Err(error(format!(
            "{full} is {} of shape {} in the state, and the parameter {} of shape {}",
            found.dtype(),
            show(found.shape()),
            wanted.dtype(),
            show(wanted.shape())
        ))
        .help("the state belongs to another model"));
    }
    Ok(match found.dtype() {
        DType::F64 => f64::store(found.values::<f64>().into_vec()),
        DType::F16 => <half::f16 as Element>::store(found.values::<half::f16>().into_vec()),
        _ => f32::store(found.values::<f32>().into_vec()),
    })
}
