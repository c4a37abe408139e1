//! A form as a browser fills it in: from what stands in its fields.

use crate::support::{Answer, Form};

/// What would be sent of the page's form that changes something.
#[track_caller]
pub(super) fn filled(page: &Answer) -> Form {
    let form = page.body.split("<form method=\"post\"").nth(1);
    let form = form.unwrap_or_else(|| panic!("no form: {page:#?}"));
    let (form, _) = form.split_once("</form>").expect("the form's end");
    let mut fields = Form::new(&[]);
    for control in form.split('<') {
        let (tag, text) = control.split_once('>').unwrap_or((control, ""));
        if let Some(input) = tag.strip_prefix("input ") {
            let is_box = ["checkbox", "radio"].contains(&attribute(input, "type").as_str());
            if (!is_box || input.contains(" checked")) && !input.contains(" disabled") {
                fields = fields.and(&attribute(input, "name"), &attribute(input, "value"));
            }
        } else if let Some(area) = tag.strip_prefix("textarea ") {
            let text = text.strip_prefix('\n').unwrap_or(text);
            fields = fields.and(&attribute(area, "name"), &unescaped(text));
        }
    }
    fields
}

fn attribute(tag: &str, name: &str) -> String {
    let start = format!(" {name}=\"");
    let padded = format!(" {tag}");
    let value = padded.split_once(&start).and_then(|(_, rest)| rest.split_once('"'));
    unescaped(value.unwrap_or_default().0)
}

fn unescaped(html: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x60;", "`"),
        ("&#x3D;", "="),
    ];
    let text = entities.iter().fold(html.to_owned(), |text, (entity, it)| text.replace(entity, it));
    text.replace("&amp;", "&")
}
