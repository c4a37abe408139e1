//! One file for each endpoint.

pub(crate) mod api;
pub(crate) mod authorization;
mod client_form;
pub(crate) mod connected_apps;
mod device;
mod device_authorization;
mod introspection;
pub(crate) mod keys;
pub(crate) mod logout;
mod metadata;
mod pushed;
pub(crate) mod readiness;
pub(crate) mod registration;
pub(crate) mod resource_metadata;
mod revocation;
pub(crate) mod token;
mod userinfo;
pub(crate) mod well_known;
