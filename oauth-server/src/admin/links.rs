//! Where records stand that pages of other records name, too.

use oauth_core::admin::ClientName;

use super::visit::Visit;

pub(super) fn client(id: i64) -> String {
    format!("/clients/{id}/")
}

pub(super) fn family(id: i64) -> String {
    format!("/families/{id}/")
}

/// Where a page leads that names a client: nowhere where it was deleted.
pub(super) fn to_client(visit: &Visit<'_>, named: &ClientName) -> Option<String> {
    named.deleted_at.is_none().then(|| visit.address(&client(named.id)))
}
