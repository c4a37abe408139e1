//! Forms: what was sent, what is wrong with it, and the page that shows both again.
//!
//! A form is rendered from what was sent, also when it is shown for the first time: then from what a browser would send
//! that changed nothing. So nothing typed can get lost, and a template knows one shape.

use oauth_core::admin::AdminError;
use poem::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    field::{Choice, Field, Kind},
    refusal::Refusal,
    sent::Sent,
    visit::Visit,
};

/// A form on its way to a page: its fields, what they hold, and what is wrong with them.
pub(super) struct Form<'a> {
    template: &'static str,
    fields: Vec<&'a Field>,
    pub(super) sent: Sent,
    choices: Vec<(&'static str, Vec<Choice>)>,
    problems: Vec<(String, String)>,
    /// Which of the fields are not for who fills it in.
    locked: Vec<&'static str>,
    /// By which it is known whether the record was changed, as it is now and as the form was made from.
    version: Option<String>,
    made_from: Option<String>,
    context: Value,
}

impl<'a> Form<'a> {
    /// A form that makes a new record: `context` is what its template is given beside the fields.
    pub(super) fn new(
        template: &'static str,
        fields: &'a [Field],
        sent: Sent,
        context: Value,
    ) -> Self {
        let (choices, problems, locked) = (Vec::new(), Vec::new(), Vec::new());
        let (version, made_from, fields) = (None, None, fields.iter().collect());
        Self { template, fields, sent, choices, problems, locked, version, made_from, context }
    }

    /// With these fields too.
    pub(super) fn and(mut self, fields: &'a [Field]) -> Self {
        self.fields.extend(fields);
        self
    }

    /// It changes a record, which is now of this version.
    pub(super) fn of_version(self, visit: &Visit<'_>, now: String) -> Self {
        let known = visit.sent.as_ref().map(|sent| sent.raw("version").to_owned());
        Self { made_from: known.or_else(|| Some(now.clone())), version: Some(now), ..self }
    }

    /// The version that the form was made from.
    pub(super) fn version(&self) -> &str {
        self.made_from.as_deref().unwrap_or_default()
    }

    /// Offers these choices for a field.
    pub(super) fn offer(&mut self, name: &'static str, choices: Vec<Choice>) {
        self.choices.push((name, choices));
    }

    /// Shows a field that is for superusers: a browser sends it as it is.
    pub(super) fn lock(&mut self, name: &'static str) {
        self.locked.push(name);
    }

    /// Says what is wrong with a field: the first word on it counts.
    pub(super) fn wrong(&mut self, name: &str, problem: impl Into<String>) {
        if self.problem(name).is_none() {
            self.problems.push((name.to_owned(), problem.into()));
        }
    }

    fn problem(&self, name: &str) -> Option<&str> {
        let mut problems = self.problems.iter();
        problems.find(|(field, _)| field == name).map(|(_, problem)| problem.as_str())
    }

    /// Refuses what no field can hold: what a database or a page has no characters for, another choice than those
    /// offered, and a field that was sent twice.
    fn check_text(&mut self) {
        for field in self.fields.clone() {
            let values: Vec<_> = self.sent.all(field.name).map(str::to_owned).collect();
            let fits = |c: char| match field.kind {
                Kind::Lines => !c.is_control() || matches!(c, '\n' | '\r' | '\t'),
                _ => !c.is_control(),
            };
            if field.kind == Kind::Choice {
                let offered = |value: &String| self.offered(field.name).any(|c| c.value == *value);
                if !values.iter().all(offered) {
                    self.wrong(field.name, "holds a choice that is not offered any more");
                }
            } else if values.len() > 1 {
                self.wrong(field.name, "was sent more than once");
            } else if values.iter().any(|value| value.contains('\u{fffd}')) {
                self.wrong(field.name, "is not valid UTF-8");
            } else if !values.iter().all(|value| value.chars().all(fits)) {
                self.wrong(field.name, "holds a control character");
            } else if let Kind::Again(first) = field.kind
                && self.sent.raw(first) != self.sent.raw(field.name)
            {
                self.wrong(field.name, "is not the same");
            }
        }
    }

    /// Refuses the subject of nobody. An empty field is right.
    pub(super) async fn check_user(
        &mut self,
        visit: &Visit<'_>,
        name: &str,
    ) -> Result<(), Refusal> {
        let Some(subject) = self.sent.optional(name).filter(|_| self.problem(name).is_none())
        else {
            return Ok(());
        };
        if visit.oauth.users().display_name(&subject).await?.is_none() {
            self.wrong(name, "must be the subject of a user");
        }
        Ok(())
    }

    fn offered(&self, name: &str) -> impl Iterator<Item = &Choice> {
        self.choices.iter().filter(move |(field, _)| *field == name).flat_map(|(_, of)| of)
    }

    /// Goes on with what was sent, once it is known what no field can hold; where nothing was, shows the form.
    pub(super) fn taken_in(&mut self, visit: &Visit<'_>) -> Result<(), Refusal> {
        if visit.sent.is_none() {
            return Err(self.render(visit, None, StatusCode::OK));
        }
        self.check_text();
        Ok(())
    }

    /// Goes on where nothing is wrong; else shows the form once more.
    pub(super) fn judged(&self, visit: &Visit<'_>) -> Result<(), Refusal> {
        let is_right = self.problems.is_empty();
        if is_right { Ok(()) } else { Err(self.wrong_page(visit)) }
    }

    /// Both, where no field needs more than that; and nobody has changed the record since the form was made.
    pub(super) fn filled(mut self, visit: &Visit<'_>) -> Result<Self, Refusal> {
        self.taken_in(visit)?;
        self.judged(visit)?;
        if self.made_from == self.version {
            Ok(self)
        } else {
            self.saved(visit, Err(AdminError::Conflict))
        }
    }

    /// What the change came to; where it was refused, shows the form once more, with the reason.
    pub(super) fn saved<T>(
        mut self,
        visit: &Visit<'_>,
        outcome: Result<T, AdminError>,
    ) -> Result<T, Refusal> {
        let (notice, status) = match outcome {
            Ok(saved) => return Ok(saved),
            Err(AdminError::Invalid(faults)) => {
                for fault in faults {
                    self.wrong(fault.field, fault.problem.to_string());
                }
                return Err(self.wrong_page(visit));
            }
            Err(AdminError::Conflict) => (json!({ "is_conflict": true }), StatusCode::CONFLICT),
            Err(AdminError::Forbidden(why)) => (json!({ "why": why }), StatusCode::FORBIDDEN),
            Err(AdminError::Refused(why)) => (json!({ "why": why }), StatusCode::CONFLICT),
            Err(other) => return Err(other.into()),
        };
        Err(self.render(visit, Some(notice), status))
    }

    /// The form once more, with what is wrong.
    pub(super) fn wrong_page(&self, visit: &Visit<'_>) -> Refusal {
        self.render(visit, None, StatusCode::UNPROCESSABLE_ENTITY)
    }

    fn render(&self, visit: &Visit<'_>, notice: Option<Value>, status: StatusCode) -> Refusal {
        let fields: Map<_, _> =
            self.fields.iter().map(|field| (field.name.to_owned(), self.shown(field))).collect();
        // In the order of the page, to which they link; what is wrong with no field of it comes first.
        let is_here = |name: &str| self.fields.iter().any(|field| field.name == name);
        let elsewhere = self.problems.iter().filter(|(name, _)| !is_here(name));
        let here = self
            .fields
            .iter()
            .flat_map(|field| self.problems.iter().filter(move |(name, _)| name == field.name));
        let problems = elsewhere.chain(here).map(
            |(name, problem)| json!({ "name": name, "problem": problem, "is_here": is_here(name) }),
        );
        let problems: Vec<_> = problems.collect();
        let version = self.made_from.iter().map(|it| json!({ "name": "version", "value": it }));
        let mut context = self.context.clone();
        if let Some(context) = context.as_object_mut() {
            context.insert("problems".to_owned(), problems.into());
            context.insert("fields".to_owned(), fields.into());
            context.insert("notice".to_owned(), notice.into());
            context.insert("hidden".to_owned(), version.collect());
        }
        Refusal::Form(visit.page_with_status(self.template, context, status))
    }

    fn shown(&self, field: &Field) -> Value {
        let value = match field.kind {
            // NUL is nothing that a page could hold.
            Kind::Line | Kind::Lines => self.sent.raw(field.name).replace('\0', "\u{fffd}"),
            Kind::Hidden | Kind::Again(_) | Kind::Check | Kind::Choice => String::new(),
        };
        let choices = self.offered(field.name).enumerate().map(|(place, choice)| {
            json!({
                "id": format!("{}-{place}", field.name),
                "value": choice.value,
                "label": choice.label,
                "checked": self.sent.all(field.name).any(|value| value == choice.value),
            })
        });
        json!({
            "name": field.name,
            "value": value,
            "checked": field.kind == Kind::Check && self.sent.is_on(field.name),
            "choices": choices.collect::<Vec<_>>(),
            "problem": self.problem(field.name),
            "locked": self.locked.contains(&field.name),
        })
    }
}
