//! PostgreSQL's threads: each has a connection of its own, and takes one piece of work after the other.
//!
//! They are threads of the store and not the runtime's, because libpq waits for an answer without end: where a network
//! or a database is frozen, such a thread is left behind and another takes its place, and it keeps no process from ending.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    time::{Duration, Instant},
};

use super::{
    super::{StoreError, StoreOptions, connection::Database},
    piece::Job,
    seats::{Busy, Seat, State, Work},
    session::Session,
};

pub(super) struct Threads {
    pub(super) database: Database,
    pub(super) options: StoreOptions,
    state: Mutex<State>,
    /// How often the database has answered; whoever waits sees by it whether others are answered meanwhile.
    answers: AtomicU64,
    is_out: AtomicBool,
}

impl Threads {
    pub(super) fn new(database: Database, options: StoreOptions) -> Arc<Self> {
        let (state, answers, is_out) =
            (Mutex::default(), AtomicU64::new(0), AtomicBool::new(false));
        Arc::new(Self { database, options, state, answers, is_out })
    }

    /// Hands it to a thread, or lets it wait for one; while the database is known to be out, it is refused at once.
    pub(super) fn submit(self: &Arc<Self>, job: Box<dyn Job>) {
        let mut state = self.lock();
        if let Some(cause) = state.outage.cause() {
            self.probe(&mut state);
            drop(state);
            return job.refuse(StoreError::unavailable(&*cause));
        }
        state.waiting.push_back(job);
        self.hand_out(&mut state);
    }

    /// Somebody has waited for this long. Where nobody else was answered either, no connection of before is trusted any
    /// more, and the database is looked at. And whoever waits behind threads that are stuck gets others.
    pub(super) fn suspect(self: &Arc<Self>, answers_before: u64, waited: Duration) {
        let mut state = self.lock();
        if self.answers() == answers_before {
            state.distrust(waited);
            self.probe(&mut state);
        }
        self.hand_out(&mut state);
    }

    pub(super) fn answers(&self) -> u64 {
        self.answers.load(Ordering::Relaxed)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses what waits, and all that comes until the database is back.
    pub(super) fn out(self: &Arc<Self>, mut state: MutexGuard<'_, State>, cause: &str) {
        self.is_out.store(true, Ordering::Relaxed);
        state.outage.begins(cause);
        self.probe(&mut state);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(|job| job.refuse(StoreError::unavailable(cause)));
    }

    pub(super) fn back(&self) {
        let mut state = self.lock();
        self.is_out.store(false, Ordering::Relaxed);
        state.full_until = None;
        state.outage.ends();
    }

    fn answered(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        if self.is_out.load(Ordering::Relaxed) {
            self.back();
        }
    }

    fn hand_out(self: &Arc<Self>, state: &mut State) {
        let now = Instant::now();
        while !state.waiting.is_empty() {
            let seat = match state.idle.pop() {
                Some(seat) => seat,
                None if state.may_grow(now, &self.options) => match self.hire(state) {
                    Some(seat) => seat,
                    None => return,
                },
                None => return,
            };
            let Some(job) = state.waiting.pop_front() else { return };
            state.busy.push(Busy::new(seat.id, now));
            let thread = seat.work.clone();
            drop(thread.send((job, seat))); // it takes what comes as long as it has a seat
        }
    }

    fn hire(self: &Arc<Self>, state: &mut State) -> Option<Seat> {
        state.next += 1;
        let (id, (work, given)) = (state.next, channel());
        let threads = Arc::downgrade(self);
        let thread = std::thread::Builder::new().name("oauth-postgres".to_owned());
        let spawned = thread.spawn(move || serve(&threads, &given, id));
        let spawned =
            spawned.inspect_err(|error| tracing::error!(%error, "no thread for the database"));
        spawned.is_ok().then_some(Seat { id, work })
    }

    /// Runs it, as often as it takes. `false` where the thread got no connection, and ends.
    fn carry_out(self: &Arc<Self>, mut job: Box<dyn Job>, session: &mut Session, id: u64) -> bool {
        while job.is_wanted() {
            let connection = match session.connection(&self.database, self.options.deadline) {
                Ok(connection) => connection,
                Err(cause) => {
                    self.no_connection(job, &cause, id);
                    return false;
                }
            };
            let ran = job.run(connection);
            if ran.broken {
                session.close();
            } else {
                self.answered();
            }
            if !ran.again {
                break;
            }
        }
        true
    }

    /// The others have connections, and do the work; where there are no others, there is no database.
    fn no_connection(self: &Arc<Self>, job: Box<dyn Job>, cause: &str, id: u64) {
        let (mut state, now) = (self.lock(), Instant::now());
        state.leave(id);
        state.waiting.push_front(job);
        if state.at_work(now, self.options.deadline) == 0 {
            return self.out(state, cause);
        }
        tracing::warn!(cause, "no further connection to the database");
        state.full_until = Some(now + A_WHILE);
        self.hand_out(&mut state);
    }

    /// What the thread does next; `None` where it is one too many, as who comes back after having been stuck.
    fn next(&self, seat: Seat) -> Next {
        let (mut state, now) = (self.lock(), Instant::now());
        state.leave(seat.id);
        if state.at_work(now, self.options.deadline) >= self.options.connections {
            return Next::End;
        }
        if let Some(job) = state.waiting.pop_front() {
            state.busy.push(Busy::new(seat.id, now));
            return Next::Work(job, seat);
        }
        state.idle.push(seat);
        Next::Wait
    }

    /// Whether the thread still had its seat, and nothing was sent to it meanwhile.
    fn gives_up_seat(&self, id: u64) -> bool {
        let mut state = self.lock();
        let before = state.idle.len();
        state.idle.retain(|seat| seat.id != id);
        state.idle.len() < before
    }
}

enum Next {
    Work(Box<dyn Job>, Seat),
    Wait,
    End,
}

/// The life of a thread.
fn serve(threads: &Weak<Threads>, given: &Receiver<Work>, id: u64) {
    let mut session = Session::default();
    loop {
        let (mut job, mut seat) = match given.recv_timeout(IDLE) {
            Ok(work) => work,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => match threads.upgrade() {
                Some(threads) if !threads.gives_up_seat(id) => continue,
                _ => return,
            },
        };
        let Some(threads) = threads.upgrade() else { return };
        let _vacated = Vacated { threads: &threads, id };
        loop {
            if !threads.carry_out(job, &mut session, id) {
                return;
            }
            session.close_if_old();
            match threads.next(seat) {
                Next::Work(next, its) => (job, seat) = (next, its),
                Next::Wait => break,
                Next::End => return,
            }
        }
    }
}

/// Work that panics takes its thread along, and no other has to wait for it.
struct Vacated<'a> {
    threads: &'a Arc<Threads>,
    id: u64,
}

impl Drop for Vacated<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut state = self.threads.lock();
            state.leave(self.id);
            self.threads.hand_out(&mut state);
        }
    }
}

/// Until another connection is tried where there was none to be had.
const A_WHILE: Duration = Duration::from_secs(1);
/// A thread without work ends after this time, and its connection with it.
const IDLE: Duration = Duration::from_secs(600);
