//! Where a tensor's elements are.

use std::fmt;

use crate::error::Error;
use crate::tensor::Tensor;

/// Where a tensor's elements are and its ops run; today that is the processor and its memory.
///
/// ```
/// use cuaderno::prelude::*;
///
/// let device = Device::from_name("cpu");
/// assert_eq!(zeros(&[2]).to_device(&device).device(), Device::cpu());
/// assert_eq!(device.to_string(), "cpu");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    kind: Kind,
}

/// A private enum: another kind changes nothing that a cell can name.
#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Cpu,
}

/// Every device that exists here, by its name.
const DEVICES: &[(&str, Kind)] = &[("cpu", Kind::Cpu)];

fn find(name: &str) -> Option<Device> {
    let (_, kind) = DEVICES.iter().find(|(other, _)| *other == name)?;
    Some(Device { kind: kind.clone() })
}

impl Device {
    /// The processor.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(Device::cpu().to_string(), "cpu");
    /// ```
    pub fn cpu() -> Device {
        Device { kind: Kind::Cpu }
    }

    /// The device of a name, as `torch.device("cpu")`; panics where there is none.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let name = if Device::is_available("cuda") { "cuda" } else { "cpu" };
    /// assert_eq!(Device::from_name(name), Device::cpu());
    /// ```
    #[track_caller]
    pub fn from_name(name: &str) -> Device {
        find(name).unwrap_or_else(|| unknown(name).raise())
    }

    /// Whether there is a device of this name.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert!(Device::is_available("cpu"));
    /// assert!(!Device::is_available("cuda"));
    /// ```
    pub fn is_available(name: &str) -> bool {
        find(name).is_some()
    }
}

impl Tensor {
    /// Where the elements are.
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// assert_eq!(zeros(&[2]).device(), Device::cpu());
    /// ```
    pub fn device(&self) -> Device {
        Device::cpu()
    }

    /// The same numbers on a device; the tensor itself where it is there already, as in PyTorch.
    ///
    /// y = x, dx = dy; `[..] -> [..]`
    ///
    /// ```
    /// use cuaderno::prelude::*;
    ///
    /// let x = tensor([1.0, 2.0]);
    /// assert!(x.to_device(&Device::cpu()).shares_memory(&x));
    /// ```
    pub fn to_device(&self, device: &Device) -> Tensor {
        match device.kind {
            Kind::Cpu => self.clone(),
        }
    }
}

#[cold]
fn unknown(name: &str) -> Error {
    let names: Vec<&str> = DEVICES.iter().map(|(name, _)| *name).collect();
    Error::new(
        "device",
        format!(
            "there is no device {name:?} here, only: {}",
            names.join(", ")
        ),
    )
    .help("Device::is_available(name) asks first; Device::cpu() is always there")
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self.kind {
            Kind::Cpu => "cpu",
        })
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
