//! One file for each endpoint.

pub(crate) mod authorization;
pub(crate) mod connected_apps;
pub(crate) mod readiness;
pub(crate) mod token;
