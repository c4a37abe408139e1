//! As much of HTML as the forms of pages need.

use super::{Answer, Form};

/// The form of a page.
#[derive(Debug, Clone)]
pub struct HtmlForm {
    /// Where it goes; empty where the page does not say, and then it goes to where the page stands.
    pub action: String,
    /// What it carries unseen.
    pub hidden: Form,
}

impl HtmlForm {
    /// The only form of the page.
    ///
    /// # Panics
    /// When the page has none, or several.
    #[must_use]
    #[track_caller]
    pub fn of(page: &Answer) -> Self {
        let mut forms = Self::all(page);
        let form = forms.pop().unwrap_or_else(|| panic!("no form: {page:#?}"));
        assert!(forms.is_empty(), "several forms: {page:#?}");
        form
    }

    /// The forms of the page, from its top to its end.
    #[must_use]
    pub fn all(page: &Answer) -> Vec<Self> {
        let forms = page.body.split("<form").skip(1);
        forms.filter_map(|form| form.split("</form").next()).map(Self::parse).collect()
    }

    fn parse(form: &str) -> Self {
        let inputs = form.split("<input").skip(1);
        let hidden = inputs.filter(|input| attribute(input, "type") == "hidden");
        let hidden = hidden.fold(Form::new(&[]), |hidden, input| {
            hidden.and(&attribute(input, "name"), &attribute(input, "value"))
        });
        Self { action: attribute(form, "action"), hidden }
    }
}

/// The value of a tag's attribute, empty where it has none.
fn attribute(tag: &str, name: &str) -> String {
    let tag = tag.split('>').next().unwrap_or_default();
    let value = tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
    unescaped(value.unwrap_or_default().0)
}

fn unescaped(html: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x60;", "`"),
        ("&#x3D;", "="),
    ]
    .iter()
    .fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
    .replace("&amp;", "&")
}
