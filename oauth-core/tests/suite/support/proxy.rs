//! A proxy between the store and PostgreSQL that can stop forwarding and keep everything open.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

pub(crate) struct Proxy {
    pub(crate) port: u16,
    accepted: Arc<AtomicU64>,
    /// The connections before this one are frozen.
    frozen: Arc<AtomicU64>,
}

impl Proxy {
    /// To this socket.
    pub(crate) fn to(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let (accepted, frozen) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (counter, ice) = (Arc::clone(&accepted), Arc::clone(&frozen));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let number = counter.fetch_add(1, Ordering::Relaxed);
                drop(forward(&client, &socket, move |frozen| number < frozen, &ice));
            }
        });
        Self { port, accepted, frozen }
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Nothing more goes through the connections that there are.
    pub(crate) fn freeze_established(&self) {
        self.frozen.store(self.accepted.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Nothing more goes through any, nor through those that are still taken.
    pub(crate) fn freeze(&self) {
        self.frozen.store(u64::MAX, Ordering::Relaxed);
    }

    pub(crate) fn thaw(&self) {
        self.frozen.store(0, Ordering::Relaxed);
    }
}

fn forward(
    client: &TcpStream,
    socket: &Path,
    is_frozen: impl Fn(u64) -> bool + Copy + Send + 'static,
    ice: &Arc<AtomicU64>,
) -> std::io::Result<()> {
    let server = UnixStream::connect(socket)?;
    let pairs: [(Box<dyn Read + Send>, Box<dyn Write + Send>); 2] = [
        (Box::new(client.try_clone()?), Box::new(server.try_clone()?)),
        (Box::new(server.try_clone()?), Box::new(client.try_clone()?)),
    ];
    for (mut from, mut to) in pairs {
        let ice = Arc::clone(ice);
        let ends = (client.try_clone()?, server.try_clone()?);
        thread::spawn(move || {
            let mut buffer = [0; 16384];
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                while is_frozen(ice.load(Ordering::Relaxed)) {
                    thread::sleep(Duration::from_millis(5));
                }
                if to.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
            drop((ends.0.shutdown(Shutdown::Both), ends.1.shutdown(Shutdown::Both)));
        });
    }
    Ok(())
}
