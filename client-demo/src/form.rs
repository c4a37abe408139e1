//! The HTML forms that a browser would show: a client without one fills them in itself.

use reqwest::RequestBuilder;
use url::Url;

use crate::{answer::Answer, html, wire::Wire};

/// A form: where it goes, and what it carries unseen, such as the CSRF token.
#[derive(Debug, PartialEq)]
pub(crate) struct Form {
    action: Url,
    hidden: Vec<(String, String)>,
}

impl Form {
    /// The form of a page that has a field or button of this name. A page may have others, such as
    /// the one that logs out.
    pub(crate) fn with(control: &str, page: &Answer) -> Option<Self> {
        Self::read(control, &page.body, &page.url)
    }

    fn read(control: &str, html: &str, page: &Url) -> Option<Self> {
        let tags = html::tags(html);
        tags.split(|tag| tag.name == "/form").find_map(|tags| {
            let start = tags.iter().rposition(|tag| tag.name == "form")?;
            let (form, controls) = tags.get(start..)?.split_first()?;
            controls.iter().find(|tag| tag.attribute("name") == Some(control))?;

            // An empty action, or none, is the page's own address: `join` knows that.
            let action = page.join(form.attribute("action").unwrap_or_default()).ok()?;
            Some(Self { action, hidden: controls.iter().filter_map(hidden).collect() })
        })
    }

    /// The request of the filled-in form: what is hidden in it, and what the user gives.
    pub(crate) fn submit(&self, wire: &Wire, given: &[(&str, &str)]) -> RequestBuilder {
        let hidden = self.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = hidden.chain(given.iter().copied()).collect();
        wire.post(self.action.clone(), &fields)
    }
}

/// The name and value of an `<input type="hidden">`.
fn hidden(tag: &html::Tag) -> Option<(String, String)> {
    let hidden = tag.name == "input" && tag.attribute("type")?.eq_ignore_ascii_case("hidden");
    let name = hidden.then(|| tag.attribute("name")).flatten()?;
    Some((name.to_owned(), tag.attribute("value").unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"
        <form method="post" action="/accounts/logout/">
          <input type="hidden" name="csrf_token" value="other"><button>Log out</button>
        </form>
        <form action="/oauth2/authorization/?client_id&#x3D;1&amp;state&#x3D;a%20b" method="post">
          <input value="a&#x3D;b&quot;" name="csrf_token" type="hidden">
          <input name="visible" value="1">
          <button name="user_action" value="Accept">Accept</button>
        </form>"#;

    fn read(control: &str, html: &str) -> Option<Form> {
        let page = Url::parse("http://localhost:8080/oauth2/authorization/?a=1").ok()?;
        Form::read(control, html, &page)
    }

    #[test]
    fn the_form_is_chosen_by_its_control() {
        let form = read("user_action", PAGE);
        let action = "http://localhost:8080/oauth2/authorization/?client_id=1&state=a%20b";
        assert_eq!(form.as_ref().map(|form| form.action.as_str()), Some(action));
        let hidden = vec![("csrf_token".to_owned(), "a=b\"".to_owned())];
        assert_eq!(form.map(|form| form.hidden), Some(hidden));
    }

    #[test]
    fn a_form_without_action_goes_to_its_own_page() {
        let form = read("password", "<form><input name=password></form>");
        let action = "http://localhost:8080/oauth2/authorization/?a=1";
        assert_eq!(form.as_ref().map(|form| form.action.as_str()), Some(action));
    }

    #[test]
    fn a_page_without_that_control_has_no_such_form() {
        assert_eq!(read("password", PAGE), None);
        assert_eq!(read("password", "<input name=password>"), None);
    }
}
