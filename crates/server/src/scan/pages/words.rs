//! What the pages say.

use super::Page;
use crate::mail::Language;

/// A page's words, which need no escaping.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

pub(super) fn of(page: Page, language: Language) -> Words {
    match language {
        Language::English => english(page),
        Language::French => french(page),
    }
}

fn english(page: Page) -> Words {
    let (title, text) = match page {
        Page::Paused => (
            "This code is taking a break",
            "Whoever printed it has paused it for now. Please try again later.",
        ),
        Page::NotFound => (
            "There is no such code",
            "The address may have been cut off or mistyped. Scanning the code once more often helps.",
        ),
        Page::Gone => (
            "This code is no longer in use",
            "Whoever printed it has retired it, so it leads nowhere any more.",
        ),
        Page::Blocked => (
            "This link is blocked",
            "The address behind this code was reported, and we no longer lead anybody there.",
        ),
        Page::TryAgain => (
            "One moment, please",
            "We cannot look this code up right now. Please scan it again in a few seconds.",
        ),
        Page::TooMany => (
            "Too many tries",
            "Many unknown codes were asked for from your network. Please wait a minute and scan again.",
        ),
    };
    Words { title, text }
}

fn french(page: Page) -> Words {
    let (title, text) = match page {
        Page::Paused => (
            "Ce code fait une pause",
            "La personne qui l’a imprimé l’a suspendu pour l’instant. Réessayez plus tard.",
        ),
        Page::NotFound => (
            "Ce code n’existe pas",
            "L’adresse est peut-être incomplète ou mal saisie. Scanner le code une nouvelle fois suffit souvent.",
        ),
        Page::Gone => (
            "Ce code n’est plus utilisé",
            "La personne qui l’a imprimé l’a retiré : il ne mène plus nulle part.",
        ),
        Page::Blocked => (
            "Ce lien est bloqué",
            "L’adresse derrière ce code a été signalée : nous n’y menons plus personne.",
        ),
        Page::TryAgain => (
            "Un instant, s’il vous plaît",
            "Nous ne pouvons pas retrouver ce code pour le moment. Scannez-le de nouveau dans quelques secondes.",
        ),
        Page::TooMany => (
            "Trop de tentatives",
            "Beaucoup de codes inconnus ont été demandés depuis votre réseau. Patientez une minute, puis scannez de nouveau.",
        ),
    };
    Words { title, text }
}
