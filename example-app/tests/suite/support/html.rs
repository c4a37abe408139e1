//! As much of HTML as this application's pages use.

/// The form of a page: where it goes, and what it carries unseen.
pub(super) struct Form {
    pub(super) action: String,
    pub(super) hidden: Vec<(String, String)>,
}

impl Form {
    pub(super) fn of(page: &str) -> Self {
        let form = tags(page, "form").next().unwrap_or_else(|| panic!("no form on {page}"));
        let hidden = tags(page, "input")
            .filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"))
            .map(|tag| (attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap()));
        Self { action: attribute(form, "action").unwrap(), hidden: hidden.collect() }
    }
}

/// Where the links of a page lead.
pub(crate) fn links(page: &str) -> Vec<String> {
    tags(page, "a").filter_map(|tag| attribute(tag, "href")).collect()
}

/// The attributes of each tag of this name.
fn tags<'a>(page: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let opening = format!("<{name} ");
    let after = page.split(&*opening).skip(1).collect::<Vec<_>>();
    after.into_iter().map(|tag| tag.split('>').next().unwrap())
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, value) = tag.split_once(&format!("{name}=\""))?;
    let value = value.split('"').next()?;
    let entities = [
        ("&#x3D;", "="),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    Some(
        entities.iter().fold(value.to_owned(), |value, (entity, text)| value.replace(entity, text)),
    )
}
