//! What a page is looked at on, and in which colours.

use serde_json::json;

use super::Chromium;

/// A screen of so many pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: u16,
    pub(crate) height: u16,
}

const PHONE: Screen = Screen { width: 390, height: 844 };
pub(crate) const DESKTOP: Screen = Screen { width: 1280, height: 1600 };
pub(crate) const SCREENS: [Screen; 2] = [PHONE, DESKTOP];

impl Chromium {
    /// Shows its pages on this screen from now on.
    pub(crate) async fn show_on(&self, Screen { width, height }: Screen) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.driver.devtools("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
        assert_eq!(self.run("return innerWidth").await, width);
    }

    /// Shows its pages in `light` or `dark` colours from now on.
    pub(crate) async fn show_in(&self, colours: &str) {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": colours }] });
        self.driver.devtools("Emulation.setEmulatedMedia", media).await.unwrap();
        let query = format!("return matchMedia('(prefers-color-scheme: {colours})').matches");
        assert_eq!(self.run(&query).await, true);
    }

    /// Claims that nothing on the page reaches out of the screen.
    pub(crate) async fn fits(&self) {
        let overflow = self.run(OVERFLOW).await;
        assert!(overflow == json!([]), "wider than the screen: {overflow:#}");
    }
}

/// The last elements that are wider than the page, where it can be scrolled sideways.
const OVERFLOW: &str = "
    const page = document.documentElement, width = page.clientWidth;
    if (page.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll('body *')].filter(it => it.getBoundingClientRect().right > width);
    return [`${location.pathname}: ${page.scrollWidth} > ${width}`, ...wide.slice(-3).map(it => it.outerHTML)];";
