//! In a browser, on a phone's screen and on a desktop's: what users and staff do from page to page.

mod accessibility;
mod accounts;
mod admin;
mod consent;
mod form_post;
mod keyboard;
mod onward;
mod relying_party;
