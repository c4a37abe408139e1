//! The door, with real listeners behind it: whoever is not to be reached hears nothing, not even a connection.

mod listener;

use std::{
    io::Write,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use self::listener::Listener;
use super::*;

const TESTS: Budget = Budget { purpose: "tests", a_minute: 1000 };

struct Fixture {
    outside: Outside,
    asked: Arc<AtomicUsize>,
}

impl Fixture {
    /// A server where every name has these addresses.
    fn new(is_loopback: bool, addresses: &str) -> Self {
        Self::patient(is_loopback, addresses, PATIENCE)
    }

    fn patient(is_loopback: bool, addresses: &str, patience: Duration) -> Self {
        let addresses: Vec<IpAddr> =
            addresses.split_whitespace().map(|address| address.parse().unwrap()).collect();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let resolver: HostResolver = Arc::new(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            let addresses = addresses.clone();
            Box::pin(async move { Ok(addresses) })
        });
        Self { outside: Outside::new(is_loopback, resolver, patience), asked }
    }

    async fn get(&self, url: &str) -> Result<Fetched, FetchError> {
        self.get_at_most(url, MOST_BYTES).await
    }

    async fn get_at_most(&self, url: &str, most_bytes: usize) -> Result<Fetched, FetchError> {
        let method = Method::Get { accept: "application/json" };
        self.outside.fetch(Fetch { url, method, most_bytes, budget: TESTS }, 0).await
    }
}

/// Where the issuer is.
const HERE: bool = true;
const ELSEWHERE: bool = false;
const BAD: [&str; 8] = [
    "127.0.0.1",
    "169.254.169.254",
    "::ffff:10.0.0.1",
    "fd00::1",
    "::1",
    "0.0.0.0",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
];

#[tokio::test]
async fn a_name_with_an_address_that_is_none_of_the_internet_is_not_connected_to() {
    let listener = Listener::with("200 OK\r\n", "");
    for bad in BAD {
        let refused = FetchError::Address(bad.parse().unwrap());
        for addresses in [bad.to_owned(), format!("{bad} 8.8.8.8"), format!("8.8.8.8 {bad}")] {
            let fixture = Fixture::new(ELSEWHERE, &addresses);
            let url = listener.url("https", "client.example");
            assert_eq!(fixture.get(&url).await.unwrap_err(), refused, "{addresses}");
            assert_eq!(fixture.asked.load(Ordering::SeqCst), 1, "a name is resolved once");
        }
    }
    assert_eq!(listener.heard(), 0);
}

#[tokio::test]
async fn a_literal_is_judged_as_what_a_name_resolves_to() {
    let listener = Listener::with("200 OK\r\n", "");
    let fixture = Fixture::new(ELSEWHERE, "8.8.8.8");
    let other_spellings = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1."];
    let bracketed = BAD.map(|bad| if bad.contains(':') { format!("[{bad}]") } else { bad.into() });
    for host in bracketed.iter().map(String::as_str).chain(other_spellings) {
        let refused = fixture.get(&listener.url("https", host)).await.unwrap_err();
        assert!(matches!(refused, FetchError::Address(_)), "{host}: {refused}");
    }
    assert_eq!((listener.heard(), fixture.asked.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let behind = Listener::with("200 OK\r\n", "");
    let port = behind.address.port();
    for host in ["127.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]", "[fd00::1]", "other.example"]
    {
        let listener = Listener::answering(move |stream| {
            let location = format!("Location: http://{host}:{port}/");
            write!(stream, "HTTP/1.1 307 See\r\n{location}\r\nContent-Length: 0\r\n\r\n").ok();
        });
        let fixture = Fixture::new(HERE, "127.0.0.1");
        let answer = fixture.get(&listener.url("http", "client.example")).await.unwrap();
        assert_eq!((answer.status, listener.heard()), (307, 1));
        assert_eq!(fixture.asked.load(Ordering::SeqCst), 1);
    }
    assert_eq!(behind.heard(), 0);
}

#[tokio::test]
async fn http_is_for_this_very_machine_alone_and_where_the_issuer_is_on_it() {
    let listener = Listener::with("200 OK\r\nContent-Type: application/json\r\n", "{}");
    let url = listener.url("http", "client.example");
    let elsewhere = Fixture::new(ELSEWHERE, "127.0.0.1").get(&url).await;
    assert_eq!(elsewhere.unwrap_err(), FetchError::Url);
    let outside = Fixture::new(HERE, "8.8.8.8").get(&url).await;
    assert_eq!(outside.unwrap_err(), FetchError::Address("8.8.8.8".parse().unwrap()));
    let mixed = Fixture::new(HERE, "127.0.0.1 10.0.0.1").get(&url).await;
    assert_eq!(mixed.unwrap_err(), FetchError::Address("10.0.0.1".parse().unwrap()));
    assert_eq!(listener.heard(), 0);
    for host in ["client.example", "127.0.0.1"] {
        let answer = Fixture::new(HERE, "127.0.0.1").get(&listener.url("http", host)).await;
        let answer = answer.unwrap();
        assert_eq!((answer.status, answer.body.as_deref()), (200, Some(b"{}".as_slice())));
        assert_eq!(answer.content_type.as_deref(), Some("application/json"));
    }
    assert_eq!(listener.heard(), 2);
}

#[tokio::test]
async fn other_urls_are_not_fetched() {
    let listener = Listener::with("200 OK\r\n", "");
    let fixture = Fixture::new(HERE, "127.0.0.1");
    let port = listener.address.port();
    let credentials = ["user", "user:password", ":password"]
        .map(|credentials| format!("http://{credentials}@127.0.0.1:{port}/"));
    let others =
        ["", "/relative", "ftp://127.0.0.1/", "file:///etc/passwd", "data:,x", "http://", "https:"];
    for url in credentials.iter().map(String::as_str).chain(others) {
        assert_eq!(fixture.get(url).await.unwrap_err(), FetchError::Url, "{url}");
    }
    assert_eq!(listener.heard(), 0);
}

#[tokio::test]
async fn a_name_that_is_unknown_is_told_as_that() {
    let nowhere = Fixture::new(HERE, "").get("https://client.example/").await;
    assert_eq!(nowhere.unwrap_err(), FetchError::Unknown("it has no address".to_owned()));
}

#[tokio::test]
async fn what_is_larger_than_wanted_is_not_read_whatever_its_head_says() {
    let endless = Listener::answering(|stream| {
        write!(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").ok();
        while write!(stream, "400\r\n{}\r\n", "x".repeat(1024)).is_ok() {}
    });
    let long = Listener::with("200 OK\r\nCache-Control: max-age=60\r\n", "12345678");
    let fixture = Fixture::new(HERE, "127.0.0.1");
    let at_most = async |listener: &Listener, most| {
        fixture.get_at_most(&listener.url("http", "127.0.0.1"), most).await.unwrap()
    };
    assert_eq!(at_most(&endless, usize::MAX).await.body, None, "64 KiB are the most");
    assert_eq!(at_most(&endless, 0).await.status, 200);
    assert_eq!(at_most(&long, 7).await.body, None);
    assert_eq!(at_most(&long, 0).await.body, None);
    let whole = at_most(&long, 8).await;
    assert_eq!(whole.body.as_deref(), Some(b"12345678".as_slice()));
    assert_eq!(whole.cache_control.as_deref(), Some("max-age=60"));
}

#[tokio::test]
async fn nothing_is_decompressed_and_nobody_told_that_it_could_be() {
    let listener = Listener::with("200 OK\r\nContent-Encoding: gzip\r\n", "not gzip");
    let fixture = Fixture::new(HERE, "127.0.0.1");
    let answer = fixture.get(&listener.url("http", "127.0.0.1")).await.unwrap();
    assert_eq!(answer.body.as_deref(), Some(b"not gzip".as_slice()));
    let head = listener.head().to_ascii_lowercase();
    assert!(head.contains("accept: application/json\r\n"), "{head}");
    assert!(!head.contains("accept-encoding"), "{head}");
}

#[tokio::test]
async fn a_form_is_posted() {
    let listener = Listener::with("204 No Content\r\n", "");
    let fixture = Fixture::new(HERE, "127.0.0.1");
    let url = listener.url("http", "client.example");
    let method = Method::Post { form: "logout_token=a.b.c" };
    let fetch = Fetch { url: &url, method, most_bytes: 0, budget: TESTS };
    let posted = fixture.outside.fetch(fetch, 0);
    assert_eq!(posted.await.unwrap().status, 204);
    let head = listener.head().to_ascii_lowercase();
    assert!(head.starts_with("post / http/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-www-form-urlencoded\r\n"), "{head}");
    assert!(head.contains("content-length: 18\r\n"), "{head}");
}

#[tokio::test]
async fn who_answers_slowly_is_waited_for_no_longer_than_that() {
    let patience = Duration::from_millis(300);
    let silent = Listener::answering(|_| thread::sleep(Duration::from_secs(3)));
    let dripping = Listener::answering(|stream| {
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").ok();
        while write!(stream, "x").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    for listener in [silent, dripping] {
        let fixture = Fixture::patient(HERE, "127.0.0.1", patience);
        let begun = Instant::now();
        let answer = fixture.get(&listener.url("http", "127.0.0.1")).await;
        assert_eq!(answer.unwrap_err(), FetchError::TooSlow);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn ten_are_fetched_at_once() {
    let now = Arc::new(Mutex::new((0, 0)));
    let counted = Arc::clone(&now);
    let slow = Listener::answering(move |stream| {
        let count = |by: i32| {
            let mut now = counted.lock().unwrap();
            now.0 += by;
            now.1 = now.0.max(now.1);
        };
        count(1);
        thread::sleep(Duration::from_millis(200));
        count(-1);
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok();
    });
    let fixture = Arc::new(Fixture::new(HERE, "127.0.0.1"));
    let mut fetches = tokio::task::JoinSet::new();
    for _ in 0..25 {
        let (fixture, url) = (Arc::clone(&fixture), slow.url("http", "127.0.0.1"));
        fetches.spawn(async move { fixture.get(&url).await.unwrap().status });
    }
    assert_eq!(fetches.join_all().await, [200; 25]);
    assert_eq!(now.lock().unwrap().1, 10);
}

#[tokio::test]
async fn who_finds_no_place_in_time_is_told() {
    let listener = Listener::with("200 OK\r\n", "");
    let fixture = Fixture::patient(HERE, "127.0.0.1", Duration::from_millis(100));
    let url = listener.url("http", "127.0.0.1");
    let places = fixture.outside.0.places.acquire_many(10).await.unwrap();
    assert_eq!(fixture.get(&url).await.unwrap_err(), FetchError::Busy);
    drop(places);
    assert!(fixture.get(&url).await.is_ok());
    assert_eq!(listener.heard(), 1);
}

#[tokio::test]
async fn a_host_is_asked_no_more_often_than_its_budget_says() {
    let listener = Listener::with("200 OK\r\n", "");
    let fixture = Fixture::new(HERE, "127.0.0.1");
    let url = listener.url("http", "client.example");
    let budget = Budget { purpose: "tests", a_minute: 2 };
    let ask = async |now| {
        let method = Method::Get { accept: "*/*" };
        fixture.outside.fetch(Fetch { url: &url, method, most_bytes: 1, budget }, now).await
    };
    assert!(ask(0).await.is_ok() && ask(1).await.is_ok());
    assert_eq!(ask(59).await.unwrap_err(), FetchError::TooOften);
    assert!(ask(60).await.is_ok());
    assert_eq!(listener.heard(), 3);
}
