//! One thread, which is busy until it is let go.

use std::{future::poll_fn, pin::pin, sync::mpsc, time::Duration};

use tokio::{task::JoinHandle, time::timeout};

use super::*;

/// What was done, in its order.
#[derive(Clone, Default)]
struct Done(Arc<Mutex<Vec<&'static str>>>);

impl Done {
    fn all(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

struct Busy {
    queue: Queue,
    done: Done,
    let_go: mpsc::Sender<()>,
    first: JoinHandle<()>,
}

impl Busy {
    async fn new() -> Self {
        let (queue, done) = (Queue::of(1), Done::default());
        let (let_go, held) = mpsc::channel();
        let (began, begun) = oneshot::channel();
        let work = move || {
            began.send(()).unwrap();
            held.recv().unwrap();
        };
        let first = {
            let queue = queue.clone();
            tokio::spawn(async move { queue.run(Turn::Stranger(0), work).await.unwrap() })
        };
        begun.await.unwrap();
        Self { queue, done, let_go, first }
    }

    /// Waits for a turn, and is known by a name.
    async fn waits(&self, turn: Turn, name: &'static str) -> JoinHandle<Result<(), Unhashed>> {
        let (queue, done) = (self.queue.clone(), self.done.clone());
        let (enters, entered) = oneshot::channel();
        let waits = tokio::spawn(async move {
            let mut run = pin!(queue.run(turn, move || done.0.lock().unwrap().push(name)));
            let mut enters = Some(enters);
            poll_fn(|context| {
                let polled = run.as_mut().poll(context);
                enters.take().map(|enters| enters.send(()));
                polled
            })
            .await
        });
        entered.await.unwrap();
        waits
    }

    /// What was done, and in which order, once everybody who waited is through.
    async fn finish(self) -> Vec<&'static str> {
        self.let_go.send(()).unwrap();
        self.first.await.unwrap();
        let runs = async {
            while self.queue.0.lock().running > 0 {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(60), runs).await.expect("an end");
        self.done.all()
    }
}

fn is_full<T>(answer: &Result<T, Unhashed>) -> bool {
    matches!(answer, Err(Unhashed::Full { .. }))
}

#[tokio::test]
async fn who_hangs_up_is_not_hashed_for() {
    let busy = Busy::new().await;
    let gone = busy.waits(Turn::Stranger(0), "gone").await;
    let _stays = busy.waits(Turn::Stranger(0), "stays").await;
    gone.abort();
    gone.await.unwrap_err();
    assert_eq!(busy.finish().await, ["stays"]);
}

#[tokio::test]
async fn who_hangs_up_leaves_a_place_to_another() {
    let busy = Busy::new().await;
    let mut all = Vec::new();
    for _ in 0..WAITING_FOR_A_THREAD {
        all.push(busy.waits(Turn::Stranger(0), "first").await);
    }
    let gone = all.pop().unwrap();
    gone.abort();
    gone.await.unwrap_err();
    let next = busy.waits(Turn::Stranger(0), "next").await;
    assert_eq!(busy.finish().await.last(), Some(&"next"));
    next.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_guessed_less_comes_first_and_of_two_alike_who_came_first() {
    let busy = Busy::new().await;
    let turns = [
        (Turn::Stranger(7), "seven"),
        (Turn::Stranger(1), "one"),
        (Turn::Stranger(0), "none"),
        (Turn::Stranger(1), "one as well"),
        (Turn::Known(3), "known"),
    ];
    for (turn, name) in turns {
        drop(busy.waits(turn, name).await);
    }
    assert_eq!(busy.finish().await, ["known", "none", "one", "one as well", "seven"]);
}

#[tokio::test]
async fn a_stranger_who_does_not_fit_is_refused_at_once() {
    let busy = Busy::new().await;
    for _ in 0..WAITING_FOR_A_THREAD {
        drop(busy.waits(Turn::Stranger(0), "first").await);
    }
    let late = busy.waits(Turn::Stranger(0), "late").await;
    assert!(is_full(&late.await.unwrap()));
    assert_eq!(busy.finish().await, ["first"; WAITING_FOR_A_THREAD]);
}

#[tokio::test]
async fn who_guessed_less_takes_the_place_of_who_guessed_most() {
    let busy = Busy::new().await;
    let most = busy.waits(Turn::Stranger(9), "most").await;
    for _ in 1..WAITING_FOR_A_THREAD {
        drop(busy.waits(Turn::Stranger(5), "more").await);
    }
    let less = busy.waits(Turn::Stranger(0), "less").await;
    assert!(is_full(&most.await.unwrap()));
    assert_eq!(busy.finish().await.first(), Some(&"less"));
    less.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_is_known_is_never_refused() {
    let busy = Busy::new().await;
    let mut known = Vec::new();
    for _ in 0..2 * WAITING_FOR_A_THREAD {
        drop(busy.waits(Turn::Stranger(0), "stranger").await);
        known.push(busy.waits(Turn::Known(9), "known").await);
    }
    let done = busy.finish().await;
    assert_eq!(done, ["known"; 2 * WAITING_FOR_A_THREAD], "strangers give way");
    for known in known {
        known.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn that_it_is_full_is_said_once_until_it_was_empty() {
    let busy = Busy::new().await;
    for _ in 0..WAITING_FOR_A_THREAD {
        drop(busy.waits(Turn::Stranger(0), "first").await);
    }
    let mut said = Vec::new();
    for _ in 0..3 {
        let refused = busy.waits(Turn::Stranger(0), "late").await.await.unwrap();
        said.push(matches!(refused, Err(Unhashed::Full { begun: true })));
    }
    assert_eq!(said, [true, false, false]);
    let queue = busy.queue.clone();
    busy.finish().await;
    assert!(!queue.0.lock().is_full);
}

#[tokio::test]
async fn a_panic_is_the_failure_of_one() {
    let busy = Busy::new().await;
    let queue = busy.queue.clone();
    let panics = tokio::spawn(async move {
        queue.run(Turn::Stranger(0), || panic!("a hash of a test panics")).await
    });
    while busy.queue.0.lock().jobs.is_empty() {
        tokio::task::yield_now().await;
    }
    drop(busy.waits(Turn::Stranger(1), "next").await);
    assert_eq!(busy.finish().await, ["next"]);
    let answer: Result<(), _> = panics.await.unwrap();
    assert!(matches!(answer, Err(Unhashed::Failed(_))), "{answer:?}");
}

#[tokio::test]
async fn as_many_are_hashed_at_once_as_there_are_threads() {
    let queue = Queue::of(2);
    let together = Arc::new(std::sync::Barrier::new(2));
    let meets = || {
        let together = Arc::clone(&together);
        queue.run(Turn::Stranger(0), move || together.wait().is_leader())
    };
    let both = async { tokio::join!(meets(), meets()) };
    let (one, other) = timeout(Duration::from_secs(60), both).await.expect("two at once");
    assert_ne!(one.unwrap(), other.unwrap());
}
