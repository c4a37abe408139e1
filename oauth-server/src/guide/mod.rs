//! Guides: what an application meets on its way, one subject each.

/// What is issued, and for how long: rules of your own.
#[doc = include_str!("policy.md")]
pub mod policy {}

/// When a user goes: what to end, what to erase, and what stays.
#[doc = include_str!("when_a_user_goes.md")]
pub mod when_a_user_goes {}
