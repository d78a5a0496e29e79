//! Row numbers, one type per table so that they cannot be mixed up.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A user who signs in. Never given out twice.
    UserId;
    /// A workspace: what owns keys, codes and one plan. Never given out twice.
    WorkspaceId;
    /// An API key. Never given out twice.
    KeyId;
    /// A session: one sign-in. Never given out twice.
    SessionId;
    /// A dynamic code. Never given out twice.
    CodeId;
    /// Something that has happened. Never given out twice.
    EventId;
    /// A subscription to events. Never given out twice.
    SubscriptionId;
    /// An attempt to deliver an event. Never given out twice.
    DeliveryId;
}
