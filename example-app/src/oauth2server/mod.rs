//! The pages around the provider: the quickstart's `oauth2server` application.

pub(crate) mod views;
