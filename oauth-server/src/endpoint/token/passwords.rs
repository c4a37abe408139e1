//! The application's own users are asked for passwords with the request: the core, which asks, knows none.

use std::{pin::pin, sync::Arc};

use oauth_core::{AuthorizationServer, PasswordVerifier, Secret, StoreError};
use poem::Request;
use tokio::{
    select,
    sync::{mpsc, oneshot},
};

use crate::Users;

/// A name and a password, and who waits for the subject.
struct Question {
    username: String,
    password: Secret,
    asker: oneshot::Sender<Result<Option<String>, StoreError>>,
}

/// Does something with a server that asks `users` for passwords, here, where the request is.
pub(super) async fn asked_with<T, W: Future<Output = T>>(
    request: &Request,
    users: &dyn Users,
    server: AuthorizationServer,
    work: impl FnOnce(AuthorizationServer) -> W,
) -> T {
    let (asks, mut questions) = mpsc::channel(1);
    let mut work = pin!(work(server.with_passwords(verifier(asks))));
    loop {
        let Question { username, password, asker } = select! {
            done = &mut work => return done,
            Some(question) = questions.recv() => question,
        };
        let owner = users.verify_password(request, &username, password.expose()).await;
        let subject = owner.map(|owner| owner.map(|owner| owner.subject));
        drop(asker.send(subject)); // it waits, for as long as `work` is there
    }
}

fn verifier(asks: mpsc::Sender<Question>) -> PasswordVerifier {
    Arc::new(move |username, password| {
        let asks = asks.clone();
        Box::pin(async move {
            let (asker, answer) = oneshot::channel();
            let question = Question { username, password, asker };
            asks.send(question).await.map_err(|gone| StoreError::Internal(gone.into()))?;
            answer.await.map_err(|gone| StoreError::Internal(gone.into()))?
        })
    })
}
