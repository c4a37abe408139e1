//! What only this crate implements: its traits can gain members without breaking anybody.

/// Above a trait that an application names, and never implements.
pub trait Sealed {}
