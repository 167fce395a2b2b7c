//! One set of names for the vector instructions that tiles are written in.

/// 256 bits, sixteen registers; needs the features `avx2` and `fma`.
pub(crate) mod avx2 {
    pub(crate) mod f32 {
        pub(crate) use std::arch::x86_64::{
            _mm256_add_ps as plus, _mm256_fmadd_ps as fused, _mm256_loadu_ps as load,
            _mm256_set1_ps as all, _mm256_setzero_ps as zero, _mm256_storeu_ps as store,
        };

        pub(crate) const LANES: usize = 8;
    }

    pub(crate) mod f64 {
        pub(crate) use std::arch::x86_64::{
            _mm256_add_pd as plus, _mm256_fmadd_pd as fused, _mm256_loadu_pd as load,
            _mm256_set1_pd as all, _mm256_setzero_pd as zero, _mm256_storeu_pd as store,
        };

        pub(crate) const LANES: usize = 4;
    }
}

/// 512 bits, thirty-two registers; needs the feature `avx512f`.
pub(crate) mod avx512 {
    pub(crate) mod f32 {
        pub(crate) use std::arch::x86_64::{
            _mm512_add_ps as plus, _mm512_fmadd_ps as fused, _mm512_loadu_ps as load,
            _mm512_set1_ps as all, _mm512_setzero_ps as zero, _mm512_storeu_ps as store,
        };

        pub(crate) const LANES: usize = 16;
    }

    pub(crate) mod f64 {
        pub(crate) use std::arch::x86_64::{
            _mm512_add_pd as plus, _mm512_fmadd_pd as fused, _mm512_loadu_pd as load,
            _mm512_set1_pd as all, _mm512_setzero_pd as zero, _mm512_storeu_pd as store,
        };

        pub(crate) const LANES: usize = 8;
    }
}
