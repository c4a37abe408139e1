//! Authorization codes and access tokens: one frame for both.

use oauth_core::{
    Act,
    admin::{IssuedFilter, IssuedId, IssuedKind, IssuedRecord},
};
use serde_json::{Value, json};

use super::{
    confirm, links,
    list::Asked,
    names::Names,
    refusal::{Answered, Refusal},
    shown::moment,
    visit::{Visit, found, key},
};

/// What has pages of its own.
#[derive(Debug, Clone, Copy)]
pub(super) enum Issued {
    Code,
    Token,
}

impl Issued {
    pub(super) async fn answer(self, visit: &Visit<'_>, path: &[&str]) -> Answered {
        match path {
            [] => self.list(visit).await,
            [id] => self.show(visit, key(id)?).await,
            [id, "revoke"] => self.revoke(visit, key(id)?).await,
            _ => Err(Refusal::Missing),
        }
    }

    /// As the addresses and templates call one.
    fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
        }
    }

    fn kind(self) -> IssuedKind {
        match self {
            Self::Code => IssuedKind::AuthorizationCode,
            Self::Token => IssuedKind::AccessToken,
        }
    }

    fn path(self, id: IssuedId) -> String {
        format!("/{}s/{id}/", self.name())
    }

    /// All of them, those of a family, or the one whose whole value was sent.
    async fn list(self, visit: &Visit<'_>) -> Answered {
        let asked = Asked::new(visit, &[]);
        let filter = match (visit.looked_for(), asked.key("family")) {
            (Some(value), _) => IssuedFilter::Value(value),
            (None, Some(family)) => IssuedFilter::OfFamily(family),
            (None, None) => IssuedFilter::All,
        };
        let page = visit.admin.issued(self.kind(), filter, asked.after()).await?;
        let subjects = page.rows.iter().map(|record| record.subject.as_deref()).collect();
        let names = Names::of(visit.oauth, subjects).await?;
        let rows = page.rows.iter().map(|record| self.shown(visit, record, &names));
        let template = format!("admin/{}s/list", self.name());
        Ok(visit.page(&template, asked.context(&page, rows)))
    }

    async fn show(self, visit: &Visit<'_>, id: IssuedId) -> Answered {
        visit.only_shows()?;
        let record = found(visit.admin.issued_one(self.kind(), id).await?)?;
        let names = Names::of(visit.oauth, vec![record.subject.as_deref()]).await?;
        let context = json!({ (self.name()): self.shown(visit, &record, &names) });
        Ok(visit.page(&format!("admin/{}s/record", self.name()), context))
    }

    async fn revoke(self, visit: &Visit<'_>, id: IssuedId) -> Answered {
        let record = found(visit.admin.issued_one(self.kind(), id).await?)?;
        if visit.sent.is_none() {
            let question = format!("revoke-{}", self.name());
            return Ok(confirm::ask(visit, &question, &record.prefix, &self.path(id)));
        }
        match self {
            Self::Code => visit.admin.revoke_authorization_code(id).await?,
            Self::Token => visit.admin.revoke_access_token(id).await?,
        }
        Ok(visit.done(&self.path(id), "revoked"))
    }

    /// A row of a table, and the facts of a record.
    pub(super) fn shown(self, visit: &Visit<'_>, record: &IssuedRecord, names: &Names) -> Value {
        json!({
            "href": visit.address(&self.path(record.id)),
            "id": record.id.to_string(),
            "prefix": record.prefix,
            "client": record.client.name,
            "client_href": links::to_client(visit, &record.client),
            "actors": record.act.iter().flat_map(Act::chain).collect::<Vec<_>>(),
            "user": record.subject.as_deref().map(|subject| names.name(subject)),
            "scopes": record.scopes.iter().collect::<Vec<_>>(),
            "resources": visit.addresses(&record.resources),
            "redirect_uri": record.redirect_uri,
            "created": moment(record.created_at),
            "expires": record.expires_at.map(moment),
            "redeemed": record.redeemed_at.map(moment),
            "revoked": record.revoked_at.map(moment),
            "family": record.id.family,
            "family_href": visit.address(&links::family(record.id.family)),
            "state": record.state.as_str(),
        })
    }
}
