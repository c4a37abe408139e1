//! The admin site without its pages.

mod plans;

use oauth_core::admin::{Actor, Admin};

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
}

pub(crate) fn actor(subject: &str, is_superuser: bool) -> Actor {
    Actor { subject: subject.to_owned(), name: format!("Name of {subject}"), is_superuser }
}
