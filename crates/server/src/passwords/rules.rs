//! Which passwords are taken.

use unicode_normalization::UnicodeNormalization as _;

use crate::email::Email;

const SHORTEST: usize = 10;
const LONGEST: usize = 128;

/// What many people have, in lower case and sorted; its `NOTICE` says where it is from.
const COMMON: &str = include_str!("../../assets/common-passwords.txt");

/// The one form of a password: composed (NFC), since keyboards differ in how they send an `é`.
pub(crate) fn normal(password: &str) -> String {
    password.nfc().collect()
}

/// What is wrong with a new password, in the original's framework's words.
pub(crate) fn refusals(password: &str, email: Option<&Email>) -> Vec<String> {
    let password = normal(password);
    let length = password.chars().count();
    if length < SHORTEST {
        return vec![format!("Ensure this field has at least {SHORTEST} characters.")];
    }
    if length > LONGEST {
        return vec![format!(
            "Ensure this field has no more than {LONGEST} characters."
        )];
    }
    let lower = password.to_lowercase();
    let mut refusals = Vec::new();
    if email.is_some_and(|email| is_email(&lower, email)) {
        refusals.push("The password is too similar to the email address.".to_owned());
    }
    if COMMON.lines().any(|common| common == lower) {
        refusals.push("This password is too common.".to_owned());
    }
    refusals
}

/// Whether a password is the address, or the part before the `@`.
fn is_email(lower: &str, email: &Email) -> bool {
    let email = email.as_str().to_lowercase();
    let local = email.rsplit_once('@').map_or(&*email, |(local, _)| local);
    lower.trim() == email || lower.trim() == local
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_lower_case_and_long_enough_to_matter() {
        let list: Vec<_> = COMMON.lines().collect();
        assert!(list.len() > 2000);
        assert!(list.is_sorted());
        for entry in list {
            assert!(
                entry.chars().count() >= SHORTEST && entry.to_lowercase() == entry,
                "{entry}"
            );
        }
    }

    #[test]
    fn each_rule_has_its_text() {
        let email = Email::read("ada.lovelace@example.com").unwrap();
        let short = "Ensure this field has at least 10 characters.";
        let long = "Ensure this field has no more than 128 characters.";
        let common = "This password is too common.";
        let similar = "The password is too similar to the email address.";
        let (nine, ten) = ("zk8#wq!2x", "zk8#wq!2xv");
        for (password, refused) in [
            (nine, &[short][..]),
            (ten, &[]),
            (&"é".repeat(9), &[short]),
            (&"e\u{301}".repeat(9), &[short]),
            (&"x7".repeat(64), &[]),
            (&format!("{}.", "x7".repeat(64)), &[long]),
            (&"😀".repeat(9), &[short]),
            ("🐴🔋📎✅😀🎈🧲🛰🧿🪐", &[]),
            ("password123", &[common]),
            ("PassWord123", &[common]),
            ("1234567890", &[common]),
            ("ada.lovelace@example.com", &[similar]),
            ("ADA.lovelace@EXAMPLE.com", &[similar]),
            ("Ada.Lovelace", &[similar]),
            ("Ada.Lovelace 1843", &[]),
            ("correct horse battery staple", &[]),
        ] {
            assert_eq!(refusals(password, Some(&email)), refused, "{password}");
        }
        assert_eq!(refusals("ada.lovelace@example.com", None), [""; 0]);
    }

    #[test]
    fn keyboards_agree() {
        assert_eq!(normal("cafe\u{301} crème"), normal("café cre\u{300}me"));
        assert_ne!(normal("ﬁne"), normal("fine"));
    }
}
