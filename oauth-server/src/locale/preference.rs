//! Lists with quality values, as in `Accept` and `Accept-Language`: RFC 9110 §12.4.2.

use poem::http::{HeaderMap, HeaderName};

/// One entry: what is wanted, in lower case, and how much, in thousandths. Zero is "not acceptable".
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Preference {
    pub(super) range: String,
    pub(super) quality: u16,
}

/// The entries of a header, in the order in which they stand there. What cannot be read is left out.
pub(super) fn preferences(headers: &HeaderMap, name: &HeaderName) -> Vec<Preference> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(preference).take(MOST).collect()
}

/// Nobody has more wishes; a header may.
const MOST: usize = 100;

fn preference(entry: &str) -> Option<Preference> {
    let mut parts = entry.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?.to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let quality = match weight.map(str::parse::<f32>) {
        None => 1.0,
        Some(Ok(quality)) if (0.0..=1.0).contains(&quality) => quality,
        Some(_) => return None,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 0 and 1"
    )]
    let quality = (quality * 1000.0).round() as u16;
    Some(Preference { range, quality })
}

#[cfg(test)]
mod tests {
    use poem::http::header::ACCEPT;

    use super::*;

    #[test]
    fn a_list_is_read_with_its_qualities() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, "text/html, */*;q=0.8,,x;q=2, y;q=a".parse().unwrap());
        headers.append(ACCEPT, "Image/PNG ;level=1; Q=0".parse().unwrap());
        let read: Vec<_> = preferences(&headers, &ACCEPT)
            .into_iter()
            .map(|preference| (preference.range, preference.quality))
            .collect();
        let expected = [("text/html", 1000), ("*/*", 800), ("image/png", 0)];
        assert_eq!(read, expected.map(|(range, quality)| (range.to_owned(), quality)));
    }
}
