//! A user without a mouse.

use super::Chromium;

/// What has the focus: its `id`, or what it says; where it stands; and whether that can be seen.
#[derive(Debug)]
pub(crate) struct Focus {
    pub(crate) name: String,
    top: f64,
    bottom: f64,
    left: f64,
    pub(crate) is_outlined: bool,
}

impl Focus {
    /// Whether a reader comes to this one first: line by line, from left to right.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        let in_one_line = self.bottom > other.top && other.bottom > self.top;
        if in_one_line { self.left < other.left } else { self.top < other.top }
    }
}

impl Chromium {
    /// Goes on to the next thing that takes the focus; `None` behind the last one.
    pub(crate) async fn tab(&self) -> Option<Focus> {
        self.driver.press(TAB).await.unwrap();
        let focus = self.run(FOCUS).await;
        let place = |side: &str| focus[side].as_f64().unwrap();
        Some(Focus {
            name: focus.get("name")?.as_str().unwrap().to_owned(),
            top: place("top"),
            bottom: place("bottom"),
            left: place("left"),
            is_outlined: focus["outline"] != "none",
        })
    }

    /// All that takes the focus on a page that was just opened, in the order of the Tab key.
    pub(crate) async fn tab_through(&self) -> Vec<Focus> {
        let mut stops = Vec::new();
        while let Some(focus) = self.tab().await {
            stops.push(focus);
            assert!(stops.len() < 100, "the focus never leaves the page: {stops:?}");
        }
        stops
    }

    /// Follows the link that has the focus.
    pub(crate) async fn press_enter(&self) {
        self.driver.press(ENTER).await.unwrap();
    }
}

const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';

/// Where it stands on the page, whatever part of it is in sight.
const FOCUS: &str = "
    const it = document.activeElement;
    if (!it || it === document.body) return {};
    const { top, bottom, left } = it.getBoundingClientRect();
    return {
        name: it.id || it.innerText,
        top: top + scrollY, bottom: bottom + scrollY, left: left + scrollX,
        outline: getComputedStyle(it).outlineStyle,
    };";
