//! The admin site without its pages.

mod audit;
mod clients;
mod deleted_clients;
mod families;
mod fields;
mod issued;
mod lists;
mod plans;
mod public_or_not;
mod scopes;
mod secrets;
mod staff;
mod trust;
pub(crate) mod users;

use oauth_core::admin::{Actor, Admin, AdminError, AuditFilter};

use crate::support::Fixture;

impl Fixture {
    /// In the hands of somebody who may do anything.
    pub(crate) fn admin(&self) -> Admin {
        self.server.admin(actor("root", true))
    }

    /// In the hands of a member of staff.
    pub(crate) fn staff(&self) -> Admin {
        self.server.admin(actor("staff", false))
    }

    /// The audit trail, the newest first: what was done to which kind of record of which name, and to which fields.
    pub(crate) async fn trail(&self) -> Vec<String> {
        let page = self.admin().audit(AuditFilter::All, None).await.unwrap();
        let line = |row: &oauth_core::admin::AuditRecord| {
            format!("{} {} {}: {}", row.action, row.kind, row.record_name, row.changes)
        };
        page.rows.iter().map(line).collect()
    }

    /// The key of a client.
    pub(crate) async fn key(&self, client_id: &str) -> i64 {
        self.server.client(client_id).await.unwrap().expect("a client").id
    }
}

pub(crate) fn actor(subject: &str, is_superuser: bool) -> Actor {
    Actor { subject: subject.to_owned(), name: format!("Name of {subject}"), is_superuser }
}

/// The fields that a form is refused for.
#[track_caller]
pub(crate) fn refused_fields<T: std::fmt::Debug>(
    answer: Result<T, AdminError>,
) -> Vec<&'static str> {
    match answer {
        Err(AdminError::Invalid(faults)) => faults.iter().map(|fault| fault.field).collect(),
        other => panic!("no field is refused, but {other:?}"),
    }
}
