//! A client's redirection endpoint over TLS that sends the browser on, as clients do that live in an application.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// For `localhost`, signed by itself: known to everybody, and good for nothing else.
const CERTIFICATE: &[u8] = include_bytes!("onward.pem");

/// Listens on a port of its own until the process ends.
pub(crate) struct Onward {
    pub(crate) port: u16,
    arrivals: Receiver<String>,
}

impl Onward {
    /// At `/cb/N` it sends browsers on to the Nth of these.
    pub(crate) fn to(targets: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, arrivals) = channel();
        let (tls, targets) = (Arc::new(tls()), Arc::new(targets));
        thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                let (tls, targets) = (Arc::clone(&tls), Arc::clone(&targets));
                let sender = sender.clone();
                thread::spawn(move || send_on(browser, tls, &targets, &sender));
            }
        });
        Self { port, arrivals }
    }

    /// Waits until a browser has come, with a code.
    pub(crate) fn arrival(&self) -> String {
        let path = self.arrivals.recv_timeout(PATIENCE).expect("a browser at the client");
        assert!(path.contains("code="), "{path}");
        path
    }
}

/// A connection may say nothing, which browsers do to be fast later.
fn send_on(
    browser: TcpStream,
    tls: Arc<ServerConfig>,
    targets: &[String],
    arrivals: &Sender<String>,
) -> Option<()> {
    let connection = ServerConnection::new(tls).ok()?;
    let mut stream = BufReader::new(StreamOwned::new(connection, browser));
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut header = String::from("not empty");
    while header.trim() != "" {
        header.clear();
        stream.read_line(&mut header).ok()?;
    }
    let number = path.strip_prefix("/cb/")?.split('?').next()?.parse::<usize>().ok()?;
    let target = targets.get(number)?;
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n");
    arrivals.send(path).ok()?;
    stream.get_mut().write_all(answer.as_bytes()).ok()
}

fn tls() -> ServerConfig {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(CERTIFICATE).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    config.with_single_cert(vec![certificate], key).unwrap()
}

const PATIENCE: Duration = Duration::from_secs(60);
