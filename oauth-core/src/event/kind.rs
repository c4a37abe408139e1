//! Each kind of thing that happens.

use std::net::IpAddr;

use super::{ClientChange, GuessLimit, Revocation};
use crate::{
    AuthorizationErrorCode, GrantType, PageFault, PolicyData, Resource, Resources, Scopes,
    SigningAlgorithm, Timestamp,
};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// A user said yes to a client, now or before: it was given a code or, with the implicit grant, a token; or, on a
    /// device, it gets tokens when it asks next (RFC 8628).
    AuthorizationAccepted {
        /// The client.
        client_id: String,
        /// The user.
        subject: String,
        /// What the client may do.
        scopes: Scopes,
        /// What its tokens may be for (RFC 8707).
        resources: Resources,
        /// What the application's policy attached, now or before.
        data: Option<PolicyData>,
    },
    /// A user said no to a client.
    AuthorizationDeclined {
        /// The client.
        client_id: String,
        /// The user.
        subject: String,
    },
    /// An authorization request was refused, and its client told (RFC 6749 §4.1.2.1). `server_error` is a failure of
    /// ours, whose cause is in the log.
    AuthorizationFailed {
        /// The client.
        client_id: String,
        /// What it was told.
        code: AuthorizationErrorCode,
    },
    /// An authorization request was refused on a page of ours: nothing proved where its client would be told.
    AuthorizationFailedOnPage {
        /// The client; `None` where the request named none that is registered.
        client_id: Option<String>,
        /// What the page says.
        fault: PageFault,
    },
    /// A request that a client authenticates was refused (RFC 6749 §5.2): for tokens, or to revoke one. A failure of ours is none, its cause is in the log; nor is a guess
    /// at a password that was not heard, of which [`GuessesLimited`](Self::GuessesLimited) tells.
    TokenRefused {
        /// The client, proven or not; `None` where the request named none that is registered.
        client_id: Option<String>,
        /// The `error` that it was told.
        code: &'static str,
    },
    /// A family of tokens began; or, by token exchange (RFC 8693), an access token was issued for another one of its family.
    TokenIssued {
        /// How.
        grant_type: GrantType,
        /// The client: the one that the family was granted to.
        client_id: String,
        /// Who acts with a token that was exchanged: the client that it was issued to. `None` with every other grant, and
        /// where that is the family's own client.
        actor: Option<String>,
        /// Who granted it; `None` where the client acts for itself.
        subject: Option<String>,
        /// What the access token allows.
        scopes: Scopes,
        /// The resource that it is for (RFC 8707); `None` is the server's own API.
        audience: Option<Resource>,
        /// What the application's policy attached, now or before.
        data: Option<PolicyData>,
    },
    /// Staff issued a code or an access token by hand.
    IssuedByStaff {
        /// The client.
        client_id: String,
        /// For whom it acts; `None` where the client acts for itself.
        subject: Option<String>,
        /// What it allows.
        scopes: Scopes,
    },
    /// A refresh token was traded for the next pair. The same pair, given again within the grace, is no event.
    TokenRefreshed {
        /// The client.
        client_id: String,
        /// Who granted it.
        subject: Option<String>,
        /// What the new access token allows.
        scopes: Scopes,
        /// The resource that it is for (RFC 8707); `None` is the server's own API.
        audience: Option<Resource>,
        /// What the application's policy attached, now or before.
        data: Option<PolicyData>,
    },
    /// Live grants were ended, and every code and token of theirs.
    GrantRevoked {
        /// The client; `None` means all clients of this subject.
        client_id: Option<String>,
        /// Who had granted it.
        subject: Option<String>,
        /// By whom, or why.
        cause: Revocation,
    },
    /// One access token was ended; its grant lives on.
    AccessTokenRevoked {
        /// The client.
        client_id: String,
        /// Who had granted it.
        subject: Option<String>,
        /// By whom.
        cause: Revocation,
    },
    /// A refresh token was presented again after it had been redeemed: somebody else has it. Its whole family has been
    /// revoked (RFC 9700 §4.14.2). djoauth2's signal of the same name.
    ///
    /// Raised once a family, by the replay that ended it: later ones end nothing, and who holds a dead token could raise
    /// them at will.
    RefreshTokenUsedAfterInvalidation {
        /// The client that presented it, to which it had been issued.
        client_id: String,
        /// The user whose grant was revoked.
        subject: Option<String>,
    },
    /// An authorization code was presented again after it had been redeemed. What it had led to has been revoked
    /// (RFC 6749 §4.1.2). Raised once a family, like the above.
    AuthorizationCodeUsedAgain {
        /// The client that presented it, to which it had been issued.
        client_id: String,
        /// The user whose grant was revoked.
        subject: Option<String>,
    },
    /// A user signed in.
    SignedIn {
        /// The user.
        subject: String,
    },
    /// A name and a password were not those of one user: at a sign-in, or in the password grant.
    SignInFailed {
        /// The user of that name, where there is one.
        subject: Option<String>,
    },
    /// More wrong passwords, or codes of no device, came than are heard: from now on guesses are refused without a look at them. Raised once,
    /// when that begins, and again only after the limit had been at rest.
    GuessesLimited {
        /// Which limit.
        limit: GuessLimit,
        /// The user at whose account it is, or who types codes, where there is one.
        subject: Option<String>,
        /// Whence came the first that was refused, where that is known.
        address: Option<IpAddr>,
    },
    /// A user signed out.
    SignedOut {
        /// The user.
        subject: String,
    },
    /// A user changed their own password; the user's other sessions have ended.
    PasswordChanged {
        /// The user.
        subject: String,
    },
    /// A user's password was reset by staff or by the application; all sessions of the user have ended.
    PasswordReset {
        /// The user.
        subject: String,
    },
    /// All that hung on a user was ended and erased: every grant, code, token, consent and session, and the user, where it
    /// was one of the bundled accounts. Clients that the user owned are disabled.
    UserForgotten {
        /// The user.
        subject: String,
    },
    /// The server has made or was given a key to sign with.
    SigningKeyMade {
        /// Its id, which is its thumbprint (RFC 7638).
        kid: String,
        /// What it signs with.
        algorithm: SigningAlgorithm,
        /// When it takes the place of the one before it.
        signs_from: Timestamp,
    },
    /// A key was withdrawn: what it has signed is refused by who reads the set of keys again.
    SigningKeyWithdrawn {
        /// Its id.
        kid: String,
    },
    /// A client was told of a logout (OpenID Connect Back-Channel Logout).
    LogoutDelivered {
        /// The client.
        client_id: String,
        /// Who had logged out.
        subject: String,
    },
    /// A client could not be told of a logout. It is tried again.
    LogoutPutOff {
        /// The client.
        client_id: String,
        /// Who had logged out.
        subject: String,
        /// Why not.
        reason: String,
        /// When it is tried next.
        again_at: Timestamp,
    },
    /// A client was not told of a logout, and is not any more: it refused that, or could not be told within a day.
    LogoutGivenUp {
        /// The client.
        client_id: String,
        /// Who had logged out.
        subject: String,
        /// Why not.
        reason: String,
    },
    /// A client was changed.
    ClientChanged {
        /// The client.
        client_id: String,
        /// How.
        change: ClientChange,
    },
}
