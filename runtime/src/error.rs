//! The text of a math mistake.

use std::fmt;

/// A mistake in the arguments of an operation: which operation, what clashes, and a remedy.
///
/// ```
/// use cuaderno::error::Error;
///
/// let error = Error::new("matmul", "inner sizes differ").help("did you mean b.t()?");
/// assert_eq!(error.to_string(), "matmul: inner sizes differ\nhelp: did you mean b.t()?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    op: String,
    message: String,
    help: Option<String>,
}

impl Error {
    /// An error of the operation `op`; `message` is lower case and names every shape.
    pub fn new(op: impl Into<String>, message: impl Into<String>) -> Error {
        Error {
            op: op.into(),
            message: message.into(),
            help: None,
        }
    }

    /// Adds the remedy.
    pub fn help(mut self, help: impl Into<String>) -> Error {
        self.help = Some(help.into());
        self
    }

    /// The operation that refused.
    pub fn op(&self) -> &str {
        &self.op
    }

    /// Panics with this text at the caller's line.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub fn raise(&self) -> ! {
        panic!("{self}")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.op, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// Unwraps, or panics with the error's text at the line of the cell that called.
pub(crate) trait OrRaise<T> {
    #[track_caller]
    fn or_raise(self) -> T;
}

impl<T> OrRaise<T> for Result<T, Error> {
    #[track_caller]
    #[inline]
    fn or_raise(self) -> T {
        match self {
            Ok(value) => value,
            Err(error) => error.raise(),
        }
    }
}
