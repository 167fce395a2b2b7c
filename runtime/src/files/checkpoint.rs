//! A whole training run in a file, to go on with later.

use std::path::{Path, PathBuf};

use crate::dtype::DType;
use crate::error::Error;
use crate::files::model::{Plan, state_of};
use crate::files::{StateDict, disk};
use crate::nn::Module;
use crate::random::{RandomState, random_state, set_random_state};
use crate::tensor::Tensor;

/// What remembers something from step to step, such as an optimiser or a schedule.
///
/// With it a type of your own can be part of a [`Checkpoint`].
///
/// ```
/// use cuaderno::prelude::*;
///
/// struct Best { loss: f64 }
///
/// impl Stateful for Best {
///     fn state(&self) -> StateDict {
///         let mut state = StateDict::new();
///         state.insert("loss", &tensor_of(DType::F64, [self.loss]));
///         state
///     }
///     fn load_state(&mut self, state: &StateDict) -> Result<(), Error> {
///         self.loss = state["loss"].item();
///         Ok(())
///     }
/// }
///
/// let mut best = Best { loss: 1.0 };
/// best.load_state(&Best { loss: 0.5 }.state())?;
/// assert_eq!(best.loss, 0.5);
/// # Ok::<(), Error>(())
/// ```
pub trait Stateful {
    /// Everything that is remembered, as it is now.
    fn state(&self) -> StateDict;

    /// Takes a state that [`Stateful::state`] gave; changes nothing where it does not fit.
    fn load_state(&mut self, state: &StateDict) -> Result<(), Error>;
}

/// A training run as it stands: the model, the optimiser, the random numbers, and what else is
/// added.
///
/// A run that goes on from it ends with the same numbers as one that was never stopped, bit for
/// bit, if it was taken between two passes over the data.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let path = std::env::temp_dir().join(format!("run-{}.safetensors", std::process::id()));
/// let model = seq![Linear::new(2, 1)];
/// let mut opt = Sgd::new(model.parameters(), 0.1);
/// Checkpoint::new(&model, &opt).with_epoch(3).save(&path)?;
///
/// let checkpoint = Checkpoint::load(&path)?;
/// checkpoint.restore(&model, &mut opt)?;
/// assert_eq!(checkpoint.epoch(), 3);
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checkpoint {
    state: StateDict,
    path: Option<PathBuf>,
}

/// The note that tells a checkpoint from other files, and the version of its names.
const FORMAT: (&str, &str) = ("checkpoint", "1");

impl Checkpoint {
    /// The model's weights, what the optimiser remembers, and where the random numbers stand.
    pub fn new(model: &dyn Module, opt: &dyn Stateful) -> Checkpoint {
        let mut state = StateDict::new();
        state.set_note(FORMAT.0, FORMAT.1);
        state.insert_part("model", &state_of(&model.parameters()));
        state.insert_part("optimizer", &opt.state());
        state.insert_part("random", &random_state().state());
        Checkpoint { state, path: None }
    }

    /// Adds something else, such as a schedule.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Linear::new(2, 1)];
    /// let (mut opt, mut slow) = (Sgd::new(model.parameters(), 0.1), Sgd::new(model.parameters(), 0.01));
    /// let checkpoint = Checkpoint::new(&model, &opt).with("slow", &slow);
    /// slow.set_lr(0.5);
    /// checkpoint.restore_all(&model, &mut [("optimizer", &mut opt), ("slow", &mut slow)])?;
    /// assert_eq!(slow.lr(), 0.01);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn with(&self, name: &str, part: &dyn Stateful) -> Checkpoint {
        let mut checkpoint = self.clone();
        checkpoint.state.insert_part(name, &part.state());
        checkpoint
    }

    /// Adds how many passes over the data are done.
    pub fn with_epoch(&self, epoch: usize) -> Checkpoint {
        self.with_note("epoch", &epoch.to_string())
    }

    /// Adds how many steps of the optimiser are done.
    pub fn with_step(&self, step: usize) -> Checkpoint {
        self.with_note("step", &step.to_string())
    }

    /// Adds a text.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let model = seq![Linear::new(2, 1)];
    /// let opt = Sgd::new(model.parameters(), 0.1);
    /// let checkpoint = Checkpoint::new(&model, &opt).with_note("data", "wine").with_step(7);
    /// assert_eq!(checkpoint.note("data"), Some("wine"));
    /// assert_eq!(checkpoint.step(), 7);
    /// ```
    pub fn with_note(&self, name: &str, text: &str) -> Checkpoint {
        let mut checkpoint = self.clone();
        checkpoint.state.set_note(name, text);
        checkpoint
    }

    /// How many passes over the data were done; 0 if that was not said.
    pub fn epoch(&self) -> usize {
        self.number("epoch")
    }

    /// How many steps of the optimiser were done; 0 if that was not said.
    pub fn step(&self) -> usize {
        self.number("step")
    }

    fn number(&self, name: &str) -> usize {
        self.note(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    }

    /// A text that was added.
    pub fn note(&self, name: &str) -> Option<&str> {
        self.state.note(name)
    }

    /// Everything by name: `model.0.weight`, `optimizer.lr`, ..
    pub fn state(&self) -> StateDict {
        self.state.clone()
    }

    /// Saves as a safetensors file; an old one stays whole until the new one is.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.state.save_as("save", path.as_ref())
    }

    /// Loads what [`Checkpoint::save`] wrote.
    pub fn load(path: impl AsRef<Path>) -> Result<Checkpoint, Error> {
        Checkpoint::load_from(path.as_ref())
    }

    fn load_from(path: &Path) -> Result<Checkpoint, Error> {
        let state = StateDict::load_as("load", path)?;
        match state.note(FORMAT.0) {
            Some(version) if version == FORMAT.1 => Ok(Checkpoint {
                state,
                path: Some(path.to_owned()),
            }),
            Some(version) => {
                let reason = format!("is a checkpoint of version {version}, {} is read", FORMAT.1);
                Err(disk::fault("load", path, reason))
            }
            None => Err(disk::fault("load", path, "is not a checkpoint")
                .help("model.load(path) reads weights alone")),
        }
    }

    /// Brings a model, its optimiser and the random numbers to where they stood.
    ///
    /// Where a part does not fit, nothing is changed.
    pub fn restore(&self, model: &dyn Module, opt: &mut dyn Stateful) -> Result<(), Error> {
        self.restore_all(model, &mut [("optimizer", opt)])
    }

    /// The same with more parts, each under the name that [`Checkpoint::with`] gave it; the
    /// optimiser's is `optimizer`.
    pub fn restore_all(
        &self,
        model: &dyn Module,
        parts: &mut [(&str, &mut dyn Stateful)],
    ) -> Result<(), Error> {
        let plan = Plan::strict(&model.parameters(), &self.state.part("model"));
        let plan = plan.map_err(|reason| self.fault(&format!("model: {reason}")))?;
        let mut random = random_state();
        let loaded = random.load_state(&self.state.part("random"));
        loaded.map_err(|error| self.fault(&format!("random: {error}")))?;

        let before: Vec<StateDict> = parts.iter().map(|(_, part)| part.state()).collect();
        for i in 0..parts.len() {
            let (name, part) = &mut parts[i];
            if let Err(error) = part.load_state(&self.state.part(name)) {
                let fault = self.fault(&format!("{name}: {error}"));
                for ((_, part), old) in parts.iter_mut().zip(&before).take(i) {
                    part.load_state(old)?;
                }
                return Err(fault);
            }
        }
        plan.carry_out();
        set_random_state(&random);
        Ok(())
    }

    fn fault(&self, reason: &str) -> Error {
        match &self.path {
            Some(path) => disk::fault("restore", path, reason),
            None => Error::new("restore", reason),
        }
    }
}

impl Stateful for RandomState {
    fn state(&self) -> StateDict {
        let words: Vec<i64> = self.words().map(|word| word as i64).to_vec();
        let mut state = StateDict::new();
        state.insert("words", &Tensor::from_values(words, [4].as_slice()));
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), Error> {
        let words = state
            .get("words")
            .filter(|words| words.dtype() == DType::I64);
        let words = words.and_then(|words| <[i64; 4]>::try_from(words.to_vec_i64()).ok());
        let words =
            words.ok_or_else(|| Error::new("load_state", "words must be 4 whole numbers"))?;
        *self = RandomState::from_words(words.map(|word| word as u64));
        Ok(())
    }
}
