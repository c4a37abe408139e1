//! A protected API: the quickstart's `api` application.

pub(crate) mod views;
