//! A dynamic code: a short URL whose destination can change after printing.

use super::characters::one_line;
use super::error::{Cause, Checks, ContentsError};

/// The short URL of a dynamic code: `<base>/q/<short id>/`.
///
/// ```
/// use qr_symbol::contents::Dynamic;
///
/// let menu = Dynamic { base: "https://go.example.com/".into(), short_id: "aBc12dEf".into() };
/// assert_eq!(menu.to_text()?, "https://go.example.com/q/aBc12dEf/");
/// # Ok::<(), qr_symbol::contents::ContentsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dynamic {
    /// Where the service answers scans: an `http` or `https` URL, with or without a slash at its end.
    pub base: String,
    /// Eight characters of `A-Za-z0-9`; their case counts.
    pub short_id: String,
}

impl Dynamic {
    /// The URL to encode.
    ///
    /// # Errors
    ///
    /// When the base is no URL or the short id none.
    pub fn to_text(&self) -> Result<String, ContentsError> {
        let mut checks = Checks::default();
        let base = self.base.trim_end_matches('/');
        checks.check("base", check_base(base));
        if self.short_id.len() != 8 || !self.short_id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            checks.add("short_id", Cause::ShortId);
        }
        checks.finish(format!("{base}/q/{}/", self.short_id))
    }
}

fn check_base(base: &str) -> Result<(), Cause> {
    one_line(base)?;
    let host = base
        .strip_prefix("https://")
        .or_else(|| base.strip_prefix("http://"))
        .unwrap_or_default();
    if host.is_empty() || host.contains([' ', '?', '#']) {
        Err(Cause::Url)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(base: &str, short_id: &str) -> Result<String, ContentsError> {
        Dynamic {
            base: base.into(),
            short_id: short_id.into(),
        }
        .to_text()
    }

    #[test]
    fn exact_texts() {
        assert_eq!(
            text("https://qr.example.com", "00000000").unwrap(),
            "https://qr.example.com/q/00000000/"
        );
        assert_eq!(
            text("http://localhost:8000/", "ZzZzZzZ9").unwrap(),
            "http://localhost:8000/q/ZzZzZzZ9/"
        );
    }

    #[test]
    fn what_is_no_short_url() {
        for (base, short_id) in [
            ("ftp://x", "00000000"),
            ("https://", "00000000"),
            ("https://a\nb", "00000000"),
            ("https://a.b", "0000000"),
            ("https://a.b", "0000000é"),
            ("https://a.b", "../../.."),
        ] {
            assert!(text(base, short_id).is_err(), "{base} {short_id}");
        }
    }
}
