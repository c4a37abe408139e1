//! A real browser: Chromium without a window.

mod accessibility;
mod chromedriver;
mod keyboard;
mod screen;

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    Process, Site, installed,
    webdriver::{Outcome, WebDriver},
};

pub(crate) use self::{
    accessibility::{ALL_RULES, RULES_OF_COLOURS},
    keyboard::Focus,
    screen::{DESKTOP, SCREENS},
};

/// A browser with a profile of its own. All that it keeps goes with the value.
pub(crate) struct Chromium {
    driver: WebDriver,
    port: u16,
    _chromedriver: Process,
    profile: Site,
}

impl Chromium {
    /// `None` where Chromium is not installed.
    pub(crate) async fn start() -> Option<Self> {
        let (chromium, chromedriver) =
            (installed("chromium", "chromium")?, installed("chromedriver", "chromium-driver")?);
        let profile = Site::new();
        let home = profile.path();
        let (chromedriver, port) = chromedriver::start(&chromedriver, home, &[0; 5]);

        let mut arguments = ARGUMENTS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", home.join("profile").display()));
        let options = json!({ "binary": chromium, "args": arguments });
        let logged = json!({ "browser": "ALL" });
        let capabilities = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": logged });
        let driver = WebDriver::start(port, &capabilities).await;
        Some(Self { driver, port, _chromedriver: chromedriver, profile })
    }

    pub(crate) async fn open(&self, url: &str) {
        self.driver.open(url).await.unwrap();
    }

    /// Clicks the first element of this selector, as soon as it can.
    pub(crate) async fn click(&self, css: &str) {
        let click = async || match self.driver.click(&self.driver.visible(css).await?).await {
            Err(error) if error.contains("no such window") => Ok(()), // the click closed it
            clicked => clicked.map(drop),
        };
        patiently(&format!("click {css}"), click).await;
    }

    /// Turns on a box or a choice that may be on already.
    pub(crate) async fn tick(&self, css: &str) {
        let is_on = format!("return document.querySelector({}).checked", json!(css));
        if self.run(&is_on).await != true {
            self.click(css).await;
        }
    }

    pub(crate) async fn type_in(&self, css: &str, keys: &str) {
        let field = patiently(css, async || self.driver.visible(css).await).await;
        self.driver.type_in(&field, keys).await.unwrap();
    }

    /// Waits until the first element of this selector has this text in it.
    pub(crate) async fn shows(&self, css: &str, wanted: &str) {
        let find = async || {
            let text = self.driver.text(&self.driver.visible(css).await?).await?;
            if text.contains(wanted) { Ok(()) } else { Err(format!("it shows {text:?}")) }
        };
        patiently(&format!("{wanted:?} in {css}"), find).await;
    }

    /// Waits for the page of this heading, and claims that nobody has to scroll it sideways.
    pub(crate) async fn page(&self, heading: &str) {
        self.shows("h1", heading).await;
        self.fits().await;
    }

    /// The text of the first element of this selector.
    pub(crate) async fn text(&self, css: &str) -> String {
        let read = async || self.driver.text(&self.driver.visible(css).await?).await;
        patiently(&format!("the text of {css}"), read).await
    }

    /// All that the page says.
    pub(crate) async fn source(&self) -> String {
        self.run("return document.documentElement.outerHTML").await.as_str().unwrap().to_owned()
    }

    /// Runs the body of a function in the page.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.driver.run(script).await.unwrap()
    }

    /// Nobody is signed in any more.
    pub(crate) async fn forget_cookies(&self) {
        self.driver.devtools("Network.clearBrowserCookies", json!({})).await.unwrap();
    }

    /// Prefers pages in this language from now on.
    pub(crate) async fn prefer(&self, language: &str) {
        let headers = json!({ "headers": { "Accept-Language": language } });
        self.driver.devtools("Network.enable", json!({})).await.unwrap();
        self.driver.devtools("Network.setExtraHTTPHeaders", headers).await.unwrap();
    }

    /// Runs none of the pages' scripts from now on.
    pub(crate) async fn run_no_scripts(&self) {
        let disabled = json!({ "value": true });
        self.driver.devtools("Emulation.setScriptExecutionDisabled", disabled).await.unwrap();
    }

    /// What stands in a field.
    pub(crate) async fn value(&self, css: &str) -> String {
        let read = async || self.driver.value(&self.driver.visible(css).await?).await;
        patiently(&format!("the value of {css}"), read).await
    }

    /// The demo user signs in, on the login page.
    pub(crate) async fn sign_in(&self) {
        self.type_in("input[name=username]", "exampleuser").await;
        self.type_in("input[name=password]", "password").await;
        self.click("button[type=submit]").await;
    }

    /// Opens a window, and turns to it.
    pub(crate) async fn open_window(&self) {
        self.driver.open_window().await.unwrap();
    }

    /// Waits until it is at this address.
    pub(crate) async fn is_at(&self, url: &str) {
        let look = async || {
            let address = self.driver.address().await?;
            if address == url { Ok(()) } else { Err(format!("it is at {address}")) }
        };
        patiently(&format!("at {url}"), look).await;
    }

    /// What it has complained of since it was asked last.
    pub(crate) async fn complaints(&self) -> String {
        self.driver.console().await.unwrap().to_string()
    }

    /// Waits until this many windows are open, and turns to the last of them.
    pub(crate) async fn turn_to_last_window_of(&self, count: usize) {
        let turn = async || {
            let windows = self.driver.windows().await?;
            match windows.last() {
                Some(last) if windows.len() == count => self.driver.turn_to_window(last).await,
                _ => Err(format!("there are {}", windows.len())),
            }
        };
        patiently(&format!("{count} windows"), turn).await;
    }
}

impl Drop for Chromium {
    /// A signal to chromedriver would leave the browser behind; and the browser writes its profile to its very end.
    fn drop(&mut self) {
        let Ok(mut chromedriver) = TcpStream::connect(("127.0.0.1", self.port)) else { return };
        let _ = chromedriver.set_read_timeout(Some(PATIENCE));
        let request = b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let _ = chromedriver.write_all(request);
        let _ = chromedriver.read_to_end(&mut Vec::new());

        let deadline = Instant::now() + PATIENCE;
        while is_used(self.profile.path()) && Instant::now() < deadline {
            thread::sleep(INTERVAL);
        }
    }
}

/// Whether a process has this directory on its command line.
fn is_used(directory: &Path) -> bool {
    let directory = directory.as_os_str().as_encoded_bytes();
    let mut processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.any(|process| {
        let command_line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        command_line.windows(directory.len()).any(|part| part == directory)
    })
}

/// Tries again and again until it succeeds, for a while: a page takes its time.
async fn patiently<T>(what: &str, attempt: impl AsyncFn() -> Outcome<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt().await {
            Ok(value) => return value,
            Err(error) => assert!(Instant::now() < deadline, "never {what}: {error}"),
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// No window, no sandbox (it refuses to run as root, and it is our own pages that it opens), and no talk with anybody
/// but the application.
const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--ignore-certificate-errors", // a client's of the tests, which is signed by itself
    "--no-proxy-server",
    "--window-size=1280,1600", // Swagger UI's dialog has to fit: it scrolls under its own button
];

const PATIENCE: Duration = Duration::from_secs(30);
const INTERVAL: Duration = Duration::from_millis(50);
