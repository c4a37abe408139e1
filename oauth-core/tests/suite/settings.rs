//! What no server can run with.

use oauth_core::{RequireState, Settings};

fn refused(change: impl FnOnce(&mut Settings)) -> Option<&'static str> {
    let mut settings = Settings::new("https://id.example");
    change(&mut settings);
    settings.check().err().map(|invalid| invalid.setting)
}

const CENTURY: i64 = 3_155_760_000;

#[test]
fn the_defaults_are_in_their_range() {
    assert_eq!(refused(|_| ()), None);
}

#[test]
fn the_defaults_are_those_that_are_documented() {
    let day = 24 * 3600;
    let settings = Settings::new("https://id.example");
    assert_eq!(settings.issuer, "https://id.example");
    assert!(settings.ssl_only && settings.access_tokens_refreshable && settings.remember_consent);
    assert_eq!(settings.require_state, RequireState::UnlessPkce);
    assert!(!settings.require_redirect_uri && settings.realm.is_empty());
    assert_eq!((settings.authorization_code_lifetime, settings.access_token_lifetime), (60, 3600));
    assert_eq!(settings.refresh_token_lifetime, Some(30 * day));
    assert_eq!((settings.grant_lifetime, settings.refresh_token_grace), (Some(365 * day), 10));
    assert_eq!((settings.session_idle, settings.session_lifetime), (day, 14 * day));
    assert_eq!(settings.cookie_name, None);
    assert_eq!(settings.sign_in_guesses, Some(10));
    assert_eq!(settings.sign_in_guesses_by_address, Some(60));
}

// Nobody could sign in: what hears every guess is `None`.
#[test]
fn at_least_one_guess_is_heard() {
    assert_eq!(refused(|settings| settings.sign_in_guesses = Some(0)), Some("sign_in_guesses"));
    let by_address = refused(|settings| settings.sign_in_guesses_by_address = Some(0));
    assert_eq!(by_address, Some("sign_in_guesses_by_address"));
    for heard in [None, Some(1), Some(u32::MAX)] {
        assert_eq!(refused(|settings| settings.sign_in_guesses = heard), None, "{heard:?}");
    }
}

#[test]
fn an_issuer_is_an_absolute_url() {
    for invalid in [
        "",
        "id.example",
        "/",
        "mailto:a@b.example",
        "https://a.example/?b",
        "https://a.example/#b",
    ] {
        assert_eq!(
            refused(|settings| settings.issuer = invalid.to_owned()),
            Some("issuer"),
            "{invalid}"
        );
    }
    assert_eq!(refused(|settings| settings.issuer = "https://id.example/a/b".to_owned()), None);
}

// Whatever is an address below it begins with one.
#[test]
fn an_issuer_has_no_slash_at_its_end() {
    for invalid in ["https://id.example/", "https://id.example/a/"] {
        let refused = refused(|settings| settings.issuer = invalid.to_owned());
        assert_eq!(refused, Some("issuer"), "{invalid}");
    }
}

// What browsers ask for is the issuer, and all of it would be refused.
#[test]
fn an_issuer_of_http_and_ssl_only_exclude_each_other() {
    for (ssl_only, expected) in [(true, Some("issuer")), (false, None)] {
        let refused = refused(|settings| {
            settings.issuer = "http://localhost:8080".to_owned();
            settings.ssl_only = ssl_only;
        });
        assert_eq!(refused, expected);
    }
}

// RFC 9110 §5.6.4: it stands in quotes, in the header of every challenge.
#[test]
fn a_realm_holds_what_needs_no_escape_between_quotes() {
    for invalid in ["\"", "\\", "a\nb", "\u{fc}"] {
        assert_eq!(
            refused(|settings| settings.realm = invalid.to_owned()),
            Some("realm"),
            "{invalid:?}"
        );
    }
    assert_eq!(refused(|settings| settings.realm = "Example API, v1".to_owned()), None);
}

// RFC 6749 §4.1.2: "A maximum authorization code lifetime of 10 minutes is RECOMMENDED."
#[test]
fn a_code_lives_for_1_to_600_seconds() {
    for (seconds, fits) in [(0, false), (1, true), (600, true), (601, false), (-1, false)] {
        let refused = refused(|settings| settings.authorization_code_lifetime = seconds);
        assert_eq!(refused.is_none(), fits, "{seconds}");
    }
}

#[test]
fn the_grace_lasts_for_at_most_an_hour() {
    for (seconds, fits) in [(-1, false), (0, true), (3600, true), (3601, false)] {
        let refused = refused(|settings| settings.refresh_token_grace = seconds);
        assert_eq!(refused.is_none(), fits, "{seconds}");
    }
}

#[test]
fn a_cookies_name_needs_no_escape_anywhere() {
    for (name, fits) in [
        ("s", true),
        ("My-app_2", true),
        (&"x".repeat(64), true),
        (&"x".repeat(65), false),
        ("", false),
        ("a b", false),
        ("a;b", false),
        ("a=b", false),
        ("\u{fc}", false),
        ("a\nb", false),
    ] {
        let refused = refused(|settings| settings.cookie_name = Some(name.to_owned()));
        assert_eq!(refused, (!fits).then_some("cookie_name"), "{name:?}");
    }
}

// Sums of times must not overflow.
#[test]
fn every_other_lifetime_is_1_second_to_a_century() {
    for (seconds, fits) in
        [(i64::MIN, false), (0, false), (1, true), (CENTURY, true), (CENTURY + 1, false)]
    {
        for refused in [
            refused(|settings| settings.access_token_lifetime = seconds),
            refused(|settings| settings.refresh_token_lifetime = Some(seconds)),
            refused(|settings| settings.grant_lifetime = Some(seconds)),
            refused(|settings| settings.session_idle = seconds),
            refused(|settings| settings.session_lifetime = seconds),
        ] {
            assert_eq!(refused.is_none(), fits, "{seconds}: {refused:?}");
        }
    }
}
