//! Links that are read by a camera.

use qrcode::{QrCode, render::svg};

/// A link as a QR code: an SVG of black on white to be put into a page as it is, for a page that a device shows. RFC 8628
/// §3.3.1 means it for `verification_uri_complete`; the code itself is shown beside it all the same. `None` where the text
/// is longer than a QR code can be (2,953 bytes).
///
/// ```
/// let svg = oauth_server::qr_code("https://id.example/device/?user_code=WDJB-MJHT").expect("it is short");
/// assert!(svg.starts_with("<svg"));
/// ```
#[must_use]
pub fn qr_code(link: &str) -> Option<String> {
    let code = QrCode::new(link).ok()?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    svg.find("<svg").and_then(|begin| svg.get(begin..)).map(str::to_owned)
}
