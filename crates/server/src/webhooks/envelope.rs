//! An event as it is told.

use qrstudio_store::{EventId, EventKind, Millis};
use serde::Serialize;
use serde_json::value::RawValue;
use ulid::Ulid;

use crate::secret::authenticate;
use crate::wire_time;

/// The body of a delivery: the same at every attempt.
#[derive(Serialize)]
pub(crate) struct Envelope<'a> {
    id: &'a str,
    r#type: &'static str,
    created_at: String,
    api_version: &'static str,
    data: &'a RawValue,
}

impl Envelope<'_> {
    /// The body of an event with this public id and these data. `None`: the data are no JSON.
    pub(crate) fn write(id: &str, kind: EventKind, created_at: Millis, data: &str) -> Option<String> {
        let envelope = Envelope {
            id,
            r#type: kind.as_str(),
            created_at: wire_time::instant(created_at),
            api_version: "v1",
            data: serde_json::from_str(data).ok()?,
        };
        serde_json::to_string(&envelope).ok()
    }
}

/// The time of the event and 80 bits that tell nobody how many others there are.
pub(super) fn event_id(key: &[u8; 32], event: EventId, created_at: Millis) -> String {
    let [a, b, c, d, e, f, g, h, i, j, ..] = authenticate(key, &[&event.0.to_be_bytes()]);
    let random = u128::from_be_bytes([0, 0, 0, 0, 0, 0, a, b, c, d, e, f, g, h, i, j]);
    let at = u64::try_from(created_at.0).unwrap_or_default();
    format!("evt_{}", Ulid::from_parts(at, random))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_as_the_contract_has_it() {
        let at = Millis(1_795_420_800_000);
        let body = Envelope::write("evt_1", EventKind::ScanCreated, at, r#"{"a":1}"#).unwrap();
        assert_eq!(
            body,
            r#"{"id":"evt_1","type":"scan.created","created_at":"2026-11-23T08:00:00Z","api_version":"v1","data":{"a":1}}"#
        );
    }

    #[test]
    fn ids_are_ulids_of_their_time_and_do_not_repeat() {
        let at = Millis(1_795_420_800_000);
        let id = |event| event_id(&[7; 32], EventId(event), at);
        let ulid: Ulid = id(1).strip_prefix("evt_").unwrap().parse().unwrap();
        assert_eq!(ulid.timestamp_ms(), 1_795_420_800_000);
        assert_eq!(id(1), id(1));
        assert_ne!(id(1), id(2));
        assert_ne!(id(1), event_id(&[8; 32], EventId(1), at));
    }
}
