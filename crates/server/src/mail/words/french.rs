//! French. The spaces before `:`, `;`, `?` and inside numbers do not break (U+00A0, U+202F).

use std::time::Duration;

use jiff::civil::DateTime;

use super::{Action, Facts, Letter, Span, Words, masked, month};

pub(super) fn words(letter: &Letter, facts: &Facts<'_>) -> Words {
    let Facts { to, url, host, at } = *facts;
    let footer = format!(
        "Message envoyé automatiquement par QR Studio ({url}), à {to} seulement. Il ne piste personne\u{a0}: ni image, \
         ni compteur, ni lien caché."
    );
    let words = |subject, title, opening, action, doubt| Words {
        subject,
        title,
        opening,
        action,
        doubt_title: match letter {
            Letter::WebhookDisabled { .. } => "Vous n’en avez plus besoin\u{202f}?",
            _ => "Ce n’était pas vous\u{202f}?",
        },
        doubt,
        doubt_link: matches!(letter, Letter::PasswordChanged).then(|| format!("{url}/account/reset/")),
        footer,
    };
    match letter {
        Letter::VerifyEmail { link, valid_for } => words(
            "Confirmez votre adresse e-mail pour QR Studio",
            "Confirmez votre adresse e-mail",
            vec![format!(
                "Quelqu’un a donné {to} comme adresse d’un compte QR Studio sur {host}. Si c’était vous, merci de la \
                 confirmer, pour que le compte puisse l’utiliser."
            )],
            Some(action("Confirmer cette adresse", link, *valid_for)),
            vec![
                "Vous n’avez alors rien à faire\u{a0}: tant que personne ne confirme l’adresse, le compte ne peut pas s’en \
                 servir."
                    .to_owned(),
            ],
        ),
        Letter::ResetPassword { link, valid_for } => words(
            "Choisissez un nouveau mot de passe pour QR Studio",
            "Choisissez un nouveau mot de passe",
            vec![format!(
                "Quelqu’un a demandé un nouveau mot de passe pour votre compte QR Studio {to} sur {host}. Si c’était \
                 vous, choisissez-en un. Tous les appareils connectés devront se reconnecter."
            )],
            Some(action("Choisir un nouveau mot de passe", link, *valid_for)),
            vec![
                "Vous n’avez alors rien à faire\u{a0}: votre mot de passe reste le même, et personne ne peut le changer \
                 sans ce message. Ne le transmettez à personne."
                    .to_owned(),
            ],
        ),
        Letter::PasswordChanged => words(
            "Votre mot de passe QR Studio a été changé",
            "Votre mot de passe a été changé",
            vec![
                format!(
                    "Le mot de passe de votre compte QR Studio {to} sur {host} a été changé le {}. Tous les appareils \
                     connectés doivent se reconnecter.",
                    moment(at)
                ),
                "Si c’était vous, tout va bien.".to_owned(),
            ],
            None,
            vec![format!(
                "Quelqu’un d’autre a alors eu accès à votre compte. Prévenez les responsables de {host} et demandez tout de \
                 suite un nouveau mot de passe\u{a0}:"
            )],
        ),
        Letter::EmailChanged { new_email } => words(
            "Votre adresse e-mail QR Studio a été changée",
            "Votre adresse e-mail a été changée",
            vec![
                format!(
                    "Le {}, votre compte QR Studio {to} sur {host} a reçu une autre adresse\u{a0}: {}. C’est avec elle \
                     que l’on s’y connecte désormais, et c’est là que vont nos messages.",
                    moment(at),
                    masked(new_email)
                ),
                "Si c’était vous, tout va bien.".to_owned(),
            ],
            None,
            vec![format!(
                "Quelqu’un d’autre connaît alors votre mot de passe et s’est emparé du compte. Prévenez tout de suite \
                 les responsables de {host}\u{a0}: ils peuvent vous le rendre. Si ce mot de passe vous sert ailleurs, \
                 changez-le là aussi."
            )],
        ),
        Letter::WebhookDisabled { number, is_gone } => words(
            "Un de vos webhooks QR Studio a été désactivé",
            "Un webhook a été désactivé",
            vec![
                format!(
                    "Le webhook {number} de votre espace QR Studio sur {host} a été désactivé le {}\u{a0}: {}. Il ne reçoit \
                     plus rien, et ce qui l’attendait a été abandonné.",
                    moment(at),
                    if *is_gone {
                        "son destinataire a répondu 410 Gone"
                    } else {
                        "il n’a accepté aucune livraison depuis longtemps"
                    }
                ),
                format!(
                    "Ses livraisons, chacune avec la raison de son échec, se trouvent à l’adresse \
                     {url}/api/v1/webhooks/{number}/deliveries/. Dès que le destinataire fonctionne à nouveau, remettez le \
                     statut du webhook à active."
                ),
            ],
            None,
            vec!["Vous n’avez alors rien à faire, ou supprimez-le.".to_owned()],
        ),
    }
}

fn action(label: &'static str, link: &str, valid_for: Duration) -> Action {
    Action {
        label,
        lead: format!("{label}\u{a0}:"),
        link: link.to_owned(),
        spelled_out: "Ou copiez ce lien dans votre navigateur\u{a0}:",
        terms: format!("Le lien fonctionne une seule fois, pendant {}.", span(valid_for)),
    }
}

fn span(time: Duration) -> String {
    let counted = |number, unit| match number {
        0 | 1 => format!("{number}\u{a0}{unit}"),
        _ => format!("{number}\u{a0}{unit}s"),
    };
    match Span::from(time) {
        Span::Minutes(number) => counted(number, "minute"),
        Span::Hours(number) => counted(number, "heure"),
        Span::Days(number) => counted(number, "jour"),
    }
}

fn moment(at: DateTime) -> String {
    let month = month(
        at,
        [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
    );
    let day = match at.day() {
        1 => "1er".to_owned(),
        day => day.to_string(),
    };
    format!(
        "{day}\u{a0}{month} {} à {}\u{a0}h\u{a0}{:02} UTC",
        at.year(),
        at.hour(),
        at.minute()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_said_as_people_do() {
        let at: DateTime = "2027-08-01T07:05:00".parse().unwrap();
        assert_eq!(moment(at), "1er\u{a0}août 2027 à 7\u{a0}h\u{a0}05 UTC");
        let at: DateTime = "2026-12-31T23:59:59".parse().unwrap();
        assert_eq!(moment(at), "31\u{a0}décembre 2026 à 23\u{a0}h\u{a0}59 UTC");
    }
}
