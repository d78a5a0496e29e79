//! What a code is to do when it is scanned.

/// The data types of the contract that are built so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataType {
    /// A URL, encoded as given.
    Url,
    /// Any text, encoded as given.
    Text,
    /// A contact.
    Vcard,
    /// A wireless network.
    Wifi,
    /// An e-mail to send.
    Email,
    /// A text message to send.
    Sms,
    /// A place.
    Geo,
    /// A number to call.
    Phone,
    /// An event.
    Event,
    /// A WhatsApp chat.
    Whatsapp,
}

impl DataType {
    /// Every data type by its name on the wire.
    pub const CHOICES: [(&'static str, Self); 10] = [
        ("url", Self::Url),
        ("text", Self::Text),
        ("vcard", Self::Vcard),
        ("wifi", Self::Wifi),
        ("email", Self::Email),
        ("sms", Self::Sms),
        ("geo", Self::Geo),
        ("phone", Self::Phone),
        ("event", Self::Event),
        ("whatsapp", Self::Whatsapp),
    ];

    /// The field that carries the contents: `data` or `payload`.
    pub fn field(self) -> &'static str {
        match self {
            Self::Url | Self::Text => "data",
            _ => "payload",
        }
    }
}
