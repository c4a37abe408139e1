//! django-oauthost's quickstart application: polls, with two guarded views.

pub(crate) mod views;
