//! The pages' pictures: a finder pattern whose centre tells what has happened.

use super::Page;

const PAUSED: &str = include_str!("../../../assets/scan/paused.svg");
const NOT_FOUND: &str = include_str!("../../../assets/scan/not-found.svg");
const GONE: &str = include_str!("../../../assets/scan/gone.svg");
const BLOCKED: &str = include_str!("../../../assets/scan/blocked.svg");
const WAIT: &str = include_str!("../../../assets/scan/wait.svg");

pub(super) fn of(page: Page) -> &'static str {
    match page {
        Page::Paused => PAUSED,
        Page::NotFound => NOT_FOUND,
        Page::Gone => GONE,
        Page::Blocked => BLOCKED,
        Page::TryAgain | Page::TooMany => WAIT,
    }
}
