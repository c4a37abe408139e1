//! Parameters as they go over the wire, and the forms of pages.

use url::form_urlencoded;

use super::Answer;

/// Names and values in order; a name may stand there twice.
#[derive(Debug, Clone)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn new(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// With this value in place of what the parameter was.
    pub(crate) fn set(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// With this value beside what the parameter was.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// The form of a page.
#[derive(Debug, Clone)]
pub(crate) struct HtmlForm {
    pub(crate) action: String,
    pub(crate) hidden: Form,
}

impl HtmlForm {
    /// The only form of the page.
    #[track_caller]
    pub(crate) fn of(page: &Answer) -> Self {
        let mut forms = page.body.split("<form ").skip(1);
        let form = forms.next().unwrap_or_else(|| panic!("no form: {page:#?}"));
        assert!(forms.next().is_none(), "two forms: {page:#?}");
        let inputs =
            form.split("<input ").skip(1).filter(|input| input.contains("type=\"hidden\""));
        let hidden = inputs.map(|input| (attribute(input, "name"), attribute(input, "value")));
        Self { action: attribute(form, "action"), hidden: Form(hidden.collect()) }
    }
}

#[track_caller]
fn attribute(tag: &str, name: &str) -> String {
    let (tag, _) = tag.split_once('>').expect("the tag's end");
    let value = tag.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
    unescaped(value.unwrap_or_else(|| panic!("no {name}: {tag}")).0)
}

fn unescaped(html: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x60;", "`"),
        ("&#x3D;", "="),
    ]
    .iter()
    .fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
    .replace("&amp;", "&")
}
