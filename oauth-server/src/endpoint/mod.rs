//! One file for each endpoint.

pub(crate) mod authorization;
pub(crate) mod token;
