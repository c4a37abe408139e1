//! What may stand in an `error_description`.

/// RFC 6749 §5.2 and §4.1.2.1: `%x20-21 / %x23-5B / %x5D-7E`.
pub(crate) fn is_description(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}
