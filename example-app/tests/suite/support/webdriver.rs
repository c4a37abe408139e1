//! WebDriver, as far as these tests go: commands to a browser, as JSON over HTTP (W3C WebDriver §6).

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::agent;

/// A session: one browser.
pub(super) struct WebDriver {
    http: Client,
    url: String,
}

/// An element of the page that the browser shows.
pub(super) struct Element(String);

/// What a command came to: a value, or the text of an error.
pub(super) type Outcome<T = Value> = Result<T, String>;

impl WebDriver {
    /// A new session with the driver on this port.
    pub(super) async fn start(port: u16, capabilities: &Value) -> Self {
        let http = agent::client().build().unwrap();
        let mut driver = Self { http, url: format!("http://127.0.0.1:{port}/session") };
        let session = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let session = driver.post("", session).await.unwrap();
        driver.url += &format!("/{}", text(&session["sessionId"]));
        driver
    }

    pub(super) async fn open(&self, url: &str) -> Outcome {
        self.post("/url", json!({ "url": url })).await
    }

    pub(super) async fn windows(&self) -> Outcome<Vec<String>> {
        let windows = self.get("/window/handles").await?;
        Ok(windows.as_array().unwrap().iter().map(text).collect())
    }

    pub(super) async fn turn_to_window(&self, window: &str) -> Outcome {
        self.post("/window", json!({ "handle": window })).await
    }

    /// Opens a window, and turns to it.
    pub(super) async fn open_window(&self) -> Outcome {
        let window = self.post("/window/new", json!({ "type": "tab" })).await?;
        self.turn_to_window(&text(&window["handle"])).await
    }

    pub(super) async fn address(&self) -> Outcome<String> {
        Ok(text(&self.get("/url").await?))
    }

    /// What the browser has written to its console since it was asked last.
    pub(super) async fn console(&self) -> Outcome {
        self.post("/se/log", json!({ "type": "browser" })).await
    }

    /// The first element of a CSS selector; an error if it is hidden.
    pub(super) async fn visible(&self, css: &str) -> Outcome<Element> {
        let element = json!({ "using": "css selector", "value": css });
        let element = self.post("/element", element).await?;
        let element = Element(text(element.as_object().unwrap().values().next().unwrap()));
        let is_visible = self.get(&format!("/element/{}/displayed", element.0)).await?;
        if is_visible == true { Ok(element) } else { Err(format!("{css} is hidden")) }
    }

    pub(super) async fn text(&self, element: &Element) -> Outcome<String> {
        Ok(text(&self.get(&format!("/element/{}/text", element.0)).await?))
    }

    /// What stands in a field.
    pub(super) async fn value(&self, element: &Element) -> Outcome<String> {
        Ok(text(&self.get(&format!("/element/{}/property/value", element.0)).await?))
    }

    pub(super) async fn click(&self, element: &Element) -> Outcome {
        self.post(&format!("/element/{}/click", element.0), json!({})).await
    }

    pub(super) async fn type_in(&self, element: &Element, keys: &str) -> Outcome {
        self.post(&format!("/element/{}/value", element.0), json!({ "text": keys })).await
    }

    /// Presses a key, and lets it go: what has the focus hears of it.
    pub(super) async fn press(&self, key: char) -> Outcome {
        let keys = ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key }));
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": keys });
        self.post("/actions", json!({ "actions": [keyboard] })).await
    }

    /// Runs the body of a function in the page, whatever the page's policy says, and waits for what it promises.
    pub(super) async fn run(&self, script: &str) -> Outcome {
        self.post("/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// A command of Chromium's own protocol, for what WebDriver has none.
    pub(super) async fn devtools(&self, command: &str, parameters: Value) -> Outcome {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    async fn get(&self, command: &str) -> Outcome {
        self.send(Method::GET, command, None).await
    }

    async fn post(&self, command: &str, parameters: Value) -> Outcome {
        self.send(Method::POST, command, Some(parameters)).await
    }

    async fn send(&self, method: Method, command: &str, parameters: Option<Value>) -> Outcome {
        let request = self.http.request(method, format!("{}{command}", self.url));
        let request = match &parameters {
            Some(parameters) => request.json(parameters),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let succeeded = answer.status().is_success();
        let value = answer.json::<Value>().await.unwrap()["value"].take();
        if succeeded { Ok(value) } else { Err(format!("{}: {}", value["error"], value["message"])) }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
