//! A wireless network to join.

use super::characters::{one_line, present};
use super::error::{Cause, Checks, ContentsError};

/// How a network is protected, as far as the code must tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// WPA, WPA2 or WPA3 with a password: phones find out which.
    Wpa,
    /// WEP: obsolete, still found.
    Wep,
    /// An open network.
    Open,
}

/// A wireless network: `WIFI:T:WPA;S:<ssid>;P:<password>;;`.
///
/// ```
/// use qr_symbol::contents::Wifi;
///
/// let open = Wifi { ssid: "Library".into(), ..Wifi::default() };
/// assert_eq!(open.to_text()?, "WIFI:T:nopass;S:Library;;");
///
/// // Without the quotes an iPhone would take this password for hexadecimal bytes.
/// let home = Wifi { ssid: "Home".into(), password: Some("12345678".into()), ..Wifi::default() };
/// assert_eq!(home.to_text()?, r#"WIFI:T:WPA;S:Home;P:"12345678";;"#);
/// # Ok::<(), qr_symbol::contents::ContentsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wifi {
    /// The network's name, at most 32 bytes (IEEE 802.11). Blanks at its ends count.
    pub ssid: String,
    /// Needed with WPA and WEP, left out of the code for open networks.
    pub password: Option<String>,
    /// `None`: WPA with a password, open without.
    pub security: Option<Security>,
    /// Whether the network does not announce its name.
    pub hidden: bool,
}

impl Wifi {
    /// The text to encode.
    ///
    /// # Errors
    ///
    /// When the name is missing or too long, a protected network lacks its password, or either holds
    /// control characters.
    pub fn to_text(&self) -> Result<String, ContentsError> {
        let mut checks = Checks::default();
        let password = present(self.password.as_ref());
        let security = self.security.unwrap_or(if password.is_some() {
            Security::Wpa
        } else {
            Security::Open
        });

        checks.check("ssid", check_ssid(&self.ssid));
        let mut text = format!("WIFI:T:{};S:", security.type_name());
        push_value(&mut text, &self.ssid, looks_hexadecimal(&self.ssid));
        text.push(';');
        if security != Security::Open {
            let password = password.unwrap_or_default();
            checks.check(
                "password",
                if password.is_empty() {
                    Err(Cause::Missing)
                } else {
                    one_line(password)
                },
            );
            text.push_str("P:");
            push_value(
                &mut text,
                password,
                looks_hexadecimal(password) && !security.is_raw_key(password),
            );
            text.push(';');
        }
        if self.hidden {
            text.push_str("H:true;");
        }
        text.push(';');
        checks.finish(text)
    }
}

impl Security {
    fn type_name(self) -> &'static str {
        match self {
            Self::Wpa => "WPA",
            Self::Wep => "WEP",
            Self::Open => "nopass",
        }
    }

    /// Whether hexadecimal digits of this length are the key itself. Quoting it would make phones take
    /// it for a passphrase, which cannot be that long.
    fn is_raw_key(self, password: &str) -> bool {
        match self {
            Self::Wpa => password.len() == 64,
            Self::Wep => matches!(password.len(), 10 | 26 | 58),
            Self::Open => false,
        }
    }
}

fn check_ssid(ssid: &str) -> Result<(), Cause> {
    const LIMIT: usize = 32;
    super::characters::required_line(ssid)?;
    if ssid.len() > LIMIT {
        Err(Cause::TooLong { limit: LIMIT })
    } else {
        Ok(())
    }
}

fn looks_hexadecimal(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn push_value(text: &mut String, value: &str, quoted: bool) {
    if quoted {
        text.extend(["\"", value, "\""]);
        return;
    }
    for found in value.chars() {
        if matches!(found, '\\' | ';' | ',' | ':' | '"') {
            text.push('\\');
        }
        text.push(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wifi(ssid: &str, password: Option<&str>, security: Option<Security>) -> Wifi {
        Wifi {
            ssid: ssid.into(),
            password: password.map(Into::into),
            security,
            hidden: false,
        }
    }

    #[test]
    fn exact_texts() {
        let key = "0123456789abcdefABCDEF".repeat(3)[..64].to_owned();
        for (wifi, text) in [
            (
                wifi("Guest", Some("s3cret pass"), None),
                "WIFI:T:WPA;S:Guest;P:s3cret pass;;".to_owned(),
            ),
            (wifi("Guest", None, None), "WIFI:T:nopass;S:Guest;;".into()),
            (wifi("Guest", Some(""), None), "WIFI:T:nopass;S:Guest;;".into()),
            (
                wifi("Guest", Some("ignored"), Some(Security::Open)),
                "WIFI:T:nopass;S:Guest;;".into(),
            ),
            (
                wifi(r#"a\b;c,d:e"f"#, Some(r#"\;,:""#), None),
                r#"WIFI:T:WPA;S:a\\b\;c\,d\:e\"f;P:\\\;\,\:\";;"#.into(),
            ),
            (
                wifi("CAFE", Some("deadbeef"), None),
                r#"WIFI:T:WPA;S:"CAFE";P:"deadbeef";;"#.into(),
            ),
            (
                wifi("Café", Some("naïve"), None),
                "WIFI:T:WPA;S:Café;P:naïve;;".into(),
            ),
            (wifi(" a ", Some("  "), None), "WIFI:T:WPA;S: a ;P:  ;;".into()),
            (
                wifi("a", Some(&key), None),
                format!("WIFI:T:WPA;S:\"a\";P:{key};;"),
            ),
            (
                wifi("Old", Some("0123456789"), Some(Security::Wep)),
                "WIFI:T:WEP;S:Old;P:0123456789;;".into(),
            ),
            (
                wifi("Old", Some("12345"), Some(Security::Wep)),
                r#"WIFI:T:WEP;S:Old;P:"12345";;"#.into(),
            ),
            (
                Wifi {
                    hidden: true,
                    ..wifi("Attic", None, None)
                },
                "WIFI:T:nopass;S:Attic;H:true;;".into(),
            ),
        ] {
            assert_eq!(wifi.to_text().unwrap(), text);
        }
    }

    #[test]
    fn impossible_networks_are_refused() {
        let causes = |wifi: Wifi| -> Vec<_> {
            wifi.to_text()
                .unwrap_err()
                .problems()
                .iter()
                .map(|problem| (problem.field, problem.cause.clone()))
                .collect()
        };
        assert_eq!(
            causes(wifi("", None, Some(Security::Wpa))),
            [("ssid", Cause::Missing), ("password", Cause::Missing)]
        );
        assert_eq!(
            causes(wifi("x", Some(""), Some(Security::Wep))),
            [("password", Cause::Missing)]
        );
        assert_eq!(
            causes(wifi("a\0b", Some("a\nb"), None)),
            [
                ("ssid", Cause::ControlCharacter('\0')),
                ("password", Cause::ControlCharacter('\n'))
            ]
        );
        assert_eq!(
            causes(wifi(&"é".repeat(17), None, None)),
            [("ssid", Cause::TooLong { limit: 32 })]
        );
        assert!(wifi(&"é".repeat(16), None, None).to_text().is_ok());
    }
}
