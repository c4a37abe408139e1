//! What templates call: `{{t "key" name=value}}` says a message, `{{language}}` names the language of the page.

use std::{borrow::Cow, sync::Arc};

use fluent_bundle::{FluentArgs, FluentValue};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, RenderErrorReason,
    ScopedJson,
};
use serde_json::Value;

use super::Messages;

/// What becomes of a page with a message that names what it is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotWhole {
    /// It shows what there is, and the log says why.
    Shown,
    /// It fails: before anybody reads it.
    Refused,
}

/// Gives templates the messages of one language.
pub(crate) fn add_helpers(
    templates: &mut Handlebars<'static>,
    messages: &Arc<Messages>,
    language: &str,
    not_whole: NotWhole,
) {
    let (messages, tag) = (Arc::clone(messages), language.to_owned());
    let translate = Translate { messages, language: tag, not_whole };
    templates.register_helper("t", Box::new(translate));
    templates.register_helper("language", Box::new(Language(language.to_owned())));
}

struct Translate {
    messages: Arc<Messages>,
    language: String,
    not_whole: NotWhole,
}

/// The text is a value like any other: it is escaped where it is shown, with what stands in it.
impl HelperDef for Translate {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let key = helper.param(0).and_then(|key| key.value().as_str());
        let key = key.ok_or(RenderErrorReason::ParamNotFoundForIndex("t", 0))?;
        let mut arguments = FluentArgs::new();
        for (name, argument) in helper.hash() {
            if argument.is_value_missing() {
                return Err(RenderError::strict_error(argument.relative_path()));
            }
            arguments.set(*name, value(argument.value()));
        }
        let said = self.messages.text(&self.language, key, None, &arguments);
        let said = said.ok_or_else(|| {
            RenderErrorReason::Other(format!("there is no message with the key {key}"))
        })?;
        if let (NotWhole::Refused, Some(problem)) = (self.not_whole, &said.problem) {
            return Err(RenderErrorReason::Other(problem.clone()).into());
        }
        Ok(ScopedJson::Derived(Value::String(said.at_any_rate())))
    }
}

fn value(json: &Value) -> FluentValue<'_> {
    match json {
        Value::String(text) => FluentValue::String(Cow::Borrowed(text)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().into(),
        },
        Value::Null => FluentValue::String(Cow::Borrowed("")),
        other => FluentValue::String(Cow::Owned(other.to_string())),
    }
}

struct Language(String);

impl HelperDef for Language {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        Ok(ScopedJson::Derived(Value::String(self.0.clone())))
    }
}
