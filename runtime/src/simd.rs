//! Loops compiled for the widest vector instructions that the processor has.
//!
//! The runtime is built for any processor of its kind, and asks the one it runs on once.

#[cfg(target_arch = "x86_64")]
mod vectors;

#[cfg(target_arch = "x86_64")]
use std::sync::OnceLock;

#[cfg(target_arch = "x86_64")]
pub(crate) use vectors::{avx2, avx512};

/// Which vector instructions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// What every processor of this architecture has.
    Base,
    /// 256 bits with fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512 bits.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// What this processor has; asking again costs about a nanosecond.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq");
        // Less than there is, so that the tests reach what other processors run.
        let limit = std::env::var("CUADERNO_SIMD").unwrap_or_default();
        match limit.as_str() {
            "base" => Level::Base,
            "" if avx2 && avx512 => Level::Avx512,
            "" | "avx2" if avx2 => Level::Avx2,
            "" | "avx2" => Level::Base,
            other => panic!("CUADERNO_SIMD is base, avx2 or not set, and not {other}"),
        }
    })
}

/// What this processor has.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn level() -> Level {
    Level::Base
}

/// A loop to be compiled for several processors.
pub(crate) trait Work {
    /// What it computes.
    type Output;

    /// Does it. `fused` says whether a multiplication and an addition are one instruction; where
    /// they are not, `mul_add` would be a slow call.
    ///
    /// Implementations are `#[inline(always)]`, and so is what they call in loops: code that is not
    /// part of the functions below does not get their instructions.
    fn run(self, fused: bool) -> Self::Output;
}

/// Does `work` with the widest vector instructions.
#[inline]
pub(crate) fn dispatch<W: Work>(work: W) -> W::Output {
    match level() {
        Level::Base => work.run(cfg!(target_arch = "aarch64")),
        // SAFETY: `level` has found the instructions.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { with_avx2(work) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { with_avx512(work) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<W: Work>(work: W) -> W::Output {
    work.run(true)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
fn with_avx512<W: Work>(work: W) -> W::Output {
    work.run(true)
}

/// The value of an expression, computed with the widest vector instructions. What it calls in loops
/// is `#[inline(always)]`, see [`Work`].
macro_rules! widest {
    ($body:expr) => {
        $crate::simd::widely(
            #[inline(always)]
            || $body,
        )
    };
}

pub(crate) use widest;

/// As [`dispatch`] for a closure that is inlined by force, as [`widest!`] makes it.
#[inline]
pub(crate) fn widely<R>(f: impl FnOnce() -> R) -> R {
    struct Closure<F>(F);

    impl<R, F: FnOnce() -> R> Work for Closure<F> {
        type Output = R;

        #[inline(always)]
        fn run(self, _: bool) -> R {
            (self.0)()
        }
    }

    dispatch(Closure(f))
}
