//! How many connections there may be.

/// Below the limit of descriptors, with room for the store's files and connections, and for what the application opens.
pub(super) fn below_the_descriptor_limit() -> usize {
    let limit = descriptors();
    limit - (limit / 2).min(KEPT)
}

/// What is kept at most: the store takes up to a hundred.
const KEPT: usize = 256;

/// Where the system sets no limit.
const UNLIMITED: usize = 65_536;

#[cfg(unix)]
fn descriptors() -> usize {
    use rustix::process::{Resource, getrlimit};
    let limit = getrlimit(Resource::Nofile).current;
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(UNLIMITED).max(2)
}

#[cfg(not(unix))]
fn descriptors() -> usize {
    UNLIMITED
}
