//! What is told of a family that ended because a code or refresh token of it was used again.

use crate::{Client, EventKind, Revocation, store::grant::Grant};

/// The signal, which a replay of a live family raises once, and what became of the family.
pub(super) fn reused(
    client: &Client,
    grant: &Grant,
    signal: impl FnOnce(String, Option<String>) -> EventKind,
) -> Vec<EventKind> {
    let (client_id, subject) = (client.client_id.clone(), grant.subject.clone());
    let signal = signal(client_id.clone(), subject.clone());
    let cause = Revocation::Reuse;
    vec![signal, EventKind::GrantRevoked { client_id: Some(client_id), subject, cause }]
}
