//! Whether everybody can use a page: axe-core, which knows the machine's part of WCAG 2, A and AA, and good practice.

use std::{env, fs};

use serde_json::{Value, json};

use super::{Chromium, SCREENS};
use crate::support::missing;

/// The checker's `axe.min.js`; `None` where nobody said where it is.
fn axe() -> Option<String> {
    let Some(file) = env::var_os("AXE_CORE").filter(|file| !file.is_empty()) else {
        missing(
            "AXE_CORE is not set",
            "npm pack axe-core@4.14.1, unpack it, and set AXE_CORE to the path of its axe.min.js",
        );
        return None;
    };
    let source = fs::read_to_string(&file);
    Some(source.unwrap_or_else(|error| panic!("AXE_CORE={}: {error}", file.display())))
}

impl Chromium {
    /// A browser with the checker on each of its pages; `None` where either is not installed.
    pub(crate) async fn with_checker() -> Option<Self> {
        let axe = axe()?;
        let browser = Self::start().await?;
        let every_page = "Page.addScriptToEvaluateOnNewDocument";
        browser.driver.devtools(every_page, json!({ "source": axe })).await.unwrap();
        Some(browser)
    }

    /// Claims that the page fits on each screen, and breaks no rule there in either colours.
    pub(crate) async fn is_accessible(&self) {
        for screen in SCREENS {
            self.show_on(screen).await;
            self.fits().await;
            for (colours, rules) in [("light", ALL_RULES), ("dark", RULES_OF_COLOURS)] {
                self.show_in(colours).await;
                let broken = self.broken(rules).await;
                let width = screen.width;
                assert!(broken == json!([]), "{width} pixels, {colours}: {broken:#}");
            }
        }
    }

    /// The rules that the page breaks, each with the elements that break it.
    pub(crate) async fn broken(&self, rules: &str) -> Value {
        self.run(&CHECK.replace("RULES", rules)).await
    }
}

/// What is checked beside those that axe-core checks anyhow: whether a finger finds what it aims at (WCAG 2.2, AA).
pub(crate) const ALL_RULES: &str = "rules: { 'target-size': { enabled: true } }";

/// What can differ between light and dark.
pub(crate) const RULES_OF_COLOURS: &str = "runOnly: ['color-contrast', 'link-in-text-block']";

const CHECK: &str = "
    return axe.run(document, { resultTypes: ['violations'], RULES }).then(result => {
        if (result.passes.length === 0) throw new Error('no rule was checked');
        return result.violations.map(({ id, nodes }) => ({
            page: `${location.pathname}: ${document.title}`, id,
            nodes: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
        }));
    });";
