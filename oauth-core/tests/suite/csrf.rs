//! What forms carry: RFC 6749 §10.12.

use oauth_core::{FormKey, Secret};

/// The forms of a browser, for who is signed in.
fn key(secret: &Secret, subject: Option<&str>) -> FormKey {
    FormKey { secret: secret.clone(), subject: subject.map(str::to_owned) }
}

#[test]
fn a_csrf_token_belongs_to_its_browser() {
    let (one, other) = (key(&Secret::generate(), None), key(&Secret::generate(), None));
    let token = one.csrf_token();
    assert!(one.accepts(token.expose()));
    assert!(!other.accepts(token.expose()));
    for wrong in ["", "x", one.secret.expose()] {
        assert!(!one.accepts(wrong), "{wrong}");
    }
}

#[test]
fn a_csrf_token_belongs_to_who_is_signed_in() {
    let browser = Secret::generate();
    let everybody = [None, Some(""), Some("nobody"), Some("1"), Some("12"), Some("user 1")];
    for one in everybody {
        let token = key(&browser, one).csrf_token();
        for other in everybody {
            let accepted = key(&browser, other).accepts(token.expose());
            assert_eq!(accepted, one == other, "{one:?}'s by {other:?}");
        }
    }
}

// Two servers, or one after a restart: nothing but the browser's own secret is needed.
#[test]
fn a_csrf_token_is_the_same_at_every_server() {
    let browser: Secret = "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into();
    let token = key(&browser, Some("7")).csrf_token();
    assert_eq!(token, key(&browser, Some("7")).csrf_token());
    assert_ne!(token.expose(), browser.expose());
}

#[test]
fn what_forms_hang_on_is_hidden() {
    let browser = Secret::generate();
    let key = key(&browser, Some("7"));
    let printed = format!("{key:?} {:?}", key.csrf_token());
    for secret in [browser.expose(), key.csrf_token().expose()] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
