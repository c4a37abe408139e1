//! Records that a form makes and changes, beside their history: one frame for scopes and users.

use oauth_core::admin::{AuditFilter, Kind};
use serde_json::{Value, json};

use super::{audit, field::Field, form::Form, refusal::Refusal, sent::Sent, visit::Visit};

/// A kind of record, and where its pages stand.
pub(super) struct Records {
    pub(super) kind: Kind,
    /// As the templates call one.
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) template: &'static str,
}

impl Records {
    /// Where one of them stands.
    pub(super) fn path(&self, id: i64) -> String {
        format!("{}{id}/", self.path)
    }

    /// What was sent of a new one; else its form is the answer.
    pub(super) fn created(
        &self,
        visit: &Visit<'_>,
        fields: &'static [Field],
    ) -> Result<Form<'static>, Refusal> {
        let back = visit.address(self.path);
        let context = json!({ (self.name): null, "history": [], "back": back });
        let sent = visit.sent.clone().unwrap_or_default();
        Form::new(self.template, fields, sent, context).filled(visit)
    }

    /// The same of one that is there: `shown` is what its page is given, and `begun` what a browser would send that
    /// changed nothing.
    pub(super) async fn changed(
        &self,
        visit: &Visit<'_>,
        fields: &'static [Field],
        (id, shown): (i64, Value),
        begun: Sent,
    ) -> Result<Form<'static>, Refusal> {
        let history = visit.admin.audit(AuditFilter::Of(self.kind, id), None).await?;
        let context = json!({
            (self.name): shown,
            "history": history.rows.iter().map(|it| audit::shown(visit, it)).collect::<Vec<_>>(),
            "back": visit.address(self.path),
        });
        let version = begun.fingerprint();
        let sent = visit.sent.clone().unwrap_or(begun);
        Form::new(self.template, fields, sent, context).of_version(visit, version).filled(visit)
    }
}
