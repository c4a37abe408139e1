//! A file that never changes: its name has its hash, whoever has it need not ask again, and all answers share its bytes.

use std::io::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, write::GzEncoder};
use hyper::body::Bytes;
use poem::{
    Body, Request, Response,
    http::header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};
use sha2::{Digest, Sha256};

pub(super) struct File {
    pub(super) name: String,
    content_type: &'static str,
    plain: Bytes,
    /// Made once, at the start; `None` where that failed.
    compressed: Option<Bytes>,
}

impl File {
    pub(super) fn css(name: &str, text: &str) -> Self {
        Self::new((name, "css", "text/css; charset=utf-8"), text)
    }

    pub(super) fn js(name: &str, text: &str) -> Self {
        Self::new((name, "js", "text/javascript; charset=utf-8"), text)
    }

    fn new((name, extension, content_type): (&str, &str, &'static str), text: &str) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(text));
        let hash: String = hash.chars().take(12).collect();
        Self {
            name: format!("{name}-{hash}.{extension}"),
            content_type,
            plain: Bytes::copy_from_slice(text.as_bytes()),
            compressed: compressed(text).map(Bytes::from).ok(),
        }
    }

    pub(super) fn answer(&self, request: &Request) -> Response {
        let response = Response::builder()
            .content_type(self.content_type)
            .header(CACHE_CONTROL, "public, max-age=31536000, immutable")
            .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
            .header(VARY, "Accept-Encoding");
        match self.compressed.clone().filter(|_| takes_gzip(request)) {
            Some(bytes) => response.header(CONTENT_ENCODING, "gzip").body(Body::from_bytes(bytes)),
            None => response.body(Body::from_bytes(self.plain.clone())),
        }
    }
}

fn compressed(text: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

/// RFC 9110 §12.5.3: gzip is named, or everything is, and not with the weight 0.
fn takes_gzip(request: &Request) -> bool {
    let values = request.headers().get_all(ACCEPT_ENCODING).iter();
    let codings = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let mut weights = codings.map(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
        (name.trim().to_ascii_lowercase(), weight.is_ok_and(|weight| weight > 0.0))
    });
    let (mut named, mut any) = (None, None);
    for (name, is_taken) in &mut weights {
        match name.as_str() {
            "gzip" | "x-gzip" => named = Some(is_taken),
            "*" => any = Some(is_taken),
            _ => {}
        }
    }
    named.or(any).unwrap_or(false)
}
